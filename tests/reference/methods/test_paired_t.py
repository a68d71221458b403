from __future__ import annotations

import math

import numpy as np
import pytest

from firstdose.catalogue.loading import load
from firstdose.methods import detectable_dz, effective_n, power_paired_t, upper_bound_zero
from tests.reference.methods.cases import codes, estimate, expected, rabbit_pairs, same, sleep

CASES = {"sleep": ("paired", sleep, 1), "rabbit_n5": ("paired_dose100", rabbit_pairs, 2)}


def reference(case: str) -> tuple[dict, np.ndarray, int]:
    analysis, pairs, decimals = CASES[case]
    found = expected(case)[analysis]
    return found.get("result", found), pairs(), decimals


@pytest.mark.parametrize("case", CASES)
def test_t_interval_and_p_are_those_of_the_reference(case):
    """R 4.2.2 t.test on sleep (Cushny & Peebles 1905) and on five of Ludbrook's rabbits at dose 100."""
    wanted, pairs, decimals = reference(case)
    t = wanted["paired_t"]
    for direction in ("two-sided", "greater", "less"):
        r = estimate("paired_t", pairs, decimals=decimals, alternative=direction)
        assert r.p == same(t[f"p_{direction.replace('-', '_')}"])
    r = estimate("paired_t", pairs, decimals=decimals)
    assert (r.estimate, r.statistic, r.df) == (same(t["mean_diff"]), same(t["t"]), (t["df"],))
    assert [r.ci_low, r.ci_high] == [same(limit) for limit in t["ci95"]]
    assert (r.value("sd_difference"), r.value("se")) == (same(t["sd_diff"]), same(t["se"]))
    assert [r.value("mean_before"), r.value("mean_after")] == [same(wanted["mean_x"]), same(wanted["mean_y"])]
    assert [r.value("sd_before"), r.value("sd_after")] == [same(wanted["sd_x"]), same(wanted["sd_y"])]


@pytest.mark.parametrize("case", CASES)
def test_trap_10_every_effect_size_goes_by_its_name_and_dz_has_its_interval(case):
    """sleep: dz 1.285 [.41, 2.12], dav .832, drm .822: three numbers that others all call Cohen's d."""
    wanted, pairs, decimals = reference(case)
    sizes = wanted["effect_size"]
    r = estimate("paired_t", pairs, decimals=decimals)
    assert r.value("dz") == same(sizes["dz"])
    assert [r.value("dz_low"), r.value("dz_high")] == [same(limit) for limit in sizes["dz_ci95_noncentral_t"]]
    assert r.value("dav") == same(sizes["dav_pooled_sd"])
    assert r.value("drm") == same(sizes["drm"])
    assert r.value("hedges_j") == same(sizes["hedges_J_df_n_minus_1"])
    assert r.value("gz") == same(sizes["gz"])
    assert r.value("gav") == same(sizes["gav_J_n_minus_1"])


def test_units_reduced_to_participant_means_give_the_p_of_the_dogs():
    """Trap 7. pixel_nested, day 0 to 4, 8 sides of 4 dogs: .121 by dog where sides as dogs give .016."""
    from tests.reference.methods.cases import table

    wanted = expected("pixel_nested")["change_day0_to_day4"]
    rows = [row for row in table("pixel_nested") if row["day"] in {"0", "4"}]
    sides: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        sides.setdefault((row["Dog"], row["Side"]), {})[row["day"]] = float(row["pixel"])
    both = {unit: days for unit, days in sides.items() if len(days) == 2}
    dogs = list(dict.fromkeys(dog for dog, _ in both))
    means = np.array(
        [
            [np.mean([days[d] for (name, _), days in both.items() if name == dog]) for d in ("0", "4")]
            for dog in dogs
        ]
    )
    r = estimate("paired_t", means)
    cluster = wanted["cluster_means"]
    assert (r.estimate, r.statistic, r.p) == (same(cluster["mean"]), same(cluster["t"]), same(cluster["p"]))
    flipped = estimate("sign_flip_exact", means)
    assert flipped.p == cluster["sign_flip_exact"]["p_two_sided"]
    for entry in load("methods").values():
        counted = any("lesions" in refused or "events" in refused for refused in entry.refuses)
        assert counted or entry.design == "association", entry.name


