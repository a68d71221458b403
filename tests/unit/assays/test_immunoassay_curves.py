"""Standard curves: fits, inverses, ranges, and the instrument's own curve."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.assays._kernel.immunoassay.curves import LogisticCurve, derivatives, log_of
from firstdose.assays._kernel.immunoassay.fitting import fit_logistic, fit_many, standard_errors
from firstdose.assays._kernel.immunoassay.instrument import compute_disagreement, inverse, replayed
from firstdose.assays._kernel.immunoassay.standards import (
    Accepted,
    Level,
    Weighting,
    chosen,
    compute_gain,
    compute_lod,
    compute_range,
    out_of_series,
    standard_curves,
)
from firstdose.readers.contents.immunoassay import AnalyteSignals, InstrumentCurve
from tests.unit.assays.plates_for_tests import LEVELS, TRUE

# curves and fits


def test_the_inverse_undoes_the_curve_and_ends_at_its_asymptotes():
    x = np.geomspace(1, 5000, 30)
    assert TRUE.concentration(TRUE.signal(x)) == pytest.approx(x, rel=1e-9)
    assert np.isnan(TRUE.concentration([20.0, 20_000.0, 5.0, 30_000.0, math.nan])).all()
    assert TRUE.side([20.0, 20_000.0, 100.0, 5.0]).tolist() == [-1, 1, 0, -1]
    falling = replace(TRUE, b=1.1)
    assert falling.side([5.0, 30_000.0]).tolist() == [1, -1]


def test_a_logarithmic_curve_reads_signals_and_takes_zero_for_below():
    curve = LogisticCurve(b=-1.0, c=3.0, d=10.0, e=50.0, f=1.4, of_logarithm=True)
    assert curve.concentration(curve.signal([2.0, 200.0])) == pytest.approx([2.0, 200.0])
    assert curve.side([0.0, -1.0, 1e9]).tolist() == [-1, -1, 1]
    assert curve.side(math.nan) == 0


@given(
    st.floats(-3, -0.3), st.floats(0, 5), st.floats(6, 30), st.floats(1, 900), st.floats(0.2, 5)
)  # fmt: skip
def test_the_jacobian_is_the_limit_of_differences(b, c, d, e, f):
    x = np.array([0.0, 0.5, 3.0, 40.0, 700.0, 2e4])
    theta = np.array([b, c, d, e, f])
    exact = derivatives(log_of(x), LogisticCurve(b=b, c=c, d=d, e=e, f=f), five=True)
    for k in range(5):
        step = 1e-6 * max(abs(theta[k]), 1e-3)
        up, down = (
            LogisticCurve(**dict(zip("bcdef", theta + way * step * np.eye(5)[k], strict=True)))
            for way in (1, -1)
        )
        difference = (up.signal(x) - down.signal(x)) / (2 * step)
        assert exact[:, k] == pytest.approx(difference, rel=1e-3, abs=1e-5)


@given(st.floats(0.4, 2.5), st.floats(3, 3000), st.floats(0.3, 4), st.booleans())
def test_a_curve_without_error_is_found_again(slope, e, f, rising):
    curve = LogisticCurve(b=-slope if rising else slope, c=1.0, d=11.0, e=e, f=f)
    x = np.geomspace(e / 300, e * 300, 14)
    fit = fit_logistic(x, curve.signal(x), five=True)
    assert fit.rss < 1e-6
    assert fit.curve.signal(x) == pytest.approx(curve.signal(x), abs=2e-3)


def test_points_that_carry_no_curve_give_none():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert fit_logistic(x[:3], x[:3]) is None
    assert fit_logistic(x, np.full(5, 2.0)) is None
    assert fit_logistic(x, np.where(x > 3, np.nan, x)) is None
    assert fit_many([x, x[:2]], [x**1.1, x[:2]])[1] is None
    assert fit_many([], []) == []


def test_one_curve_alone_and_among_others_is_the_same():
    random = np.random.default_rng(2)
    x = np.repeat(np.geomspace(1, 3000, 9), 2)
    signals = [TRUE.signal(x) * np.exp(0.05 * random.standard_normal(18)) for _ in range(4)]
    together = fit_many([x] * 4, signals, five=True)
    for y, fit in zip(signals, together, strict=True):
        assert fit_logistic(x, y, five=True).rss == pytest.approx(fit.rss, rel=1e-6)


def test_weights_count_as_repeated_points_do():
    x = np.repeat(np.geomspace(1, 3000, 8), 2)
    y = TRUE.signal(x) * np.where(np.arange(16) % 2, 1.05, 0.95)
    twice = fit_logistic(np.concatenate([x, x]), np.concatenate([y, y]))
    weighted = fit_logistic(x, y, np.full(16, 2.0))
    assert twice.rss == pytest.approx(weighted.rss, rel=1e-6)
    errors = standard_errors(weighted, x, y, np.full(16, 2.0))
    assert (errors > 0).all()


def test_a_fit_without_information_has_no_standard_errors():
    x = np.geomspace(1, 3000, 8)
    fit = fit_logistic(x, TRUE.signal(x))
    assert np.isnan(standard_errors(fit, np.zeros(8), TRUE.signal(x))).any()


def test_five_parameters_must_pay_for_themselves():
    random = np.random.default_rng(7)
    x = np.repeat(np.geomspace(1, 3000, 10), 2)
    noisy = TRUE.signal(x) * np.exp(0.1 * random.standard_normal(20))
    four, five = fit_logistic(x, np.log(noisy)), fit_logistic(x, np.log(noisy), five=True)
    assert chosen(four, five, asked_for_five=True)[0].parameters == 4
    skew = LogisticCurve(b=-1.0, c=3.0, d=10.0, e=300.0, f=0.4)
    y = skew.signal(x) + 0.005 * random.standard_normal(20)
    best = chosen(fit_logistic(x, y), fit_logistic(x, y, five=True), asked_for_five=True)
    assert (best[0].parameters, best[1]) == (5, "")
    assert chosen(four, None, asked_for_five=True)[1].startswith("five parameters cannot")
    assert chosen(four, five, asked_for_five=False) == (four, "")
    assert compute_gain(four, replace(five, n=5)) == 1
    assert compute_gain(four, replace(five, rss=0.0)) == 0


@pytest.mark.parametrize("kind", ["log", "1/y2", "1/mean"])
def test_every_weighting_reads_its_own_standards_back(kind):
    x = np.repeat(LEVELS, 2)
    y = TRUE.signal(x) * np.where(np.arange(16) % 2, 1.02, 0.98)
    (curve,) = standard_curves([x], [y], Weighting(kind=kind), Accepted())
    assert (curve.range.lloq, curve.range.uloq) == (pytest.approx(LEVELS[-1]), 1000)
    assert curve.r2 > 0.99


# ranges


def level(nominal, recovery, cv=5.0):
    return Level(nominal=nominal, n=2, mean=nominal * recovery / 100, recovery=recovery, cv=cv)


def test_the_range_is_the_widest_whose_ends_hold_and_three_quarters_inside():
    good = [level(k, 100) for k in (2, 4, 8, 16, 32)]
    assert compute_range([level(1, 140), *good, level(64, 124)], Accepted()).lloq == 2
    assert compute_range([level(1, 124), *good], Accepted()).lloq == 1
    assert compute_range([level(1, 100, cv=26), *good], Accepted()).lloq == 2
    broken = [level(1, 100), level(2, 150), level(3, 150), level(4, 100), level(5, 100), level(6, 100)]
    found = compute_range(broken, Accepted())
    assert (found.lloq, found.uloq, found.share) == (4, 6, 100)
    assert math.isnan(compute_range([level(1, math.nan)] * 6, Accepted()).lloq)


def test_a_standard_with_a_shifted_decimal_point_breaks_the_series():
    assert out_of_series([1, 2, 3, 4, 5], [800, 400, 200000, 100, 50]) == [2]
    assert out_of_series([5, 4, 3, 2, 1], [800, 400, 200, 100, 50]) == []
    assert out_of_series([1, 2, 3], [1, 2, 3]) == []


def test_the_screening_lod_needs_two_blanks():
    assert math.isnan(compute_lod(TRUE, np.array([25.0])))
    assert compute_lod(TRUE, np.array([30.0, 34.0])) == pytest.approx(
        float(TRUE.concentration(32 + 3 * math.sqrt(8)))
    )


# the instrument's own curve


@pytest.mark.parametrize(
    "label, letters, x, y",
    [
        ("Logistic 4P", "ABCD", 5.0, 1 + 100 / (1 + (5 / 20) ** -1.5)),
        ("Y = (A-D)/(1+(X/C)^B)+D", "ABCD", 5.0, (1 - 20) / (1 + (5 / -1.5) ** 2) + 20),
        ("Y=A*X+B", "AB", 3.0, 103.0),
        ("Spline", "AB", math.nan, 1.0),
    ],
)
def test_known_formulas_are_inverted(label, letters, x, y):
    values = {"A": 1.0, "B": 100.0, "C": 20.0, "D": -1.5}
    if label.startswith("Y ="):
        values = {"A": 1.0, "B": 2.0, "C": 4.0, "D": 20.0}
        y = (1 - 20) / (1 + (5 / 4) ** 2) + 20
    curve = InstrumentCurve(label=label, coefficients=tuple((k, values[k]) for k in letters))
    found = inverse(curve, np.array([y]))
    assert found is None if math.isnan(x) else found[0] == pytest.approx(x)


def one_analyte(**changes):
    facts = {"analyte": "x", "signals": (("s", np.ones(3)),), "nominal": np.full(3, np.nan)}
    return AnalyteSignals(**{**facts, **changes})


def test_a_printed_number_that_does_not_follow_from_the_curve_is_found():
    line = InstrumentCurve(label="Y=A*X+B", coefficients=(("A", 2.0), ("B", 1.0)))
    good = one_analyte(
        net=np.array([3.0, 5.0, 9.0]), printed=np.array([1.0, 2.0, 4.0]), comparators=("=",) * 3, curve=line
    )
    assert compute_disagreement(good, np.ones(3))[0] == 0
    edited = replace(good, printed=np.array([1.0, 2.0, 40.0]))
    away, well = compute_disagreement(edited, np.ones(3))
    assert (well, away > 0.5) == (2, True)
    none = replace(good, comparators=("<",) * 3)
    assert compute_disagreement(none, np.ones(3)) == (pytest.approx(math.nan, nan_ok=True), -1)
    assert replayed(one_analyte(), np.ones(3)) is None
    assert compute_disagreement(replace(good, curve=replace(line, label="?")), np.ones(3))[1] == -1
    odd = replace(good, net=np.array([3.1234567, 5.0, 9.0]), printed=np.array([1.06172835, 2.0, 4.0]))
    assert compute_disagreement(odd, np.ones(3))[0] < 1e-6


def test_points_that_no_s_shape_fits_give_none_or_a_flat_curve():
    x = np.geomspace(1, 100, 6)
    fit = fit_logistic(x, np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.9]))
    assert fit is None or fit.curve.c < fit.curve.d
