"""TITE-BOIN (Yuan et al. 2018; Lin & Yuan 2020), TITE-CRM (Cheung & Chappell 2000), and trials with a clock."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from firstdose.catalogue import End, State, Treat
from firstdose.designs._kernel.power_model import CurveModel
from firstdose.designs._kernel.weights import (
    WAITING,
    FollowUp,
    Level,
    all_followed,
    follow_up,
    level_of,
    weighted_mean,
)
from firstdose.escalation.in_time import Clock, decide_in_time, onset_share, simulate_in_time
from firstdose.escalation.rule import Rule
from firstdose.escalation.simulate import simulate
from tests.reference.designs.escalating import CURVE, design, stopping

# Target, participants, toxicities, fewest and most pending, decision, and where it turns on the follow-up: the least sum of
# shares of pending participants to escalate, or the greatest to de-escalate. `rest`: accrual rests, from so many pending on.
PUBLISHED = """
0.2  3 0 0 1 up   -    | 0.2  3 0 2 3 rest -    | 0.2  3 1 0 2 down -    | 0.2  6 0 0 3 up   -    | 0.2  6 0 4 6 rest -
0.2  6 1 0 3 stay -    | 0.2  6 1 4 5 rest -    | 0.2  6 2 0 4 down -    | 0.2  9 0 0 4 up   -    | 0.2  9 1 0 2 up   -
0.2  9 1 3 3 up   0.77 | 0.2  9 1 4 4 up   2.15 | 0.2  9 1 5 8 rest -    | 0.2  9 2 0 0 stay -    | 0.2  9 2 1 1 down 0.52
0.2  9 2 2 2 down 1.59 | 0.2  9 2 3 3 down 2.66 | 0.2  9 2 4 4 down 3.73 | 0.2  9 2 5 7 rest -    | 0.2  9 3 0 6 down -
0.2 12 1 0 5 up   -    | 0.2 12 1 6 6 up   1.24 | 0.2 12 2 0 6 stay -    | 0.2 12 3 0 9 down -    | 0.2 15 1 0 7 up   -
0.2 15 2 0 2 up   -    | 0.2 15 2 3 3 up   1.14 | 0.2 15 2 4 4 up   2.31 | 0.2 15 2 5 5 up   3.48 | 0.2 15 2 6 6 up   4.65
0.2 15 2 7 7 up   5.82 | 0.2 15 3 0 2 stay -    | 0.2 15 3 3 3 down 1.16 | 0.2 15 3 4 4 down 2.34 | 0.2 15 3 5 5 down 3.53
0.2 15 3 6 6 down 4.72 | 0.2 15 3 7 7 down 5.90 | 0.2 15 4 0 7 down -    | 0.3  3 1 0 0 stay -    | 0.3  3 1 1 1 down 0.88
0.3  3 1 2 2 rest -    | 0.3  3 2 0 1 down -    | 0.3  6 1 0 1 up   -    | 0.3  6 1 2 2 up   0.60 | 0.3  6 1 3 3 up   1.96
0.3  6 2 0 0 stay -    | 0.3  6 2 1 1 down 0.73 | 0.3  6 2 2 2 down 1.80 | 0.3  6 2 3 3 down 2.87 | 0.3  6 3 0 3 down -
0.3  9 2 0 0 up   -    | 0.3  9 2 1 1 up   0.59 | 0.3  9 2 2 2 up   1.65 | 0.3  9 2 3 3 up   2.71 | 0.3  9 2 4 4 up   3.77
0.3  9 3 1 1 down 0.58 | 0.3  9 3 4 4 down 3.79 | 0.3 12 2 4 4 up   1.33 | 0.3 12 2 5 5 up   2.72 | 0.3 12 2 6 6 up   4.11
0.3 12 3 0 6 stay -    | 0.3 12 4 1 1 down 0.43 | 0.3 12 4 6 6 down 5.79 | 0.3 15 2 6 6 up   0.35 | 0.3 15 2 7 7 up   2.07
0.3 15 3 2 2 up   0.11 | 0.3 15 3 7 7 up   5.98 | 0.3 15 4 0 7 stay -    | 0.3 15 5 1 1 down 0.28 | 0.3 15 5 7 7 down 6.72
"""


def rows():
    for cell in PUBLISHED.replace("\n", "|").split("|"):
        if words := cell.split():
            target, n, y, low, high, decision, edge = words
            for pending in range(int(low), int(high) + 1):
                yield target, int(n), int(y), pending, decision, None if edge == "-" else float(edge)


@pytest.mark.parametrize(("target", "n", "y", "pending", "decision", "edge"), list(rows()))
def test_the_decisions_are_those_of_the_published_tables(target, n, y, pending, decision, edge):
    """Yuan et al. 2018, table 1 (target .2) and table S1 (target .3), cohorts of three."""
    made = design("tite_boin", 5, target=target)
    expected = None if decision == "rest" else decision
    if edge is None:
        shares = (0.0, pending / 2, max(pending - 1e-6, 0.0))
        assert {made.direct(Level(n, y, pending, share)) for share in shares} == {expected}
        return
    above, below = (made.direct(Level(n, y, pending, edge + side)) for side in (0.006, -0.006))
    assert (above, below) == (("up", "stay") if decision == "up" else ("stay", "down"))


def test_the_worked_example_escalates():
    """Yuan et al. 2018: nine participants, one toxicity, four pending for 75, 60, 45 and 30 of 90 days, target .2."""
    days = (75, 60, 45, 30)
    seen = [FollowUp(0, 1.0, i == 0) for i in range(5)] + [follow_up(0, each, 90) for each in days]
    assert level_of(seen, 0).followed == pytest.approx(2.33, abs=0.005)
    step = design("tite_boin", 3, target="0.2").move_in_time(State((9, 0, 0), (1, 0, 0)), seen)
    assert isinstance(step, Treat)
    assert step.dose == 1


def test_the_effective_size_adds_the_shares_of_the_window():
    """Lin & Yuan 2020: toxicities by participants who are complete and shares of pending ones."""
    level = Level(6, 1, 2, 0.9)
    assert level.effective_rate() == pytest.approx(1 / 4.9)
    made = design("tite_boin", 3, estimate="effective size")
    assert made.direct(level) == "up"
    assert made.direct(Level(6, 1, 3, 0.9)) == "stay"


def test_imputed_and_complete_rates_agree_where_nobody_is_pending():
    assert Level(9, 2, 0, 0.0).imputed_rate(0.3) == Level(9, 2, 0, 0.0).effective_rate() == 2 / 9


def test_the_dose_is_not_escalated_before_enough_have_passed_their_window():
    made = design("tite_boin", 3, suspend_above="0.9", followed="3")
    seen = [FollowUp(0, 1.0), FollowUp(0, 1.0), FollowUp(0, 0.9)]
    step = made.move_in_time(State((3, 0, 0), (0, 0, 0)), seen)
    assert isinstance(step, End)
    assert step.cause == WAITING
    seen[2] = FollowUp(0, 1.0)
    assert made.move_in_time(State((3, 0, 0), (0, 0, 0)), seen).dose == 1


def test_a_closed_level_is_left_without_waiting():
    made = design("tite_boin", 3)
    seen = [FollowUp(1, 0.1, toxic=True)] * 3 + [FollowUp(1, 0.1)]
    assert made.move_in_time(State((3, 4, 0), (0, 3, 0), 1), [FollowUp(0, 1.0)] * 3 + seen).dose == 0
    at_lowest = State((4, 0, 0), (3, 0, 0))
    step = made.move_in_time(at_lowest, [FollowUp(0, 0.1, toxic=True)] * 3 + [FollowUp(0, 0.1)])
    assert step.cause == "all levels too toxic"


counts = st.lists(
    st.integers(0, 4).flatmap(lambda n: st.tuples(st.just(3 * n), st.integers(0, 3 * n))),
    min_size=3,
    max_size=3,
)


@settings(deadline=None, max_examples=60)
@given(counts, st.integers(0, 2), st.integers(0, 3), st.sampled_from(["boin", "crm"]))
def test_with_everybody_complete_the_design_is_the_one_that_waits(pairs, dose, recent, name):
    n, y = (tuple(each) for each in zip(*pairs, strict=True))
    state = State(n, y, dose, recent=recent if name == "crm" else 0)
    if n[dose] == 0:
        return
    waits, treats_on = design(name, 3, cohort="3"), design(f"tite_{name}", 3, cohort="3")
    step = treats_on.move_in_time(state, all_followed(state))
    assert (getattr(step, "dose", None), getattr(step, "cause", None)) == (
        getattr(waits.move(state), "dose", None),
        getattr(waits.move(state), "cause", None),
    )
    assert treats_on.move(state) == step
    assert treats_on.select(state) == waits.select(state)


def test_the_weighted_likelihood_agrees_with_adaptive_quadrature():
    model = CurveModel((0.1, 0.25, 0.4))
    seen = [FollowUp(0, 1.0), FollowUp(0, 0.3), FollowUp(1, 0.4, toxic=True), FollowUp(1, 0.75)]

    def weight(a: float) -> float:
        p = model.rates(a)
        one = [p[each.dose] if each.toxic else 1 - each.share * p[each.dose] for each in seen]
        return float(np.prod(one) * np.exp(-(a**2) / (2 * model.variance)))

    whole = quad(weight, -9, 9, epsabs=0, epsrel=1e-13, limit=400)[0]
    mean = quad(lambda a: a * weight(a), -9, 9, epsabs=1e-15, epsrel=1e-13, limit=400)[0] / whole
    assert weighted_mean(model, seen) == pytest.approx(mean, abs=1e-10)


def test_follow_up_without_toxicity_never_lowers_the_level():
    crm = design("tite_crm", 4)
    levels = [crm.nearest(weighted_mean(crm.model, [FollowUp(1, share)] * 6)) for share in (0.0, 0.5, 1.0)]
    assert levels == sorted(levels)


def test_escalation_by_the_model_waits_where_declared():
    crm = design("tite_crm", 3, cohort="3", followed="2", prior_level="3")
    seen = [FollowUp(0, 0.9)] * 3
    assert crm.move_in_time(State((3, 0, 0), (0, 0, 0)), seen).cause == WAITING
    assert (
        design("tite_crm", 3, cohort="3", prior_level="3")
        .move_in_time(State((3, 0, 0), (0, 0, 0)), seen)
        .dose
        == 1
    )


@pytest.mark.parametrize("name", ["boin", "crm", "three_plus_three", "blrm"])
@pytest.mark.parametrize("alone", [0, 1])
def test_a_design_that_waits_decides_the_same_with_a_clock(name, alone):
    """With the first of a cohort watched for the whole window, and the same random numbers."""
    stops = (stopping("pocock", 12, p0="0.15"),)
    rule = Rule(design=design(name, 5), most=12, alone=alone, stops=stops)
    clock = Clock(window=28, between=10, watch=28, onset="weibull", late=0.7)
    timed, plain = simulate_in_time(rule, clock, CURVE, 30, seed=3), simulate(rule, CURVE, 30, seed=3)
    np.testing.assert_array_equal(timed.participants, plain.participants)
    np.testing.assert_array_equal(timed.dlts, plain.dlts)
    np.testing.assert_array_equal(timed.selected, plain.selected)
    assert timed.cause == plain.cause


@pytest.mark.parametrize("name", ["tite_boin", "tite_crm"])
def test_a_design_that_treats_on_decides_as_one_that_waits_where_arrivals_are_far_apart(name):
    rule = Rule(design=design(name, 5, cohort="3"), most=12)
    timed = simulate_in_time(rule, Clock(window=28, between=1e-9, gap=30), CURVE, 30)
    plain = simulate(rule, CURVE, 30)
    np.testing.assert_array_equal(timed.participants, plain.participants)
    np.testing.assert_array_equal(timed.selected, plain.selected)


def test_treating_on_makes_the_trial_shorter_and_as_large():
    clock = Clock(window=90, between=15)
    waits = simulate_in_time(Rule(design=design("boin", 5), most=18), clock, CURVE, 60)
    treats_on = simulate_in_time(Rule(design=design("tite_boin", 5), most=18), clock, CURVE, 60)
    assert treats_on.days.mean() < 0.9 * waits.days.mean()
    assert set(treats_on.participants.sum(axis=1)) == set(waits.participants.sum(axis=1)) == {18}


def test_the_length_of_a_trial_that_waits_is_counted_out():
    """No arrival has to be waited for: five cohorts, each three participants a gap apart, then the last one's window."""
    rule = Rule(design=design("boin", 1), most=15)
    timed = simulate_in_time(rule, Clock(window=28, between=1e-9, gap=7), (0.0,), 3)
    assert timed.days == pytest.approx(5 * (2 * 7 + 28), abs=1e-6)
    watched = simulate_in_time(
        Rule(design=design("boin", 1), most=15, alone=1), Clock(window=28, between=1e-9, watch=14), (0.0,), 3
    )
    assert watched.days == pytest.approx(5 * (14 + 28), abs=1e-6)


