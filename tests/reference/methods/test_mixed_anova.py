"""Designs with factors between and within participants: rm_anova with a layout, permutation_mixed_exact."""

from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import pytest

from firstdose.catalogue.layout import Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.methods._kernel import anova_compiled
from tests.reference.methods.cases import codes, estimate, expected, same, table, wide

IDS = {
    "ss": "ss",
    "ss_error": "ss_error",
    "f": "F",
    "df1": "num_df",
    "df2": "den_df",
    "p_uncorrected": "p",
    "pes": "pes",
    "ges": "ges",
    "mauchly_w": "mauchly_W",
    "epsilon_gg": "eps_gg",
    "p_gg": "p_gg",
    "epsilon_hf_uncapped": "eps_hf_uncapped",
    "p_hf": "p_hf",
}


def factor(name, levels, of_rows=None):
    return Factor(
        name=name, levels=levels, codes=() if of_rows is None else tuple(map(levels.index, of_rows))
    )


def obk_long():
    """O'Brien & Kaiser 1985: 16 participants in unbalanced groups, 3 phases x 5 hours."""
    rows = table("obk_long")
    of = {row["id"]: row for row in rows}
    phases, hours = ("pre", "post", "fup"), tuple("12345")
    y = np.full((len(of), 15), np.nan)
    for row in rows:
        y[list(of).index(row["id"]), phases.index(row["phase"]) * 5 + hours.index(row["hour"])] = row["value"]
    return y, Layout(
        within=(factor("phase", phases), factor("hour", hours)),
        between=(
            factor("treatment", ("control", "A", "B"), [row["treatment"] for row in of.values()]),
            factor("gender", ("M", "F"), [row["gender"] for row in of.values()]),
        ),
    )


def treatment_by_phase():
    """The mean over hours."""
    y, layout = obk_long()
    return y.reshape(16, 3, 5).mean(axis=2), Layout(within=layout.within[:1], between=layout.between[:1])


def orthodont():
    rows = table("orthodont")
    sexes = {row["Subject"]: row["Sex"] for row in rows}
    layout = Layout(
        within=(factor("ageF", ("8", "10", "12", "14")),),
        between=(factor("Sex", ("Male", "Female"), list(sexes.values())),),
    )
    return wide(rows, "Subject", "age", "distance"), layout


def rabbit_two_by_six():
    rows = table("rabbit_n5")
    treatments, doses = ("Control", "MDL"), ("6.25", "12.5", "25", "50", "100", "200")
    assert {row["Dose"] for row in rows} == set(doses)
    y = np.full((5, 12), np.nan)
    for row in rows:
        column = treatments.index(row["Treatment"]) * 6 + doses.index(row["Dose"])
        y[int(row["Animal"][1:]) - 1, column] = row["BPchange"]
    return y, Layout(within=(factor("Treatment", treatments), factor("DoseF", doses)))


MIXED = {
    "obk_long": ("full_type3", obk_long),
    "obk_long, one factor each": ("mixed_treatment_by_phase", treatment_by_phase),
    "orthodont": ("mixed_sex_by_age", orthodont),
}


@pytest.mark.parametrize("case", MIXED)
def test_every_effect_of_a_mixed_design_is_that_of_the_reference(case):
    """afex 1.2-1 and car 3.1-1, type III with sum-to-zero contrasts; numbers in the case's JSON."""
    analysis, shaped = MIXED[case]
    wanted = expected(case.split(",")[0])[analysis]["anova"]
    y, layout = shaped()
    r = estimate("rm_anova", y, layout=layout)
    assert [line.name for line in r.effects] == list(wanted)
    for line in r.effects:
        known = {ours: theirs for ours, theirs in IDS.items() if theirs in wanted[line.name]}
        assert {ours: line.value(ours) for ours in known} == {
            ours: same(wanted[line.name][theirs]) for ours, theirs in known.items()
        }
        assert line.p == same(wanted[line.name].get("p_gg", wanted[line.name]["p"]))
        assert line.df == (same(line.df[0]), same(line.df[1]))
        if "df_gg" in wanted[line.name]:
            assert list(line.df) == [same(df) for df in wanted[line.name]["df_gg"]]


