"""gBOIN (Mu et al. 2019) on graded local reactions: decisions, exact characteristics, lesions of one participant."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from firstdose.catalogue import End, State
from firstdose.designs._kernel.graded import GradedState, graded_start
from firstdose.escalation.graded import (
    characterise_graded,
    evaluate_graded,
    follow_graded,
    participant_outcomes,
    simulate_graded,
    together,
)
from firstdose.escalation.rule import Rule
from tests.reference.designs.escalating import design, stopping

GRADES = [(0.6, 0.25, 0.1, 0.05, 0.0), (0.4, 0.25, 0.2, 0.1, 0.05), (0.2, 0.2, 0.2, 0.2, 0.2)]


def outcomes_of(made, alike: float = 0.0):
    return [participant_outcomes(made.scale, grades, alike) for grades in GRADES]


@pytest.mark.parametrize("target", ["0.20", "0.25", "0.30"])
def test_scores_of_nothing_and_all_are_boin(target):
    boin, graded = design("boin", 3, target=target), design("gboin", 3, target=target, scores="0 0 0 1 1")
    for n in range(1, 31):
        for y in range(n + 1):
            plain, scored = (
                State((3, n, 0), (0, y, 0), 1),
                GradedState((3, n, 0), (0, y, 0), 1, scores=(0, y, 0)),
            )
            assert graded.eliminated(scored) == boin.eliminated(plain)
            assert graded.move(scored).dose == boin.move(plain).dose
            assert graded.select(scored) == boin.select(plain)


def test_mild_reactions_that_are_no_dlt_keep_the_dose():
    graded, boin = design("gboin", 3), design("boin", 3, target="0.25")
    five = GradedState(
        (5, 0, 0), (0, 0, 0), 0, scores=(5, 0, 0)
    )  # five times grade 2, each a third of the worst
    assert boin.move(State((5, 0, 0), (0, 0, 0))).dose == 1
    assert graded.move(five).dose == 0
    assert "0.333" in graded.move(five).reason


def test_scores_become_whole_units():
    assert design("gboin", 3).scale.units == (0, 0, 1, 2, 3)
    assert design("gboin", 3, scores="0 0.25 0.5 1 1").scale.units == (0, 1, 2, 4, 4)


@pytest.mark.parametrize("kind", ["worst", "mean"])
def test_lesions_of_one_participant_count_together(kind):
    made = design("gboin", 3, lesions="2", of_lesions=kind)
    assert made.scale.of((2, 4)) == {"worst": 3, "mean": 4}[kind]
    assert made.scale.most == {"worst": 3, "mean": 6}[kind]
    assert made.scale.toxic((0, 3))
    assert not made.scale.toxic((2, 2))


def test_alike_is_the_correlation_of_two_lesions():
    made = design("gboin", 3, lesions="2", of_lesions="mean")
    units = made.scale.units
    grades, alike = GRADES[1], 0.3
    found = participant_outcomes(made.scale, grades, alike)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    mean = sum(p * u for p, u in zip(grades, units, strict=True))
    variance = sum(p * (u - mean) ** 2 for p, u in zip(grades, units, strict=True))
    spread = sum(p * (u - 2 * mean) ** 2 for (u, _), p in found.items())
    assert sum(p * u for (u, _), p in found.items()) == pytest.approx(2 * mean, abs=1e-12)
    assert spread == pytest.approx(2 * variance * (1 + alike), abs=1e-12)


def brute(rule: Rule, outcomes) -> dict[tuple[str, int | None], float]:
    """Participant by participant, nothing merged."""
    found: dict[tuple[str, int | None], float] = {}

    def go(state, p: float) -> None:
        step = rule.decide(state)
        if isinstance(step, End):
            key = (step.cause, rule.select(state))
            found[key] = found.get(key, 0.0) + p
            return
        for seen in product(outcomes[step.dose].items(), repeat=step.participants):
            units, dlts = (sum(each[0][i] for each in seen) for i in range(2))
            go(follow_graded(rule, state, step, units, dlts), p * prod(each[1] for each in seen))

    go(graded_start(rule.doses), 1.0)
    return found


@pytest.mark.parametrize("with_stop", [False, True])
def test_exact_characteristics_are_those_of_every_single_path(with_stop):
    made = design("gboin", 3, cohort="2")
    stops = (stopping("pocock", 8, p0="0.15"),) if with_stop else ()
    rule = Rule(design=made, most=8, stops=stops)
    outcomes = outcomes_of(made)
    exact, paths = evaluate_graded(rule, outcomes), brute(rule, outcomes)
    assert exact is not None
    assert exact.total == pytest.approx(1, abs=1e-12)
    for level in range(4):
        wanted = None if level == 3 else level
        expected = sum(p for (_, selected), p in paths.items() if selected == wanted)
        assert exact.selected[level] == pytest.approx(expected, abs=1e-12)
    for cause, p in exact.causes.items():
        assert p == pytest.approx(sum(each for (why, _), each in paths.items() if why == cause), abs=1e-12)


def test_expected_toxicities_need_not_be_carried():
    """A stopping rule that never holds makes states carry them: both ways say the same."""
    made = design("gboin", 3)
    outcomes = outcomes_of(made)
    never = stopping("beta_binomial", 9, p0="0.9")
    usual = evaluate_graded(Rule(design=made, most=9), outcomes)
    carried = evaluate_graded(Rule(design=made, most=9, stops=(never,)), outcomes)
    if "stopping rule" not in carried.causes:
        assert usual.dlts == pytest.approx(carried.dlts, abs=1e-12)
    assert usual.dlts == pytest.approx(
        usual.participants * [sum(p for (_, t), p in each.items() if t) for each in outcomes], abs=1e-12
    )


def test_drawn_trials_are_within_their_error_of_the_exact_ones():
    made = design("gboin", 3, lesions="2")
    rule, outcomes = Rule(design=made, most=12), outcomes_of(made, 0.4)
    exact, drawn = evaluate_graded(rule, outcomes), simulate_graded(rule, outcomes, 2_000)
    error = (exact.selected * (1 - exact.selected) / 2_000) ** 0.5
    assert all(abs(exact.selected - drawn.selected) <= 4 * error + 1e-12)
    assert drawn.units == pytest.approx(exact.units, rel=0.1)


def test_trials_are_drawn_where_the_states_are_too_many():
    made = design("gboin", 3)
    rule, outcomes = Rule(design=made, most=12), outcomes_of(made)
    assert evaluate_graded(rule, outcomes, most=10) is None
    assert characterise_graded(rule, outcomes, trials=20, most=10).trials == 20
    assert characterise_graded(rule, outcomes).trials == 0


def test_sums_of_participants_have_the_sum_one():
    sums = together(participant_outcomes(design("gboin", 3).scale, GRADES[2]), 3)
    assert sum(sums.values()) == pytest.approx(1, abs=1e-12)
    assert max(units for units, _ in sums) == 9


def test_a_design_of_grades_cannot_be_asked_with_toxicities_alone():
    with pytest.raises(TypeError, match="scores"):
        design("gboin", 3).move(State((3, 0, 0), (0, 0, 0)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"scores": "0 1 2"}, "scores are 5 numbers"),
        ({"scores": "0 2 1 3 4"}, "none smaller"),
        ({"target": "1.2"}, "target is a number"),
        ({"dlt_from": "5"}, "dlt_from"),
        ({"high": "0.9"}, "factors of the target"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words, said):
    with pytest.raises(ValueError, match=said):
        design("gboin", 3, **words)


def test_grades_that_are_no_distribution_are_refused():
    scale = design("gboin", 3).scale
    with pytest.raises(ValueError, match="sum 1"):
        participant_outcomes(scale, (0.5, 0.5, 0.5, 0, 0))
    with pytest.raises(ValueError, match="too many"):
        participant_outcomes(design("gboin", 3, lesions="12").scale, GRADES[0])