def test_who_arrives_while_dosing_rests_waits_or_goes_elsewhere():
    rule = Rule(design=design("boin", 3), most=9)
    stay, leave = (
        simulate_in_time(rule, Clock(window=28, between=5, queue=queue), CURVE[:3], 20)
        for queue in (True, False)
    )
    assert stay.turned_away.sum() == 0
    assert leave.turned_away.min() > 0
    assert leave.days.mean() > stay.days.mean()
    np.testing.assert_array_equal(stay.participants, leave.participants)


def test_a_stopping_rule_counts_only_those_whose_outcome_is_known():
    """Two of six do not halt at this boundary; two of the two whose outcome is known do."""
    stop = stopping("pocock", 12, p0="0.1")
    rule = Rule(design=design("tite_boin", 2), most=12, stops=(stop,))
    assert (stop.boundary(2), stop.boundary(6)) == (2, 3)
    state = State((6, 0), (2, 0))
    few = [FollowUp(0, 0.5, toxic=True)] * 2 + [FollowUp(0, 0.5)] * 4
    assert decide_in_time(rule, state, few).cause == "stopping rule"
    complete = few[:2] + [FollowUp(0, 1.0)] * 4
    assert isinstance(decide_in_time(rule, state, complete), Treat)


def test_a_design_that_counts_waits_for_the_last_window():
    rule = Rule(design=design("boin", 2), most=12)
    step = decide_in_time(rule, State((3, 0), (0, 0)), [FollowUp(0, 1.0)] * 2 + [FollowUp(0, 0.99)])
    assert (step.kind, step.cause) == ("halt", WAITING)


