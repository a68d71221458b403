from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.layout import Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.methods._kernel.anova import mauchly_p
from firstdose.methods._kernel.anova_design import helmert
from tests.reference.methods.cases import codes, estimate, expected, rabbit, same, table, wide

TIMES = ("25", "50", "100")
DOSES = ("6.25", "12.5", "25", "50", "100")


def selfesteem():
    return wide(table("selfesteem"), "id", "time", "score")


def sleepstudy():
    rows = [row for row in table("sleepstudy") if row["Days"] in {"0", "4", "9"}]
    return wide(rows, "Subject", "Days", "Reaction")


CASES = {
    "rabbit_n5": ("oneway_three_doses", lambda: rabbit(TIMES)),
    "selfesteem": ("oneway", selfesteem),
    "sleepstudy": ("oneway_days_0_4_9", sleepstudy),
}


@pytest.mark.parametrize("case", CASES)
def test_one_way_within_is_that_of_the_reference(case):
    """afex 1.2-1 and car 3.1-1; numbers and data in the case's JSON."""
    analysis, rows = CASES[case]
    reference = expected(case)[analysis]
    wanted, epsilons = next(iter(reference["anova"].values())), reference["epsilons"]
    r = estimate("rm_anova", rows())
    assert (r.statistic, r.p) == (same(wanted["F"]), same(wanted["p_gg"]))
    assert list(r.df) == [same(df) for df in wanted["df_gg"]]
    names = {
        "f": "F",
        "df1": "num_df",
        "df2": "den_df",
        "p_uncorrected": "p",
        "epsilon_gg": "eps_gg",
        "p_gg": "p_gg",
        "epsilon_hf_uncapped": "eps_hf_uncapped",
        "p_hf": "p_hf",
        "mauchly_w": "mauchly_W",
        "mauchly_p": "mauchly_p",
        "ss": "ss",
        "ss_error": "ss_error",
        "pes": "pes",
        "ges": "ges",
    }
    assert {name: r.value(name) for name in names} == {
        ours: same(wanted[name]) for ours, name in names.items()
    }
    assert r.value("epsilon_hf_uncapped") == same(epsilons["hf_lecoutre"])
    assert r.value("mauchly_chi2") == same(epsilons["chi2"])
    assert r.value("mauchly_df") == epsilons["chi2_df"]
    assert r.value("epsilon_lower_bound") == epsilons["lower_bound"]


def test_trap_3_greenhouse_geisser_is_right_where_the_error_matrix_is_singular():
    """rabbit_n5, 2 x 6, 5 animals: afex and rstatix print uncorrected 9e-12 and .00016 under the name GG.

    The effect of dose is that of the means over treatments, dose x treatment that of the differences.
    """
    reference = expected("rabbit_n5")["twoway_within_2x6"]
    control, treated = (wide_doses(treatment) for treatment in ("Control", "MDL"))
    for effect, rows in (("Dose", (control + treated) / 2), ("Treatment:Dose", treated - control)):
        wanted = reference["gg"][effect]
        r = estimate("rm_anova", rows)
        assert r.statistic == same(wanted["F"])
        assert r.value("epsilon_gg") == same(wanted["eps_gg"])
        assert list(r.df) == [same(df) for df in wanted["df_gg"]]
        assert (r.p, r.value("p_lower_bound")) == (same(wanted["p_gg"]), same(wanted["p_lower_bound"]))
        assert r.value("p_uncorrected") == same(wanted["p_uncorrected"])
        assert f"rank {wanted['error_rank']}:" in " ".join(caveat.sentence for caveat in r.caveats)
        for name in ("mauchly_w", "mauchly_p", "epsilon_hf", "p_hf", "hotelling_t2", "t2_p"):
            assert r.value(name) is None, name
        assert {"FD-A111", "FD-A113"} <= codes(r)


def wide_doses(treatment):
    rows = [row for row in table("rabbit_n5") if row["Treatment"] == treatment]
    return wide(rows, "Animal", "Dose", "BPchange")


def test_trap_12_huynh_feldt_is_capped_and_the_formula_named():
    rng = np.random.default_rng(1)
    rows = next(
        rows
        for rows in (rng.normal(size=(6, 3)) for _ in range(100))
        if estimate("rm_anova", rows).value("epsilon_hf_uncapped") > 1.02
    )
    r = estimate("rm_anova", rows, correction="huynh_feldt")
    assert r.value("epsilon_hf") == 1.0
    assert r.value("epsilon_hf_uncapped") > 1.02
    assert "FD-A112" in codes(r)
    assert r.variant == "Huynh-Feldt (Lecoutre)"
    assert (r.p, r.df) == (r.value("p_uncorrected"), (2.0, 10.0))


def test_trap_12_mauchly_is_no_gate():
    """Perfectly spherical or not, the declared correction is the one applied."""
    for seed in range(20):
        rows = np.random.default_rng(seed).normal(size=(7, 3)) * [1, 1, 1 + 3 * (seed % 2)]
        r = estimate("rm_anova", rows)
        assert r.p == r.value("p_gg")
        assert r.df[0] == pytest.approx(2 * r.value("epsilon_gg"))


