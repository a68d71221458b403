from dataclasses import replace

import numpy as np
import pytest

from firstdose.planning.assumptions import assumptions_of
from firstdose.planning.questions import questions_of
from firstdose.planning.shaping import (
    Block,
    draw_missed,
    draw_scores,
    effect_sd,
    lesion_counts,
    reduce_lesions,
    shape_values,
)
from tests.unit.planning.plans import SEED, only

BLOCK = Block(seed=1, number=0, trials=4000, participants=5)


def question(endpoint, protocol=SEED):
    return next(each for each in questions_of(protocol) if each.test == endpoint)


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
@pytest.mark.parametrize("endpoint", ["E5", "E6"])
def test_an_effect_of_one_is_one_standard_deviation_of_the_changes(endpoint, shape):
    assumed, asked = assumptions_of(SEED, shape), question(endpoint)
    scores = draw_scores(BLOCK, asked.outcome, assumed)
    values = shape_values(scores, asked, assumed, 5, (0.0, 1.0))
    reduced = reduce_lesions(values, lesion_counts(asked.outcome, assumed, 5), asked)
    change = reduced[..., -1] - reduced[..., 0]
    unit = asked.outcome.sd * effect_sd(asked, assumed, 5)
    assert np.std(change[0]) == pytest.approx(unit, rel=0.03 if shape == "normal" else 0.15)
    assert (change[1] - change[0]).mean() == pytest.approx(unit, rel=0.01)


def test_lesions_times_and_endpoints_correlate_as_assumed():
    assumed = replace(assumptions_of(SEED, "normal"), icc=0.7, between_times=0.4, between_endpoints=0.3)
    first = draw_scores(BLOCK, question("E6").outcome, assumed)
    second = draw_scores(BLOCK, question("E5").outcome, assumed)

    def correlation(x, y):
        return np.corrcoef(x.ravel(), y.ravel())[0, 1]

    assert first.shape == (4000, 5, 3, 2)
    assert np.var(first) == pytest.approx(1, abs=0.03)
    assert correlation(first[:, :, 0, 0], first[:, :, 1, 0]) == pytest.approx(0.7, abs=0.03)
    assert correlation(first[:, :, 0, 0], first[:, :, 0, 1]) == pytest.approx(0.4, abs=0.03)
    assert correlation(first[:, :, 0, 0], first[:, :, 1, 1]) == pytest.approx(0.28, abs=0.03)
    assert correlation(first[:, :, 0, 0], second[:, :, 0, 0]) == pytest.approx(0.3 * 0.7**0.5, abs=0.03)
    assert correlation(first[:, 0, 0, 0], first[:, 1, 0, 0]) == pytest.approx(0, abs=0.05)


def test_fewer_participants_are_the_first_of_more():
    asked, assumed = question("E6"), assumptions_of(SEED, "normal")
    scores = draw_scores(BLOCK, asked.outcome, assumed)
    four = shape_values(scores, asked, assumed, 4, (0.0,))
    assert (four == shape_values(scores, asked, assumed, 5, (0.0,))[:, :, :4]).all()


def test_values_are_recorded_with_their_declared_decimals():
    asked, assumed = question("E5"), assumptions_of(SEED, "normal")
    values = shape_values(draw_scores(BLOCK, asked.outcome, assumed), asked, assumed, 5, (0.5,))
    assert np.abs(values * 10 - np.round(values * 10)).max() < 1e-9


def test_the_worst_lesion_counts_where_the_plan_says_so_and_a_lesion_that_is_not_there_never():
    asked = question("E6")
    worst = replace(asked, outcome=replace(asked.outcome, nested="participant worst"))
    values = np.array([[[1.0], [5.0], [99.0]], [[2.0], [4.0], [9.0]]])
    counts = np.array([2, 3])
    assert reduce_lesions(values, counts, asked).tolist() == [[3.0], [5.0]]
    assert reduce_lesions(values, counts, worst).tolist() == [[5.0], [9.0]]


def test_visits_up_to_day_0_are_never_missed_and_others_at_the_declared_rate():
    missed = draw_missed(BLOCK, only("E5", missed="0.1"), 0.1)
    assert "BL" not in missed
    assert "D0" not in missed
    assert missed["M6"].mean() == pytest.approx(0.1, abs=0.01)


def test_a_direction_downwards_turns_the_effect():
    analyses = tuple(
        replace(each, direction="less") if each.endpoint == "E5" else each for each in SEED.analyses
    )
    asked, assumed = question("E5", replace(SEED, analyses=analyses)), assumptions_of(SEED, "normal")
    values = shape_values(draw_scores(BLOCK, asked.outcome, assumed), asked, assumed, 5, (1.0,))
    assert (values[..., 1] - values[..., 0]).mean() < -asked.outcome.sd * 0.8
