from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.layout import Contrast, Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.methods._kernel.mixed import newton, words
from firstdose.methods._kernel.mixed.inference import Fitted, lines
from tests.reference.methods.cases import codes, estimate, expected, table, wide
from tests.reference.methods.plain import mixed as plain

MMRM = 3e-4  # mmrm stops early: estimates, standard errors
DF = 6e-4  # the README has 5e-4; one df of Orthodont with gaps is 5.1e-4 off, where our likelihood is the higher
AGES = ("8", "10", "12", "14")
VISITS = ("VIS1", "VIS2", "VIS3", "VIS4")
METHODS = {"satterthwaite": "satterthwaite", "kenward_roger_linear": "kenward_roger_linear"}
each_df = pytest.mark.parametrize("df", METHODS)


def near(value, rel, se=0.0):
    """An estimate near zero is as near as its standard error lets one tell."""
    return pytest.approx(value, rel=rel, abs=max(1e-6, rel * se))


# ------------------------------------------------------------------------------------------------------ the reference


def orthodont(*, gaps: bool):
    rows = table("orthodont")
    kept = [row for row in rows if not (gaps and row["missing_variant"] == "1")]
    y = wide(kept, "Subject", "age", "distance")
    sexes = [row["Sex"] for row in {row["Subject"]: row for row in rows}.values()]
    order = [AGES.index(age) for age in dict.fromkeys(row["age"] for row in kept)]
    sex = Factor(name="Sex", levels=("Male", "Female"), codes=tuple(int(s == "Female") for s in sexes))
    return y[:, np.argsort(order)], Layout(within=(Factor(name="age", levels=AGES),), between=(sex,))


def fev(first: int | None = None):
    rows = table("fev_data")
    people = {row["USUBJID"]: row for row in rows}
    names = list(people)
    y = np.full((len(names), 4), np.nan)
    for row in rows:
        if row["FEV1"] != "NA":
            y[names.index(row["USUBJID"]), VISITS.index(row["AVISIT"])] = float(row["FEV1"])
    if first:
        names, y = names[:first], y[:first]
    arms = tuple(int(people[name]["ARMCD"] == "TRT") for name in names)
    arm = Factor(name="ARMCD", levels=("PBO", "TRT"), codes=arms)
    visits = Factor(name="AVISIT", levels=VISITS)
    return y, Layout(within=(visits,), between=(arm,)), [people[name] for name in names]


def pairs(times, sign):
    """Group against group at each time, as emmeans says them."""
    return tuple(
        Contrast(name=time, columns=tuple(np.eye(len(times))[t].tolist()), groups=(-sign, sign))
        for t, time in enumerate(times)
    )


def coefficients(names, group, time, k):
    """The sum-to-zero coefficients as comparisons of cell means."""
    effects = {"(Intercept)": np.full(k, 1 / k)}
    effects |= {f"{time}{t + 1}": np.eye(k)[t] - 1 / k for t in range(k - 1)}
    for name in names:
        parts = name.split(":")
        column = effects[next((part for part in parts if part.startswith(time)), "(Intercept)")]
        half = (0.5, -0.5) if f"{group}1" in parts else (0.5, 0.5)
        yield Contrast(name=name, columns=tuple(column.tolist()), groups=half)


def holds(result, reference, df, group, time):
    """Coefficients, least-squares means and pairs of one analysis."""
    wanted = reference[df]
    for name, row in wanted["coef"].items():
        line = result.effect(f"b {name}")
        assert (line.estimate, line.se) == (near(row["estimate"], MMRM, row["se"]), near(row["se"], MMRM)), (
            name
        )
        assert line.df[0] == near(row["df"], DF), name
    for row in wanted["emmeans"]:
        line = result.effect(f"{row[group]} {row[time]}")
        assert (line.estimate, line.se) == (near(row["emmean"], MMRM), near(row["SE"], MMRM))
        assert line.df[0] == near(row["df"], DF)
        assert (line.ci_low, line.ci_high) == (near(row["lower.CL"], 1e-3), near(row["upper.CL"], 1e-3))
    for row in wanted["pairs"]:
        line = result.effect(f"pair {row[time]}")
        assert (line.estimate, line.se) == (near(row["estimate"], MMRM), near(row["SE"], MMRM))
        assert (line.df[0], line.p) == (near(row["df"], DF), near(row["p.value"], 5e-3))


def asked(reference, df, group, time, times, sign):
    wanted = [
        Contrast(name=f"b {each.name}", columns=each.columns, groups=each.groups)
        for each in coefficients(reference[df]["coef"], group, time, len(times))
    ]
    return [
        *wanted,
        *(Contrast(name=f"pair {c.name}", columns=c.columns, groups=c.groups) for c in pairs(times, sign)),
    ]


