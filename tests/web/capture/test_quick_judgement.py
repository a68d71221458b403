"""What a page is told of its records is what the checks of the whole study say of them; and it is not asked twice."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.derived.scores import score_column
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.names import ADMINISTRATION
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.checking import check_records
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.log.state import State, with_texts
from firstdose.records.log.tables import FIRST_LINE, read_state, records_in_order
from firstdose.records.study import read_study
from firstdose.web.audit.study import Study
from firstdose.web.capture import judging
from firstdose.web.capture.judging import forms_in_sight, judge
from tests.shared import ROOT
from tests.unit.records.invented import ODD
from tests.web import people
from tests.web.capture.test_records import CONSENT, LESION
from tests.web.entering import enter_sheet, faults_of

CHECKS = """
checks: |
  check  activity               rule                                       message
  C1     plaque_score           erythema <= 3                              Erythema above 3 is rare here
  C2     plaque_score           induration < 3 or planned_cells < 3e7 cells  Induration is not expected here
  C3     local_tolerability_mm  pain <= 3 or erythema >= 2                 Pain without redness
"""
ANYBODY = SimpleNamespace(blind=False)


@cache
def study():
    text = people.protocol_text() + CHECKS
    protocol = read_protocol_text(text).protocol
    return Study(protocol, text, compute_identity(protocol), 1)


@cache
def recorded():
    """The rehearsed trial that comes with the package, as the state of a log."""
    return state_of(
        study().protocol, read_study(ROOT / "trials" / "adsc_psoriasis", study().protocol).snapshot
    )


@cache
def pages():
    """Participant and form of everything that is entered on a page of a form."""
    found = {(key.participant, key.form) for key in recorded().records if key.participant}
    return sorted(each for each in found if each[1] not in {ADMINISTRATION, "participants"})


def of_one(state, participant, form):
    """What a page reads of the database: one participant, the forms in sight."""
    names = forms_in_sight(study().protocol, form)
    return State(
        values={k: v for k, v in state.values.items() if k.participant == participant and k.form in names},
        records={k: v for k, v in state.records.items() if k.participant == participant and k.form in names},
    )


def said_of_all(state, records, form):
    """The same by the checks of all records of all participants."""
    snapshot = read_state(study().protocol, state).snapshot
    lines = dict(enumerate(records_in_order(study().protocol, state, form.name), start=FIRST_LINE))
    found = {}
    for issue in check_records(study().protocol, snapshot):
        record = lines.get(issue.place.line) if issue.place.file == f"records/{form.name}.csv" else None
        if record in records and issue.code not in judging._NOT_HERE:
            item = judging._item_of(issue, snapshot, form)
            said = judging._as_objection(issue)
            found.setdefault((record, item), []).append((said.code, said.message, said.remedy, said.weight))
    return found, scores_of_all(snapshot.table(form.name), lines, records, form)


def scores_of_all(table, lines, records, form):
    rows = {lines[line]: row for row, line in enumerate(table["_row"]) if line in lines}
    return {
        (record, score.name): score_column(table, score.compute)[rows[record]]
        for score in form.scores
        if not form.item(score.name)
        for record in records
        if record in rows
    }


@settings(max_examples=25, deadline=None)
@given(told=st.data())
def test_what_a_page_is_told_is_what_the_whole_study_says_of_its_records(told):
    participant, name = told.draw(st.sampled_from(pages()))
    near = sorted(of_one(recorded(), participant, name).values, key=repr)
    own = [key for key in near if key.form == name]
    keys = told.draw(st.lists(st.sampled_from(own) | st.sampled_from(near), max_size=6))
    state = with_texts(recorded(), {key: told.draw(st.sampled_from(ODD)) for key in keys})
    form = study().forms[name]
    records = [key for key in state.records if key.participant == participant and key.form == name]
    page = judge(study(), ANYBODY, form, of_one(state, participant, name), records)
    quick = {
        (key.record, key.item): [(each.code, each.message, each.remedy, each.weight) for each in said]
        for key, said in page.said.items()
    }
    scores = {(each.record, each.name): each.value for each in page.scores}
    whole, scores_of_whole = said_of_all(state, records, form)
    assert {key: sorted(said) for key, said in quick.items()} == {k: sorted(v) for k, v in whole.items()}
    assert scores == scores_of_whole


@pytest.fixture
def desk(as_role):
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    people.set_values("lesion_map", LESION, visit="BL", repeat="L1")
    return as_role("coordinator")


PAGE = "/participants/P-001/BL/plaque_score/"
CALM = {"erythema": "2", "induration": "1", "desquamation": "2"}


def test_the_page_after_a_save_is_judged_by_what_the_save_was_judged_by(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(judging, "check_records", lambda *told: asked.append(told) or check_records(*told))
    answer = enter_sheet(desk, "P-001", "BL", "plaque_score", {"L1": CALM}, keep="seen")
    assert answer.status_code == 302, faults_of(answer)
    judged = len(asked)
    assert judged
    assert desk.get(PAGE).status_code == 200
    assert len(asked) == judged


def test_another_value_is_judged_anew(desk):
    for erythema in ("2", "3", "2"):
        people.set_values("plaque_score", CALM | {"erythema": erythema}, visit="BL", repeat="L1")
        page = desk.get(PAGE).content.decode()
        assert f"<strong>{int(erythema) + 3}" in page


def test_a_page_asks_the_database_as_often_with_many_records_as_with_few(desk):
    people.set_values("plaque_score", CALM, visit="BL", repeat="L1")
    desk.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        desk.get(PAGE)
    for visit in ("W1", "W2", "M1"):
        people.set_values("visits", {"status": "done", "date": "2024-02-01"}, visit=visit)
        people.set_values("plaque_score", CALM, visit=visit, repeat="L1")
    people.add_participant("P-002", site="S1")
    with CaptureQueriesContext(connection) as many:
        desk.get(PAGE)
    assert len(many) == len(few)
