"""Forms by their real pages: what is typed, refused, asked, kept and saved."""

from __future__ import annotations

import pytest

from firstdose.records.log.event import Key
from firstdose.web.audit.models import CurrentQuery, CurrentRecord, CurrentValue, Event
from firstdose.web.audit.reading import current_state
from tests.web import people
from tests.web.entering import Inputs, address, enter_record, enter_sheet, faults_of, fill, inputs_of

CONSENT = {"consent_date": "2024-01-25", "version": "1.0"}
DEMOGRAPHICS = {"sex": "male", "age": "33"}
LESION = {
    "site": "elbow",
    "laterality": "right",
    "long_diameter": "6.4",
    "short_diameter": "5.1",
    "role": "treated",
}


@pytest.fixture
def coordinator(as_role):
    people.add_participant(site="S1")
    return as_role("coordinator")


@pytest.fixture
def consented(coordinator):
    answer = enter_record(coordinator, "P-001", "SCR", "informed_consent", "", CONSENT)
    assert answer.status_code == 302, faults_of(answer)
    return coordinator


def texts(form, repeat="", participant="P-001"):
    rows = CurrentValue.objects.filter(participant=participant, form=form, repeat=repeat)
    return {row.item: row.text for row in rows}


def test_a_form_saves_what_was_typed_and_says_that_it_is_complete(consented):
    assert texts("informed_consent") == CONSENT
    assert CurrentRecord.objects.get(form="informed_consent").completed


def test_nothing_is_entered_before_consent_is_recorded(coordinator):
    answer = enter_record(coordinator, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    assert answer.status_code == 422
    assert any("FD-W045" in each for each in faults_of(answer))
    assert not CurrentRecord.objects.filter(form="demographics").exists()


def test_a_hard_fault_refuses_the_whole_save_and_keeps_all_that_was_typed(consented):
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", {"sex": "male", "age": "3,5"})
    assert answer.status_code == 422
    page = Inputs(answer.content.decode())
    assert (page.sent["v--age"], page.sent["v--sex"]) == ("3,5", "male")
    assert not CurrentValue.objects.filter(form="demographics").exists()


def test_a_soft_fault_is_kept_with_a_reason_and_opens_a_query(consented):
    typed = DEMOGRAPHICS | {"age": "133"}
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", typed)
    assert answer.status_code == 422
    assert not CurrentValue.objects.filter(form="demographics").exists()
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", typed, keep="so the passport says")
    assert answer.status_code == 302, faults_of(answer)
    query = CurrentQuery.objects.get()
    assert (query.item, query.source, query.code, query.status) == ("age", "check", "FD-R032", "open")


def test_a_reason_for_one_fault_does_not_keep_another(consented):
    at = address("P-001", "SCR", "demographics")
    page = inputs_of(consented, at)
    again = Inputs(consented.post(at, fill(page, DEMOGRAPHICS | {"age": "133"})).content.decode())
    answer = consented.post(at, fill(again, {"age": "144"}) | {"k--age": "as in the passport"})
    assert answer.status_code == 422


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_change_needs_a_reason_and_blanks_are_none(consented, reason):
    enter_record(consented, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", {"age": "34"}, reason=reason)
    assert answer.status_code == 422
    assert texts("demographics")["age"] == "33"


def test_only_changed_values_make_events_and_the_reason_stands_in_them(consented):
    enter_record(consented, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    before = Event.objects.count()
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", {"age": "34"}, reason="misread")
    assert answer.status_code == 302
    assert Event.objects.count() == before + 1
    assert current_state().values[Key("P-001", "SCR", "demographics", "", "age")].reason == "misread"


def test_a_value_that_is_taken_away_is_cleared_with_its_reason(consented):
    enter_record(consented, "P-001", "SCR", "demographics", "", DEMOGRAPHICS | {"birth_year": "1990"})
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", {"birth_year": ""}, reason="not his")
    assert answer.status_code == 302, faults_of(answer)
    assert Event.objects.order_by("-seq").first().kind == "value.cleared"


def test_a_missing_value_has_a_code_and_a_reason(consented):
    answer = enter_record(
        consented, "P-001", "SCR", "demographics", "", {"sex": "male", "age": "UNK: no papers"}
    )
    assert answer.status_code == 302, faults_of(answer)
    assert texts("demographics")["age"] == "UNK: no papers"


def test_a_form_is_not_complete_while_a_required_value_is_open(consented):
    answer = enter_record(consented, "P-001", "SCR", "demographics", "", {"sex": "male"})
    assert answer.status_code == 422
    assert any("FD-W042" in each for each in faults_of(answer))
    assert (
        enter_record(consented, "P-001", "SCR", "demographics", "", {"sex": "male"}, do="save").status_code
        == 302
    )


def test_lesions_get_numbers_and_their_forms_stand_side_by_side(consented):
    for _ in range(2):
        answer = enter_record(consented, "P-001", "BL", "lesion_map", "new", LESION)
        assert answer.status_code == 302, faults_of(answer)
    assert texts("lesion_map", "L2")["site"] == "elbow"
    records = {lesion: {"plaque_severity": "3"} for lesion in ("L1", "L2")}
    answer = enter_sheet(consented, "P-001", "BL", "plaque_severity", records)
    assert answer.status_code == 302, faults_of(answer)
    assert texts("plaque_severity", "L2") == {"plaque_severity": "3"}


def test_a_double_submit_leaves_one_record(consented):
    at = address("P-001", "", "adverse_events", "new")
    sent = fill(inputs_of(consented, at), {"term": "headache"}, "new") | {"do": "save"}
    first, second = consented.post(at, sent), consented.post(at, sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert CurrentRecord.objects.filter(form="adverse_events").count() == 1
