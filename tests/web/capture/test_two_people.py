"""Two people on one form, branches that close, drafts, languages: nothing is lost, nothing changes unseen."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.records.log.event import Key
from firstdose.web.audit.models import CurrentQuery, CurrentRecord, CurrentValue, Event
from firstdose.web.audit.reading import current_state, events
from firstdose.web.capture.models import Draft
from tests.web import people
from tests.web.capture.test_records import CONSENT, DEMOGRAPHICS, LESION, texts
from tests.web.entering import Inputs, address, enter_record, faults_of, fill, inputs_of

AT = address("P-001", "SCR", "demographics")
EVENT = {
    "term": "headache", "grade": "1", "onset": "2024-02-08", "ongoing": "no", "end": "2024-02-09", "outcome": "recovered",
    "serious": "no", "related_cells": "unlikely", "related_procedure": "unlikely", "related_biopsy": "unlikely",
    "related_disease": "unlikely",
}  # fmt: skip


@pytest.fixture
def two(as_role):
    people.add_participant(site="S1")
    first, second = as_role("coordinator"), as_role("investigator")
    assert enter_record(first, "P-001", "SCR", "informed_consent", "", CONSENT).status_code == 302
    return first, second


def age():
    return texts("demographics").get("age")


def test_whoever_saves_second_sees_both_values_and_must_choose(two):
    first, second = two
    mine, theirs = inputs_of(first, AT), inputs_of(second, AT)
    second.post(AT, fill(theirs, DEMOGRAPHICS | {"age": "44"}) | {"do": "save"})
    answer = first.post(AT, fill(mine, DEMOGRAPHICS) | {"do": "save"})
    assert answer.status_code == 422
    assert any("FD-W043" in each and "44" in each for each in faults_of(answer))
    assert age() == "44"
    page = Inputs(answer.content.decode())
    still = first.post(AT, page.sent | {"do": "save"})
    assert (still.status_code, age()) == (422, "44")
    unsure = first.post(AT, page.sent | {"r--age": "read again", "do": "save"})
    assert (unsure.status_code, age()) == (422, "44")
    choice = next(each for each in page.choices["x--age"] if each.startswith("mine"))
    done = first.post(AT, page.sent | {"x--age": choice, "r--age": "read again", "do": "save"})
    assert (done.status_code, age()) == (302, "33")


def test_whoever_chooses_theirs_changes_nothing(two):
    first, second = two
    mine, theirs = inputs_of(first, AT), inputs_of(second, AT)
    second.post(AT, fill(theirs, DEMOGRAPHICS | {"age": "44"}) | {"do": "save"})
    page = Inputs(first.post(AT, fill(mine, DEMOGRAPHICS) | {"do": "save"}).content.decode())
    before = Event.objects.count()
    choice = next(each for each in page.choices["x--age"] if each.startswith("theirs"))
    done = first.post(AT, page.sent | {"x--age": choice, "do": "save"})
    assert (done.status_code, age(), Event.objects.count()) == (302, "44", before)


def test_an_old_page_never_puts_an_old_value_back(two):
    first, second = two
    enter_record(first, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    old = inputs_of(first, AT)
    enter_record(second, "P-001", "SCR", "demographics", "", {"age": "44"}, reason="passport")
    answer = first.post(AT, fill(old, {"ethnicity": "not told"}) | {"do": "save"})
    assert age() == "44"
    assert answer.status_code == 422


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_of_two_people_each_saved_value_follows_from_the_one_its_author_saw(two, seed):
    chance = np.random.default_rng(seed)
    pages = [None, None]
    for step in range(8):
        who = int(chance.integers(2))
        if pages[who] is None or chance.random() < 0.3:
            pages[who] = inputs_of(two[who], AT)
            continue
        typed = {"sex": "male", "age": str(20 + step), "birth_year": str(1970 + int(chance.integers(3)))}
        sent = fill(pages[who], typed) | {"reason_for_all": "read again", "same": "yes", "do": "save"}
        answer = two[who].post(AT, sent)
        pages[who] = None if answer.status_code == 302 else Inputs(answer.content.decode())
    for item in ("sex", "age", "birth_year"):
        told = [each.payload for each in events(form="demographics", item=item)]
        olds, news = [each["old"] for each in told], [each["new"] for each in told]
        assert olds == ["", *news[:-1]]


def test_the_log_itself_refuses_a_save_that_another_one_overtook(two, monkeypatch):
    from firstdose.web.capture import actions

    first, second = two
    page, real = inputs_of(first, AT), actions.append

    def overtaken(new, **told):
        monkeypatch.setattr(actions, "append", real)
        enter_record(second, "P-001", "SCR", "demographics", "", DEMOGRAPHICS | {"age": "44"})
        return real(new, **told)

    monkeypatch.setattr(actions, "append", overtaken)
    answer = first.post(AT, fill(page, DEMOGRAPHICS) | {"do": "save"})
    assert (answer.status_code, age()) == (409, "44")
    assert Inputs(answer.content.decode()).sent["v--age"] == "33"


def test_an_answer_that_closes_an_item_never_blanks_it_unasked(two):
    first, _ = two
    assert enter_record(first, "P-001", "", "adverse_events", "new", EVENT).status_code == 302
    at = address("P-001", "", "adverse_events", "1")
    changes = {"ongoing": "yes", "outcome": "recovering"}
    sent = fill(inputs_of(first, at), changes, "1") | {
        "reason_for_all": "still there",
        "same": "yes",
        "do": "save",
    }
    answer = first.post(at, sent)
    assert any("FD-W044" in each for each in faults_of(answer))
    assert texts("adverse_events", "1")["end"] == "2024-02-09"
    again = Inputs(answer.content.decode()).sent | {"do": "save", "same": "yes"}
    assert first.post(at, again | {"c-1-end": "clear"}).status_code == 302
    assert texts("adverse_events", "1")["end"] == ""
    assert (
        events(form="adverse_events", item="end", kind="value.cleared").__next__().payload["reason"]
        == "still there"
    )


def test_a_value_that_is_kept_though_not_asked_opens_a_query(two):
    first, _ = two
    enter_record(first, "P-001", "", "adverse_events", "new", EVENT)
    at = address("P-001", "", "adverse_events", "1")
    changes = {"ongoing": "yes", "outcome": "recovering"}
    sent = fill(inputs_of(first, at), changes, "1") | {
        "reason_for_all": "still there",
        "same": "yes",
        "do": "save",
    }
    page = Inputs(first.post(at, sent | {"c-1-end": "keep"}).content.decode())
    kept = {name: "came back" for name in page.offered if name.startswith("k-")}
    answer = first.post(at, page.sent | kept | {"do": "save", "same": "yes"})
    assert answer.status_code == 302, faults_of(answer)
    assert texts("adverse_events", "1")["end"] == "2024-02-09"
    assert CurrentQuery.objects.filter(item="end", code="FD-R074").exists()


def test_a_draft_is_no_record_and_comes_back_until_it_is_saved(two):
    first, second = two
    page = inputs_of(first, AT)
    first.post(AT, fill(page, {"age": "3,5"}) | {"do": "draft"})
    assert not CurrentRecord.objects.filter(form="demographics").exists()
    shown = first.get(AT).content.decode()
    assert "not saved yet" in shown
    assert Inputs(shown).sent["v--age"] == "3,5"
    assert Inputs(second.get(AT).content.decode()).sent["v--age"] == ""
    enter_record(first, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    assert not Draft.objects.exists()


def test_while_one_types_the_server_says_what_is_asked_computed_and_wrong_and_saves_nothing(two):
    first, _ = two
    at = address("P-001", "BL", "lesion_map", "new")
    sent = fill(inputs_of(first, at), LESION | {"short_diameter": "9.9"}, "new")
    shown = first.post(
        "/preview/P-001/BL/lesion_map/new/", sent, headers={"HX-Request": "true"}
    ).content.decode()
    assert "49.76 cm2" in shown
    assert "longer than the longest" in shown
    assert not CurrentRecord.objects.filter(form="lesion_map").exists()
    assert Draft.objects.exists()


def test_an_item_opens_in_the_preview_when_an_answer_asks_for_it(two):
    first, _ = two
    at = address("P-001", "", "adverse_events", "new")
    page = inputs_of(first, at)
    shown = first.post(
        "/preview/P-001/-/adverse_events/new/", fill(page, {"serious": "no"}, "new")
    ).content.decode()
    assert 'id="d-new-serious_criterion" hx-swap-oob="true"' in shown
    assert "not asked" in shown


def test_persian_digits_are_read_on_a_persian_page_and_refused_on_an_english_one(two):
    first, _ = two
    assert (
        enter_record(first, "P-001", "SCR", "demographics", "", DEMOGRAPHICS | {"age": "۳۳"}).status_code
        == 422
    )
    first.cookies["django_language"] = "fa"
    assert (
        enter_record(first, "P-001", "SCR", "demographics", "", DEMOGRAPHICS | {"age": "۳۳"}).status_code
        == 302
    )
    row = CurrentValue.objects.get(form="demographics", item="age")
    assert (row.text, row.raw) == ("33", "۳۳")
    first.cookies["django_language"] = "en"
    assert inputs_of(first, AT).sent["v--age"] == "33"


def test_a_struck_record_stays_readable_takes_no_values_and_can_be_restored(two):
    first, _ = two
    enter_record(first, "P-001", "", "adverse_events", "new", EVENT)
    at = "/strike/P-001/-/adverse_events/1/"
    assert first.post(at, {"reason": "  ", "do": "strike"}).status_code == 422
    assert first.post(at, {"reason": "entered twice", "do": "strike"}).status_code == 302
    assert "<del>headache</del>" in first.get("/participants/P-001/-/adverse_events/").content.decode()
    assert current_state().records[Key("P-001", "", "adverse_events", "1")].struck
    assert first.post(at, {"reason": "it was not", "do": "restore"}).status_code == 302
    assert not current_state().records[Key("P-001", "", "adverse_events", "1")].struck


def test_a_visit_outside_its_window_is_saved_only_with_a_reason(two):
    first, _ = two
    people.set_values("injection", {"date": "2024-02-06"}, visit="D0", repeat="L1")
    late = {"date": "2024-02-20", "status": "done"}
    answer = enter_record(first, "P-001", "W1", "visits", "", late)
    assert any("FD-R063" in each for each in faults_of(answer))
    assert enter_record(first, "P-001", "W1", "visits", "", late, keep="storm").status_code == 302


def test_a_missed_visit_says_why(two):
    first, _ = two
    assert enter_record(first, "P-001", "W1", "visits", "", {"status": "missed"}).status_code == 422
    answer = enter_record(first, "P-001", "W1", "visits", "", {"status": "missed", "reason": "ill"})
    assert answer.status_code == 302, faults_of(answer)


def test_a_frozen_visit_takes_no_entries(two):
    from firstdose.records.log.event import NewEvent
    from firstdose.web.audit.append import append

    first, _ = two
    append([NewEvent(kind="lock.frozen", key=Key("P-001", "SCR"), site="S1")], by=people.SETTER)
    answer = enter_record(first, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    assert answer.status_code == 422
    assert age() is None


def test_another_text_on_a_page_that_was_sent_already_is_not_taken_for_a_retry(two):
    first, _ = two
    page = inputs_of(first, AT)
    first.post(AT, fill(page, DEMOGRAPHICS) | {"do": "save"})
    answer = first.post(AT, fill(page, DEMOGRAPHICS | {"age": "50"}) | {"do": "save"})
    assert (answer.status_code, age()) == (422, "33")


def test_an_old_page_of_a_new_record_never_makes_a_second_one(two):
    first, _ = two
    at = address("P-001", "", "adverse_events", "new")
    page = inputs_of(first, at)
    first.post(at, fill(page, {"term": "headache"}, "new") | {"do": "save"})
    answer = first.post(at, fill(page, {"term": "head ache"}, "new") | {"do": "save"})
    assert any("FD-W055" in each for each in faults_of(answer))
    assert CurrentRecord.objects.filter(form="adverse_events").count() == 1


def test_a_value_outside_of_the_choices_of_today_is_shown_and_stays(two):
    first, _ = two
    people.set_values("demographics", {"sex": "not recorded then"}, visit="SCR")
    before = Event.objects.count()
    assert inputs_of(first, AT).sent["v--sex"] == "not recorded then"
    assert enter_record(first, "P-001", "SCR", "demographics", "", {}, do="save").status_code == 302
    assert Event.objects.count() == before


def test_a_draft_that_arrives_after_its_page_was_saved_is_dropped(two):
    first, _ = two
    sent = fill(inputs_of(first, AT), DEMOGRAPHICS)
    first.post(AT, sent | {"do": "save"})
    first.post("/preview/P-001/SCR/demographics/", sent)
    assert Draft.objects.exists()
    assert "not saved yet" not in first.get(AT).content.decode()
    assert not Draft.objects.exists()


def test_a_late_draft_of_a_new_record_does_not_become_a_second_one(two):
    first, _ = two
    at = address("P-001", "", "adverse_events", "new")
    sent = fill(inputs_of(first, at), {"term": "headache"}, "new")
    first.post(at, sent | {"do": "save"})
    first.post("/draft/P-001/-/adverse_events/new/", sent)
    assert inputs_of(first, at).sent["v-new-term"] == ""
