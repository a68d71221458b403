from __future__ import annotations

import numpy as np
import pytest

from firstdose.catalogue.layout import Contrast, Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.methods._kernel.mixed import components, nested
from firstdose.methods._kernel.mixed.inference import Fitted, joint_test, lines
from tests.reference.methods.cases import codes, estimate, expected, rabbit, table, wide

LMM, SE, DF = 1e-5, 1e-4, 1e-3  # lme4 stops early
WAYS = {
    "kenward_roger": {"df": "kenward_roger"},
    "satterthwaite": {"df": "satterthwaite", "information": "observed"},  # as lmerTest takes it
}
each_way = pytest.mark.parametrize("way", WAYS)


def near(value, rel):
    return pytest.approx(value, rel=rel, abs=1e-7)


def sums(names, within, between, k):
    """Sum-to-zero coefficients, here called b NAME, as comparisons of cell means."""
    effects = {"(Intercept)": np.full(k, 1 / k)}
    effects |= {f"{within}{t + 1}": np.eye(k)[t] - 1 / k for t in range(k - 1)}
    for name in names:
        column = effects[next((p for p in name.split(":") if p.startswith(within)), "(Intercept)")]
        half = (0.5, -0.5) if between and name.startswith(f"{between}1") else (0.5, 0.5)
        groups = half if between else ()
        yield Contrast(name=f"b {name}", columns=tuple(column.tolist()), groups=groups)


def orthodont(variant):
    rows = [row for row in table("orthodont") if not (variant and row["missing_variant"] == "1")]
    y = wide(rows, "Subject", "age", "distance")
    ages = list(dict.fromkeys(row["age"] for row in rows))
    y = y[:, np.argsort([int(age) for age in ages])]
    sexes = {row["Subject"]: int(row["Sex"] == "Female") for row in rows}
    sex = Factor(name="Sex", levels=("Male", "Female"), codes=tuple(sexes.values()))
    return y, Layout(within=(Factor(name="ageF", levels=("8", "10", "12", "14")),), between=(sex,))


def one_way(name, levels):
    return Layout(within=(Factor(name=name, levels=levels),))


CASES = {
    "orthodont complete": ("orthodont", ("lmm_complete",), lambda: orthodont(variant=False)),
    "orthodont missing": ("orthodont", ("lmm_missing",), lambda: orthodont(variant=True)),
    "rabbit": (
        "rabbit_n5",
        ("oneway_three_doses", "lmm_random_intercept"),
        lambda: (rabbit(("25", "50", "100")), one_way("Dose", ("25", "50", "100"))),
    ),
    "selfesteem": (
        "selfesteem",
        ("oneway", "lmm_random_intercept"),
        lambda: (wide(table("selfesteem"), "id", "time", "score"), one_way("time", ("t1", "t2", "t3"))),
    ),
}


@each_way
@pytest.mark.parametrize("case", CASES)
def test_a_random_intercept_is_that_of_lmertest_and_pbkrtest(case, way):
    """lme4 1.1-31, lmerTest 3.1-3, pbkrtest 0.5.2; selfesteem is at the boundary, its variance is 0 and df are 18."""
    file, keys, made = CASES[case]
    reference = expected(file)
    for key in keys:
        reference = reference[key]
    y, layout = made()
    wanted = reference[f"coef_{way}"]
    between = layout.between[0].name if layout.between else ""
    within = layout.within[0].name
    asked = tuple(sums(wanted, within, between, y.shape[1]))
    r = estimate(
        "lmm_kr",
        y,
        layout=layout,
        contrasts=asked,
        units=np.arange(len(y)),
        random="participant",
        **WAYS[way],
    )
    for name, row in wanted.items():
        line = r.effect(f"b {name}")
        assert (line.estimate, line.se) == (near(row["estimate"], LMM), near(row["se"], SE)), name
        assert (line.df[0], line.p) == (near(row["df"], DF), near(row["p"], 1e-2)), name
    for name, row in reference[f"anova_type3_{way}"].items():
        test = r.effect(name)
        assert test.df == (row["num_df"], near(row["den_df"], DF)), name
        assert (test.statistic, test.p) == (near(row["F"], SE), near(row["p"], 1e-2)), name
    variances = {row["group"]: row["vcov"] for row in reference["varcorr"]}
    assert [r.effect(name).estimate for name in ("participant", "residual")] == [
        near(v, SE) for v in variances.values()
    ]
    assert r.value("minus2_reml_loglik_sum_to_zero") == near(reference["minus2_reml_loglik"], 1e-8)
    assert ("FD-A134" in codes(r)) == reference["singular"]
    assert r.value("score_norm") < 1e-8


