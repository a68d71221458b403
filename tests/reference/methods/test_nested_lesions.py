"""Lesions in participants: participant_summary, cr2, participant_sign_flip, participant_permutation,
participant_bootstrap, intraclass_correlation.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate, expected, rabbit_pairs, same, table
from tests.reference.methods.plain import nested as plain

NESTED = (
    "participant_summary",
    "cr2",
    "participant_sign_flip",
    "participant_permutation",
    "participant_bootstrap",
    "intraclass_correlation",
)
COMPARING = ("participant_summary", "cr2", "participant_permutation", "participant_bootstrap")
UNEQUAL = np.repeat(np.arange(5), (1, 2, 3, 3, 5))


def dogs():
    """Sides of four dogs, day 0 and day 4, and the dog of each side."""
    sides = {}
    for row in table("pixel_nested"):
        sides.setdefault((int(row["Dog"]), row["Side"]), {})[int(row["day"])] = float(row["pixel"])
    both = {side: days for side, days in sides.items() if {0, 4} <= set(days)}
    return np.array([[days[0], days[4]] for days in both.values()]), np.array([dog for dog, _ in both])


def lesions(units, spread=2.0, seed=1):
    rng = np.random.default_rng(seed)
    level = rng.normal(0, spread, units.max() + 1)[units]
    return np.round(rng.normal(1, 1, len(units)) + level, 1)[:, None]


def test_trap_7_sides_of_dogs_are_not_dogs():
    """pixel_nested: .016 with 8 sides taken as 8 dogs (never offered), .121 by dog, exact .125."""
    wanted = expected("pixel_nested")["change_day0_to_day4"]
    y, units = dogs()
    for name, case in (("participant_summary", "cluster_means"), ("cr2", "cr2_satterthwaite")):
        r = estimate(name, y, units=units, decimals=1)
        se, p = wanted[case]["se"], wanted[case]["p"]
        assert (r.n_participants, r.n_units) == (4, 8)
        assert (r.estimate, r.value("se"), r.df[0], r.p) == tuple(
            pytest.approx(x, rel=1e-9) for x in (29.075, se, 3, p)
        )
    flip = estimate("participant_sign_flip", y, units=units, decimals=1)
    assert flip.p == wanted["cluster_means"]["sign_flip_exact"]["p_two_sided"] == 0.125
    assert estimate("participant_sign_flip", y, units=units, decimals=1, alternative="greater").p == 0.0625
    assert {"FD-A103", "FD-A109"} == codes(flip)


@pytest.mark.parametrize("name", NESTED)
def test_trap_7_without_participants_nothing_is_computed(name):
    y, units = dogs()
    for missing in (None, units[:-1]):
        with pytest.raises(ValueError, match="lesions are not participants"):
            estimate(name, y, units=missing)


def test_variance_components_are_those_of_the_mixed_model():
    """pixel_nested: lmer's variances 684.32 between and 98.14 within dogs are those of the one-way table."""
    between, within = expected("pixel_nested")["change_day0_to_day4"]["lmm_random_cluster_kr"]["varcorr"]
    y, units = dogs()
    r = estimate("intraclass_correlation", y, units=units)
    assert r.value("variance_between") == pytest.approx(between, rel=1e-6)
    assert r.value("variance_within") == pytest.approx(within, rel=1e-6)
    assert r.estimate == pytest.approx(between / (between + within), rel=1e-6)
    assert r.value("design_effect") == same(1 + r.estimate)
    assert r.value("effective_n") == same(8 / (1 + r.estimate))


# Summary measures.


def test_equal_weights_are_the_t_test_of_means_whatever_the_number_of_lesions():
    y = lesions(UNEQUAL)
    means = np.array([y[unit == UNEQUAL].mean() for unit in range(5)])
    r, t = estimate("participant_summary", y, units=UNEQUAL), stats.ttest_1samp(means, 0)
    low, high = t.confidence_interval()
    assert (r.estimate, r.statistic, r.p) == (same(means.mean()), same(t.statistic), same(t.pvalue))
    assert (r.ci_low, r.ci_high, r.df) == (same(low), same(high), (4.0,))
    assert (r.value("fewest_lesions"), r.value("most_lesions"), r.n_units) == (1, 5, 14)


