from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.reference.methods.cases import codes, estimate, expected, same

rate = "poisson_exact"


def spread_out(events, n=5):
    """So many events over n participants, as evenly as can be."""
    return np.array([(events + i) // n for i in range(n)], dtype=float)


def test_limits_of_a_rate_are_those_of_the_tables():
    """Base R: qchisq (Garwood 1936), two-sided and one-sided."""
    for row in expected("tables_small_n")["poisson"]:
        r = estimate(rate, spread_out(row["events"]), exposure=np.full(5, row["person_time"] / 5))
        assert r.estimate == same(row["rate"])
        assert [r.ci_low, r.ci_high] == [same(x) for x in row["exact_ci95"]]
        assert r.value("upper_one_sided") == same(row["one_sided_upper95"])
        assert (r.value("events"), r.value("exposure")) == (row["events"], same(row["person_time"]))
        assert (r.p, r.exact, r.attained_level) == (None, True, 0.95)


def test_no_event_is_told_with_the_rate_that_it_excludes():
    r = estimate(rate, [0.0] * 5, exposure=[6.0] * 5, per="participant_month")
    (caveat,) = r.caveats
    assert caveat.code == "FD-A164"
    assert "rates above 0.09986 per participant month are excluded" in caveat.sentence
    assert (r.ci_low, r.estimate_name) == (0.0, "events per participant month")


def test_trap_19_the_four_denominators_give_four_named_rates_and_those_inside_participants_warn():
    """5 participants with 3 injections each over 6 months, 7 events: which rate is meant must be declared."""
    counts = np.array([2.0, 1.0, 0.0, 3.0, 1.0])
    exposures = {"participant": 1.0, "injection": 3.0, "lesion": 3.0, "participant_month": 6.0}
    found = {per: estimate(rate, counts, exposure=np.full(5, x), per=per) for per, x in exposures.items()}
    assert {per: r.estimate for per, r in found.items()} == {
        "participant": pytest.approx(1.4),
        "injection": pytest.approx(7 / 15),
        "lesion": pytest.approx(7 / 15),
        "participant_month": pytest.approx(7 / 30),
    }
    assert len({r.estimate_name for r in found.values()}) == 4
    assert {per for per, r in found.items() if "FD-A161" in codes(r)} == {"injection", "lesion"}
    with pytest.raises(ValueError, match="exposure"):
        estimate(rate, counts)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_a_declared_rate_is_tested_by_the_tails_of_the_poisson_distribution(alternative):
    r = estimate(rate, spread_out(7), exposure=[6.0] * 5, rate0="0.1", alternative=alternative)
    tails = {"less": stats.poisson.cdf(7, 3.0), "greater": stats.poisson.sf(6, 3.0)}
    tails["two-sided"] = 2 * min(tails.values())
    assert r.p == same(tails[alternative])
    assert ("FD-A104" in codes(r)) == (alternative != "two-sided")


def test_events_of_one_participant_are_not_a_rate_of_all():
    r = estimate(rate, [9.0, 0.0, 1.0, 0.0, 0.0], exposure=[6.0] * 5)
    assert "FD-A160" in codes(r)
    assert r.value("dispersion_index") == pytest.approx(7.75)
    assert r.value("participants_with_events") == 2
    assert codes(estimate(rate, [2.0, 1.0, 2.0, 1.0, 3.0], exposure=[6.0] * 5)) == set()


def test_dispersion_is_exact_given_the_total_and_is_the_multinomial_share():
    counts, exposure = np.array([3, 0, 1]), np.array([2.0, 1.0, 4.0])
    shares = exposure / exposure.sum()
    every = [(a, b, 4 - a - b) for a in range(5) for b in range(5 - a)]
    x2 = [float(((np.array(c) - 4 * shares) ** 2 / (4 * shares)).sum()) for c in every]
    seen = float(((counts - 4 * shares) ** 2 / (4 * shares)).sum())
    chances = stats.multinomial.pmf(every, 4, shares)
    wanted = sum(p for p, x in zip(chances, x2, strict=True) if x >= seen - 1e-9)
    r = estimate(rate, counts.astype(float), exposure=exposure)
    assert r.value("dispersion_p") == pytest.approx(wanted, rel=1e-9)


def test_dispersion_of_very_many_events_is_that_of_chi_squared():
    counts = np.random.default_rng(1).poisson(30, 20).astype(float)
    r = estimate(rate, counts, exposure=np.ones(20))
    mean = counts.mean()
    assert r.value("dispersion_p") == same(stats.chi2.sf(((counts - mean) ** 2 / mean).sum(), 19))


def test_two_groups_are_compared_given_the_total():
    """The conditional test of two Poisson rates (Przyborowski & Wilenski 1940) is a binomial one."""
    counts, exposure = np.array([1.0, 2.0, 0.0, 4.0, 3.0, 3.0]), np.array([2.0, 3.0, 2.0, 3.0, 2.0, 4.0])
    groups = [0, 0, 0, 1, 1, 1]
    r = estimate(rate, counts, exposure=exposure, groups=groups)
    binomial = stats.binomtest(10, 13, 9 / 16)
    p = 2 * min(stats.binom.cdf(10, 13, 9 / 16), stats.binom.sf(9, 13, 9 / 16))
    low, high = binomial.proportion_ci(method="exact")
    assert r.estimate == pytest.approx((10 / 9) / (3 / 7))
    assert [r.ci_low, r.ci_high] == [pytest.approx(x / (1 - x) * 7 / 9) for x in (low, high)]
    assert (r.p, r.value("rate_2")) == (pytest.approx(p), pytest.approx(10 / 9))
    assert estimate(rate, counts, exposure=exposure, groups=np.array(groups) + 2).estimate == r.estimate


def test_a_ratio_to_nothing_has_a_lower_limit_only():
    r = estimate(rate, [0.0, 0.0, 3.0, 4.0], exposure=[1.0] * 4, groups=[0, 0, 1, 1])
    assert (r.estimate, r.ci_low, r.ci_high, r.value("ratio_high")) == (None, None, None, None)
    assert r.value("ratio_low") > 1
    assert "FD-A165" in codes(r)
    none = estimate(rate, [0.0] * 4, exposure=[1.0] * 4, groups=[0, 0, 1, 1])
    assert (none.p, none.value("ratio_low")) == (1.0, 0.0)
    more = estimate(rate, [1.0, 2.0, 3.0], exposure=[1.0] * 3, groups=[0, 1, 2])
    assert (more.p, codes(more), more.value("rate_3")) == (None, {"FD-A166"}, 3.0)


def test_counts_and_exposures_that_are_none_are_refused():
    assert codes(estimate(rate, [1.0, 0.5, -1.0], exposure=[1.0] * 3)) == {"FD-A163"}
    assert codes(estimate(rate, [1.0, 2.0, 0.0], exposure=[1.0, 0.0, np.nan])) == {"FD-A162"}
    with pytest.raises(ValueError, match="group code"):
        estimate(rate, [1.0, 2.0], exposure=[1.0, 1.0], groups=[0])
