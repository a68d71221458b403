"""What can follow from an interim state, against an independent recursion over single outcomes."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from firstdose.catalogue.rule import End
from firstdose.escalation.deciding import decide, decide_line
from firstdose.escalation.following import follow_outcomes
from firstdose.escalation.foreseeing import HALTED, foresee
from firstdose.escalation.notation import Cohort
from firstdose.protocol.model import PlannedStop, Scenario, Sentinel
from tests.unit.escalation.treated import given, left, protocol, seen, snapshot

RATES = (0.2, 0.4)
SCENARIO = Scenario(scenario="true", rates=tuple(map(Decimal, ("0.2", "0.4"))))
BOIN = {"design": "boin", "keys": ()}
STOP = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"), ("alpha", "0.10")))


def brute(rule, known, pending, chance):
    """(level, cause, participants in all) > probability: outcome by outcome, with `chance(level, counts so far)`."""
    found: dict[tuple[int | None, str, int], float] = {}

    def go(cohorts, p, counts):
        followed = follow_outcomes(rule, cohorts)
        if isinstance(followed.step, End):
            level = None if followed.step.cause == HALTED else rule.select(followed.state)
            key = (level, followed.step.cause, len(cohorts))
            found[key] = found.get(key, 0.0) + p
            return
        level, size = followed.step.dose, followed.step.participants
        treat(cohorts, level, size, p, counts)

    def treat(cohorts, level, size, p, counts):
        for toxic in product((False, True), repeat=size):
            now, q = dict(counts), p
            for each in toxic:
                n, y = now[level]
                rate = chance(level, n, y)
                q *= rate if each else 1 - rate
                now[level] = (n + 1, y + each)
            go([*cohorts, *(Cohort(level, (each,)) for each in toxic)], q, now)

    counts = dict.fromkeys(range(rule.doses), (0, 0))
    for cohort in known:
        n, y = counts[cohort.dose]
        counts[cohort.dose] = (n + 1, y + cohort.toxic[0])
    if pending:
        treat(known, pending[0], len(pending), 1.0, counts)
    else:
        go(known, 1.0, counts)
    return found


def as_brute(forecast, entered):
    """The three margins of a forecast, as far as they do not vanish."""
    remaining = {size + entered: p for size, p in forecast.remaining.items()}
    return forecast.selected, forecast.causes, remaining


def margins(found):
    selected, causes, sizes = {}, {}, {}
    for (level, cause, size), p in found.items():
        if cause != HALTED:
            selected[level] = selected.get(level, 0.0) + p
        causes[cause] = causes.get(cause, 0.0) + p
        sizes[size] = sizes.get(size, 0.0) + p
    return selected, causes, sizes


def known(line):
    return [Cohort(int(word[0]) - 1, (mark == "T",)) for word in line.split() for mark in word[1:]]


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("", {"sentinel": None}),
        ("1NNN", {}),
        ("1NNT", {}),
        ("1NNN 2NT", {}),
        ("1NN", BOIN),
        ("1NN", {**BOIN, "sentinel": None}),  # counts that whole cohorts never reach
        ("1N 2NNN", {**BOIN, "sentinel": None}),  # a departure: 1 at the lowest level
        ("1NNT 1N", {**BOIN, "stopping": (STOP,)}),
        ("1NNT", {"design": "crm", "keys": ()}),
    ],
)
def test_a_forecast_is_the_brute_recursion(line, changes):
    planned = protocol(scenarios=(SCENARIO,), **changes)
    decision = decide_line(planned, line)
    assert decision.standing == "treat"
    scenario, averaged = foresee(decision).forecasts
    entered = len(known(line))
    rule = decision.conduct.rule
    exact = margins(brute(rule, known(line), (), lambda level, _n, _y: RATES[level]))
    for found, expected in zip(as_brute(scenario, entered), exact, strict=True):
        assert found == pytest.approx({k: p for k, p in expected.items() if p > 0}, abs=1e-12)
    # Under Beta(1, 1) the next outcome at a level has rate (1 + y) / (2 + n).
    learned = margins(brute(rule, known(line), (), lambda _level, n, y: (1 + y) / (2 + n)))
    for found, expected in zip(as_brute(averaged, entered), learned, strict=True):
        assert found == pytest.approx({k: p for k, p in expected.items() if p > 0}, abs=1e-12)


@pytest.mark.parametrize("changes", [{}, {**BOIN, "sentinel": Sentinel(14, "cohort")}])
def test_pending_outcomes_are_part_of_the_forecast(changes):
    planned = protocol(scenarios=(SCENARIO,), **changes)
    injections = [given("P1", 0), given("P2", 14), given("P3", 14)]
    decision = decide(planned, snapshot(injections, visits=[seen("P1", 28)]))
    assert decision.standing == "wait"
    scenario, averaged = foresee(decision).forecasts
    rule = decision.conduct.rule
    exact = margins(brute(rule, known("1N"), (0, 0), lambda level, _n, _y: RATES[level]))
    for found, expected in zip(as_brute(scenario, 3), exact, strict=True):
        assert found == pytest.approx({k: p for k, p in expected.items() if p > 0}, abs=1e-12)
    learned = margins(brute(rule, known("1N"), (0, 0), lambda _level, n, y: (1 + y) / (2 + n)))
    for found, expected in zip(as_brute(averaged, 3), learned, strict=True):
        assert found == pytest.approx({k: p for k, p in expected.items() if p > 0}, abs=1e-12)


def test_the_mean_rates_are_those_of_the_evaluable():
    [averaged] = foresee(decide_line(protocol(), "1NNT")).forecasts
    assert averaged.rates == pytest.approx((2 / 5, 1 / 2))
    assert averaged.averaged
    assert averaged.expected == pytest.approx(sum(n * p for n, p in averaged.remaining.items()))


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("", ["1: 0 of 1", "1: 1 of 1"]),
        ("1N", ["2: 0 of 2", "1: 1 of 2", "end: 2 of 2"]),
    ],
)
def test_each_outcome_of_those_due_has_its_next_step(line, steps):
    found = foresee(decide_line(protocol(), line)).next_steps
    words = [
        f"{'end' if isinstance(each.step, End) else each.step.dose + 1}: {each.toxic} of {each.of}"
        for each in found
    ]
    assert words == steps


def test_outcomes_of_pending_and_due_participants_of_one_cohort_are_taken_together():
    decision = decide(protocol(), snapshot([given("P1", 0)]))
    assert [each.of for each in foresee(decision).next_steps] == [3, 3, 3, 3]


def test_where_only_outcomes_are_awaited_those_are_looked_at():
    injections = [given("P1", 0), given("P2", 14), given("P3", 14)]
    decision = decide(protocol(), snapshot(injections, visits=[seen("P1", 28)]))
    found = foresee(decision).next_steps
    assert [(each.toxic, each.of, getattr(each.step, "dose", None)) for each in found] == [
        (0, 2, 1),
        (1, 2, 0),
        (2, 2, None),
    ]


def test_who_is_not_evaluable_is_not_foreseen():
    records = snapshot([given("P1", 0), given("P2", 14)], ends=[left("P2", 20)], visits=[seen("P1", 28)])
    decision = decide(protocol(), records)
    [averaged] = foresee(decision).forecasts
    assert min(averaged.remaining) >= 2


def test_nothing_is_foreseen_where_dosing_rests_or_is_complete():
    assert foresee(decide_line(protocol(pause_when="dlt >= 1"), "1T")).forecasts == ()
    assert foresee(decide_line(protocol(), "1TT")).next_steps == ()
