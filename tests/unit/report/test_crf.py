"""Case report forms from the protocol: everything is asked, everything on record is shown, nothing hidden is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from firstdose.protocol.identity import compute_identity
from firstdose.protocol.model_of_capture import Branch
from firstdose.protocol.names import forms
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.study import read_study
from firstdose.report.crf import build_annotated_crf, build_blank_crf, build_filled_crf
from firstdose.report.html import render_html
from firstdose.report.pdf import render_pdf
from firstdose.report.tree import Paragraph, Section, Table, walk
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial
from tests.log_of_study import DOCTOR, Trail

STAMP = datetime(2026, 1, 1, tzinfo=UTC)
ANN = "INV-001"
SIGN = Key(ANN, "BL", "PASI_Fredriksson", "", "head_erythema")


@cache
def trail() -> Trail:
    """The seed trial, with one value changed twice, a query, a signature and a struck record."""
    kept = Trail()
    kept.add_tables(seed_trial().tables, PROTOCOL)
    kept.set(SIGN, "4", reason="misread in the source", by=DOCTOR)
    kept.set(SIGN, "1", reason="the other arm", by=DOCTOR)
    kept.add(NewEvent(kind="query.opened", key=SIGN, payload={"query": "1", "text": "Sure?"}))
    kept.add(NewEvent(kind="query.answered", key=SIGN, payload={"query": "1", "text": "Yes."}))
    signed = {"meaning": "reviewed", "name": "Doctor One", "digest": "ab" * 32}
    kept.add(NewEvent(kind="sign.made", key=Key(ANN, "SCR"), payload=signed), by=DOCTOR)
    struck = Key(ANN, "", "adverse_events", "9")
    kept.record(struck, {"term": "entered twice"})
    kept.add(NewEvent(kind="repeat.struck", key=struck, payload={"reason": "entered twice"}))
    kept.record(Key(ANN, "UNS1", "DLQI"), {"item_1": "2"})
    return kept


@cache
def filled():
    return build_filled_crf(PROTOCOL, trial_state(), ANN, events=trail().events)


def trial_state():
    return trail().state


def tables(report):
    return [block for block in walk(report.blocks) if isinstance(block, Table)]


def words(report) -> str:
    """Every word of the tree."""
    said = [cell for table in tables(report) for row in table.rows for cell in row]
    said += [block.spans for block in walk(report.blocks) if isinstance(block, Paragraph)]
    titles = [block.title for block in walk(report.blocks) if isinstance(block, Section)]
    return "\n".join([*titles, *(span.text for spans in said for span in spans)])


def rows_of(report, label: str) -> list[list[str]]:
    return [
        ["".join(span.text for span in cell) for cell in row]
        for table in tables(report)
        for row in table.rows
        if "".join(span.text for span in row[0]) == label
    ]


def test_a_blank_form_asks_for_every_item_at_every_visit_of_the_schedule() -> None:
    report = build_blank_crf(PROTOCOL)
    by_id = {block.id: block for block in walk(report.blocks) if isinstance(block, Table)}
    for row in PROTOCOL.schedule:
        form = forms(PROTOCOL)[row.activity]
        for visit in ["any"] if form.repeats else row.at:
            asked = [
                cells[0][0].text.partition("\n")[0].removesuffix(" *")
                for cells in by_id[f"t-{visit}-{form.name}"].rows
            ]
            assert asked[-len(form.items) :] == [item.label for item in form.items], (visit, form.name)


def test_a_blank_form_has_room_for_three_lesions_and_lines_to_sign() -> None:
    report = build_blank_crf(PROTOCOL)
    injection = next(table for table in tables(report) if table.id == "t-D0-injection")
    assert [column.title for column in injection.columns] == ["item", "takes", *["plaque ____"] * 3]
    signed = [table.id for table in tables(report) if table.title == "Signatures"]
    assert [f"t-sign-{visit.visit}" for visit in PROTOCOL.visits] == signed[: len(PROTOCOL.visits)]


def test_boxes_have_the_shape_of_the_answer() -> None:
    report = build_blank_crf(PROTOCOL)
    assert rows_of(report, "PASI at screening *")[0][1:] == ["☐☐.☐", "points, 0 to 72, 1 decimal"]
    assert rows_of(report, "sex *")[0][1] == "☐ male   ☐ female"
    assert rows_of(report, "date of signature *")[0][1] == "☐☐☐☐-☐☐-☐☐"


def test_each_page_names_trial_version_and_identity() -> None:
    report = build_blank_crf(PROTOCOL)
    assert (report.trial, report.page_per_section) == (PROTOCOL.trial.id, True)
    assert (
        report.status
        == f"protocol version {PROTOCOL.trial.version}, identity {compute_identity(PROTOCOL)[:12]}"
    )


def test_skip_logic_is_printed_beside_the_item() -> None:
    branch = Branch(activity="adverse_events", item="serious_criterion", rule="serious")
    assert "why serious\nonly where serious" in words(build_blank_crf(replace(PROTOCOL, branching=(branch,))))


def test_an_annotated_form_names_sdtm_variables_and_our_own() -> None:
    report = build_annotated_crf(PROTOCOL)
    assert rows_of(report, "place as seen now *")[0][-1] == "EX.EXLOC\ninjection.site (code)"
    assert "SDTM domain RS; RSCAT = PASI FREDRIKSSON" in words(report)
    annotated = sum(len(table.rows) for table in tables(report) if table.columns[-1].title == "annotation")
    assert annotated >= sum(len(form.items) for form in forms(PROTOCOL).values())


def test_a_filled_form_shows_every_value_of_the_participant() -> None:
    shown = words(filled())
    own = [(key, value) for key, value in trial_state().values.items() if key.participant == ANN]
    assert own
    assert [key for key, value in own if value.text not in shown] == []
    counted = sum(
        1
        for table in tables(filled())
        for row in table.rows
        if len(row) == 5 and row[1] and row[1][0].text != "–"
    )
    assert counted == len(own)
    assert "INV-002" not in shown


def test_a_changed_value_says_so_with_what_stood_before_and_why() -> None:
    first = trail().events[trial_state().values[SIGN].first - 1].payload["new"]
    _, value, entered, changes, query = rows_of(filled(), "erythema of head")[0]
    assert value == "1: slight"
    assert entered.startswith("doctor.one, 2026-01-05")
    lines = changes.split("\n")
    assert lines[0] == "changed since first entry"
    assert lines[1].startswith(f"was {first}; doctor.one")
    assert lines[1].endswith("(misread in the source)")
    assert lines[2].startswith("was 4; doctor.one")
    assert query == "query answered: Yes."


def test_without_events_a_changed_value_still_says_that_it_changed() -> None:
    report = build_filled_crf(PROTOCOL, trial_state(), ANN)
    assert rows_of(report, "erythema of head")[0][3] == "changed since first entry (the other arm)"


def test_struck_records_and_unplanned_visits_are_shown_as_such() -> None:
    shown = words(filled())
    assert "record 9, struck out" in shown
    assert "UNS1, not planned" in shown
    assert "Doctor One: reviewed, 2026-01-05" in shown


def test_a_study_folder_without_events_fills_the_form_too() -> None:
    state = state_of(PROTOCOL, read_study(TRIAL, PROTOCOL).snapshot)
    report = build_filled_crf(PROTOCOL, state, ANN, invented=True)
    assert report.invented
    assert rows_of(report, "erythema of head")[0][2:4] == ["", ""]


@pytest.mark.parametrize("kind", ["blank", "annotated", "filled"])
def test_hidden_items_are_on_no_page(kind: str) -> None:
    def hide(form: str, item: str) -> bool:
        return form == "injection" or item == "dose_level"

    if kind == "filled":
        report = build_filled_crf(PROTOCOL, trial_state(), ANN, events=trail().events, hide=hide)
    else:
        report = {"blank": build_blank_crf, "annotated": build_annotated_crf}[kind](PROTOCOL, hide=hide)
    shown = words(report)
    assert "dose level" not in shown
    assert "DL1" not in shown
    assert "Injection" not in shown


@pytest.mark.parametrize("kind", ["blank", "annotated", "filled"])
def test_every_kind_is_set_as_page_and_pdf(kind: str) -> None:
    report = (
        filled()
        if kind == "filled"
        else {"blank": build_blank_crf, "annotated": build_annotated_crf}[kind](PROTOCOL)
    )
    assert report.title in render_html(report)
    assert render_pdf(report, STAMP) == render_pdf(report, STAMP)