def test_without_correction_the_result_says_so():
    r = estimate("rm_anova", rabbit(TIMES), correction="none")
    assert (r.p, r.df) == (r.value("p_uncorrected"), (2.0, 8.0))
    assert "FD-A114" in codes(r)


def test_mauchlys_second_term_is_the_references_with_its_q_and_the_textbooks_with_ours():
    """obk_long: 5 hours x 3 phases, nu = 10; R and car put in the 15 response columns."""
    anova = expected("obk_long")["full_type3"]["anova"]
    for effect, p in (("hour", 4), ("phase:hour", 8)):
        w, p_of_r = anova[effect]["mauchly_W"], anova[effect]["mauchly_p"]
        assert mauchly_p(w, p, 10, 15)[2] == pytest.approx(p_of_r, rel=1e-9)
    assert mauchly_p(anova["hour"]["mauchly_W"], 4, 10, 4)[2] == pytest.approx(0.007463, abs=5e-7)


def test_two_times_are_the_paired_t_test():
    rows = rabbit(("25", "100"))
    r, t = estimate("rm_anova", rows), estimate("paired_t", rows)
    assert (r.statistic, r.p) == (same(t.statistic**2), same(t.p))
    assert (r.value("epsilon_gg"), r.value("mauchly_p")) == (1.0, None)
    assert r.value("t2_p") == same(t.p)
    assert "FD-A123" in codes(r)


def test_hotelling_is_the_f_test_of_the_differences_from_the_first_time():
    rows = selfesteem()
    d = rows[:, 1:] - rows[:, :1]
    n, p = d.shape
    t2 = n * d.mean(axis=0) @ np.linalg.inv(np.cov(d, rowvar=False)) @ d.mean(axis=0)
    r = estimate("rm_anova", rows)
    assert r.value("hotelling_t2") == pytest.approx(t2)
    assert r.value("t2_p") == pytest.approx(stats.f.sf((n - p) / (p * (n - 1)) * t2, p, n - p))


def test_adding_a_constant_to_a_participant_or_a_unit_changes_nothing():
    rows = rabbit(TIMES)
    moved = estimate("rm_anova", 1000 * (rows + np.array([[5], [100], [-3], [0], [40]])))
    r = estimate("rm_anova", rows)
    assert (moved.statistic, moved.p) == (pytest.approx(r.statistic), pytest.approx(r.p))
    assert r.value("mean_3") == pytest.approx(rows[:, 2].mean())
    assert r.value("sd_1") == pytest.approx(rows[:, 0].std(ddof=1))


def test_no_residual_variation_is_no_infinite_f():
    """Trap 13: everybody falls by the same 0.3 and 0.7."""
    rows = np.array([[10.1], [0.4], [7.7], [3.2]]) + np.array([0.0, -0.3, -0.7])
    r = estimate("rm_anova", rows)
    assert (r.statistic, r.p) == (None, None)
    assert codes(r) == {"FD-A121"}
    assert r.value("mean_2") == pytest.approx(rows[:, 1].mean())


def test_two_participants_and_one_have_what_they_can():
    two = estimate("rm_anova", [[1.0, 2.0, 4.0], [2.0, 2.5, 7.0]])
    assert two.value("epsilon_gg") == pytest.approx(0.5)
    assert two.p is not None
    one = estimate("rm_anova", [[1.0, 2.0, 4.0]])
    assert (one.p, one.value("mean_3"), codes(one)) == (None, 4.0, {"FD-A101"})


def test_a_missing_visit_is_never_an_average_over_what_is_there():
    """Trap 14: rows arrive complete; one that is not is refused, not repaired."""
    r = estimate("rm_anova", [[1.0, np.nan, 2.0], [2.0, 3.0, 4.0], [2.0, 2.0, 3.0]])
    assert (r.p, codes(r)) == (None, {"FD-A102"})


def test_a_declared_direction_is_not_used():
    r = estimate("rm_anova", rabbit(TIMES), alternative="less")
    assert (r.alternative, "FD-A105" in codes(r)) == ("two-sided", True)


@pytest.mark.parametrize("k", [2, 3, 6, 14])
def test_contrasts_are_orthonormal_and_blind_to_the_level(k):
    c = helmert(k)
    np.testing.assert_allclose(c @ c.T, np.eye(k - 1), atol=1e-12)
    np.testing.assert_allclose(c.sum(axis=1), 0, atol=1e-12)


def test_the_entry_names_its_corrections():
    option = load("methods")["rm_anova"].options[0]
    assert (option.values, option.default) == (
        ("greenhouse_geisser", "huynh_feldt", "huynh_feldt_original", "none"),
        "greenhouse_geisser",
    )