@pytest.mark.parametrize(
    "case, pooled", [("obk_long", "epsilons_pooled_within_treatment"), ("orthodont", "epsilons_pooled")]
)
def test_epsilons_and_mauchly_of_a_mixed_design_are_pooled_within_groups(case, pooled):
    key = "obk_long, one factor each" if case == "obk_long" else case
    analysis, shaped = MIXED[key]
    y, layout = shaped()
    wanted = expected(case)[analysis].get(pooled)
    line = estimate("rm_anova", y, layout=layout).effect(layout.within[0].name)
    assert line.value("epsilon_gg") == same(wanted["gg"])
    assert line.value("epsilon_hf_uncapped") == same(wanted["hf_lecoutre"])
    assert line.value("epsilon_hf_original") == same(wanted["hf_original_N"])
    assert line.value("epsilon_lower_bound") == same(wanted["lower_bound"])
    assert (line.value("mauchly_chi2"), line.value("mauchly_df")) == (same(wanted["chi2"]), wanted["chi2_df"])


def test_trap_3_two_within_factors_keep_greenhouse_geisser_where_the_error_matrix_is_singular():
    """rabbit_n5, 2 x 6: others print uncorrected 9e-12 and .00016 under the name GG."""
    reference = expected("rabbit_n5")["twoway_within_2x6"]
    y, layout = rabbit_two_by_six()
    r = estimate("rm_anova", y, layout=layout)
    for ours, theirs in (("DoseF", "Dose"), ("Treatment:DoseF", "Treatment:Dose")):
        line, wanted = r.effect(ours), reference["gg"][theirs]
        assert (line.value("epsilon_gg"), line.p) == (same(wanted["eps_gg"]), same(wanted["p_gg"]))
        assert list(line.df) == [same(df) for df in wanted["df_gg"]]
        assert line.value("p_lower_bound") == same(wanted["p_lower_bound"])
        for name in ("mauchly_w", "mauchly_p", "epsilon_hf", "p_hf", "hotelling_t2", "t2_p"):
            assert line.value(name) is None, name
    for line in r.effects:
        wanted = reference["anova"][line.name]
        assert (line.value("ges"), line.value("p_uncorrected")) == (same(wanted["ges"]), same(wanted["p"]))
    (told,) = [caveat.sentence for caveat in r.caveats if caveat.code == "FD-A140"]
    assert "DoseF, Treatment:DoseF" in told
    assert "Mauchly's W" in told
    refused = estimate("rm_anova", y, layout=layout, correction="huynh_feldt")
    assert (refused.effect("DoseF").p, "FD-A141" in codes(refused)) == (None, True)
    assert refused.p == refused.effect("Treatment").p == same(reference["anova"]["Treatment"]["p"])


def test_trap_6_effects_are_of_type_three_and_the_result_says_so():
    """obk_long: F of phase is 23.6 with type II, 19.3 with type III."""
    y, layout = treatment_by_phase()
    r = estimate("rm_anova", y, layout=layout)
    assert r.statistic == pytest.approx(19.293949759254)
    assert r.variant == "Greenhouse-Geisser; type III"
    assert estimate("rm_anova", y).variant == "Greenhouse-Geisser"


def test_trap_12_the_two_huynh_feldt_formulas_differ_in_mixed_designs_and_are_named():
    y, layout = treatment_by_phase()
    r = estimate("rm_anova", y, layout=layout, correction="huynh_feldt_original")
    line = r.effect("phase")
    assert line.value("epsilon_hf_original") == pytest.approx(1.149, abs=5e-4)
    assert line.value("epsilon_hf") == pytest.approx(0.994, abs=5e-4)
    assert (line.p, line.df) == (line.value("p_uncorrected"), (2.0, 26.0))
    assert r.variant == "Huynh-Feldt (original); type III"
    (told,) = [caveat.sentence for caveat in r.caveats if caveat.code == "FD-A142"]
    assert "Huynh-Feldt (original) epsilon of phase, treatment:phase" in told