@each_df
@pytest.mark.parametrize("gaps", [False, True], ids=["complete", "with gaps"])
def test_orthodont_is_that_of_mmrm(gaps, df):
    """mmrm 0.3.18 on nlme's Orthodont (Potthoff & Roy 1964); numbers and data in the case's JSON."""
    reference = expected("orthodont")["mmrm_missing" if gaps else "mmrm_complete"]
    y, layout = orthodont(gaps=gaps)
    wanted = asked(reference, df, "Sex", "ageF", AGES, 1.0)
    r = estimate("mmrm", y, layout=layout, contrasts=wanted, df=df)
    holds(r, reference, df, "Sex", "ageF")
    assert r.value("minus2_reml_loglik_sum_to_zero") <= reference["minus2_reml_loglik"]
    assert r.value("minus2_reml_loglik_sum_to_zero") == near(reference["minus2_reml_loglik"], 1e-6)
    assert r.value("n_observations") == reference["n_obs"]
    assert r.value("score_norm") < 1e-8
    sigma = [r.effect(f"covariance {s}, {t}").estimate for s, t in (("8", "10"), ("8", "14"), ("12", "14"))]
    assert sigma == [near(reference["covariance"][i][j], MMRM) for i, j in ((0, 1), (0, 3), (2, 3))]


@each_df
@pytest.mark.parametrize("case", ["mmrm_cs", "mmrm_ar1"])
def test_simpler_covariances_of_fev_data_are_those_of_mmrm(case, df):
    """mmrm 0.3.18, 197 participants; the variant does not depend on how the covariance is parametrised."""
    reference = expected("fev_data")[case]
    y, layout, _ = fev()
    wanted = asked(reference, df, "ARMCD", "AVISIT", VISITS, 1.0)
    covariance = {"mmrm_cs": "compound_symmetry", "mmrm_ar1": "ar1"}[case]
    r = estimate("mmrm", y, layout=layout, contrasts=wanted, df=df, covariance=covariance)
    holds(r, reference, df, "ARMCD", "AVISIT")
    assert r.value("minus2_reml_loglik_sum_to_zero") == near(reference["minus2_reml_loglik"], 1e-7)
    assert r.effect("variance VIS2").estimate == near(reference["covariance"][1][1], MMRM)
    assert r.effect("covariance VIS1, VIS3").estimate == near(reference["covariance"][0][2], MMRM)


@each_df
def test_thirty_participants_of_fev_data_are_those_of_mmrm(df):
    """mmrm 0.3.18, the first 30 participants."""
    reference = expected("fev_data")["small_subset_30"]["result"]
    y, layout, people = fev(first=30)
    r = estimate(
        "mmrm",
        y,
        layout=layout,
        contrasts=asked(reference, df, "ARMCD", "AVISIT", VISITS, 1.0),
        df=df,
        names=[row["USUBJID"] for row in people],
    )
    holds(r, reference, df, "ARMCD", "AVISIT")
    assert r.value("minus2_reml_loglik_sum_to_zero") == near(reference["minus2_reml_loglik"], 1e-6)


RACES = ("Asian", "Black or African American", "White")


def covariate_designs(people):
    """Sum-to-zero codes of RACE + SEX + ARMCD * AVISIT, shape (n, 4, 11)."""
    times = np.vstack([np.eye(3), -np.ones(3)])
    races = np.vstack([np.eye(2), -np.ones(2)])
    X = np.empty((len(people), 4, 11))
    for i, row in enumerate(people):
        race, arm = races[RACES.index(row["RACE"])], 1.0 if row["ARMCD"] == "PBO" else -1.0
        sex = 1.0 if row["SEX"] == "Male" else -1.0
        for t in range(4):
            X[i, t] = [1.0, *race, sex, arm, *times[t], *(arm * times[t])]
    return X