@pytest.mark.parametrize("spread, other", [("welch", False), ("pooled", True)])
def test_doses_between_participants_are_compared_by_their_means(spread, other):
    units = np.repeat(np.arange(7), 2)
    y, doses = lesions(units), np.array([0, 0, 0, 0, 1, 1, 1])
    means = y[:, 0].reshape(7, 2).mean(axis=1)
    r = estimate("participant_summary", y, units=units, groups=doses[units], spread=spread)
    t = stats.ttest_ind(means[doses == 1], means[doses == 0], equal_var=other)
    low, high = t.confidence_interval()
    assert (r.statistic, r.p, r.df[0]) == (same(t.statistic), same(t.pvalue), same(t.df))
    assert (r.ci_low, r.ci_high) == (same(low), same(high))
    assert (r.value("n_1"), r.value("mean_2")) == (4, same(means[4:].mean()))
    assert "between participants" in r.variant


def test_doses_within_participants_are_compared_by_each_ones_own_difference():
    units, doses = np.repeat(np.arange(5), 3), np.tile([0, 0, 1], 5)
    y = lesions(units)
    cells = y[:, 0].reshape(5, 3)
    own = cells[:, 2] - cells[:, :2].mean(axis=1)
    r, t = estimate("participant_summary", y, units=units, groups=doses), stats.ttest_1samp(own, 0)
    assert (r.estimate, r.p) == (same(own.mean()), same(t.pvalue))
    assert "within participants" in r.variant
    assert "FD-A151" in codes(r)


def test_more_than_two_doses_give_a_slope_per_step():
    units, doses = np.repeat(np.arange(9), 2), np.repeat(np.arange(9) % 3, 2)
    y = lesions(units) + doses[:, None]
    means = y[:, 0].reshape(9, 2).mean(axis=1).reshape(3, 3)
    pooled = np.sqrt(means.var(axis=0, ddof=1).mean())
    r = estimate("participant_summary", y, units=units, groups=doses, spread="pooled")
    assert r.estimate == same((means[:, 2].mean() - means[:, 0].mean()) / 2)
    assert r.value("se") == same(pooled * np.sqrt(0.5 / 3))
    assert r.df == (6.0,)
    people = np.arange(18) // 6
    inside = estimate("participant_summary", y, units=people, groups=doses)
    slopes = [stats.linregress(doses[own], y[own, 0]).slope for own in (people == i for i in range(3))]
    assert inside.estimate == same(np.mean(slopes))


def test_variance_weights_follow_the_estimated_correlation():
    """ICC near 1: participants weigh alike; near 0: lesions do."""
    far, near = lesions(UNEQUAL, spread=1000), lesions(UNEQUAL, spread=0, seed=4)
    r = estimate("participant_summary", far, units=UNEQUAL, weights="variance")
    assert r.estimate == pytest.approx(estimate("participant_summary", far, units=UNEQUAL).estimate, rel=1e-3)
    assert estimate("intraclass_correlation", near, units=UNEQUAL).estimate < 0
    loose = estimate("participant_summary", near, units=UNEQUAL, weights="variance")
    assert loose.estimate == same(near.mean())
    means = np.array([near[i == UNEQUAL].mean() for i in range(5)])
    m = np.bincount(UNEQUAL)
    square = (m * (means - near.mean()) ** 2).sum() / 4
    assert loose.value("se") == same(np.sqrt(square / m.sum()))


# Cluster-robust.


@pytest.mark.parametrize("seed", range(4))
def test_cr2_of_the_mean_is_that_of_whole_matrices(seed):
    y = lesions(UNEQUAL, seed=seed)
    r = estimate("cr2", y, units=UNEQUAL)
    b, se, df = plain.cr2(np.ones((14, 1)), y[:, 0], UNEQUAL, np.ones(1))
    assert (r.estimate, r.value("se"), r.df[0]) == (same(b), same(se), same(df))
    assert r.estimate == same(y.mean())
    assert r.p == same(2 * stats.t.sf(abs(b / se), df))