def test_simple_effects_have_the_variance_pooled_within_groups():
    """emmeans 1.8.4-1 with the multivariate model: SE and df 13 of each pair in each group."""
    y, layout = treatment_by_phase()
    r = estimate("rm_anova", y, layout=layout, follow_up="holm")
    for wanted in expected("obk_long")["mixed_treatment_by_phase"]["simple_effects_multivariate_emmeans"]:
        first, second = wanted["contrast"].split(" - ")
        line = r.effect(f"{second} - {first} at {wanted['treatment']}")
        assert (line.estimate, line.se) == (same(-wanted["estimate"]), same(wanted["SE"]))
        assert (line.statistic, line.p) == (same(-wanted["t.ratio"]), same(wanted["p.value"]))
        assert line.df == (wanted["df"],)


def test_one_contrast_between_groups_has_hotellings_t2_and_several_have_pillais_trace():
    """With one degree of freedom between cells the two are one test: V = T2 / (T2 + nu)."""
    y, layout = orthodont()
    both = estimate("rm_anova", y, layout=layout).effect("Sex:ageF")
    assert both.value("pillai") is None
    y, layout = treatment_by_phase()
    r = estimate("rm_anova", y, layout=layout)
    assert r.effect("phase").value("hotelling_t2") is not None
    line = r.effect("treatment:phase")
    assert line.value("hotelling_t2") is None
    z = np.stack([y[:, 1] - y[:, 0], y[:, 2] - y[:, 0]], axis=1)
    cell = np.array(layout.between[0].codes)
    error = sum(
        (z[cell == g] - z[cell == g].mean(0)).T @ (z[cell == g] - z[cell == g].mean(0)) for g in range(3)
    )
    every = (z - z.mean(0)).T @ (z - z.mean(0))
    v = np.trace((every - error) @ np.linalg.inv(every))
    assert line.value("pillai") == same(v)
    assert (line.value("pillai_df1"), line.value("pillai_df2")) == (4, 26)
    assert line.value("pillai_f") == same(26 / 4 * v / (2 - v))


def test_groups_without_a_layout_are_one_factor_between():
    y, layout = treatment_by_phase()
    wanted = estimate("rm_anova", y, layout=layout)
    r = estimate("rm_anova", y, groups=np.array(layout.between[0].codes))
    assert [line.name for line in r.effects] == ["group", "time", "group:time"]
    assert [line.p for line in r.effects] == [same(line.p) for line in wanted.effects]
    assert (r.statistic, r.p) == (same(wanted.statistic), same(wanted.p))


def test_the_headline_is_time_wherever_it_stands():
    y, layout = rabbit_two_by_six()
    swapped = Layout(within=(layout.within[0], factor("time", layout.within[1].levels)))
    r = estimate("rm_anova", y, layout=swapped)
    assert r.statistic == r.effect("time").statistic
    assert estimate("rm_anova", y, layout=layout).statistic == r.effect("Treatment").statistic


def test_an_empty_combination_of_levels_leaves_nothing_to_compute_and_an_empty_level_is_none():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(8, 3))
    a, b = factor("a", ("x", "y"), list("xxxxyyyy")), factor("b", ("u", "v", "w"), list("uuuvvvvv"))
    r = estimate("rm_anova", y, layout=Layout(between=(a, b)))
    assert (r.p, codes(r), r.effects) == (None, {"FD-A144"}, ())
    assert "y u" in r.caveats[0].sentence
    alone = estimate("rm_anova", y, layout=Layout(between=(factor("b", ("u", "v", "w"), list("uuuvvvvv")),)))
    assert alone.effect("b").df == (1, 6)
    nobody = estimate("rm_anova", y, groups=np.ones(8, dtype=int))
    assert [line.name for line in nobody.effects] == ["time"]
    assert "FD-A143" in codes(nobody)


