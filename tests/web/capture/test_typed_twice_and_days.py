"""Values typed twice, days against the server's clock, and values against the visit before, by the real pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from firstdose.records.log.event import Key
from firstdose.web.audit.models import CurrentQuery, CurrentValue, Event
from firstdose.web.audit.reading import events
from firstdose.web.capture import schedule
from firstdose.web.capture.models import Draft
from tests.web import people
from tests.web.capture.test_records import CONSENT, DEMOGRAPHICS, LESION, texts
from tests.web.entering import Inputs, address, enter_record, enter_sheet, faults_of, fill, inputs_of

PLACE = ["P-001", "SCR", "demographics"]
AT = address(*PLACE)
MORE = """  idle: 30
  twice: demographics.age skin_thickness
  entered_within: 5
  usual: |
    item              values    times  by
    demographics.age  18 .. 75  .      .
"""


@pytest.fixture
def clerk(db, monkeypatch):
    people.activate(people.protocol_text().replace("  idle: 30\n", MORE))
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    monkeypatch.setattr(schedule, "now", lambda: datetime(2024, 2, 1, 12, tzinfo=UTC))
    return people.client_of("coordinator")


def save(client, values, **more):
    return client.post(AT, fill(inputs_of(client, AT), values) | more | {"do": "save"})


def test_a_value_that_is_typed_twice_is_stored_once_and_the_log_says_so(clerk):
    answer = save(clerk, DEMOGRAPHICS, **{"o--age": "33"})
    assert answer.status_code == 302, faults_of(answer)
    assert texts("demographics") == DEMOGRAPHICS
    told = {event.key.item: event.payload for event in events(kind="value.set", form="demographics")}
    assert told["age"]["twice"] == "yes"
    assert "twice" not in told["sex"]
    assert Event.objects.filter(form="demographics", kind="value.set").count() == 2


def test_two_typings_that_differ_refuse_the_save_and_both_are_told(clerk):
    answer = save(clerk, DEMOGRAPHICS, **{"o--age": "43"})
    assert answer.status_code == 422
    assert any("first 33, then 43" in each and "FD-W059" in each for each in faults_of(answer))
    page = Inputs(answer.content.decode())
    assert (page.sent["v--age"], page.sent["o--age"]) == ("33", "")
    assert not CurrentValue.objects.filter(form="demographics").exists()


def test_a_second_box_that_agrees_keeps_its_text_while_something_else_is_mended(clerk):
    answer = save(clerk, {"age": "15"}, **{"o--age": "15"})
    assert any("FD-R077" in each for each in faults_of(answer))
    assert Inputs(answer.content.decode()).sent["o--age"] == "15"


def test_an_empty_second_box_refuses_the_save(clerk):
    answer = save(clerk, DEMOGRAPHICS)
    assert any("FD-W060" in each for each in faults_of(answer))


def test_one_number_may_be_written_in_two_ways(clerk):
    assert save(clerk, DEMOGRAPHICS, **{"o--age": "33.0"}).status_code == 302


def test_what_stands_or_has_no_value_is_not_typed_again(clerk):
    assert save(clerk, DEMOGRAPHICS, **{"o--age": "33"}).status_code == 302
    answer = save(clerk, {"sex": "female"}, **{"r--sex": "misread"})
    assert answer.status_code == 302, faults_of(answer)
    answer = save(clerk, {"age": "UNK: not told"}, **{"r--age": "taken back"})
    assert answer.status_code == 302, faults_of(answer)


def test_the_second_box_is_kept_in_the_draft(clerk):
    sent = fill(inputs_of(clerk, AT), DEMOGRAPHICS) | {"o--age": "33"}
    assert clerk.post(reverse("draft", args=PLACE), sent).status_code == 200
    assert Draft.objects.count() == 1
    assert inputs_of(clerk, AT).sent["o--age"] == "33"


def test_the_second_box_has_a_label_of_its_own_and_chosen_answers_have_none(clerk):
    page = clerk.get(AT).content.decode()
    assert '<label for="o--age">' in page
    assert "o--sex" not in page
    assert "o--age" not in Inputs(people.client_of("monitor").get(AT).content.decode()).offered


def test_typing_is_not_interrupted_by_the_box_that_is_still_empty(clerk):
    sent = fill(inputs_of(clerk, AT), DEMOGRAPHICS)
    assert "FD-W060" not in clerk.post(reverse("preview", args=PLACE), sent).content.decode()
    told = clerk.post(reverse("preview", args=PLACE), sent | {"o--age": "34"}).content.decode()
    assert "first 33, then 34" in told


def test_a_day_that_is_still_to_come_is_asked_about_and_kept_with_a_reason(clerk):
    typed = {"status": "done", "date": "2024-02-02"}
    answer = enter_record(clerk, "P-001", "SCR", "visits", "", typed)
    assert any("FD-W057" in each and "2024-02-01" in each for each in faults_of(answer))
    answer = enter_record(
        clerk, "P-001", "SCR", "visits", "", typed, keep="the clock of the server is behind"
    )
    assert answer.status_code == 302, faults_of(answer)
    assert {row.code for row in CurrentQuery.objects.all()} == {"FD-W057"}


@pytest.mark.parametrize(("day", "asked"), [("2024-01-27", False), ("2024-01-26", True)])
def test_a_visit_that_is_entered_late_is_asked_about(clerk, day, asked):
    answer = enter_record(clerk, "P-001", "SCR", "visits", "", {"status": "done", "date": day})
    assert any("FD-W058" in each for each in faults_of(answer)) is asked
    assert answer.status_code == (422 if asked else 302)


def test_without_the_options_there_is_no_second_box_and_no_word_on_late_entry(as_role):
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    client = as_role("coordinator")
    assert not [name for name in inputs_of(client, AT).offered if name.startswith("o-")]
    typed = {"status": "done", "date": "2024-01-26"}
    assert enter_record(client, "P-001", "SCR", "visits", "", typed).status_code == 302


def test_a_number_far_from_the_visit_before_is_asked_about_at_its_box(clerk):
    for visit, date in (("BL", "2024-01-29"), ("M3", "2024-04-29")):
        people.set_values("visits", {"status": "done", "date": date}, visit=visit)
    people.set_values("lesion_map", LESION, visit="BL", repeat="L1")
    people.set_values("histology", {"epidermal_thickness": "320"}, visit="BL", repeat="L1")
    typed = {"L1": {"epidermal_thickness": "0.32"}}
    answer = enter_sheet(clerk, "P-001", "M6", "histology", typed, do="save")
    told = [each for each in faults_of(answer) if "FD-R075" in each]
    assert len(told) == 1
    assert "320 um at BL" in told[0]
    answer = enter_sheet(clerk, "P-001", "M6", "histology", typed, do="save", keep="it is a scar now")
    assert answer.status_code == 302, faults_of(answer)
    query = CurrentQuery.objects.get(code="FD-R075")
    assert Key(query.participant, query.visit, query.form, query.repeat, query.item) == Key(
        "P-001", "M6", "histology", "L1", "epidermal_thickness"
    )
