import numpy as np
import pytest

from firstdose.planning.answering import Answers
from firstdose.planning.tallying import SUMS, mean, rejected, share, tally


def test_a_share_has_its_monte_carlo_error():
    found = share(500, 10_000)
    assert (found.value, found.error) == pytest.approx((0.05, np.sqrt(0.05 * 0.95 / 10_000)))


def test_a_share_of_none_or_all_still_has_an_error():
    assert share(0, 200).error == share(200, 200).error == 1 / 200


def test_nothing_has_no_share():
    assert share(0, 0) is None
    assert mean(0.0, 0.0, 0) is None


def test_a_p_that_is_the_level_rejects_and_a_missing_one_does_not():
    assert rejected(np.array([0.05, 0.05 + 1e-15, 0.0501, np.nan]), 0.05).tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_coverage_and_width_count_intervals_that_exist():
    columns = np.array([[0.01, 0.5, np.nan], [1, 1, np.nan], [0.5, 2.0, np.nan], [1.5, np.inf, np.nan]])
    sums = dict(zip(SUMS, tally(Answers(columns, np.full(3, 5.0)), 0.05, 1.0, 0.5), strict=True))
    assert sums == {
        "trials": 3, "answered": 2, "rejected": 1, "intervals": 2, "covered": 1, "finite": 1, "width": 2.0,
        "width_squared": 4.0, "participants": 15.0,
    }  # fmt: skip


def test_without_a_known_truth_there_is_no_coverage():
    columns = np.array([[0.01], [1.0], [0.5], [1.5]])
    sums = dict(zip(SUMS, tally(Answers(columns, np.full(1, 5.0)), 0.05, None, 1.0), strict=True))
    assert sums["intervals"] == sums["covered"] == 0