@each_df
def test_an_unstructured_model_with_covariates_is_that_of_mmrm(df):
    """mmrm 0.3.18: FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)."""
    reference = expected("fev_data")["mmrm_us"]
    y, _, people = fev()
    every = covariate_designs(people)
    X, design = np.unique(every, axis=0, return_inverse=True)
    fits = newton.fit_many(y[None], X, design.ravel(), np.zeros(len(X), dtype=np.int64), 0, 10)
    assert fits.told[0, 0] == newton.REACHED
    assert fits.told[0, 2] < 1e-8
    fitted = Fitted(
        b=fits.b,
        phi=fits.Phi,
        adjusted=fits.adjusted if df == "kenward_roger_linear" else fits.Phi,
        slopes=fits.P,
        W=fits.W,
        exists=fits.exists,
        scale=np.ones(1),
    )
    found = lines(fitted, np.eye(11)[:, None, :])
    for r, row in enumerate(reference[df]["coef"].values()):
        assert found.estimate[0, r] == near(row["estimate"], MMRM, row["se"])
        assert found.se[0, r] == near(row["se"], MMRM)
        assert found.df[0, r] == near(row["df"], DF)
    deviance = fits.told[0, 3] + (537 - 11) * np.log(2 * np.pi)
    assert deviance == near(reference["minus2_reml_loglik"], 1e-7)
    sd = np.sqrt(np.diag(fits.sigma[0]))
    difference = (fits.sigma[0] - reference["covariance"]) / np.outer(sd, sd)
    assert np.abs(difference).max() < MMRM
    assert deviance <= reference["minus2_reml_loglik"]


def test_the_full_likelihood_is_that_of_jennrich_and_schluchter():
    """Jennrich & Schluchter 1986, models 1 and 2 of these children: -2 log L 416.509 and 419.477."""
    y, layout = orthodont(gaps=False)
    sex = np.array(layout.between[0].codes)
    cells = np.stack([np.eye(4), np.eye(4)])
    lines_ = np.zeros((2, 4, 4))
    for g in range(2):
        lines_[g, :, 2 * g], lines_[g, :, 2 * g + 1] = 1.0, (8, 10, 12, 14)
    published = expected("orthodont")["published_check"]
    numbers = (published["jennrich_schluchter_1986_minus2logL_model1"], published["model2"])
    for X, stratum, printed, computed in zip(
        (cells, lines_), ([0, 1], [0, 0]), numbers, published["computed_gls_ML_unstructured"], strict=True
    ):
        fits = newton.fit_many(y[None], X, sex, np.array(stratum), 0, 10, reml=False)
        deviance = fits.told[0, 3] + 108 * np.log(2 * np.pi)
        assert deviance == pytest.approx(computed, abs=1e-7)
        assert round(deviance, 3) == printed


def test_complete_values_have_their_closed_form():
    """The pooled covariance, and exactly 25 degrees of freedom where mmrm stops at 24.9977."""
    y, layout = orthodont(gaps=False)
    r = estimate("mmrm", y, layout=layout)
    sex = np.array(layout.between[0].codes)
    within = y - np.array([y[sex == g].mean(axis=0) for g in range(2)])[sex]
    pooled = within.T @ within / 25
    assert [r.effect(f"variance {age}").estimate for age in AGES] == pytest.approx(
        list(np.diag(pooled)), rel=1e-10
    )
    dfs = [e.df[0] for e in r.effects if e.kind in {"mean", "contrast"}]
    assert dfs == pytest.approx([25.0] * len(dfs), rel=1e-10)
    assert "FD-A126" not in codes(r)


def test_five_complete_participants_get_hotelling_and_the_paired_t():
    """n = 5, T = 3: the test of time is T2, a comparison is a t on 4 degrees of freedom."""
    y = np.random.default_rng(4).normal(10, 2, (5, 3)).cumsum(axis=1)
    r = estimate("mmrm", y)
    f, p = plain.hotelling(y)
    assert (r.effect("time").statistic, r.effect("time").p) == (
        pytest.approx(f, rel=1e-9),
        pytest.approx(p, rel=1e-9),
    )
    assert r.effect("time").df == pytest.approx((2.0, 3.0), rel=1e-9)
    t = stats.ttest_rel(y[:, 1], y[:, 0])
    assert (r.statistic, r.p, r.df[0]) == (
        pytest.approx(t.statistic, rel=1e-9),
        pytest.approx(t.pvalue, rel=1e-9),
        pytest.approx(4.0, rel=1e-9),
    )


# ---------------------------------------------------------------------------------------------------------- the traps


def test_trap_4_which_kr():
    """Orthodont with gaps at age 10: df 23.1 or 17.3, and every result says which it is."""
    y, layout = orthodont(gaps=True)
    found = {
        (df, information): estimate(
            "mmrm", y, layout=layout, contrasts=pairs(AGES, 1.0), df=df, information=information
        )
        for df in METHODS
        for information in ("observed", "expected")
    }
    assert len({r.variant for r in found.values()}) == 4
    line = found["kenward_roger_linear", "observed"].effects
    ten = next(e for e in line if e.kind == "contrast" and e.name == "10")
    assert (ten.estimate, ten.se, ten.df[0]) == pytest.approx((-1.96441, 1.01514, 17.3237), abs=5e-6 * 20)
    other = found["kenward_roger_linear", "expected"].effects
    ten = next(e for e in other if e.kind == "contrast" and e.name == "10")
    assert (ten.se, ten.df[0]) == pytest.approx((0.97500, 23.1145), abs=1e-4)
    variant = found["kenward_roger_linear", "observed"].variant
    assert variant == "unstructured, REML, Kenward-Roger linear, observed information"


