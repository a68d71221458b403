import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.planning.counting import count_intervals
from firstdose.planning.questions import questions_of
from tests.unit.planning.plans import SEED

PRIMARY = next(each for each in questions_of(SEED) if each.test == "E1")


def test_zero_of_five_is_seen_as_often_as_the_binomial_says():
    found = {each.true: each for each in count_intervals(PRIMARY, 5)}
    assert found[0.1].none == pytest.approx(0.9**5)


@pytest.mark.parametrize("n", [1, 4, 5, 12, 30])
def test_the_exact_interval_never_covers_less_than_it_promises(n):
    assert min(each.coverage for each in count_intervals(PRIMARY, n)) >= 0.95


def test_coverage_is_that_of_a_simulation():
    random, method = np.random.default_rng(1), load("methods")["wilson"]
    asked = next(each for each in questions_of(SEED) if each.test == "E1_wilson")
    exact = next(each for each in count_intervals(asked, 5) if each.true == 0.3)
    limits = [method.estimate(np.arange(5) < k) for k in range(6)]
    counts = random.binomial(5, 0.3, size=20_000)
    covered = np.array([each.ci_low <= 0.3 <= each.ci_high for each in limits])[counts].mean()
    width = np.array([each.ci_high - each.ci_low for each in limits])[counts].mean()
    assert exact.coverage == pytest.approx(covered, abs=0.005)
    assert exact.width == pytest.approx(width, abs=0.003)
