"""Local toxicity before the trial: correlated lesions, what they mean for the participant, and rules over either."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from firstdose.catalogue.rule import End, State, start_state
from firstdose.escalation.characteristics import characterise
from firstdose.escalation.lesion_behaviour import lesion_behaviour, lesions_per_participant
from firstdose.escalation.lesion_rule import LesionRule, characterise_lesions, draw_participants
from firstdose.escalation.lesions import (
    LesionPlan,
    LocalTruth,
    beta_binomial,
    compute_participant_rates,
    effective_number,
    joint_counts,
    outcomes_of_one,
)
from firstdose.escalation.planned import rule_of
from firstdose.methods import effective_n
from firstdose.protocol.model import LocalScenario
from tests.unit.escalation.composed import composed

DENSITIES = (1e6, 3e6, 1e7)
TRUTH = LocalTruth("steep", (0.05, 0.10, 0.25), (0.01, 0.02, 0.05), 0.3)
shares = st.floats(0.001, 0.999)
correlations = st.floats(0, 0.99)


def plan(*counts: int, spread="same", least=1) -> LesionPlan:
    return LesionPlan(counts=counts or (2,), amounts=DENSITIES, spread=spread, least=least)


@given(st.integers(1, 12), shares, st.floats(0.01, 0.95))
def test_lesions_at_one_density_are_beta_binomial(n, rate, alike):
    a, b = rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike
    known = stats.betabinom.pmf(np.arange(n + 1), n, a, b)
    assert beta_binomial(n, rate, alike) == pytest.approx(known, rel=1e-8, abs=1e-14)


def test_lesions_that_are_not_alike_are_binomial_and_those_that_are_one_are_one():
    assert beta_binomial(4, 0.2, 0) == pytest.approx(stats.binom.pmf(np.arange(5), 4, 0.2), abs=1e-15)
    assert beta_binomial(4, 0.2, 1).tolist() == [0.8, 0, 0, 0, 0.2]
    assert beta_binomial(0, 0.2, 1).tolist() == [1]


@given(shares, correlations)
def test_two_lesions_have_the_correlation_that_is_said(rate, alike):
    both = beta_binomial(2, rate, alike)[2]
    assert (both - rate**2) / (rate * (1 - rate)) == pytest.approx(alike, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(shares, shares, st.sampled_from([0, 1e-6, 1e-3, 0.05, 0.3, 0.5, 0.9, 0.99, 1]))
def test_at_several_densities_each_alone_is_beta_binomial(low, high, alike):
    found = joint_counts((2, 0, 3), (low, 0.5, high), alike)
    first, last = np.zeros(3), np.zeros(4)
    for (a, _, c), chance in found.items():
        first[a] += chance
        last[c] += chance
    assert first == pytest.approx(beta_binomial(2, low, alike), abs=1e-11)
    assert last == pytest.approx(beta_binomial(3, high, alike), abs=1e-11)


@pytest.mark.parametrize("alike", [0, 0.05, 0.4, 0.95, 1])
def test_densities_of_one_rate_are_as_one_density(alike):
    total = np.zeros(6)
    for seen, chance in joint_counts((2, 3), (0.2, 0.2), alike).items():
        total[sum(seen)] += chance
    assert total == pytest.approx(beta_binomial(5, 0.2, alike), abs=1e-12)


def test_lesions_at_two_densities_are_as_drawn_participants():
    found = joint_counts((1, 1, 0), TRUTH.local, 0.6)
    drawn = draw_participants(plan(2), replace(TRUTH, alike=0.6), 20, 10_000, 7)
    both = drawn.toxic[0, :, :, 0] & drawn.toxic[1, :, :, 1]
    error = np.sqrt(found[1, 1, 0] / both.size)
    assert both.mean() == pytest.approx(found[1, 1, 0], abs=4 * error)


def test_the_participant_rate_of_one_lesion_is_the_chance_of_either_toxicity():
    rates = compute_participant_rates(plan(1), TRUTH)
    known = [1 - (1 - a) * (1 - b) for a, b in zip(TRUTH.local, TRUTH.systemic, strict=True)]
    assert rates.either == pytest.approx(known, rel=1e-12)


def test_lesions_that_are_as_one_add_nothing_and_independent_ones_do():
    as_one = compute_participant_rates(plan(3), replace(TRUTH, alike=1))
    apart = compute_participant_rates(plan(3), replace(TRUTH, alike=0))
    assert as_one.any_lesion == pytest.approx(TRUTH.local)
    assert apart.any_lesion == pytest.approx([1 - (1 - rate) ** 3 for rate in TRUTH.local])


def test_a_participant_rate_by_hand():
    """Two lesions of rate .25 and correlation .3: both .25 (.25 + .75 x .3) = .11875, any .5 - .11875; systemic .05."""
    once = compute_participant_rates(plan(2), TRUTH)
    twice = compute_participant_rates(plan(2, least=2), TRUTH)
    assert once.local[2] == pytest.approx(0.38125)
    assert twice.local[2] == pytest.approx(0.11875)
    assert twice.either[2] == pytest.approx(1 - (1 - 0.11875) * 0.95)
    assert once.lesions[2] == pytest.approx([0.61875, 0.2625, 0.11875])


def test_numbers_of_lesions_are_equally_likely():
    mixed = compute_participant_rates(plan(1, 2, 3), TRUTH)
    single = [compute_participant_rates(plan(number), TRUTH).any_lesion for number in (1, 2, 3)]
    assert mixed.any_lesion == pytest.approx(np.mean(single, axis=0))


def test_descending_lesions_stand_one_a_level_down_to_the_lowest():
    below = plan(3, spread="descending")
    assert below.levels_of(2, 3) == (2, 1, 0)
    assert below.at_levels(1, 3) == (2, 1, 0)
    assert plan(3).at_levels(1, 3) == (0, 3, 0)


def test_systemic_toxicity_follows_the_total_cells():
    same = plan(1, 2)
    assert same.systemic((0, 0, 2), TRUTH.systemic) == pytest.approx(0.05)
    # One lesion of 1e7 is 1e7 cells of one area: between two of 3e6 (6e6) and two of 1e7 (2e7), by hazard.
    low, high = -np.log(0.98), -np.log(0.95)
    known = 1 - np.exp(-(low + (high - low) * (1e7 - 6e6) / (2e7 - 6e6)))
    assert same.systemic((0, 0, 1), TRUTH.systemic) == pytest.approx(known)
    assert same.systemic((0, 0, 0), TRUTH.systemic) == 0
    assert same.systemic((0, 0, 2), (0.1, 0.5, 1)) == 1


def test_the_outcomes_of_one_participant_agree_with_the_rates():
    below = plan(1, 2, 3, spread="descending", least=2)
    rates = compute_participant_rates(below, TRUTH)
    for dose in range(3):
        outcomes = outcomes_of_one(below, TRUTH, dose)
        assert sum(outcomes.values()) == pytest.approx(1, abs=1e-12)
        hurt = sum(chance for (_, _, dlt), chance in outcomes.items() if dlt)
        assert hurt == pytest.approx(rates.either[dose], abs=1e-12)


@pytest.mark.parametrize("alike", [0, 0.3, 0.5, 1])
def test_equal_lesions_are_worth_what_feasibility_says(alike):
    assert effective_number([3] * 5, alike) == pytest.approx(effective_n(5, 3, alike))


def test_fifteen_lesions_of_five_who_do_as_one_are_five_and_unequal_ones_are_fewer():
    assert effective_number([3] * 5, 1) == 5
    assert effective_number([11, 1, 1, 1, 1], 1) == pytest.approx(225 / 125)
    assert effective_number([], 0.3) == 0


# ------------------------------------------------------------------------------------------ a rule over lesions


def brute_force(rule, plan, truth, lesions=None, people=None):
    """Level > probability, by plain recursion over single participants."""
    lesions, people = lesions or start_state(plan.levels), people or start_state(plan.levels)
    step = rule.decide(lesions, people)
    if isinstance(step, End):
        return {(rule.select(lesions), step.cause): 1.0}
    found = {}
    one = outcomes_of_one(plan, truth, step.dose)
    for outcomes in product(one.items(), repeat=step.participants):
        n, y, dlts, chance = np.zeros(plan.levels, int), np.zeros(plan.levels, int), 0, 1.0
        for (given_, toxic, dlt), p in outcomes:
            n, y, dlts, chance = n + given_, y + toxic, dlts + dlt, chance * p
        after = rule.after(lesions, step, tuple(map(int, n)), tuple(map(int, y)))
        seen = people.after(step.dose, step.participants, dlts, 0)
        for key, p in brute_force(rule, plan, truth, after, seen).items():
            found[key] = found.get(key, 0.0) + chance * p
    return found


@pytest.mark.parametrize(("spread", "alike"), [("same", 0.3), ("descending", 0.3), ("descending", 0)])
def test_the_walk_equals_a_plain_recursion(spread, alike):
    two = LesionPlan(counts=(2,), amounts=DENSITIES[:2], spread=spread)
    truth = LocalTruth("plain", (0.1, 0.3), (0.02, 0.1), alike)
    rule = LesionRule(rule_of(composed(6, levels=2, scenarios=())))
    known = brute_force(rule, two, truth)
    found = characterise_lesions(rule, two, [truth]).people
    assert found.exact
    for level in (0, 1, None):
        chance = sum(p for (selected, _), p in known.items() if selected == level)
        assert found.selected[0, 2 if level is None else level] == pytest.approx(chance, abs=1e-12)
    halted = sum(p for (_, cause), p in known.items() if cause == "stopping rule")
    assert found.halts[0, 0] == pytest.approx(halted, abs=1e-12)
    assert sum(each[0] for each in found.causes.values()) == pytest.approx(1, abs=1e-12)
    assert found.unhalted.sum() == pytest.approx(1 - halted, abs=1e-12)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.floats(0.02, 0.6), min_size=3, max_size=3), st.floats(0, 1))
def test_with_one_lesion_each_and_no_systemic_toxicity_it_is_the_rule_over_participants(local, alike):
    rule = rule_of(composed(12))
    truth = LocalTruth("one", tuple(local), (0, 0, 0), alike)
    found = characterise_lesions(LesionRule(rule), plan(1), [truth]).people
    known = characterise(rule, [local])
    assert found.selected == pytest.approx(known.selected, abs=1e-11)
    assert found.participants == pytest.approx(known.participants, abs=1e-10)
    assert found.dlts == pytest.approx(known.dlts, abs=1e-10)
    assert found.halts == pytest.approx(known.halts, abs=1e-11)
    assert set(found.total_size) == set(known.total_size)
    for size, chance in known.total_size.items():
        assert found.total_size[size] == pytest.approx(chance, abs=1e-11)


@pytest.mark.parametrize("spread", ["same", "descending"])
def test_drawn_trials_agree_with_the_exact_ones_within_their_error(spread):
    rule, two, trials = LesionRule(rule_of(composed(12))), plan(1, 2, spread=spread), 3000
    exact = characterise_lesions(rule, two, [TRUTH])
    drawn = characterise_lesions(rule, two, [TRUTH], most=0, trials=trials, seed=5)
    assert (exact.people.exact, drawn.people.exact, drawn.people.trials) == (True, False, trials)
    error = np.sqrt(exact.people.selected * (1 - exact.people.selected) / trials)
    assert (np.abs(drawn.people.selected - exact.people.selected) <= 4 * error + 1e-12).all()
    near = 4 * drawn.people.participants_error + 1e-12
    assert (np.abs(drawn.people.participants - exact.people.participants) <= near).all()
    assert drawn.toxic == pytest.approx(exact.toxic, rel=0.1)


def test_a_drawn_trial_depends_on_its_seed_and_number_alone():
    few, many = (draw_participants(plan(2), TRUTH, 6, trials, 3) for trials in (2, 5))
    assert (many.toxic[:, :2] == few.toxic).all()
    assert (draw_participants(plan(2), TRUTH, 6, 5, 4).systemic != many.systemic).any()


def test_lesions_that_stand_alone_are_counted_though_they_resemble_each_other():
    """The likelier lesions are to do as one, the more often so few participants mislead a rule that counts lesions."""
    rule, three = LesionRule(rule_of(composed(12, stopping=()))), plan(3)
    truths = [replace(TRUTH, alike=alike) for alike in (0.0, 0.8)]
    apart, as_one = characterise_lesions(rule, three, truths).people.selected
    assert as_one[3] > apart[3]  # nothing recommended although the lowest level is at .05


def test_stops_and_size_count_participants_and_the_design_lesions():
    rule = LesionRule(rule_of(composed(6)))
    lesions = State((4, 0, 0), (0, 0, 0), 0, 0)
    assert rule.decide(lesions, State((2, 0, 0), (0, 0, 0))).dose == 1
    halted = rule.decide(lesions, State((2, 0, 0), (2, 0, 0)))
    assert isinstance(halted, End)
    assert halted.cause == "stopping rule"
    assert rule.decide(lesions, State((6, 0, 0), (0, 0, 0))).cause == "all participants treated"


def test_a_design_that_looks_back_cannot_count_lesions():
    with pytest.raises(ValueError, match="looks back"):
        LesionRule(rule_of(composed(12, design="crm", keys=(("target", "0.25"),))))


def test_a_rule_without_a_size_is_not_walked():
    rule = LesionRule(replace(rule_of(composed(12)), most=None))
    with pytest.raises(ValueError, match="at most"):
        characterise_lesions(rule, plan(1), [TRUTH])


# ------------------------------------------------------------------------------------------ from a protocol


def scenario(name: str, alike: str) -> LocalScenario:
    rates = [tuple(Decimal(str(rate)) for rate in rates) for rates in (TRUTH.local, TRUTH.systemic)]
    return LocalScenario(scenario=name, local=rates[0], systemic=rates[1], alike=Decimal(alike))


LOCAL = {
    "local_dlt": "grade >= 2 and related",
    "treated_lesions": (2, 2),
    "local_scenarios": (scenario("apart", "0"), scenario("alike", "0.3")),
}


def test_a_rule_over_participants_is_characterised_at_the_rates_that_lesions_imply():
    found = lesion_behaviour(composed(24, **LOCAL))
    assert found is not None
    known = characterise(rule_of(composed(24)), [each.either for each in found.rates])
    assert (found.people.selected == known.selected).all()
    assert found.people.exact
    assert found.lesions == pytest.approx(2 * known.participants)
    assert found.toxic == pytest.approx(2 * known.participants * np.array(TRUTH.local))
    assert found.effective(5) == pytest.approx((10, 10 / 1.3))


def test_a_rule_over_lesions_counts_each_at_its_own_level():
    found = lesion_behaviour(composed(6, **LOCAL, design_counts="lesion", lesion_levels="descending"))
    assert found is not None
    assert found.counts == "lesion"
    assert found.people.exact
    per_participant = lesions_per_participant(found.plan)
    assert found.lesions == pytest.approx(found.people.participants @ per_participant)
    assert "as if it stood alone" in found.words[-1]


def test_who_declares_no_local_scenario_is_told_nothing():
    assert lesion_behaviour(composed(24)) is None
    assert lesion_behaviour(composed(24, **LOCAL | {"local_scenarios": ()})) is None
    assert lesion_behaviour(composed(24, **LOCAL | {"treated_lesions": None})) is None