def test_trap_5_restricted_likelihoods_of_two_codings_are_not_compared():
    """They differ by the log determinant of the re-coding, 8 ln 4 on Orthodont: each is named by its coding."""
    y, layout = orthodont(gaps=False)
    r = estimate("mmrm", y, layout=layout)
    difference = r.value("minus2_reml_loglik_sum_to_zero") - r.value("minus2_reml_loglik_cell_means")
    assert difference == pytest.approx(8 * np.log(4), rel=1e-12)
    assert [name for name, _ in r.more if name.endswith("loglik")] == []


def test_trap_14_one_missing_visit():
    """RM-ANOVA drops the participant; the model keeps the other visits, and both numbers are told."""
    y = np.random.default_rng(7).normal(10, 2, (8, 3))
    y[2, 1] = np.nan
    r = estimate("mmrm", y)
    assert (r.n_participants, r.value("n_complete"), r.value("n_observations")) == (8, 7, 23)
    assert r.p is not None
    told = next(caveat.sentence for caveat in r.caveats if caveat.code == "FD-A126")
    assert told.startswith("7 of 8 participants have a value at every time.")


# ------------------------------------------------------------------------------------------------- refusals, fallback

# invented values: their unstructured optimum lies at a singular covariance
AT_THE_EDGE = np.array(
    [[0.0, 1.0, np.nan], [1.0, 2.0, 2.5], [2.0, 3.0, 3.5], [3.0, 4.0, 5.5], [4.0, 5.0, 5.5]]
)


def test_a_rank_below_times_is_refused_and_said():
    y = np.random.default_rng(1).normal(size=(4, 4))
    r = estimate("mmrm", y)
    assert (r.estimate, r.p, codes(r)) == (None, None, {"FD-A128", "FD-A131"})
    cannot = load("methods")["mmrm"].cannot
    assert cannot(4, 4, 1, {}) == (
        "The unstructured covariance of 4 times needs 4 residual degrees of freedom of participants;"
        " 4 in 1 group leave 3."
    )
    assert cannot(5, 4, 1, {}) == cannot(4, 4, 1, {"fallback": "ar1"}) == ""
    assert cannot(5, 4, 1, {"covariance": "toeplitz"}) == ""


def test_the_declared_fallback_stands_in_and_is_told():
    y = np.random.default_rng(1).normal(size=(4, 4))
    r = estimate("mmrm", y, fallback="toeplitz_h compound_symmetry")
    assert r.p is not None
    assert {"FD-A128", "FD-A130"} <= codes(r)
    assert not r.variant.startswith("unstructured")


def test_a_fit_at_the_edge_is_not_reported():
    r = estimate("mmrm", AT_THE_EDGE)
    assert (r.estimate, r.p, r.effects) == (None, None, ())
    assert codes(r) & {"FD-A129", "FD-A137"}
    r = estimate("mmrm", AT_THE_EDGE, fallback="compound_symmetry")
    assert r.p is not None
    assert "FD-A130" in codes(r)


def test_times_never_seen_together_leave_their_covariance_open():
    y = np.random.default_rng(3).normal(size=(12, 3))
    y[:6, 1] = np.nan
    y[6:, 2] = np.nan
    assert codes(estimate("mmrm", y)) == {"FD-A126", "FD-A137", "FD-A131"}
    assert estimate("mmrm", y, fallback="ar1").p is not None


def test_a_cell_without_values_takes_only_what_needs_it():
    y = np.random.default_rng(5).normal(size=(12, 3))
    groups = np.arange(12) % 2
    y[groups == 1, 2] = np.nan
    r = estimate("mmrm", y, groups=groups)
    assert "FD-A132" in codes(r)
    assert r.effect("group 2 time 3").estimate is None
    assert r.effect("time 3 - time 1").p is None
    assert r.effect("time 2 - time 1").p is not None
    assert r.effect("group:time").p is None
    assert r.value("minus2_reml_loglik_sum_to_zero") is None


