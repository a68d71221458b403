"""BLRM (Neuenschwander, Branson & Gsponer 2008) with overdose control (Babb, Rogatko & Zacks 1998), by quadrature."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import norm

from firstdose.catalogue import End, State, Treat
from firstdose.designs._kernel.two_parameter_model import TwoParameterModel
from firstdose.escalation.paths import enumerate_paths
from firstdose.escalation.rule import Rule
from tests.reference.designs.escalating import brute_force, design

LIMITS = (0.16, 0.33)


def model(*amounts: float, correlation: float = 0.0) -> TwoParameterModel:
    return TwoParameterModel(
        tuple(log(amount / amounts[-1]) for amount in amounts),
        (log(0.5), 0.0),
        (2.0, 1.0),
        correlation,
        LIMITS,
    )


def adaptive(m: TwoParameterModel, n, y, dose: int, limit: float) -> float:
    """Pr(rate below the limit) by adaptive integration, the moving edge as a limit of the inner integral."""
    x, n, y = np.array(m.distances), np.array(n), np.array(y)

    def weight(a: float, b: float) -> float:
        logit = a + exp(b) * x
        za, zb = (a - m.mean[0]) / m.sd[0], (b - m.mean[1]) / m.sd[1]
        square = za**2 - 2 * m.correlation * za * zb + zb**2
        fit = y @ np.logaddexp(0, -logit) + (n - y) @ np.logaddexp(0, logit)
        return exp(-square / (2 * (1 - m.correlation**2)) - fit)

    low, high = m.mean[0] - 7 * m.sd[0], m.mean[0] + 7 * m.sd[0]

    def edge(b: float) -> float:
        return min(max(log(limit / (1 - limit)) - exp(b) * x[dose], low), high)

    # The integrand is cut at 6 standard deviations of log b, where its prior density is 1e-8 of the mode.
    reach, sides = 6.5 * m.sd[1], []
    for first, last in ((lambda _: low, edge), (edge, lambda _: high)):
        sides.append(dblquad(weight, -reach, reach, first, last, epsabs=1e-11, epsrel=1e-10)[0])
    return sides[0] / sum(sides)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("m", "n", "y", "dose", "limit"),
    [
        (model(1, 3), (3, 3), (0, 1), 1, 1),
        (model(1, 3, 10, correlation=-0.5), (3, 6, 3), (0, 1, 2), 0, 0),
    ],
)
def test_posterior_probabilities_agree_with_adaptive_integration_to_eight_digits(m, n, y, dose, limit):
    found = m.probabilities(n, y)[dose, limit]
    assert found == pytest.approx(adaptive(m, n, y, dose, LIMITS[limit]), abs=1e-8)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_the_prior_at_the_reference_dose_is_the_normal_one(correlation):
    m = model(1, 3, 10, correlation=correlation)
    found = m.probabilities((0, 0, 0), (0, 0, 0))[2]
    expected = norm.cdf([(log(limit / (1 - limit)) - log(0.5)) / 2 for limit in LIMITS])
    assert found == pytest.approx(expected, abs=1e-10)


def test_finer_nodes_change_nothing():
    from firstdose.designs._kernel import two_parameter_model as kernel

    counts = (6, 12, 18), (0, 2, 9)
    usual = model(1, 3, 10).probabilities(*counts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "STEP_A", 0.1)
        patch.setattr(kernel, "STEP_B", 0.04)
        finer = model(1, 3, 10, correlation=1e-15).probabilities(*counts)
    assert usual == pytest.approx(finer, abs=1e-10)


def test_the_prior_rate_is_the_median_at_the_reference_dose():
    blrm = design("blrm", 3, prior_rate="0.33", target_high="0.33")
    _, over = blrm.masses(State((0, 0, 0), (0, 0, 0)))
    assert over[-1] == pytest.approx(0.5, abs=1e-10)


def test_no_level_is_given_that_is_too_likely_an_overdose():
    blrm = design("blrm", 5, amounts="1 3 10 20 30")
    state = State((3, 3, 3, 3, 0), (0, 0, 0, 1, 0), 3)
    _, over = blrm.masses(state)
    assert over[4] > 0.25 >= over[3]
    assert blrm.move(state).dose == 3
    toxic = State((3, 0, 0, 0, 0), (2, 0, 0, 0, 0))
    step = blrm.move(toxic)
    assert isinstance(step, End)
    assert step.cause == "all levels too toxic"
    assert blrm.select(toxic) is None


def test_no_level_is_skipped_upward():
    step = design("blrm", 5, amounts="1 3 10 20 30").move(State((3, 0, 0, 0, 0), (0,) * 5))
    assert isinstance(step, Treat)
    assert (step.dose, "skipped" in step.reason) == (1, True)


def test_only_tried_levels_are_recommended():
    blrm = design("blrm", 3)
    assert blrm.select(State((0, 0, 0), (0, 0, 0))) is None
    assert blrm.select(State((3, 6, 0), (0, 0, 0), 1)) == 1


def test_escalation_ends_at_a_level_with_enough_participants():
    blrm = design("blrm", 3, enough_at_one="6")
    assert blrm.move(State((3, 3, 6), (0, 0, 1), 2)).cause == "enough at one level"


def test_a_rate_rises_with_the_dose_at_every_state():
    blrm = design("blrm", 3)
    for ending in enumerate_paths(Rule(design=blrm, most=9)).endings:
        _, over = blrm.masses(ending.state)
        assert np.all(np.diff(over) > 0)


def test_amounts_change_decisions_and_probabilities_still_sum_to_one():
    at, found = (0.1, 0.25, 0.5), []
    for amounts in ("1 2 3", "1 10 100"):
        rule = Rule(design=design("blrm", 3, amounts=amounts), most=9)
        exact: dict[tuple[str, int | None], float] = {}
        for ending in enumerate_paths(rule).endings:
            key = (ending.end.cause, ending.selected)
            exact[key] = exact.get(key, 0.0) + ending.probability(at)
        assert exact == pytest.approx(brute_force(rule, at), abs=1e-12)
        assert sum(exact.values()) == pytest.approx(1, abs=1e-12)
        found.append(exact)
    assert found[0] != pytest.approx(found[1], abs=1e-6)


def test_assumed_amounts_are_told():
    assert "none were given: 1, 2, 3" in " ".join(design("blrm", 3).words())
    told = " ".join(design("blrm", 3, amounts="1e6 3e6 1e7", reference="3e6").words())
    assert "none were given" not in told
    assert "reference dose 3e+06, dose amounts 1e+06, 3e+06, 1e+07" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"target_low": "0.4"}, "target_low"),
        ({"amounts": "1 2"}, "rising positive numbers"),
        ({"amounts": "1 3 2"}, "rising positive numbers"),
        ({"correlation": "1"}, "correlation"),
        ({"log_a_sd": "50"}, "log_a_sd is a number"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words, said):
    with pytest.raises(ValueError, match=said):
        design("blrm", 3, **words)