@pytest.mark.parametrize("seed", range(3))
def test_cr2_of_doses_is_that_of_whole_matrices(seed):
    units = np.repeat(np.arange(8), (1, 2, 3, 3, 5, 2, 2, 4))
    y, doses = lesions(units, seed=seed), np.array([0, 0, 1, 1, 2, 2, 2, 0])[units]
    r = estimate("cr2", y, units=units, groups=doses)
    X = np.eye(3)[doses]
    for name, contrast in (
        ("dose 2 - dose 1", (-1, 1, 0)),
        ("dose 3 - dose 1", (-1, 0, 1)),
        ("dose 2", (0, 1, 0)),
    ):
        line = r.effect(name)
        wanted = plain.cr2(X, y[:, 0], units, np.array(contrast))
        assert (line.estimate, line.se, line.df[0]) == tuple(same(x) for x in wanted)
    b, se, df = plain.cr2(X, y[:, 0], units, np.array([-0.5, 0, 0.5]))
    assert (r.estimate, r.value("se"), r.df[0]) == (same(b), same(se), same(df))


@pytest.mark.parametrize("seed", range(3))
def test_cr2_within_participants_is_that_of_a_level_for_each_of_them(seed):
    """Taking the levels out beforehand changes neither variance nor df (least squares, Pustejovsky & Tipton 2018)."""
    units = np.repeat(np.arange(5), (2, 4, 3, 3, 5))
    doses = np.array([0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1])
    y = lesions(units, seed=seed)
    r = estimate("cr2", y, units=units, groups=doses)
    X = np.column_stack([doses, np.eye(5)[units]]).astype(float)
    b, se, df = plain.cr2(X, y[:, 0], units, np.eye(6)[0])
    assert (r.estimate, r.value("se"), r.df[0]) == (same(b), same(se), same(df))


def test_cr2_of_equal_numbers_of_lesions_is_the_t_test_of_means():
    units = np.repeat(np.arange(6), 3)
    y, doses = lesions(units), np.repeat([0, 1], 9)
    r = estimate("cr2", y, units=units, groups=doses)
    t = estimate("participant_summary", y, units=units, groups=doses, spread="pooled")
    assert (r.estimate, r.value("se"), r.p) == (same(t.estimate), same(t.value("se")), same(t.p))
    assert [line.name for line in r.effects] == ["dose 2 - dose 1", "dose 1", "dose 2"]
    assert {line.kind for line in r.effects[1:]} == {"mean"}


def test_few_degrees_of_freedom_are_told():
    units = np.repeat(np.arange(4), (1, 1, 1, 9))
    r = estimate("cr2", lesions(units), units=units)
    assert r.df[0] < 3
    assert "FD-A159" in codes(r)
    assert "FD-A159" not in codes(estimate("cr2", lesions(np.arange(4)), units=np.arange(4)))


# Exact tests.


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weights", ["participants", "lesions"])
def test_sign_flip_is_the_share_of_all_signs(seed, weights):
    y = lesions(UNEQUAL, seed=seed)
    m = np.bincount(UNEQUAL)
    sums = np.bincount(UNEQUAL, y[:, 0])
    numbers = sums if weights == "lesions" else sums / m
    wanted = plain.shares(plain.flipped(numbers), numbers.sum())
    for direction, p in zip(("less", "greater", "two-sided"), wanted, strict=True):
        r = estimate(
            "participant_sign_flip", y, units=UNEQUAL, decimals=1, weights=weights, alternative=direction
        )
        assert r.p == same(p)
        assert r.exact
    assert r.estimate == same(y.mean() if weights == "lesions" else numbers.mean())


def test_sign_flip_of_single_lesions_is_the_paired_one():
    pairs = rabbit_pairs()
    r = estimate("participant_sign_flip", pairs, units=np.arange(5), decimals=2, level=0.9)
    other = estimate("sign_flip_exact", pairs, decimals=2, level=0.9)
    assert (r.p, r.ci_low, r.ci_high, r.attained_level) == (
        other.p,
        same(other.ci_low),
        same(other.ci_high),
        other.attained_level,
    )