@pytest.mark.parametrize("df", [2, 4, 5, 8, 9, 19])
def test_hedges_j_is_exact_not_the_approximation(df):
    wanted = {row["df"]: row["exact"] for row in expected("tables_small_n")["hedges_J"]}
    y = np.column_stack([np.zeros(df + 1), np.arange(df + 1.0)])
    assert estimate("paired_t", y).value("hedges_j") == same(wanted[df])


def test_power_and_detectable_effect_are_those_of_the_tables():
    tables = expected("tables_small_n")
    for row in tables["power_paired_t"]:
        assert power_paired_t(row["n"], row["dz"], 1 - row["alpha"]) == same(row["power"])
    for row in tables["minimal_detectable_dz_paired_t"]:
        assert detectable_dz(row["n"], row["power"], 1 - row["alpha"]) == same(row["two_sided_dz"])


def test_trap_11_the_entry_offers_the_detectable_effect_and_no_observed_power():
    entry = load("methods")["paired_t"]
    assert entry.detectable is not None
    assert entry.detectable(5, 0.8, 0.95) == pytest.approx(1.681996965954, rel=1e-9)
    assert entry.detectable(1, 0.8, 0.95) is None
    assert not any("power" in name for name, _ in estimate("paired_t", [[1, 2], [3, 5], [4, 4]]).more)


def test_directions_of_planning_mirror_each_other():
    assert power_paired_t(6, -0.7, alternative="less") == pytest.approx(
        power_paired_t(6, 0.7, alternative="greater")
    )
    assert detectable_dz(6, 0.9, alternative="less") == -detectable_dz(6, 0.9, alternative="greater")
    assert power_paired_t(6, 0.0) == pytest.approx(0.05)
    assert (power_paired_t(1, 1.0), detectable_dz(5, 0.04)) == (None, None)


def test_power_does_not_stumble_over_the_far_tail_of_the_noncentral_t():
    """scipy's noncentral t is NaN at -4.303, df 2, noncentrality 12, among others."""
    powers = [power_paired_t(3, dz) for dz in np.linspace(0.1, 60, 400)]
    assert all(p is not None and math.isfinite(p) for p in powers)
    assert np.all(np.diff(powers) >= -1e-9)


def test_the_zero_event_bound_of_five_is_45_07_percent():
    for row in expected("tables_small_n")["proportions"]:
        if row["x"] == 0:
            assert upper_bound_zero(row["n"]) == same(row["clopper_pearson_one_sided_upper"])
            assert upper_bound_zero(row["n"], 0.975) == same(row["clopper_pearson"][1])
    assert upper_bound_zero(5) == pytest.approx(0.4507, abs=5e-5)
    assert upper_bound_zero(0) == 1.0


def test_effective_n_runs_from_lesions_down_to_participants():
    assert (effective_n(5, 3, 0.0), effective_n(5, 3, 1.0), effective_n(5, 3, 0.5)) == (15, 5, 7.5)


@pytest.mark.parametrize("step", [0.3, -2.0])
def test_trap_13_constant_differences_have_no_t_and_say_so(step):
    before = np.array([10.1, 0.4, 7.7, 3.2, 5.0])
    r = estimate("paired_t", np.column_stack([before, before + step]))
    assert (r.statistic, r.p, r.ci_low, r.value("dz")) == (None, None, None, None)
    assert r.estimate == pytest.approx(step)
    assert "FD-A107" in codes(r)
    flipped = estimate("sign_flip_exact", np.column_stack([before, before + step]), decimals=1)
    assert flipped.p == 0.0625


