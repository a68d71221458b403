"""The numbers of a design appendix against recursions over single outcomes and values of the source."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from firstdose.catalogue import End, start_state
from firstdose.escalation import appendix as made
from firstdose.escalation import characteristics, exact, length
from firstdose.escalation.appendix import compute_appendix, curves_of, tell_size
from firstdose.escalation.appendix_decisions import early_steps
from firstdose.escalation.appendix_json import appendix_as_json
from firstdose.escalation.certify import certify
from firstdose.escalation.characteristics import characterise
from firstdose.escalation.exact import evaluate
from firstdose.escalation.length import Windows, compute_lengths, waits_of, windows_of
from firstdose.escalation.paths import outcomes
from firstdose.escalation.planned import rule_of
from firstdose.escalation.tables import compile_rule
from firstdose.escalation.words import rule_text
from firstdose.protocol.model import PlannedStop, Sentinel
from firstdose.report.design_words import alike
from firstdose.values.issue import UserError
from tests.reference.designs.escalating import brute_force
from tests.unit.escalation.composed import POOLED, STEEP, composed

SMALL_WORDS = {"design": "three_plus_three", "keys": (), "stopping": ()}


@pytest.fixture(scope="module")
def appendix():
    return compute_appendix(composed(12))


def test_the_composed_rule_halts_with_the_probability_of_the_source():
    """Sentinel, BOIN .25, pooled Pocock stop, 3 levels and 24 participants: 27.17 % at .05 .15 .30."""
    found = compute_appendix(composed()).behaviour
    assert found.exact
    assert found.causes["stopping rule"][0] == pytest.approx(0.2717, abs=5e-5)
    assert found.halts[0] == pytest.approx([0.2717], abs=5e-5)


def test_what_is_recommended_and_why_it_ends_equal_an_independent_recursion(appendix):
    brute = brute_force(appendix.rule, STEEP)
    found = appendix.behaviour
    for level in (*range(3), None):
        column = 3 if level is None else level
        assert found.selected[0, column] == pytest.approx(
            sum(p for (_, at), p in brute.items() if at == level), abs=1e-12
        )
        assert found.unhalted[0, column] == pytest.approx(
            sum(p for (cause, at), p in brute.items() if at == level and cause != "stopping rule"), abs=1e-12
        )
    for cause, chance in found.causes.items():
        assert chance[0] == pytest.approx(sum(p for (why, _), p in brute.items() if why == cause), abs=1e-12)
    assert sum(chance[0] for chance in found.total_size.values()) == pytest.approx(1, abs=1e-12)


def test_several_stopping_rules_share_the_halts_between_them():
    each = PlannedStop(stop="each", rule="pocock", options=(("p0", "0.10"), ("counts", "each")))
    found = compute_appendix(composed(12, stopping=(each, POOLED))).behaviour
    assert found.halts.shape == (1, 2)
    assert found.halts.min() > 0
    assert found.halts.sum() == pytest.approx(found.causes["stopping rule"][0], abs=1e-12)
    assert found.unhalted.sum() + found.halts.sum() == pytest.approx(1, abs=1e-12)


def test_the_decision_table_is_that_of_boin_at_thirty_percent():
    """Escalate at 0 1 2 2, de-escalate from 2 3 4 5, closed from 3 4 5 7 of 3, 6, 9, 12 (Liu & Yuan 2015)."""
    found = compute_appendix(composed(12, keys=(("target", "0.30"),), sentinel=None))
    assert [(row.n, row.escalate, row.deescalate, row.closed) for row in found.table] == [
        (3, 0, 2, 3), (6, 1, 3, 4), (9, 2, 4, 5), (12, 2, 5, 7),
    ]  # fmt: skip
    words = [found.table[3].word(y) for y in range(13)]
    assert words == ["up"] * 3 + ["stay"] * 2 + ["down"] * 2 + ["closed"] * 6


def test_where_one_comes_first_every_number_has_its_row(appendix):
    assert [row.n for row in appendix.table] == list(range(1, 13))
    assert appendix.steps == ()


def test_a_design_without_such_a_table_shows_its_first_states():
    rule = rule_of(composed(18, **SMALL_WORDS))
    steps, left_out = early_steps(rule, most=12)
    assert steps[0].state.total == 0
    assert 1 < len(steps) <= 12 < len(steps) + left_out
    assert all(rule.decide(each.state) == each.step for each in steps)


def test_scenarios_that_nobody_declared_are_marked_as_ours():
    protocol = composed(12, scenarios=())
    curves = curves_of(protocol, rule_of(protocol))
    assert all(curve.ours for curve in curves)
    assert [curve.rates for curve in curves] == [(0.05, 0.05, 0.05), (0.12, 0.25, 0.38), (0.38, 0.47, 0.59)]
    assert compute_appendix(protocol).are_ours


def test_a_design_that_weighs_responses_is_refused_in_one_sentence():
    with pytest.raises(UserError, match="FD-E030"):
        compute_appendix(composed(12, design="boin12", keys=(), stopping=()))


def test_the_size_of_a_long_run_is_told_before_it(monkeypatch):
    states = compute_appendix(composed(12)).behaviour.states
    assert tell_size(composed(12)) == tell_size(composed(12, **SMALL_WORDS)) == ""
    monkeypatch.setattr(made, "LONG", 10)
    assert tell_size(composed(12)).startswith(f"{states} states, at most")
    monkeypatch.setattr(made, "MEMORY", 10)
    assert "trials are drawn" in tell_size(composed(12))


# ------------------------------------------------------------------------------------------------------ length


def days_by_recursion(rule, windows, rates):
    """day > probability, nothing merged."""
    found: dict[int, float] = {}

    def go(state, day, p):
        step = rule.decide(state)
        if isinstance(step, End):
            found[day] = found.get(day, 0.0) + p
            return
        rate = rates[step.dose]
        for reached, ways in outcomes(rule, state, step).items():
            y = sum(reached.dlts) - sum(state.dlts)
            chance = ways * rate**y * (1 - rate) ** (step.participants - y)
            go(reached, day + windows.days(step), p * chance)

    go(start_state(rule.doses), 0, 1.0)
    return found


@pytest.mark.parametrize("of", ["cohort", "dose level", "trial"])
def test_the_days_are_a_sum_over_cohorts(of):
    protocol = composed(9, sentinel=Sentinel(14, of, 3))
    rule, windows = rule_of(protocol), windows_of(protocol)
    assert windows == Windows(28, 14, 3)
    found = compute_lengths(rule, windows, [STEEP])
    expected = days_by_recursion(rule, windows, STEEP)
    assert {day: chance[0] for day, chance in found.days.items()} == pytest.approx(expected, abs=1e-12)
    assert found.mean[0] == pytest.approx(sum(day * p for day, p in expected.items()))
    assert found.trials == found.error == 0


def test_three_cohorts_of_a_watched_first_take_three_times_both_windows():
    """14 days alone, two more 3 days apart, 28 days after the last: 45 days a cohort."""
    protocol = composed(9, sentinel=Sentinel(14, "cohort", 3))
    found = compute_lengths(rule_of(protocol), windows_of(protocol), [(0.0, 0.0, 0.0)])
    assert {day: chance[0] for day, chance in found.days.items() if chance[0]} == {135: 1.0}
    assert found.quantile(0.5) == [135]


def test_where_paths_cannot_be_held_the_days_are_drawn(monkeypatch):
    protocol = composed(12)
    rule, windows = rule_of(protocol), windows_of(protocol)
    whole = compute_lengths(rule, windows, [STEEP])
    monkeypatch.setattr(length, "PLAIN_ENTRIES", 5)
    drawn = compute_lengths(rule, windows, [STEEP], trials=2_000, seed=3)
    assert drawn.trials == 2_000
    assert drawn.error == pytest.approx(0.5 / 2_000**0.5)
    for day, chance in drawn.days.items():
        assert abs(chance[0] - whole.days[day][0]) < 4.5 * drawn.error


@pytest.mark.parametrize(
    ("safety", "words"), [({"dlt_until": None}, "dlt_until"), ({"overlap": True}, "arrive")]
)
def test_a_length_that_does_not_follow_from_the_protocol_is_said_so(safety, words):
    found = compute_appendix(composed(6, **safety))
    assert found.lengths is None
    assert words in found.no_length


# ------------------------------------------------------------------------------------------------------ drawn trials


def test_drawn_trials_lie_within_their_stated_errors(monkeypatch):
    protocol = composed(12, **SMALL_WORDS)
    rule = rule_of(protocol)
    held = characterise(rule, [STEEP])
    monkeypatch.setattr(characteristics, "PLAIN_STATES", 5)
    drawn = characterise(rule, [STEEP], trials=4_000, seed=2)
    assert (held.exact, drawn.exact, drawn.trials) == (True, False, 4_000)
    assert (held.error, drawn.error) == pytest.approx((0, 0.5 / 4_000**0.5))
    assert np.abs(drawn.selected - held.selected).max() < 4.5 * drawn.error
    assert (np.abs(drawn.participants - held.participants) < 4.5 * drawn.participants_error).all()
    assert (np.abs(drawn.dlts - held.dlts) < 4.5 * drawn.dlts_error).all()
    again = characterise(rule, [STEEP], trials=4_000, seed=2)
    np.testing.assert_array_equal(drawn.selected, again.selected)


def test_drawn_halts_are_told_apart_too(monkeypatch):
    protocol = composed(12)
    held = compute_appendix(protocol).behaviour
    monkeypatch.setattr(characteristics, "MEMORY", 1)
    drawn = compute_appendix(protocol, trials=4_000).behaviour
    assert not drawn.exact
    assert abs(drawn.halts[0, 0] - held.halts[0, 0]) < 4.5 * drawn.error
    assert np.abs(drawn.unhalted - held.unhalted).max() < 4.5 * drawn.error


# ------------------------------------------------------------------------------------------------------ words and JSON


def test_the_text_of_the_rule_is_written_from_the_rule():
    protocol = composed(24)
    rule = rule_of(protocol)
    text = rule_text(rule, windows_of(protocol))
    assert text[0] == rule.stops[0].words()[0]
    assert set(rule.design.words()) < set(text)
    assert "The first participant of each cohort is treated alone for 14 days" in " ".join(text)
    assert "watched for 28 days" in text[-2]
    assert "24 participants" in text[-1]
    assert "alone" not in " ".join(rule_text(replace(rule, alone=0)))


@pytest.mark.parametrize(
    ("between", "told"),
    [
        (7, "The first administrations of any two participants are at least 7 days apart."),
        (1, "are at least 1 day apart."),
        (0, ""),
        (None, ""),
    ],
)
def test_the_days_between_participants_are_told_where_there_are_any(between, told):
    protocol = composed(9, sentinel=Sentinel(14, "cohort", between))
    text = " ".join(rule_text(rule_of(protocol), waits_of(protocol)))
    assert told in text
    assert ("first administrations" in text) == bool(told)


def test_only_what_is_waited_for_is_told():
    """With overlap no cohort waits for the last; one that is decided in time waits for nobody's whole watch."""
    overlapping = composed(9, overlap=True)
    text = " ".join(rule_text(rule_of(overlapping), waits_of(overlapping)))
    assert "alone for 14 days" in text
    assert "No cohort begins" not in text
    in_time = composed(9, design="tite_boin", keys=())
    assert "No cohort begins" not in " ".join(rule_text(rule_of(in_time), waits_of(in_time)))
    nothing = composed(9, dlt_until=None, sentinel=None)
    assert waits_of(nothing) == Windows(0)
    assert waits_of(replace(nothing, safety=None)) == Windows(0)