@pytest.mark.parametrize("weights", ["participants", "lesions"])
@pytest.mark.parametrize("n", [8, 22, 40])
def test_the_interval_holds_what_the_test_keeps(n, weights):
    units = np.repeat(np.arange(n), np.arange(n) % 3 + 1)
    y = lesions(units, spread=1, seed=n)
    r = estimate("participant_sign_flip", y, units=units, weights=weights, decimals=6, draws="9999")
    assert r.ci_low < r.estimate < r.ci_high
    for limit, side in ((r.ci_low, -1), (r.ci_high, 1)):
        inside, outside = (
            estimate(
                "participant_sign_flip",
                y - limit + side * gap,
                units=units,
                weights=weights,
                decimals=6,
                draws=9999,
            ).p
            for gap in (0.02, -0.02)
        )
        assert outside <= inside
        assert outside <= (0.05 if n < 30 else 0.055)
        assert inside >= (0.05 if n < 30 else 0.045)


@pytest.mark.parametrize("seed", range(3))
def test_whole_participants_change_their_dose_where_dose_lies_between(seed):
    units = np.repeat(np.arange(6), (1, 2, 3, 1, 2, 2))
    y, own = lesions(units, seed=seed), np.array([0, 0, 0, 0, 1, 1])
    means = np.bincount(units, y[:, 0]) / np.bincount(units)

    def difference(labels):
        return means[labels == 1].mean() - means[labels == 0].mean()

    wanted = plain.shares(plain.relabelled(own, difference), difference(own))
    for direction, p in zip(("less", "greater", "two-sided"), wanted, strict=True):
        r = estimate(
            "participant_permutation", y, units=units, groups=own[units], decimals=1, alternative=direction
        )
        assert (r.p, r.exact, r.value("arrangements")) == (same(p), True, 15)
    assert r.estimate == same(difference(own))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("doses", [(0, 1, 0, 1, 1, 0, 0, 0, 1), (0, 2, 0, 1, 2, 0, 0, 2, 1)])
def test_lesions_change_their_dose_where_dose_lies_within(seed, doses):
    units, doses = np.repeat(np.arange(3), (2, 4, 3)), np.array(doses)
    y = lesions(units, seed=seed)

    def slope(labels):
        return np.mean([stats.linregress(labels[units == i], y[units == i, 0]).slope for i in range(3)])

    wanted = plain.shares(plain.relabelled_within(units, doses, slope), slope(doses))
    for direction, p in zip(("less", "greater", "two-sided"), wanted, strict=True):
        r = estimate(
            "participant_permutation", y, units=units, groups=doses, decimals=1, alternative=direction
        )
        assert (r.p, r.exact) == (same(p), True)
        assert r.p >= r.value("smallest_p") - 1e-15
    assert r.estimate == same(slope(doses))


def test_trap_15_three_against_two_participants_cannot_reach_five_percent():
    """10 arrangements: the smallest p is .10, however many lesions there are."""
    units = np.repeat(np.arange(5), 4)
    y = np.repeat([1.0, 2.0, 3.0, 10.0, 11.0], 4)[:, None]
    r = estimate("participant_permutation", y, units=units, groups=(units > 2).astype(int), decimals=0)
    assert (r.p, r.value("smallest_p"), r.value("arrangements")) == (0.1, 0.1, 10)
    assert "FD-A103" in codes(r)
    smallest = load("methods")["participant_permutation"].smallest_p
    assert (smallest(5, 2, "two-sided", (3, 2)), smallest(6, 2, "two-sided", (3, 3))) == (0.1, 0.1)


def test_trap_15_doses_on_different_lesions_are_compared_within_participants():
    units, doses = np.repeat(np.arange(5), 4), np.tile([0, 0, 1, 1], 5)
    y = lesions(units) + 5.0 * doses[:, None]
    r = estimate("participant_permutation", y, units=units, groups=doses, decimals=1)
    assert (r.p, r.value("arrangements")) == (same(2 / 6**5), 6**5)
    assert "dose within participants" in r.variant


