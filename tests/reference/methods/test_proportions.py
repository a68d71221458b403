from __future__ import annotations

import numpy as np
import pytest

from tests.reference.methods.cases import codes, estimate, expected, same

METHODS = {"exact_binomial": "clopper_pearson", "wilson": "wilson", "jeffreys": "jeffreys"}


def participants(events, n):
    return np.arange(n) < events


@pytest.mark.parametrize("method", METHODS)
def test_limits_are_those_of_the_tables(method):
    """Base R: qbeta and the score formula; Wilson's lower limit at 0 is 0, not 2e-17."""
    for row in expected("tables_small_n")["proportions"]:
        r = estimate(method, participants(row["x"], row["n"]))
        assert r.estimate == same(row["estimate"])
        assert [r.ci_low, r.ci_high] == [pytest.approx(x, rel=1e-9, abs=1e-15) for x in row[METHODS[method]]]
        assert (r.value("events"), r.value("n"), r.n_participants) == (row["x"], row["n"], row["n"])


def test_mid_p_and_one_sided_bounds_are_those_of_the_tables():
    for row in expected("tables_small_n")["proportions"]:
        r = estimate("exact_binomial", participants(row["x"], row["n"]))
        assert [r.value("mid_p_low"), r.value("mid_p_high")] == [same(x) for x in row["mid_p"]]
        assert r.value("upper_one_sided") == same(row["clopper_pearson_one_sided_upper"])


@pytest.mark.parametrize("method", METHODS)
def test_trap_19_no_event_in_five_is_told_with_what_it_excludes(method):
    r = estimate(method, participants(0, 5))
    (caveat,) = r.caveats
    assert caveat.code == "FD-A117"
    assert caveat.sentence.startswith("0 of 5: rates above 45.1% are excluded with one-sided 95% confidence.")
    assert r.ci_low == 0.0


def test_lower_bounds_mirror_upper_ones():
    for method in METHODS:
        some, others = estimate(method, participants(2, 9)), estimate(method, participants(7, 9))
        assert some.value("lower_one_sided") == pytest.approx(1 - others.value("upper_one_sided"))
        assert some.ci_low == pytest.approx(1 - others.ci_high)
        assert codes(some) == set()
    assert codes(estimate("exact_binomial", participants(4, 4))) == {"FD-A118"}


@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_exact_limits_are_where_the_binomial_tails_say(level):
    from scipy import stats

    r = estimate("exact_binomial", participants(3, 11), level=level)
    assert stats.binom.sf(2, 11, r.ci_low) == pytest.approx((1 - level) / 2)
    assert stats.binom.cdf(3, 11, r.ci_high) == pytest.approx((1 - level) / 2)


@pytest.mark.parametrize("method", METHODS)
def test_counts_of_lesions_are_no_proportion_of_participants(method):
    r = estimate(method, [0.0, 3.0, 1.0])
    assert (r.estimate, codes(r)) == (None, {"FD-A119"})
