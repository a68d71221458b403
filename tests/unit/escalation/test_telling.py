"""A decision in lines: the verdict, the counts and the trace say the same as the decision."""

from __future__ import annotations

import pytest

from firstdose.escalation.deciding import decide, decide_line
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.telling import decision_as_json, level_counts, tell_decision
from firstdose.protocol.model import PlannedStop
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

STOP = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"), ("alpha", "0.10")))


def lines(decision) -> list[str]:
    return tell_decision(decision, foresee(decision))


@pytest.mark.parametrize(
    ("changes", "line", "first"),
    [
        ({}, "1NNN", "Decision: 1 participant at level 2 (DL2)."),
        ({}, "1TT", "Decision: nobody: escalation is complete."),
        ({"pause_when": "dlt >= 1"}, "1T", "Decision: nobody: dosing rests until a review."),
        ({"stop_when": "dlt >= 1"}, "1T", "Decision: nobody: the trial stops."),
    ],
)
def test_the_first_line_is_the_decision(changes, line, first):
    assert lines(decide_line(protocol(**changes), line))[0] == first


def test_no_level_may_be_recommended():
    assert "Recommended: no level." in lines(decide_line(protocol(), "1TT"))


def test_every_participant_stands_in_one_column_of_the_counts():
    records = snapshot(
        [given("P1", 0), given("P2", 14), given("P3", 14), given("P4", 15), given("P5", 16)],
        visits=[seen("P1", 28)],
        events=[event("P2", 20), event("P3", 20, grade=None)],
        ends=[left("P4", 20)],
    )
    counts = level_counts(decide(protocol(), records), 0)
    assert counts == {
        "treated": 5,
        "evaluable": 2,
        "dlt": 1,
        "watched": 1,
        "not_evaluable": 1,
        "undecided": 1,
    }


def test_a_halt_in_the_forecast_leaves_the_level_to_a_review():
    told = "\n".join(lines(decide_line(protocol(stopping=(STOP,), design="boin", keys=()), "1NNT")))
    assert "left to a review" in told


def test_shares_of_a_forecast_are_told_whole():
    decision = decide_line(protocol(), "1NNN")
    [forecast] = foresee(decision).forecasts
    assert sum(forecast.selected.values()) == pytest.approx(1, abs=1e-12)
    assert sum(forecast.remaining.values()) == pytest.approx(1, abs=1e-12)


def test_a_departure_is_told_with_what_was_due():
    told = lines(decide(protocol(), snapshot([given("P1", 0, "DL2")])))
    assert "Not by the rule: P1, level 2; due was 1 participant at level 1." in told


def test_a_typed_participant_is_called_one():
    told = lines(decide_line(protocol(), "1NNN, 1N"))
    assert "Not by the rule: participant 4, level 1; due was 1 participant at level 2." in told


def test_the_json_names_levels_and_days():
    decision = decide(protocol(), snapshot([given("P1", 0)]))
    written = decision_as_json(decision, foresee(decision))
    assert (written["standing"], written["level"], written["earliest"]) == ("treat", "DL1", str(day(14)))
    assert written["participants_watched"][0]["until"] == str(day(28))
    assert written["issues"] == written["departures"] == written["halts"] == []