def test_as_many_groups_as_participants_leave_no_error():
    r = estimate("rm_anova", np.random.default_rng(0).normal(size=(3, 3)), groups=[0, 1, 2])
    assert (r.p, codes(r)) == (None, {"FD-A101"})


@pytest.mark.parametrize(
    "layout",
    [
        Layout(within=(factor("time", ("a", "b")),)),
        Layout(between=(factor("dose", ("a", "b"), list("ab")),)),
    ],
)
def test_a_layout_of_another_shape_is_an_error_of_the_caller(layout):
    with pytest.raises(ValueError, match="rows"):
        estimate("rm_anova", np.zeros((5, 3)), layout=layout)


# Exact tests of mixed designs: no published numbers, so everything is counted again by hand.


def f_tables(y, groups):
    """F of group, time, group:time."""
    return {line.name: line.statistic for line in estimate("rm_anova", y, groups=groups).effects}


def share(values, observed):
    return float(np.mean([value >= observed * (1 - 1e-9) for value in values]))


SMALL = np.array([[3, 5, 9], [4, 4, 7], [6, 5, 8], [1, 6, 5], [2, 2, 9], [5, 7, 6]]) / 10
GROUPS = np.array([0, 0, 1, 1, 1, 1])


def test_each_p_of_a_mixed_design_is_the_share_of_all_arrangements():
    r = estimate("permutation_mixed_exact", SMALL[:5], groups=GROUPS[:5], decimals=1)
    y, g = SMALL[:5], GROUPS[:5]
    observed = f_tables(y, g)
    labels = [np.isin(np.arange(5), chosen).astype(int) for chosen in combinations(range(5), 3)]
    moved = [f_tables(y, each) for each in labels]
    for name in ("group", "group:time"):
        assert r.effect(name).p == pytest.approx(share([f[name] for f in moved], observed[name]))
        assert r.effect(name).value("arrangements") == len(labels)
    orders = list(permutations(range(3)))
    some = [
        np.array([row[list(o)] for row, o in zip(y, chosen, strict=True)])
        for chosen in product(orders[:1], *[orders] * 4)
    ]
    assert r.effect("time").value("arrangements") == len(some)
    times = many_f(np.array(some), g)
    assert r.effect("time").p == r.p == pytest.approx(share(times, observed["time"]))
    assert {line.name: line.statistic for line in r.effects} == pytest.approx(observed)
    assert (r.exact, r.seed, r.draws) == (True, None, None)


def many_f(y, groups):
    return load("methods")["rm_anova"].many(y, groups=groups).arrays["f"]


def test_trap_15_three_against_two_cannot_reach_five_percent():
    r = estimate("permutation_mixed_exact", SMALL[:5], groups=[0, 0, 0, 1, 1], decimals=1)
    assert r.effect("group").value("smallest_p") == 0.1
    told = [caveat.sentence for caveat in r.caveats if caveat.code == "FD-A149"]
    assert [sentence.split(" can ")[0] for sentence in told] == [
        "The smallest p that the test of group",
        "The smallest p that the test of group:time",
    ]


def test_two_groups_of_one_size_cannot_be_told_apart():
    far = SMALL + np.array([0, 0, 0, 9, 9, 9])[:, None]
    r = estimate("permutation_mixed_exact", far, groups=[0, 0, 0, 1, 1, 1], decimals=1)
    assert r.effect("group").p == r.effect("group").value("smallest_p") == 2 / 20


def test_without_groups_the_test_of_time_is_left():
    r = estimate("permutation_mixed_exact", SMALL, decimals=1)
    assert [line.name for line in r.effects] == ["time"]
    assert r.p == same(estimate("permutation_rm_exact", SMALL, decimals=1).p)
    assert "FD-A147" in codes(r)