def test_huynh_feldt_asked_for_where_it_does_not_exist_gives_no_p_and_says_so():
    """Three participants on one line: the error matrix has rank 1, its HF epsilon does not exist."""
    rows = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 5.0, 7.0]])
    result = load("methods")["rm_anova"].estimate(rows, correction="huynh_feldt")
    assert (result.p, result.df) == (None, ())
    assert "FD-A111" in {caveat.code for caveat in result.caveats}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("adjustment", ["holm", "hochberg"])
def test_follow_up_comparisons_are_those_of_the_reference(case, adjustment):
    analysis, rows = CASES[case]
    wanted = expected(case)[analysis]["posthoc"]
    r = estimate("rm_anova", rows(), layout=named_times(wanted["contrast"]), follow_up=adjustment)
    found = [line for line in r.effects if line.kind == "contrast"]
    assert [line.name for line in found] == wanted["contrast"]
    assert [line.df for line in found] == [(wanted["df"],)] * 3
    for numbers, name in (
        ([line.estimate for line in found], "diff"),
        ([line.statistic for line in found], "t"),
        ([line.p for line in found], "p_raw"),
        ([line.value("p_adjusted") for line in found], f"p_{adjustment}"),
    ):
        assert numbers == [
            pytest.approx(x, rel=1e-6 if name.startswith("p_") else 1e-9) for x in wanted[name]
        ]
    assert all(line.ci_low < line.estimate < line.ci_high for line in found)


def named_times(contrasts):
    """Levels in order, from names such as `t2 - t1`, `t3 - t1`, `t3 - t2`."""
    first, second = contrasts[0].split(" - ")[::-1], contrasts[-1].split(" - ")
    return Layout(within=(Factor(name="time", levels=(*first, second[0])),))


def test_a_follow_up_is_the_paired_t_test_of_two_times():
    rows = rabbit(TIMES)
    line = estimate("rm_anova", rows, follow_up="holm").effect("3 - 1")
    t = estimate("paired_t", rows[:, [0, 2]])
    assert (line.estimate, line.se, line.p) == (same(t.estimate), same(t.value("se")), same(t.p))
    assert (line.ci_low, line.ci_high) == (same(t.ci_low), same(t.ci_high))


def test_comparisons_without_residual_variation_have_an_estimate_and_no_t():
    rows = np.array([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0], [2.0, 3.0, 0.5], [7.0, 8.0, 9.0]])
    r = estimate("rm_anova", rows, follow_up="hochberg")
    line = r.effect("2 - 1")
    assert (line.estimate, line.se, line.p, line.value("p_adjusted")) == (1.0, None, None, None)
    assert "FD-A145" in codes(r)
    assert r.effect("3 - 1").value("p_adjusted") == same(max(r.effect("3 - 1").p, r.effect("3 - 2").p))


def test_the_line_of_the_only_effect_is_the_headline():
    r = estimate("rm_anova", rabbit(TIMES))
    (line,) = r.effects
    assert (line.name, line.kind, line.statistic, line.df, line.p) == ("time", "test", r.statistic, r.df, r.p)
    assert all(line.value(name) == value for name, value in r.more if not name[-1].isdigit())
    assert line.value("epsilon_hf_original") == same(line.value("epsilon_hf_uncapped"))


def test_many_data_sets_are_one_table():
    rng = np.random.default_rng(3)
    y = np.round(rng.normal(5, 2, (6, 5, 3)), 1)
    y[1], y[2, 0, 0], y[3] = 4.0, np.nan, np.arange(3.0) + np.arange(5.0)[:, None]
    entry = load("methods")["rm_anova"]
    for correction in ("greenhouse_geisser", "huynh_feldt", "huynh_feldt_original", "none"):
        found = entry.many(y, correction=correction)
        for i, r in enumerate(found):
            one = entry.estimate(y[i], correction=correction)
            assert r.caveats == one.caveats
            for name in ("estimate", "statistic", "p"):
                assert getattr(r, name) == (None if getattr(one, name) is None else same(getattr(one, name)))
            for name, value in one.more:
                assert found.arrays[name][i] == pytest.approx(
                    np.nan if value is None else value, rel=1e-9, abs=1e-12, nan_ok=True
                )


def test_data_sets_of_another_shape_are_an_error_of_the_caller():
    for name in ("rm_anova", "permutation_rm_exact", "friedman_exact"):
        with pytest.raises(ValueError, match="shape"):
            load("methods")[name].many(np.zeros((4, 3)))


def test_what_cannot_be_carried_out_is_told_before_the_first_participant():
    cannot = load("methods")["rm_anova"].cannot
    assert cannot(5, 3, 1, {}) == ""
    assert cannot(5, 6, 1, {}) == ""
    assert "Huynh-Feldt" in cannot(5, 6, 1, {"correction": "huynh_feldt"})
    assert "no residual degrees of freedom" in cannot(2, 3, 2, {})
    assert "at least two times" in cannot(5, 1, 1, {})