@pytest.mark.parametrize("late", [0.3, 0.5, 0.8])
def test_so_many_toxicities_begin_in_the_second_half_of_the_window(late):
    """In the Weibull time to toxicity the share holds among those within the window."""
    clock = Clock(window=28, between=1, onset="weibull", late=late)
    assert onset_share(clock, 0.3, 1 - late) == pytest.approx(0.5, abs=1e-12)
    assert onset_share(clock, 0.3, 0.0) == 0.0
    assert onset_share(clock, 0.3, 1.0) == pytest.approx(1.0)
    assert onset_share(Clock(window=28, between=1), 0.3, 0.4) == 0.4


def test_trials_do_not_depend_on_how_many_are_drawn():
    rule = Rule(design=design("tite_boin", 3), most=9)
    few, more = (simulate_in_time(rule, Clock(window=28, between=9), CURVE[:3], trials) for trials in (3, 8))
    np.testing.assert_array_equal(few.days, more.days[:3])
    assert np.all(few.days < inf)


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("tite_boin", {"suspend_above": "1"}, "suspend_above"),
        ("tite_boin", {"high": "0.9"}, "factors of the target"),
        ("tite_crm", {"halfwidth": "0.3"}, "halfwidth"),
        ("tite_crm", {"prior_level": "4"}, "prior_level"),
    ],
)
def test_words_that_do_not_go_together_are_refused(name, words, said):
    with pytest.raises(ValueError, match=said):
        design(name, 3, **words)