# ----------------------------------------------------------------------------- other random effects, by the same kernel


def blocks_of(y, X, who, slopes):
    """Blocks of participants; `slopes` (N,) adds a random slope and its covariance with the intercept."""
    people = list(dict.fromkeys(who))
    sizes = [who.count(each) for each in people]
    q = 2 if slopes is None else 4
    of = components.room_to_blocks(len(y), max(sizes), X.shape[1], q)
    of.X[:], of.y[:] = X, y
    first = 0
    for c, n in enumerate(sizes):
        ones = np.ones(n)
        parts = [np.outer(ones, ones)]
        if slopes is not None:
            d = slopes[first : first + n]
            parts += [np.outer(d, d), np.outer(ones, d) + np.outer(d, ones)]
            of.signed[2] = 1.0
        for j, part in enumerate([*parts, np.eye(n)]):
            of.G[j, first : first + n, :n] = part
        of.start[c] = first
        first += n
    of.start[len(sizes)] = first
    of.counts[:] = len(sizes), 0, len(y), len(y)
    return of


def fitted(fits):
    return Fitted(
        b=fits.b,
        phi=fits.Phi,
        adjusted=fits.adjusted,
        slopes=fits.P,
        W=fits.W,
        exists=np.ones_like(fits.b),
        scale=np.ones(1),
    )


def holds_coefficients(fits, wanted, way):
    of = fitted(fits)
    found = lines(of, np.eye(len(wanted))[:, None, :])
    plain = np.sqrt(np.diagonal(fits.Phi[0, 0]))
    for r, row in enumerate(wanted.values()):
        se = found.se[0, r] if way == "kenward_roger" else plain[r]
        assert (found.estimate[0, r], se) == (near(row["estimate"], LMM), near(row["se"], SE))
        assert found.df[0, r] == near(row["df"], DF)


@each_way
@pytest.mark.parametrize("analysis", ["random_slope", "small_unbalanced_n5"])
def test_sleepstudy_is_that_of_lmertest_and_pbkrtest(analysis, way):
    """Belenky et al. 2003; a random slope, and five unbalanced participants where the normal p is .026, KR's .042."""
    reference = expected("sleepstudy")[analysis]
    small = analysis == "small_unbalanced_n5"
    rows = [row for row in table("sleepstudy") if not small or row["in_small_unbalanced"] == "1"]
    y, days = (np.array([float(row[name]) for row in rows]) for name in ("Reaction", "Days"))
    X = np.column_stack([np.ones(len(y)), days])
    of = blocks_of(y, X, [row["Subject"] for row in rows], None if small else days)
    fits = nested.fit_blocks(of, observed=way == "satterthwaite")
    assert fits.told[0, 2] < 1e-8
    holds_coefficients(fits, reference[f"coef_{way}"], way)
    vcov = [row["vcov"] for row in reference["varcorr"]]
    ours = fits.theta[0] if small else fits.theta[0][[0, 1, 2, 3]]
    assert list(ours) == [near(v, 1e-4) for v in vcov]
    deviance = fits.told[0, 3] + (len(y) - 2) * np.log(2 * np.pi)
    assert deviance == near(reference["minus2_reml_loglik"], 1e-8)
    anova = reference[f"anova_type3_{way}"]["Days"]
    f, df = joint_test(fitted(fits), np.array([[[0.0, 1.0]]]), kenward_roger=True)
    if way == "kenward_roger":
        assert (f[0], df[0]) == (near(anova["F"], SE), near(anova["den_df"], DF))


