"""Queries, verification, locks and deviations, through the pages as people use them."""

from __future__ import annotations

import pytest

from firstdose.records.log.event import Key
from firstdose.web.audit.models import CurrentLock, CurrentQuery, CurrentValue, Event
from firstdose.web.audit.reading import events
from firstdose.web.review import actions
from firstdose.web.review.shown import shown_at, signatures
from tests.web import people

KEY = Key("P-001", "BL", "PASI_Fredriksson", "", "head_area")
ASK = "/queries/new/?participant=P-001&visit=BL&form=PASI_Fredriksson&item=head_area"


@pytest.fixture
def records(study):
    people.add_participant()
    people.set_values("visits", {"date": "2024-02-04", "status": "done"}, visit="BL")
    people.set_values("PASI_Fredriksson", {"head_area": "1", "head_erythema": "2"}, visit="BL")


def the_query() -> CurrentQuery:
    return CurrentQuery.objects.get()


def test_a_query_goes_from_open_to_answered_to_closed_and_every_word_stays(as_role, records):
    manager, coordinator = as_role("data manager"), as_role("coordinator")
    page = manager.post(ASK, {"text": "Is this the band or the percent?"})
    assert page.status_code == 302
    for client, act, text in ((coordinator, "answered", "The band."), (manager, "closed", "Thank you.")):
        row = the_query()
        client.post(page.url, {"act": act, "text": text, "last": row.last})
    assert the_query().status == "closed"
    said = [event.payload["text"] for event in events(kind__startswith="query.")]
    assert said == ["Is this the band or the percent?", "The band.", "Thank you."]


def test_a_query_without_words_is_refused_and_nothing_is_written(as_role, records):
    answer = as_role("monitor").post(ASK, {"text": "   "})
    assert (answer.status_code, CurrentQuery.objects.count()) == (422, 0)


def test_an_answer_to_a_query_that_moved_meanwhile_is_refused(as_role, records):
    manager = as_role("data manager")
    url = manager.post(ASK, {"text": "?"}).url
    old = the_query().last
    manager.post(url, {"act": "closed", "text": "done", "last": old})
    assert (
        as_role("coordinator").post(url, {"act": "answered", "text": "late", "last": old}).status_code == 422
    )
    assert the_query().status == "closed"


def test_the_coordinator_cannot_close_a_query(as_role, records):
    url = as_role("data manager").post(ASK, {"text": "?"}).url
    assert (
        as_role("coordinator").post(url, {"act": "closed", "text": "x", "last": the_query().last}).status_code
        == 404
    )
    assert the_query().status == "open"


def test_the_blinded_evaluator_sees_no_query_about_the_dose(as_role, records):
    people.set_values("injection", {"dose_level": "DL2"}, visit="D0", repeat="L1")
    key = Key("P-001", "D0", "injection", "L1", "dose_level")
    made = actions.open_query(by=people.SETTER, key=key, site="site", text="DL2 or DL1?")
    evaluator = as_role("evaluator")
    assert b"DL2" not in evaluator.get("/queries/").content
    assert evaluator.get(f"/queries/{made.seq}/").status_code == 404


def test_a_verified_value_that_changes_is_no_longer_verified(as_role, records):
    row = CurrentValue.objects.get(item="head_area")
    monitor = as_role("monitor")
    monitor.post("/verify/P-001/BL/", {"value": [f"{row.pk}:{row.seq}"]})
    assert CurrentValue.objects.get(item="head_area").verified
    people.set_values("PASI_Fredriksson", {"head_area": "2"}, visit="BL")
    assert not CurrentValue.objects.get(item="head_area").verified
    assert Event.objects.filter(kind="sdv.voided").count() == 1


def test_a_value_that_changed_since_the_page_was_shown_is_not_verified(as_role, records):
    row = CurrentValue.objects.get(item="head_area")
    people.set_values("PASI_Fredriksson", {"head_area": "2"}, visit="BL")
    as_role("monitor").post("/verify/P-001/BL/", {"value": [f"{row.pk}:{row.seq}"]})
    assert not CurrentValue.objects.get(item="head_area").verified


def test_a_signature_is_bound_to_what_was_shown_and_lapses_visibly_with_a_change(records):
    shown = shown_at("P-001", "BL")
    by = people.SETTER
    actions.sign(
        by=by, shown=shown, site="site", meaning="I have read this.", name="I. Invented", proof="password"
    )
    assert [(each.name, each.voided) for each in signatures("P-001")] == [("I. Invented", 0)]
    people.set_values("PASI_Fredriksson", {"head_area": "3"}, visit="BL")
    assert [each.voided for each in signatures("P-001")] == [1]
    assert shown_at("P-001", "BL").digest != shown.digest


def test_unlocking_needs_a_reason_and_both_acts_stand_in_the_trail(as_role, records):
    manager = as_role("data manager")
    manager.post("/locks/", {"level": "locked", "participant": "P-001", "visit": "BL"})
    assert CurrentLock.objects.get().level == "locked"
    refused = manager.post(
        "/locks/", {"level": "unlocked", "participant": "P-001", "visit": "BL", "reason": " "}
    )
    assert refused.status_code == 422
    manager.post(
        "/locks/",
        {"level": "unlocked", "participant": "P-001", "visit": "BL", "reason": "typing error found"},
    )
    assert not CurrentLock.objects.exists()
    assert [event.kind for event in events(kind__startswith="lock.")] == ["lock.locked", "lock.unlocked"]


def test_a_late_visit_is_proposed_as_a_deviation_once_and_judged_by_a_person(as_role, records):
    people.set_values("injection", {"date": "2024-02-06"}, visit="D0", repeat="L1")
    people.set_values("visits", {"date": "2024-02-06", "status": "done"}, visit="D0")
    people.set_values("visits", {"date": "2024-02-25", "status": "done"}, visit="W1")
    investigator = as_role("investigator")
    for _ in range(2):
        page = investigator.get("/deviations/").content.decode()
    assert "W1 took place on day 19, 10 days after its window" in page
    proposed = [event for event in events(kind="deviation.proposed") if event.key.visit == "W1"]
    assert len(proposed) == 1
    name = proposed[0].payload["deviation"]
    assert investigator.post(f"/deviations/{name}/", {"act": "confirmed"}).status_code == 422
    investigator.post(f"/deviations/{name}/", {"act": "confirmed", "weight": "minor", "reason": "snow"})
    assert "confirmed, minor" in investigator.get("/deviations/").content.decode()


def test_a_deviation_that_no_longer_follows_from_the_records_says_so(as_role, records):
    people.set_values("injection", {"date": "2024-02-06"}, visit="D0", repeat="L1")
    people.set_values("visits", {"date": "2024-02-25", "status": "done"}, visit="W1")
    investigator = as_role("investigator")
    investigator.get("/deviations/")
    people.set_values("visits", {"date": "2024-02-13"}, visit="W1")
    assert "no longer follows" in investigator.get("/deviations/").content.decode()