def test_trap_17_a_one_sided_p_says_that_it_is_one():
    one, two = (estimate("paired_t", sleep(), decimals=1, alternative=a) for a in ("greater", "two-sided"))
    assert (one.alternative, two.alternative) == ("greater", "two-sided")
    assert "FD-A104" in codes(one)
    assert "FD-A104" not in codes(two)
    assert (one.ci_low, one.ci_high) == (two.ci_low, two.ci_high)


def test_trap_8_the_ratio_of_geometric_means_refuses_zero():
    before = np.array([12.0, 20.0, 8.0, 15.0])
    ratio = estimate("paired_t", np.column_stack([before, [6.0, 11.0, 5.0, 5.0]]), scale="log")
    logs = estimate("paired_t", np.log(np.column_stack([before, [6.0, 11.0, 5.0, 5.0]])))
    assert ratio.estimate_name == "ratio of geometric means"
    assert [ratio.estimate, ratio.ci_low, ratio.ci_high] == [
        pytest.approx(math.exp(x)) for x in (logs.estimate, logs.ci_low, logs.ci_high)
    ]
    assert ratio.p == pytest.approx(logs.p)
    assert ratio.value("geometric_mean_after") / ratio.value("geometric_mean_before") == pytest.approx(
        ratio.estimate
    )
    refused = estimate("paired_t", np.column_stack([before, [6.0, 0.0, 5.0, 5.0]]), scale="log")
    assert (refused.estimate, refused.p) == (None, None)
    assert codes(refused) == {"FD-A110"}


def test_an_infinite_percent_change_is_refused():
    refused = estimate("paired_t", [[1.0, 2.0], [1.0, math.inf], [3.0, 1.0]])
    assert (refused.estimate, codes(refused)) == (None, {"FD-A102"})


def test_a_scale_that_is_not_in_the_list_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="difference, log"):
        estimate("paired_t", [[1, 2], [3, 4]], scale="logarithm")


def test_one_baseline_for_all_leaves_the_correlation_out_of_drm():
    r = estimate("paired_t", [[4.0, 3.0], [4.0, 1.0], [4.0, 2.5]])
    assert (r.value("drm"), r.value("dav") is None) == (None, False)


def test_nearly_constant_differences_have_a_finite_answer_or_none():
    r = estimate("paired_t", [[0.0, 1.0], [0.0, 1.0 + 1e-9], [0.0, 1.0 - 1e-9]])
    assert r.p is not None
    assert 0 < r.p < 1e-12
    assert "FD-A122" in codes(r) or r.value("dz_low") < r.value("dz") < r.value("dz_high")


def test_many_pairs_have_the_numbers_of_each_and_the_interval_of_dz_when_asked():
    y = np.round(np.random.default_rng(3).normal(10, 3, (6, 7, 2)), 1)
    y[1, 2, 0], y[2, :, 1], y[3] = np.nan, y[2, :, 0] + 0.3, 4.0
    for scale, decimals in (("difference", 1), ("difference", None), ("log", None)):
        entry = load("methods")["paired_t"]
        many = entry.many(y, decimals=decimals, scale=scale)
        for i, r in enumerate(many):
            assert r == entry.estimate(y[i], decimals=decimals, scale=scale)
            for name in many.arrays:
                one = getattr(r, name) if hasattr(r, name) else r.value(name)
                assert many.arrays[name][i] == pytest.approx(
                    np.nan if one is None else one, rel=1e-9, nan_ok=True
                )
    assert {"dz_low", "dz_high"} <= set(many.arrays)
    assert len(many.arrays) == len(set(many.arrays))


def test_many_single_pairs_have_a_mean_and_nothing_else():
    many = load("methods")["paired_t"].many(np.array([[[1.0, 3.0]], [[2.0, np.nan]]]))
    assert many.arrays["estimate"] == pytest.approx([2.0, np.nan], nan_ok=True)
    assert np.isnan(many.arrays["p"]).all()
    assert [len(r.caveats) for r in many] == [1, 1]
    with pytest.raises(ValueError, match="shape"):
        load("methods")["paired_t"].many(np.zeros((3, 2)))