def pixel_blocks(rows):
    """Dogs as blocks, sides within them."""
    y, day = (np.array([float(row[name]) for row in rows]) for name in ("pixel", "day"))
    of = blocks_of(y, np.column_stack([np.ones(len(y)), day, day**2]), [row["Dog"] for row in rows], None)
    G = np.zeros((3, *of.G.shape[1:]))
    G[0], G[2] = of.G
    for c in range(of.counts[0]):
        first, last = of.start[c], of.start[c + 1]
        side = np.array([row["Side"] for row in rows[first:last]])
        G[1, first:last, : last - first] = side[:, None] == side[None, :]
    return of._replace(G=G, signed=np.zeros(3))


@each_way
def test_sides_of_dogs_are_those_of_lmertest_and_pbkrtest(way):
    """Pixel (Pinheiro & Bates 2000): day + day^2, dog and side in dog."""
    reference = expected("pixel_nested")["nested_lmm"]
    rows = sorted(table("pixel_nested"), key=lambda row: (int(row["Dog"]), row["Side"], float(row["day"])))
    fits = nested.fit_blocks(pixel_blocks(rows), observed=way == "satterthwaite")
    holds_coefficients(fits, reference[f"coef_{way}"], way)
    side, dog, residual = (row["vcov"] for row in reference["varcorr"])
    assert list(fits.theta[0]) == [near(v, 1e-4) for v in (dog, side, residual)]


def test_trap_7_units_tested_as_participants():
    """pixel_nested, day 0 to 4, eight sides of four dogs: p .121 with 3 degrees of freedom, not .016 with 7."""
    reference = expected("pixel_nested")["change_day0_to_day4"]
    rows = [row for row in table("pixel_nested") if row["day"] in {"0", "4"}]
    found = {}
    for row in rows:
        found.setdefault((row["Dog"], row["Side"]), {})[row["day"]] = float(row["pixel"])
    both = {key: pair["4"] - pair["0"] for key, pair in found.items() if len(pair) == 2}
    y = np.array(list(both.values()))[:, None]
    r = estimate("lmm_kr", y, units=[int(dog) for dog, _ in both])
    wanted = reference["lmm_random_cluster_kr"]
    assert (r.n_participants, r.n_units) == (reference["n_clusters"], reference["n_units"])
    assert r.estimate_name == "mean"
    assert (r.estimate, r.df[0]) == (near(wanted["estimate"], LMM), near(3.0, DF))
    assert r.p == near(wanted["p"], 1e-6)
    assert [r.effect(name).estimate for name in ("participant", "lesion")] == [
        near(v, 1e-4) for v in wanted["varcorr"]
    ]
    with pytest.raises(ValueError, match="participant of each row"):
        estimate("lmm_kr", y)


# --------------------------------------------------------------------------------- lesions that change with their participant


def null_lesions(m, n=5, each=3, k=3, seed=20):
    """Any two times correlate by .5, and so do values and changes of two lesions of a participant: no mean differs."""
    rng = np.random.default_rng(seed)
    people = rng.normal(size=(m, n, 1, 1)) + rng.normal(size=(m, n, 1, k))
    own = rng.normal(size=(m, n, each, 1)) + rng.normal(size=(m, n, each, k))
    return (0.5 * (people + own)).reshape(m, n * each, k), np.repeat(np.arange(n), each)


@pytest.mark.slow
def test_trap_7_in_another_dress_lesions_that_change_together():
    """4,000 trials of five participants, three lesions, three times; intercepts alone reject in 18 of 100."""
    y, units = null_lesions(4000)
    change = (Contrast(name="last - first", columns=(-1.0, 0.0, 1.0)),)
    many = load("methods")["lmm_kr"].many
    found = many(y, units=units, contrasts=change).arrays
    error = np.sqrt(0.05 * 0.95 / 4000)
    for p in (found["p"], found["p_time"]):
        assert np.isfinite(p).all()
        assert 0.03 < (p <= 0.05).mean() <= 0.06 + 3 * error
    covers = (found["ci_low"] <= 0) & (found["ci_high"] >= 0)
    assert 0.94 - 3 * error <= covers.mean() < 0.97
    intercepts = many(y, units=units, contrasts=change, random="participant_lesion").arrays
    assert (intercepts["p"] <= 0.05).mean() > 0.15


