"""The safety board's packet of small trials: what stands in it where dosing goes on, rests, waits, or cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.escalation.deciding import decide
from firstdose.escalation.foreseeing import foresee
from firstdose.protocol.model import PlannedStop, Scenario, Sentinel
from firstdose.report.board import LEFT_THE_RULE, MEMBERS, build_board_packet
from firstdose.report.text import render_text
from firstdose.report.tree import Figure, Table, ToWrite, walk
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Report

FIRST = [given("P1", 0), given("P2", 14), given("P3", 14)]
ALL_SEEN = [seen("P1", 28), seen("P2", 42), seen("P3", 42)]
POOLED = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"),))
EACH = PlannedStop(stop="each", rule="pocock", options=(("p0", "0.10"), ("counts", "each")))


def packet(plan: Protocol, records: Snapshot, cut: int | None = None) -> Report:
    decision = decide(plan, records, None if cut is None else day(cut))
    return build_board_packet(plan, records, decision, foresee(decision))


def rows(report: Report, table_id: str) -> list[list[str]]:
    [table] = [each for each in walk(report.blocks) if isinstance(each, Table) and each.id == table_id]
    return [["".join(getattr(span, "text", "") for span in cell) for cell in row] for row in table.rows]


def ids(report: Report) -> set[str]:
    return {each.id for each in walk(report.blocks) if isinstance(each, (Table, Figure))}


def said(report: Report) -> str:
    return " ".join(render_text(report).split())


def test_where_dosing_goes_on_the_step_and_what_follows_are_told():
    rates = (Decimal("0.05"), Decimal("0.20"))
    plan = protocol(scenarios=(Scenario(scenario="steep", rates=rates),))
    report = packet(plan, snapshot(FIRST, visits=ALL_SEEN))
    assert "What the rule says: 1 participant at level 2 (DL2)." in said(report)
    assert {"t-next", "t-forecast", "f-forecast"} <= ids(report)
    first = rows(report, "t-forecast")[0]
    assert first[0] == "steep: 0.05, 0.20"
    assert abs(sum(float(each) for each in first[1:4]) + float(first[-1]) - 100) < 0.3
    assert rows(report, "t-levels")[0][1:4] == ["3", "3", "0"]


def test_where_dosing_rests_the_reason_stands_and_nothing_is_foreseen():
    plan = protocol(stopping=(POOLED, EACH), pause_when="dlt >= 2")
    events = [event("P1", 10), event("P2", 20)]
    report = packet(plan, snapshot(FIRST, visits=ALL_SEEN, events=events))
    assert "nobody: dosing rests until a review" in said(report)
    assert "t-next" not in ids(report)
    assert "f-boundary" in ids(report)
    assert rows(report, "t-stands")[0] == ["stopping rule 1", "all levels", "2 of 3", "2 of 3; 2 of 4"]
    assert rows(report, "t-stands")[1][1] == "DL1"
    assert rows(report, "t-stands")[-1] == [
        "dosing pauses",
        "all levels",
        "DLT count 2",
        "DLT count is at least 2",
    ]


def test_events_are_counted_by_level_participant_and_lesion():
    events = [
        event("P1", 3, grade=1, lesion="L1"),
        event("P1", 5, grade=3),
        event("P2", 20, grade=2, related_cells="unlikely", serious=True),
    ]
    report = packet(protocol(), snapshot(FIRST, visits=ALL_SEEN, events=events))
    # participants (events): any, grade 3 or more, related, serious, dose-limiting, open
    assert rows(report, "t-events-level")[0] == ["DL1", "2 (3)", "1 (1)", "1 (2)", "1 (1)", "1 (1)", "0"]
    assert rows(report, "t-events-participant")[2] == ["P3", *["0"] * 6]
    assert rows(report, "t-events-lesion") == [["P1 / L1", "1 (1)", "0", "1 (1)", "0", "0", "0"]]
    trace = rows(report, "t-trace")[0]
    assert trace[4] == "yes"
    assert trace[6] == "records/adverse_events.csv:3:1"


def test_an_event_after_the_data_cut_is_not_in_the_packet():
    records = snapshot(FIRST, visits=ALL_SEEN, events=[event("P1", 3, grade=1), event("P1", 25, grade=2)])
    assert rows(packet(protocol(), records, cut=16), "t-events-level")[0][1] == "1 (1)"
    assert rows(packet(protocol(), records), "t-events-level")[0][1] == "1 (2)"


def test_no_event_is_said_in_words():
    report = packet(protocol(), snapshot(FIRST, visits=ALL_SEEN))
    assert "No adverse event of the 3 treated participants is on record" in said(report)
    alone = packet(protocol(), snapshot(FIRST[:1]))
    assert "No adverse event of the treated participant is on record" in said(alone)
    assert "Nobody has been treated." in said(packet(protocol(), snapshot([])))


def test_no_name_of_the_protocol_file_stands_among_the_rules_that_halt():
    plan = protocol(stop_when="deaths >= 1 or related_serious >= 1")
    report = packet(plan, snapshot(FIRST, visits=ALL_SEEN, events=[event("P1", 10, serious=None)]))
    [stands] = rows(report, "t-stands")
    assert stands[0] == "the trial stops"
    assert stands[2] == "death count 0, related serious event count 0 to 1"
    assert stands[3] == "death count is at least 1 or related serious event count is at least 1"


def test_the_rule_is_told_with_everything_that_is_waited_for():
    """The same sentences as in the design appendix of the protocol."""
    plan = protocol(sentinel=Sentinel(14, "cohort", 7))
    report = packet(plan, snapshot(FIRST, visits=ALL_SEEN))
    for each in (
        "The first participant of each cohort is treated alone for 14 days;",
        "The first administrations of any two participants are at least 7 days apart.",
        "No cohort begins before each participant of the last one was watched for 28 days.",
    ):
        assert each in said(report)


def test_who_is_not_evaluable_is_named_with_the_reason():
    report = packet(protocol(), snapshot(FIRST, visits=ALL_SEEN[:2], ends=[left("P3", 20)]))
    assert rows(report, "t-trace")[2][4:6] == [
        "not evaluable", f"withdrawn on {day(20)}, before the end of the watch on {day(42)}: moved away",
    ]  # fmt: skip
    assert rows(report, "t-levels")[0][1:6] == ["3", "2", "0", "0", "1"]


def test_a_fact_that_is_missing_is_an_open_issue_and_no_forecast_stands():
    report = packet(protocol(), snapshot(FIRST, visits=ALL_SEEN, events=[event("P1", 10, grade=None)]))
    assert "no decision" in said(report)
    assert "FD-E003" in {row[1] for row in rows(report, "t-open")}
    assert "t-forecast" not in ids(report)


def test_a_departure_from_the_rule_is_told_to_the_board():
    records = snapshot([*FIRST[:1], given("P2", 14, level="DL2")], visits=[seen("P1", 28), seen("P2", 42)])
    report = packet(protocol(), records)
    assert rows(report, "t-departures")[0][0] == "P2"
    assert LEFT_THE_RULE in said(report)


def test_every_member_has_a_line_to_sign_and_the_chair_writes_the_decision():
    report = packet(protocol(), snapshot(FIRST, visits=ALL_SEEN))
    [vote] = [each for each in walk(report.blocks) if isinstance(each, Table) and each.id == "t-vote"]
    assert [column.title for column in vote.columns][1:5] == ["go on", "stay", "halt", "stop"]
    assert len(vote.rows) == MEMBERS
    assert all(isinstance(row[0][0], ToWrite) and isinstance(row[-1][0], ToWrite) for row in vote.rows)
    assert "by the chair" in said(report)


def test_invented_records_are_marked():
    plan = protocol()
    records = snapshot(FIRST, visits=ALL_SEEN)
    real = replace(plan, trial=replace(plan.trial, invented=False))
    assert packet(replace(plan, trial=replace(plan.trial, invented=True)), records).invented
    assert packet(real, records).invented == records.invented
