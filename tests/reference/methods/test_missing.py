"""tipping_point: complete cases at delta 0, Rubin's rules against simulated imputations, the tipping delta itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from firstdose.methods.tipping_point import declared
from tests.reference.methods.cases import codes, estimate, expected, same, sleep

NAN = float("nan")
# Invented PASI before and after: one of six did not come back.
PASI = np.array([[20, 8], [15, 6], [30, 10], [18, 9], [22, NAN], [25, 9]], dtype=float)


def complete(y):
    return y[~np.isnan(y).any(axis=1)]


def test_with_nobody_missing_it_is_the_paired_t_test():
    r, t = estimate("tipping_point", sleep()), expected("sleep")["paired"]["paired_t"]
    assert r.p == same(t["p_two_sided"])
    assert codes(r) == {"FD-A175"}
    assert {effect.p for effect in r.effects if effect.name.startswith("observed")} == {r.p}


def test_at_delta_zero_it_is_the_paired_t_test_of_complete_cases():
    r, t = estimate("tipping_point", PASI), estimate("paired_t", complete(PASI))
    for name in ("estimate", "ci_low", "ci_high", "statistic", "p", "df"):
        assert getattr(r, name) == pytest.approx(getattr(t, name), rel=1e-12)


def test_one_missing_visit_is_counted_and_nobody_is_dropped_in_silence():
    """Trap 14: both n are in the result."""
    r = estimate("tipping_point", PASI)
    assert (r.n_participants, r.value("n_observed"), r.value("n_missing")) == (6, 5, 1)


def test_estimates_follow_by_hand():
    """Observed changes -12, -9, -20, -9, -16: mean -13.2. Delta 3 moves one of six: -13.2 + .5; no change + 3: -66/6 + .5."""
    r = estimate("tipping_point", PASI, delta="0 .. 6 by 3")
    assert [effect.name for effect in r.effects] == [
        f"{base} + {delta}" for base in ("observed mean", "no change") for delta in (0, 3, 6)
    ]
    assert [effect.estimate for effect in r.effects] == [
        same(x) for x in (-13.2, -12.7, -12.2, -11, -10.5, -10)
    ]


def test_the_pattern_mixture_variance_by_hand():
    """s^2 / 5 + (5 x 1 / 36) 3^2 / 5, with 4 degrees of freedom."""
    line = estimate("tipping_point", PASI, delta="3 .. 6 by 3").effect("observed mean + 3")
    s2 = np.var([-12, -9, -20, -9, -16], ddof=1)
    assert line.se == same(np.sqrt(s2 / 5 + 5 / 36 * 9 / 5))
    assert line.p == same(2 * stats.t.sf(abs(line.estimate / line.se), 4))


@pytest.mark.parametrize("base", ["observed mean", "no change"])
def test_rubins_rules_are_the_limit_of_many_imputations(base):
    """200,000 imputations from the posterior under the reference prior, Rubin 1987, Barnard & Rubin 1999."""
    rng, m, delta = np.random.default_rng(11), 200_000, 4.0
    y = np.vstack([PASI, [[24, 11], [19, NAN], [21, 12], [28, 15]]])
    d = complete(y)[:, 1] - complete(y)[:, 0]
    n, r = len(y), len(d)
    variance = d.var(ddof=1) * (r - 1) / rng.chisquare(r - 1, m)
    mean = d.mean() + np.sqrt(variance / r) * rng.normal(size=m) if base == "observed mean" else np.zeros(m)
    drawn = mean[:, None] + np.sqrt(variance)[:, None] * rng.normal(size=(m, n - r)) + delta
    full = np.hstack([np.tile(d, (m, 1)), drawn])
    within, between = (full.var(axis=1, ddof=1) / n).mean(), full.mean(axis=1).var()
    total = within + between
    line = estimate("tipping_point", y, delta="4 .. 5 by 1", variance="rubin").effect(f"{base} + 4")
    assert line.estimate == pytest.approx(full.mean(), abs=0.01)
    assert line.se == pytest.approx(np.sqrt(total), rel=0.01)
    assert line.df[0] == pytest.approx(n / (n + 2) * (n - 1) * within / total, rel=0.01)


@pytest.mark.parametrize("variance", ["pattern_mixture", "rubin"])
def test_the_tipping_delta_is_where_p_crosses_the_level(variance):
    r = estimate("tipping_point", PASI, delta="0 .. 40 by 5", variance=variance)
    tipped, exact = r.value("tipping_delta"), r.value("tipping_delta_exact")
    assert (
        r.effect(f"observed mean + {tipped:.0f}").p > 0.05 >= r.effect(f"observed mean + {tipped - 5:.0f}").p
    )
    at = estimate("tipping_point", PASI, delta=f"{exact:.9f} .. {exact + 1:.9f} by 1", variance=variance)
    assert at.effects[0].p == pytest.approx(0.05, rel=1e-6)
    assert r.value("tipping_delta_no_change") <= tipped


def test_a_range_that_ends_before_the_tipping_point_says_so():
    r = estimate("tipping_point", PASI, delta="0 .. 5 by 0.5")
    assert r.value("tipping_delta") is None
    assert "FD-A176" in codes(r)


def test_without_a_conclusion_there_is_nothing_to_tip():
    y = [[10, 9], [12, 13], [9, 7], [11, NAN]]
    r = estimate("tipping_point", y)
    assert r.p > 0.05
    assert codes(r) == {"FD-A177"}


def test_below_four_observed_changes_rubins_variance_does_not_exist():
    r = estimate("tipping_point", [[10, 9], [12, 10], [9, 6], [11, NAN]], variance="rubin")
    assert (r.estimate, r.ci_low, r.p, codes(r)) == (-2.0, None, None, {"FD-A178"})
    assert estimate("tipping_point", [[10, 9], [12, 10], [9, 6], [11, NAN]]).p is not None


def test_all_equal_changes_have_no_t():
    """Trap 13."""
    r = estimate("tipping_point", [[5, 3], [4, 2], [6, 4], [5, NAN]])
    assert (r.estimate, r.p, codes(r)) == (-2.0, None, {"FD-A107"})


def test_nobody_observed_is_too_few():
    assert codes(estimate("tipping_point", [[5, NAN], [4, NAN]])) == {"FD-A101"}
    assert codes(estimate("tipping_point", [[5, np.inf], [4, 3], [2, 1]])) == {"FD-A102"}


def test_a_change_whose_baseline_is_missing_is_missing_too():
    r = estimate("tipping_point", np.vstack([PASI, [[NAN, 9]]]))
    assert (r.value("n_observed"), r.value("n_missing")) == (5, 2)


def test_a_one_sided_p_is_said_to_be_one():
    """Trap 17: a one-sided p is never quoted as two-sided."""
    for method, y in (
        ("tipping_point", PASI),
        ("paired_t", complete(PASI)),
        ("censored_normal", complete(PASI)),
    ):
        assert "FD-A104" in codes(estimate(method, y, alternative="less"))
        assert "FD-A104" not in codes(estimate(method, y))


def test_last_value_carried_forward_is_offered_nowhere():
    for method in load("methods").values():
        words = {word for option in method.options for word in (option.name, *option.values)}
        assert not {word for word in words if "locf" in word or "carried" in word}
    assert any("last value carried forward" in line for line in load("methods")["tipping_point"].refuses)


def test_a_percent_change_is_refused_and_a_ratio_with_zero_is_not_computed():
    """Trap 8: PASI can be 0 and has no logarithm; delta is added to a change in the unit of the variable."""
    assert any("percent change" in line for line in load("methods")["tipping_point"].refuses)
    cleared = [[20, 0], [15, 3], [12, 4]]
    for method in ("paired_t", "censored_normal"):
        r = estimate(method, cleared, scale="log")
        assert (r.estimate, r.p, codes(r)) == (None, None, {"FD-A110"})


def test_a_range_is_read_in_decimal_steps():
    assert declared("0 .. 0.3 by 0.1") == (0.0, 0.1, 0.2, 0.3)
    assert declared("-1..1 by 1") == (-1.0, 0.0, 1.0)


@pytest.mark.parametrize("text", ["0 to 5", "0 .. 5", "a .. 5 by 1", "5 .. 0 by 1", "0 .. 5 by 0"])
def test_another_text_is_an_error_of_the_caller(text):
    with pytest.raises(ValueError, match="delta"):
        estimate("tipping_point", PASI, delta=text)