def test_too_many_arrangements_are_drawn_and_told():
    units = np.repeat(np.arange(30), 2)
    y, own = lesions(units), np.arange(30) % 2
    r = estimate("participant_permutation", y, units=units, groups=own[units], decimals=1, draws="4999")
    assert (r.exact, r.draws, r.seed) == (False, 4999, 1)
    assert "FD-A116" in codes(r)
    assert r.p == pytest.approx(
        estimate("participant_summary", y, units=units, groups=own[units]).p, abs=0.03
    )


@pytest.mark.parametrize("m", [12, 20])
def test_labels_of_many_lesions_are_drawn_from_tables_or_moved(m):
    units, doses = np.repeat(np.arange(6), m), np.tile([0, 1], 3 * m)
    y = lesions(units, spread=1) + 0.3 * doses[:, None]
    r = estimate("participant_permutation", y, units=units, groups=doses, decimals=1, draws=9999, seed=2)
    assert (r.exact, r.draws, r.seed, r.value("smallest_p")) == (False, 9999, 2, 1 / 10_000)
    fixed = stats.linregress(doses, (y[:, 0] - np.repeat(y.reshape(6, m).mean(axis=1), m)))
    assert r.estimate == same(fixed.slope)
    assert r.p == pytest.approx(fixed.pvalue, abs=0.03)


def test_halves_that_meet_count_as_many_arrangements_as_are_drawn():
    """5 participants with 3 + 3 lesions: 20^5 = 3.2 million arrangements, none of them written down."""
    units, doses = np.repeat(np.arange(5), 6), np.tile([0, 0, 0, 1, 1, 1], 5)
    y = lesions(units, seed=8)
    r = estimate("participant_permutation", y, units=units, groups=doses, decimals=1)
    assert (r.exact, r.value("arrangements")) == (True, 20.0**5)
    cells = y[:, 0].reshape(5, 6)
    rng = np.random.default_rng(1)
    moved = rng.permuted(np.broadcast_to(cells, (20_000, 5, 6)), axis=2)
    sums = (moved[..., 3:].sum(axis=2) - moved[..., :3].sum(axis=2)).sum(axis=1)
    observed = (cells[:, 3:] - cells[:, :3]).sum()
    assert r.p == pytest.approx(np.mean(np.abs(sums) >= abs(observed) - 1e-9), abs=0.015)


# Bootstrap.


def test_the_bootstrap_of_five_is_complete_and_needs_no_seed():
    """rabbit_n5, dose 100: all 126 multisets, definitions in the case's JSON."""
    wanted = expected("rabbit_n5")["paired_dose100"]["result"]["bootstrap_exact_mean"]
    r = estimate("participant_bootstrap", rabbit_pairs(), units=np.arange(5), decimals=2)
    assert (r.exact, r.seed, r.value("resamples")) == (True, None, wanted["n_multisets"])
    assert (r.ci_low, r.ci_high) == tuple(same(x) for x in wanted["bca_ci"])
    percentile = estimate("participant_bootstrap", rabbit_pairs(), units=np.arange(5), interval="percentile")
    assert (percentile.ci_low, percentile.ci_high) == tuple(same(x) for x in wanted["percentile_ci"])
    assert r.value("se") == same(wanted["se"])
    assert r.value("bias_correction") == same(wanted["z0"])
    assert r.value("acceleration") == same(wanted["acceleration"])
    assert codes(r) == {"FD-A155"}


def test_a_participant_is_drawn_with_all_lesions():
    units = np.repeat(np.arange(4), (1, 2, 3, 2))
    y = lesions(units)
    r = estimate("participant_bootstrap", y, units=units, weights="lesions", interval="percentile", level=0.8)
    every = plain.resampled(y[:, 0], units)
    assert r.estimate == same(y.mean())
    assert r.value("se") == pytest.approx(every.std(), rel=1e-9)
    assert (r.ci_low, r.ci_high) == (
        same(every[int(np.ceil(25.6)) - 1]),
        same(every[int(np.ceil(230.4)) - 1]),
    )