def test_the_length_of_a_trial_that_is_decided_in_time_depends_on_arrivals():
    found = compute_appendix(composed(9, design="tite_boin", keys=()), trials=200)
    assert found.lengths is None
    assert "arrive" in found.no_length


def test_rates_beside_each_other_have_the_same_decimals():
    assert alike([0.1, 0.25]) == ["0.10", "0.25"]
    assert alike([0.3, 0.5]) == ["0.30", "0.50"]
    assert alike([0.05, 0.125, 1 / 3]) == ["0.0500", "0.1250", "0.3333"]
    assert alike([0.2, 0.125]) == ["0.200", "0.125"]
    assert alike([]) == []


def test_the_json_holds_the_same_numbers_and_names_what_is_drawn(appendix, monkeypatch):
    protocol = composed(12)
    written = json.loads(json.dumps(appendix_as_json(protocol, appendix)))
    [scenario] = written["scenarios"]
    assert written["method"] == "exact"
    assert (scenario["scenario"], scenario["rates"], scenario["ours"]) == ("steep", list(STEEP), False)
    assert sum(scenario["selected"]) + scenario["none"] == pytest.approx(1, abs=1e-12)
    assert sum(scenario["total_participants"].values()) == pytest.approx(1, abs=1e-12)
    assert sum(scenario["ends"].values()) == pytest.approx(1, abs=1e-12)
    assert sum(scenario["days"].values()) == pytest.approx(1, abs=1e-12)
    assert scenario["halts"]["pooled"] == pytest.approx(scenario["ends"]["stopping rule"])
    assert "participants_error" not in scenario
    monkeypatch.setattr(characteristics, "MEMORY", 1)
    drawn = appendix_as_json(protocol, compute_appendix(protocol, trials=500, seed=9))
    assert (drawn["method"], drawn["trials"], drawn["seed"]) == ("drawn trials", 500, 9)
    assert len(drawn["scenarios"][0]["participants_error"]) == 3