def test_lesions_that_are_taken_to_change_independently_are_told():
    y, units = lesions()
    for random in ("participant", "participant_lesion"):
        assert "change independently" in told(estimate("lmm_kr", y, units=units, random=random), "FD-A139")
        assert codes(estimate("lmm_kr", y[:, :1], units=units, random=random)) == set()
    assert "FD-A139" not in codes(estimate("lmm_kr", y, units=units))


def test_variances_and_what_they_say_of_two_lesions():
    y, units = null_lesions(1, n=12, k=4)
    r = estimate("lmm_kr", y[0], units=units)
    of = {line.name: line.estimate for line in r.effects if line.kind == "component"}
    assert list(of) == ["participant", "participant by time", "lesion", "residual"]
    assert all(value > 0 for value in of.values())
    person, time, lesion, rest = of.values()
    total = sum(of.values())
    assert r.value("icc_participant") == pytest.approx((person + time) / total)
    assert r.value("icc_lesion") == pytest.approx((person + lesion) / total)
    assert r.value("icc_change") == pytest.approx(time / (time + rest))


def test_participants_who_do_not_change_of_their_own_are_told():
    """Every time has the same mean of lesions, so times of a participant differ less than lesions make them."""
    y, units = null_lesions(1)
    y = y[0].reshape(5, 3, 3)
    y -= y.mean(axis=1, keepdims=True) - y.mean(axis=(1, 2), keepdims=True)
    r = estimate("lmm_kr", y.reshape(15, 3), units=units)
    assert r.effect("participant by time").estimate == 0.0
    assert "of participants from time to time" in told(r, "FD-A134")


def test_lesions_that_change_exactly_alike_leave_no_residual():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, (5, 1, 3)) + rng.integers(0, 3, (5, 3, 1))
    r = estimate("lmm_kr", y.reshape(15, 3), units=np.repeat(np.arange(5), 3))
    assert (r.p, codes(r)) == (None, {"FD-A121"})


def test_lesions_never_seen_at_the_same_time_determine_nothing_they_share():
    y = np.random.default_rng(0).normal(size=(12, 3))
    y[1::2] = np.nan
    assert "FD-A137" in codes(estimate("lmm_kr", y, units=np.repeat(np.arange(6), 2)))


# ------------------------------------------------------------------------------------------------------ what is refused


def lesions(seed=0, n=6, each=3, k=3, between=1.0, within=0.5):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n * each, k)) + within * rng.normal(size=(n * each, 1))
    return y + between * np.repeat(rng.normal(size=n), each)[:, None], np.repeat(np.arange(n), each)


def test_doses_within_participants_have_the_lesions_as_their_error():
    """Each participant has every dose: the participant drops out of the comparison, so df are those of lesions."""
    y, units = lesions(between=30.0)
    r = estimate("lmm_kr", y, units=units, groups=np.tile([0, 1, 2], 6))
    assert r.effect("group").df[1] == pytest.approx(10.0, rel=1e-6)
    between = estimate("lmm_kr", y, units=units, groups=np.repeat([0, 1], 9))
    assert between.effect("group").df[1] == pytest.approx(4.0, rel=1e-3)
    assert 0.9 < r.value("icc_participant") < r.value("icc_lesion") < 1