def test_doses_are_resampled_within_their_groups():
    units = np.repeat(np.arange(6), 2)
    y, own = lesions(units), np.array([0, 0, 0, 1, 1, 1])
    means = y[:, 0].reshape(6, 2).mean(axis=1)
    r = estimate("participant_bootstrap", y, units=units, groups=own[units])
    assert (r.exact, r.value("resamples")) == (True, 100)
    variances = [means[own == i].var() / 3 for i in (0, 1)]
    assert r.value("se") == pytest.approx(np.sqrt(sum(variances)), rel=1e-9)
    assert r.ci_low <= r.estimate <= r.ci_high


def test_many_participants_are_resampled_at_random():
    units = np.repeat(np.arange(30), 2)
    r = estimate("participant_bootstrap", lesions(units), units=units, draws="4999", seed=3)
    assert (r.exact, r.draws, r.seed) == (False, 4999, 3)
    t = estimate("participant_summary", lesions(units), units=units)
    assert (r.ci_low, r.ci_high) == (pytest.approx(t.ci_low, abs=0.2), pytest.approx(t.ci_high, abs=0.2))
    assert estimate("participant_bootstrap", lesions(units), units=units, draws=4999, seed=3) == r


# Intraclass correlation.

RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)


def test_intraclass_correlations_are_those_of_shrout_and_fleiss():
    """Shrout & Fleiss (1979), tables 2 to 4: six targets, four judges; .17, .29, .71, mean squares 11.24 and 1.02."""
    one = estimate("intraclass_correlation", RATINGS.reshape(-1, 1), units=np.repeat(np.arange(6), 4))
    agreement, consistency = (
        estimate("intraclass_correlation", RATINGS, units=np.arange(6), kind=kind)
        for kind in ("agreement", "consistency")
    )
    assert [round(r.estimate, 2) for r in (one, agreement, consistency)] == [0.17, 0.29, 0.71]
    assert (round(one.value("ms_between"), 2), round(one.value("ms_within"), 2)) == (11.24, 6.26)
    assert (round(agreement.value("ms_readings"), 2), round(agreement.value("ms_within"), 2)) == (32.49, 1.02)
    assert one.exact
    assert consistency.exact
    assert not agreement.exact


def test_the_f_interval_is_where_the_f_tails_say():
    r = estimate("intraclass_correlation", RATINGS.reshape(-1, 1), units=np.repeat(np.arange(6), 4))
    for limit, tail in ((r.ci_low, 0.025), (r.ci_high, 0.975)):
        ratio = (1 + 3 * limit) / (
            1 - limit
        )  # expected mean squares: sigma2 (1 + 4 rho / (1 - rho)) and sigma2
        assert stats.f.sf(r.statistic / ratio, 5, 18) == pytest.approx(tail)


def test_unequal_numbers_of_lesions_are_told_and_use_their_average():
    y = lesions(UNEQUAL)
    r = estimate("intraclass_correlation", y, units=UNEQUAL)
    m = np.bincount(UNEQUAL)
    assert r.value("average_lesions") == same((14 - (m**2).sum() / 14) / 4)
    f = stats.f_oneway(*(y[i == UNEQUAL, 0] for i in range(5)))
    assert (r.statistic, r.df) == (same(f.statistic), (4.0, 9.0))
    assert "FD-A156" in codes(r)


def test_dose_groups_do_not_make_lesions_look_alike():
    units = np.repeat(np.arange(6), 3)
    y, doses = lesions(units, spread=0), np.repeat([0, 1], 9)
    pushed = y + 50.0 * doses[:, None]
    free, grouped = (
        estimate("intraclass_correlation", pushed, units=units, groups=groups) for groups in (None, doses)
    )
    assert free.estimate > 0.9
    assert grouped.estimate == pytest.approx(
        estimate("intraclass_correlation", y, units=units, groups=doses).estimate, abs=1e-9
    )
    assert grouped.df == (4.0, 12.0)
    within = estimate("intraclass_correlation", y, units=units, groups=np.tile([0, 1, 1], 6))
    assert (within.estimate, codes(within)) == (None, {"FD-A151", "FD-A120"})