def test_the_worst_case_counts_only_trials_that_are_not_halted(appendix):
    found = appendix.certificate
    assert found.toxic_from == 0.45
    at_worst = characterise(appendix.rule, [found.curve])
    toxic = np.array([*(rate >= 0.45 for rate in found.curve), False])
    assert at_worst.unhalted[0, toxic].sum() == pytest.approx(found.worst, abs=1e-12)
    assert found.worst <= found.bound <= found.worst + 0.05
    assert found.cells > found.curves == 171_700


def test_halved_cells_bring_the_bound_down_and_it_still_holds():
    polynomial = characteristics.polynomial_of(rule_of(composed(9, levels=2)))
    wide, tight = (certify(polynomial, 0.45, grid=20, tolerance=each) for each in (None, 0.02))
    curves = np.sort(np.random.default_rng(5).uniform(size=(20_000, 2)), axis=1)
    selected = evaluate(polynomial, curves).selected[:, :-1]
    highest = (selected * (curves >= 0.45)).sum(axis=1).max()
    assert highest <= tight.bound < wide.bound
    assert tight.worst == wide.worst


@pytest.mark.parametrize(("target", "levels", "most"), [("0.25", 3, 60), ("0.30", 2, 120), ("0.20", 3, 45)])
def test_the_size_told_beforehand_is_within_a_factor_of_two(target, levels, most, monkeypatch):
    monkeypatch.setattr(exact, "PILOT", 3_000)
    protocol = composed(most, levels, keys=(("target", target),), sentinel=None, stopping=())
    tables = compile_rule(rule_of(protocol))
    size = exact.predict_size(tables)
    found = exact.enumerate_exact(tables).states
    assert not size.counted
    assert found / 2 < size.states < 2 * found