def test_each_within_factor_is_tested_in_its_means_and_what_nobody_can_test_is_named():
    y, layout = rabbit_two_by_six()
    y, layout = (
        y[:, [2, 3, 4, 8, 9, 10]],
        Layout(within=(layout.within[0], factor("time", ("25", "50", "100")))),
    )
    r = estimate("permutation_mixed_exact", y, layout=layout, decimals=2)
    means = y.reshape(5, 2, 3).mean(axis=1)
    assert r.p == same(estimate("permutation_rm_exact", means).p)
    assert r.effect("Treatment").p == same(estimate("sign_flip_exact", y.reshape(5, 2, 3).mean(axis=2)).p)
    (told,) = [caveat.sentence for caveat in r.caveats if caveat.code == "FD-A148"]
    assert "Treatment:time" in told


def test_two_factors_between_are_left_to_an_approximate_test():
    y, layout = obk_long()
    r = estimate("permutation_mixed_exact", y.reshape(16, 3, 5).mean(axis=2), decimals=1, draws=99, seed="4",
                 layout=Layout(within=layout.within[:1], between=layout.between))  # fmt: skip
    assert [line.name for line in r.effects] == ["phase"]
    assert {"FD-A148", "FD-A116"} <= codes(r)
    assert (r.exact, r.seed, r.draws) == (False, 4, 99)


def test_trap_18_drawn_arrangements_never_give_zero_and_can_be_drawn_again():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(26, 3)) + np.array([0.0, 4.0, 9.0]) * np.repeat([1.0, 3.0], 13)[:, None]
    named = {"groups": np.repeat([0, 1], 13), "draws": "499", "seed": 8}
    r = estimate("permutation_mixed_exact", y, **named)
    assert [line.p for line in r.effects] == [1 / 500] * 3
    assert (r.exact, r.seed, r.draws) == (False, 8, 499)
    assert "FD-A116" in codes(r)
    assert estimate("permutation_mixed_exact", y, **named) == r


def test_drawn_and_counted_arrangements_agree(monkeypatch):
    from firstdose.methods._kernel import anova_exchange

    exact = estimate("permutation_mixed_exact", SMALL, groups=GROUPS, decimals=1)
    monkeypatch.setattr(anova_exchange, "MOST", 1)
    drawn = estimate("permutation_mixed_exact", SMALL, groups=GROUPS, decimals=1, draws=20_000)
    for one, other in zip(exact.effects, drawn.effects, strict=True):
        assert other.p == pytest.approx(one.p, abs=0.02)
        assert (one.value("exact"), other.value("exact"), other.value("draws")) == (1, 0, 20_000)


def test_no_variation_is_no_evidence():
    r = estimate("permutation_mixed_exact", np.full((6, 3), 2.0), groups=GROUPS, decimals=0)
    assert [line.p for line in r.effects] == [1.0] * 3
    assert (r.statistic, "FD-A145" in codes(r)) == (None, True)


def test_what_is_compiled_is_what_is_written():
    """The same functions, run as plain Python."""
    rows = (SMALL - SMALL.mean(axis=1, keepdims=True)) * 30
    orders = np.array(list(permutations(range(3))))
    y = np.stack([rows[:4], rows[1:5]])
    for name, given in {
        "count_orders_of_many": (y, orders),
        "count_drawn_orders": (
            y,
            np.random.default_rng(0).permuted(np.tile(np.arange(3), (50, 4, 1)), axis=2),
        ),
    }.items():
        compiled = getattr(anova_compiled, name)
        np.testing.assert_array_equal(compiled(*given), compiled.py_func(*given))
    weights, sizes = np.array([[1.2, -1.2]]), np.array([2.0, 4.0])
    observed = np.array([3.0, 50.0])
    labelled = (rows, GROUPS, weights, sizes, observed)
    np.testing.assert_array_equal(
        anova_compiled.count_labellings(*labelled), anova_compiled.count_labellings.py_func(*labelled)
    )
    choices = rows[:4, orders]
    chosen = (choices, (choices**2).sum(axis=2), GROUPS[:4], weights, np.array([2.0, 2.0]), observed, 1)
    np.testing.assert_array_equal(
        anova_compiled.count_choices(*chosen), anova_compiled.count_choices.py_func(*chosen)
    )