def test_what_has_no_intraclass_correlation_is_told():
    one_each, alone = np.arange(5), np.zeros(3, dtype=int)
    y = lesions(np.repeat(np.arange(5), 1))
    assert codes(estimate("intraclass_correlation", y, units=one_each)) == {"FD-A120"}
    assert codes(estimate("intraclass_correlation", y[:3], units=alone)) == {"FD-A101"}
    assert codes(estimate("intraclass_correlation", y, units=one_each, kind="agreement")) == {"FD-A120"}
    assert codes(estimate("intraclass_correlation", RATINGS[:1], units=[1], kind="agreement")) == {"FD-A101"}
    flat = estimate(
        "intraclass_correlation", RATINGS * 0 + 3, units=[*one_each.tolist(), 5], kind="agreement"
    )
    assert (flat.estimate, codes(flat)) == (None, {"FD-A125"})
    alike = estimate(
        "intraclass_correlation", np.repeat([[1.0], [2.0], [4.0]], 2, axis=0), units=[0, 0, 1, 1, 2, 2]
    )
    assert (alike.estimate, alike.ci_low, alike.statistic) == (1.0, 1.0, None)


def test_readings_that_agree_have_no_interval_and_nested_ones_are_told():
    same_twice = np.repeat(RATINGS[:, :1], 2, axis=1)
    r = estimate("intraclass_correlation", same_twice, units=np.repeat(np.arange(3), 2), kind="agreement")
    assert (r.estimate, r.ci_low, codes(r)) == (1.0, None, {"FD-A158"})


# Refusals.


@pytest.mark.parametrize("name", COMPARING)
def test_trap_16_doses_on_lesions_of_one_participant_say_that_carry_over_is_assumed_away(name):
    units, doses = np.repeat(np.arange(5), 2), np.tile([0, 1], 5)
    r = estimate(name, lesions(units), units=units, groups=doses)
    assert r.estimate is not None
    assert "FD-A151" in codes(r)
    assert "FD-A151" not in codes(estimate(name, lesions(units), units=units, groups=(units > 1).astype(int)))


@pytest.mark.parametrize("name", COMPARING)
def test_doses_that_vary_within_some_and_between_others_are_refused_unless_declared(name):
    units, doses = np.repeat(np.arange(6), 2), np.array([0, 1] * 4 + [0, 0, 1, 1])
    y = lesions(units)
    refused = estimate(name, y, units=units, groups=doses)
    assert (refused.estimate, refused.p, codes(refused)) == (None, None, {"FD-A152"})
    r = estimate(name, y, units=units, groups=doses, dose="within")
    assert (r.n_participants, r.n_units) == (4, 8)
    assert {"FD-A151", "FD-A154"} <= codes(r)
    only = units < 4
    assert r.estimate == same(estimate(name, y[only], units=units[only], groups=doses[only]).estimate)
    assert codes(estimate(name, y, units=units, groups=doses, dose="between")) == {"FD-A153"}


@pytest.mark.parametrize("name", COMPARING)
def test_a_declaration_that_the_doses_contradict_is_refused(name):
    units = np.repeat(np.arange(4), 2)
    y = lesions(units)
    for doses, declared in ((np.tile([0, 1], 4), "between"), (units % 2, "within")):
        r = estimate(name, y, units=units, groups=doses, dose=declared)
        assert (r.estimate, codes(r)) == (None, {"FD-A153"})
    assert codes(estimate(name, y, units=units, groups=np.zeros(8, dtype=int))) == {"FD-A120"}


def test_signs_say_nothing_of_doses_between_participants():
    units = np.repeat(np.arange(4), 2)
    r = estimate("participant_sign_flip", lesions(units), units=units, groups=units % 2, decimals=1)
    assert (r.p, codes(r)) == (None, {"FD-A120"})
    inside = estimate(
        "participant_sign_flip", lesions(units), units=units, groups=np.tile([0, 1], 4), decimals=1
    )
    assert inside.p is not None
    assert codes(estimate("participant_permutation", lesions(units), units=units, decimals=1)) == {"FD-A120"}


