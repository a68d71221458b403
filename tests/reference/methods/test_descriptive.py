from __future__ import annotations

import numpy as np
import pytest

from tests.reference.methods.cases import codes, estimate, expected, same, sleep


def test_mean_and_sd_are_those_of_the_reference():
    wanted = expected("sleep")["paired"]
    for column, letter in ((0, "x"), (1, "y")):
        r = estimate("descriptive", sleep()[:, column])
        assert (r.value("mean"), r.value("sd")) == (
            same(wanted[f"mean_{letter}"]),
            same(wanted[f"sd_{letter}"]),
        )


def test_the_interval_of_the_mean_change_is_that_of_the_paired_t():
    d = sleep()[:, 1] - sleep()[:, 0]
    wanted = expected("sleep")["paired"]["paired_t"]
    r = estimate("descriptive", d)
    assert [r.ci_low, r.ci_high] == [same(limit) for limit in wanted["ci95"]]
    assert r.value("se") == same(wanted["se"])


def test_the_divisor_of_each_sd_is_in_its_name():
    r = estimate("descriptive", [30.0, 31.0, 35.0, 36.0])
    assert r.value("sd") == pytest.approx((26 / 3) ** 0.5)
    assert r.value("sd_population") == pytest.approx((26 / 4) ** 0.5)
    assert r.value("cv") == pytest.approx((26 / 3) ** 0.5 / 33)


@pytest.mark.parametrize(
    "values, quartiles",
    [
        ([1, 2, 3, 4], (1.5, 2.5, 3.5)),  # n p whole: the mean of two neighbours
        ([1, 2, 3, 4, 5], (2, 3, 4)),
        ([5], (5, 5, 5)),
        ([3, 1], (1, 2, 3)),
        ([9, 1, 4, 7, 2, 8, 3], (2, 4, 8)),
    ],
)
def test_quartiles_follow_sas_definition_5(values, quartiles):
    r = estimate("descriptive", np.array(values, dtype=float))
    assert tuple(r.value(name) for name in ("q1", "median", "q3")) == quartiles


def test_one_participant_has_a_value_and_no_sd():
    r = estimate("descriptive", [4.2])
    assert (r.estimate, r.value("sd"), r.value("sd_population"), r.ci_low) == (4.2, None, 0.0, None)
    assert codes(r) == {"FD-A101"}


def test_equal_values_have_no_interval_of_width_zero():
    r = estimate("descriptive", [0.0] * 5)
    assert (r.estimate, r.ci_low, r.ci_high, codes(r)) == (0.0, None, None, {"FD-A125"})


def test_a_geometric_mean_needs_positive_values():
    assert estimate("descriptive", [1.0, 10.0, 100.0]).value("geometric_mean") == pytest.approx(10)
    r = estimate("descriptive", [0.0, 10.0, 100.0])
    assert r.value("geometric_mean") is None
    assert estimate("descriptive", [-1.0, 0.5]).value("cv") is None


def test_the_median_has_an_exact_interval_or_none():
    six = estimate("descriptive", [1.0, 2, 3, 4, 5, 6], summary="median")
    assert (six.estimate, six.ci_low, six.ci_high, six.attained_level) == (3.5, 1, 6, 1 - 2 / 64)
    five = estimate("descriptive", [1.0, 2, 3, 4, 5], summary="median")
    assert (five.estimate, five.ci_low, codes(five)) == (3, None, {"FD-A109"})
    twelve = estimate("descriptive", np.arange(12.0), summary="median")
    assert (twelve.ci_low, twelve.ci_high) == (2, 9)
    assert twelve.attained_level == pytest.approx(1 - 2 * (1 + 12 + 66) / 2**12)