def test_a_variance_of_zero_is_told():
    rng = np.random.default_rng(3)
    y = rng.normal(size=(12, 2))
    y -= y.reshape(4, 3, 2).mean(axis=(1, 2)).repeat(3)[:, None]
    r = estimate("lmm_kr", y, units=np.repeat(np.arange(4), 3))
    assert r.effect("participant").estimate == 0.0
    assert "FD-A134" in codes(r)
    held = estimate("lmm_kr", y, units=np.repeat(np.arange(4), 3), df="satterthwaite")
    assert "known" in told(held, "FD-A134")


def told(r, code):
    return next(caveat.sentence for caveat in r.caveats if caveat.code == code)


def test_one_lesion_each_is_a_random_participant_alone():
    y, _ = lesions(each=1, n=8)
    r = estimate("lmm_kr", y, units=np.arange(8))
    fewer = estimate("lmm_kr", y, units=np.arange(8), random="participant_lesion")
    alone = estimate("lmm_kr", y, units=np.arange(8), random="participant")
    assert "from time to time is part of the residual" in told(r, "FD-A136")
    assert "time" not in told(fewer, "FD-A136")
    assert codes(alone) == set()
    assert r.variant == fewer.variant == alone.variant
    assert [r.p, fewer.p] == pytest.approx([alone.p] * 2, rel=1e-12)


def test_one_lesion_each_seen_once_determines_nothing():
    y, _ = lesions(each=1, n=8, k=1)
    r = estimate("lmm_kr", y, units=np.arange(8))
    assert (r.estimate, codes(r)) == (None, {"FD-A137"})


def test_a_missing_cell_and_a_participant_without_values_are_told():
    y, units = lesions()
    y[units == 2] = np.nan
    y[::3, 2] = np.nan
    groups = np.tile([0, 1, 2], 6)
    names = tuple(f"P{i}" for i in range(6))
    r = estimate("lmm_kr", y, units=units, groups=groups, names=names)
    assert {"FD-A126", "FD-A127", "FD-A132"} <= codes(r)
    assert "P2." in next(c.sentence for c in r.caveats if c.code == "FD-A127")
    assert r.effect("group 1 time 3").estimate is None
    assert r.effect("time 2 - time 1").p is not None


def test_values_without_variation_and_a_single_participant_are_refused():
    assert codes(estimate("lmm_kr", np.ones((6, 2)), units=[0, 0, 1, 1, 2, 2])) == {"FD-A121"}
    assert codes(estimate("lmm_kr", np.ones((3, 2)), units=[0, 0, 0])) == {"FD-A101"}
    cannot = load("methods")["lmm_kr"].cannot
    assert cannot(1, 3, 1, {}).endswith("there is 1.")
    assert cannot(2, 3, 1, {}) == ""


def test_units_need_not_be_sorted():
    y, units = lesions()
    order = np.random.default_rng(0).permutation(len(y))
    r, shuffled = estimate("lmm_kr", y, units=units), estimate("lmm_kr", y[order], units=units[order])
    assert shuffled.p == pytest.approx(r.p, rel=1e-9)


def test_the_variant_names_random_effects_df_and_information():
    y, units = lesions()
    said = {
        estimate("lmm_kr", y, units=units, df=df, information=information, random=random).variant
        for df in ("kenward_roger", "satterthwaite")
        for information in ("expected", "observed")
        for random in ("participant", "participant_lesion", "participant_time_lesion")
    }
    assert len(said) == 12
    assert "random participant and lesion, REML, Kenward-Roger, expected information" in said
    usual = estimate("lmm_kr", y, units=units).variant
    assert usual.startswith("random participant, participant by time, and lesion, REML, Kenward-Roger, exp")


def test_the_test_of_time_is_the_headline_where_no_comparison_is_tested():
    y, units = lesions()
    shown = Contrast(name="last - first", columns=(-1.0, 0.0, 1.0), tests=False)
    r = estimate("lmm_kr", y, units=units, contrasts=(shown,))
    assert (r.estimate_name, r.p) == ("time", r.effect("time").p)


def test_lesions_of_another_shape_are_an_error_of_the_caller():
    y, units = lesions()
    with pytest.raises(ValueError, match="shape"):
        load("methods")["lmm_kr"].many(y, units=units)