@pytest.mark.parametrize("name", ["participant_summary", "cr2"])
def test_one_participant_at_a_dose_leaves_its_variation_unknown(name):
    units = np.repeat(np.arange(4), 2)
    r = estimate(name, lesions(units), units=units, groups=(units == 3).astype(int))
    assert (r.p, codes(r)) == (None, {"FD-A120"})
    assert r.estimate is not None
    if name == "participant_summary":
        pooled = estimate(name, lesions(units), units=units, groups=(units == 3).astype(int), spread="pooled")
        assert pooled.df == (2.0,)


@pytest.mark.parametrize("name", sorted(set(NESTED) - {"participant_permutation"}))
def test_lesions_without_a_value_are_left_out_and_counted(name):
    units = np.repeat(np.arange(5), 3)
    y = np.hstack([np.zeros((15, 1)), lesions(units)])
    y[4, 1] = y[12:, 0] = np.nan
    r = estimate(name, y, units=units, decimals=1)
    kept = np.isfinite(y).all(axis=1)
    assert r.estimate == same(estimate(name, y[kept], units=units[kept], decimals=1).estimate)
    assert (r.n_participants, r.n_units) == (4, 11)
    (told,) = (c.sentence for c in r.caveats if c.code == "FD-A150")
    assert told.startswith("4 of 15 lesions have a missing value and are left out; 1 participant had")


@pytest.mark.parametrize("name", NESTED)
def test_values_that_never_vary_are_no_evidence(name):
    units = np.repeat(np.arange(5), 3)
    doses = {"groups": np.repeat([0, 0, 0, 1, 1], 3)} if name == "participant_permutation" else {}
    r = estimate(name, np.full((15, 1), 0.3), units=units, decimals=1, **doses)
    assert r.p in {None, 0.0625, 1.0}
    assert r.statistic is None or r.exact
    if name not in {"participant_sign_flip", "participant_permutation"}:
        assert "FD-A125" in codes(r)


@pytest.mark.parametrize("name", ["participant_summary", "cr2"])
def test_what_cannot_be_carried_out_is_said_beforehand(name):
    cannot = load("methods")[name].cannot
    assert cannot(1, 2, 1, {}).endswith(".")
    assert cannot(5, 2, 2, {"dose": "between"}) == ""


def test_the_detectable_effect_is_that_of_participants():
    """statistics.md section 2: dz 1.68 for 80% power at n = 5."""
    assert round(load("methods")["participant_summary"].detectable(5, 0.8), 2) == 1.68


@pytest.mark.parametrize("name", ["participant_summary", "cr2", "participant_sign_flip"])
@pytest.mark.parametrize("groups", [None, "between", "within"])
def test_many_data_sets_at_once_are_each_as_alone(name, groups):
    units = np.repeat(np.arange(6), (2, 3, 2, 2, 3, 2))
    doses = {"between": units // 3, "within": np.array([0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1])}.get(
        groups
    )
    y = np.stack([lesions(units, seed=seed) for seed in range(5)])
    many = load("methods")[name].many(y, units=units, groups=doses, decimals=1, level=0.9)
    for i, r in enumerate(many):
        for key in ("estimate", "p", "ci_low", "ci_high", "statistic"):
            number = getattr(r, key)
            found = many.arrays[key][i]
            assert (np.isnan(found) and number is None) or found == pytest.approx(number, rel=1e-9)
        assert r == estimate(name, y[i], units=units, groups=doses, decimals=1, level=0.9)


@pytest.mark.parametrize("name", ["participant_summary", "cr2", "participant_sign_flip"])
def test_many_data_sets_with_gaps_are_answered_one_by_one(name):
    units = np.repeat(np.arange(5), 2)
    y = np.stack([lesions(units, seed=seed) for seed in range(3)])
    y[1, 3] = np.nan
    many = load("methods")[name].many(y, units=units, decimals=1)
    assert [r.n_units for r in many] == [10, 9, 10]
    assert many.arrays["p"] == pytest.approx([r.p for r in many])
    assert len(load("methods")[name].many(y[:0], units=units)) == 0
