"""CRM (O'Quigley, Pepe & Fisher 1990) by quadrature; skeletons by indifference interval (Lee & Cheung 2009)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from firstdose.catalogue import State, Treat
from firstdose.designs._kernel.power_model import CurveModel, skeleton
from tests.reference.designs.escalating import design


def test_the_indifference_interval_of_each_level_has_the_declared_half_width():
    """Lee & Cheung 2009: at the edge of a level's interval the model gives target - halfwidth and target + halfwidth."""
    target, half = 0.25, 0.05
    prior = skeleton(half, target, 2, 5)
    assert prior[2] == target
    for low, high in itertools.pairwise(prior):
        slope = np.log(target + half) / np.log(high)
        assert low**slope == pytest.approx(target - half, abs=1e-12)


@pytest.mark.parametrize("form", ["power", "logistic"])
@pytest.mark.parametrize("counts", [((3, 0, 0), (0, 0, 0)), ((3, 6, 3), (0, 1, 2)), ((3, 3, 12), (1, 0, 3))])
def test_the_posterior_mean_agrees_with_adaptive_quadrature(form, counts):
    model = CurveModel((0.1, 0.25, 0.4), form)
    n, y = np.array(counts[0]), np.array(counts[1])

    def weight(a: float) -> float:
        p = model.rates(a)
        return float(np.prod(p**y * (1 - p) ** (n - y)) * np.exp(-(a**2) / (2 * model.variance)))

    below = quad(weight, -9, 9, epsabs=0, epsrel=1e-13, limit=400)[0]
    above = quad(lambda a: a * weight(a), -9, 9, epsabs=1e-15, epsrel=1e-13, limit=400)[0]
    assert model.posterior_mean(*counts) == pytest.approx(above / below, abs=1e-10)


def test_no_level_is_skipped_upward():
    crm = design("crm", 5, prior_level="5", stop_above="1")
    assert crm.nearest(State((3, 0, 0, 0, 0), (0,) * 5)) > 1
    step = crm.move(State((3, 0, 0, 0, 0), (0,) * 5))
    assert isinstance(step, Treat)
    assert (step.dose, "skipped" in step.reason) == (1, True)


def test_no_escalation_right_after_a_toxic_cohort():
    crm = design("crm", 3, prior_level="3", stop_above="1")
    state = State((30, 3, 0), (0, 1, 0), dose=1, recent=1)
    assert crm.nearest(state) == 2
    assert crm.move(state).dose == 1


def test_the_trial_ends_where_the_lowest_level_is_too_toxic():
    crm = design("crm", 3, prior_level="1", stop_above="0.9")
    state = State((3, 0, 0), (3, 0, 0), recent=3)
    assert crm.move(state).cause == "lowest level too toxic"
    assert crm.select(state) is None


@pytest.mark.parametrize("words", [{"halfwidth": "0.3"}, {"prior_level": "4"}])
def test_words_that_do_not_go_together_are_refused(words):
    with pytest.raises(ValueError, match=r"halfwidth|prior_level"):
        design("crm", 3, **words)