def test_participants_without_values_are_named():
    y = np.random.default_rng(6).normal(size=(6, 3))
    y[4] = np.nan
    r = estimate("mmrm", y, names=("P1", "P2", "P3", "P4", "P5", "P6"))
    assert [c.sentence for c in r.caveats if c.code == "FD-A127"] == [
        "Without any value, and so not in this analysis: P5."
    ]
    without = estimate("mmrm", y[[0, 1, 2, 3, 5]])
    assert r.p == pytest.approx(without.p, rel=1e-12)


def test_values_that_do_not_vary_are_refused():
    y = np.tile([1.0, 2.0, 4.0], (6, 1))
    assert codes(estimate("mmrm", y)) == {"FD-A121"}


def test_next_to_no_information_on_the_covariance_is_told():
    """n = 5, T = 3, one gap: the moments of F do not exist for some of these samples."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=(40, 5, 3))
    y[:, 0, 2] = np.nan
    many = load("methods")["mmrm"].many(y)
    without = [i for i in range(40) if np.isnan(many.arrays["p_time"][i]) and many.arrays["p"][i] > 0]
    assert without
    for i in without:
        assert many[i].effect("time").p is None
        assert "FD-A138" in codes(many[i])


def test_joint_tests_by_satterthwaite_are_marked_as_liberal():
    y = np.random.default_rng(8).normal(size=(6, 3))
    assert "FD-A133" in codes(estimate("mmrm", y, df="satterthwaite"))
    assert "FD-A133" not in codes(estimate("mmrm", y))


def test_without_a_tested_comparison_the_test_of_time_is_the_headline():
    y = np.random.default_rng(9).normal(size=(8, 3))
    shown = Contrast(name="last - first", columns=(-1.0, 0.0, 1.0), tests=False)
    r = estimate("mmrm", y, contrasts=(shown,), alternative="less")
    assert (r.estimate_name, r.statistic_name, r.p) == ("time", "F", r.effect("time").p)
    assert (r.effect("last - first").p, codes(r)) == (None, {"FD-A105"})
    many = load("methods")["mmrm"].many(y[None], contrasts=(shown,))
    assert many.arrays["p"][0] == pytest.approx(r.p, rel=1e-12)


def test_a_direction_belongs_to_the_comparisons():
    y = np.random.default_rng(9).normal(size=(8, 3))
    both, less, greater = (estimate("mmrm", y, alternative=a) for a in ("two-sided", "less", "greater"))
    assert less.p + greater.p == pytest.approx(1.0)
    assert both.p == pytest.approx(2 * min(less.p, greater.p))
    assert "FD-A104" in codes(less)


def test_several_between_factors_have_all_their_effects():
    rng = np.random.default_rng(10)
    dose = Factor(name="dose", levels=("DL1", "DL2"), codes=tuple([0, 1] * 8))
    site = Factor(name="site", levels=("north", "south"), codes=tuple([0] * 8 + [1] * 8))
    layout = Layout(within=(Factor(name="time", levels=("BL", "M6")),), between=(dose, site))
    r = estimate("mmrm", rng.normal(size=(16, 2)), layout=layout)
    assert [e.name for e in r.effects if e.kind == "test"] == [
        "dose", "site", "time", "dose:site", "dose:time", "site:time", "dose:site:time",
    ]  # fmt: skip
    assert r.effect("DL2 south M6").kind == "mean"
    assert r.effect("M6 - BL").p is not None


@pytest.mark.parametrize("covariance", words.COVARIANCES)
def test_every_covariance_is_at_its_optimum(covariance):
    """No entry of the structure can be moved without losing likelihood: mmrm's own check is the score."""
    rng = np.random.default_rng(11)
    y = rng.normal(size=(20, 4)).cumsum(axis=1)
    y[rng.random(y.shape) < 0.1] = np.nan
    r = estimate("mmrm", y, covariance=covariance, groups=np.arange(20) % 2)
    assert r.value("score_norm") < 1e-8
    assert r.variant.startswith(words.COVARIANCES[covariance].said)


def test_a_wrong_word_or_shape_is_an_error_of_the_caller():
    y = np.zeros((6, 3))
    with pytest.raises(ValueError, match="covariance is one of"):
        estimate("mmrm", y, covariance="cs")
    with pytest.raises(ValueError, match="contrast"):
        estimate("mmrm", y, contrasts=(Contrast(name="x", columns=(1.0, -1.0)),))
    with pytest.raises(ValueError, match="layout"):
        estimate("mmrm", y, layout=Layout(within=(Factor(name="time", levels=("a", "b")),)))
    with pytest.raises(ValueError, match="group code"):
        estimate("mmrm", y, groups=[0, 1])
    with pytest.raises(ValueError, match="shape"):
        load("methods")["mmrm"].many(y)
