"""Transforms, gates, cuts and counting errors of flow cytometry, by their defining properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.assays._kernel.flow.biexponential import biex_scale
from firstdose.assays._kernel.flow.compensation import compensate, condition_number, unmixing_weights
from firstdose.assays._kernel.flow.counting import (
    cells_by_beads,
    counting_error,
    percent_of,
    wilson_interval,
)
from firstdose.assays._kernel.flow.naming import meaning_of
from firstdose.assays._kernel.flow.shapes import inside_ellipsoid, inside_polygon
from firstdose.assays._kernel.flow.transforms import ratio_of, transform_scale
from firstdose.assays._kernel.flow.valleys import find_cut, near_median
from firstdose.readers.contents.flow import Asinh, Biex, Hyperlog, Linear, Log, Logicle, Ratio

LOGICLE = (
    Logicle(262144, 0.5, 4.5, 0),
    Logicle(10000, 1, 4, 0.5),
    Logicle(1000, 0, 4, 0),
    Logicle(10000, 1, 4, -1),
)
HYPERLOG = (Hyperlog(10000, 1, 4.5, 0), Hyperlog(262144, 0.5, 4.5, 0), Hyperlog(1000, 0.01, 4, 1))
SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])


def biexponential(y, scale):
    """B(y) of a logicle by the text of Gating-ML 2.0, root of d by bisection to the last bit."""
    total = scale.M + scale.A
    w, x2, b = scale.W / total, scale.A / total, total * math.log(10)
    x1, x0 = x2 + w, x2 + 2 * w
    low, high = 1e-300, b
    for _ in range(300):
        d = (low + high) / 2
        low, high = (d, high) if 2 * (math.log(d) - math.log(b)) + w * (d + b) < 0 else (low, d)
    d = b if w == 0 else (low + high) / 2
    g = math.exp(x0 * (b + d))
    m = math.exp(b * x1) - g * math.exp(-d * x1)
    a = scale.T / (math.exp(b) - m - g * math.exp(-d))
    return a * np.exp(b * y) - g * a * np.exp(-d * y) - m * a


def hyper(y, scale):
    total = scale.M + scale.A
    w, x2, b = scale.W / total, scale.A / total, total * math.log(10)
    x1, x0 = x2 + w, x2 + 2 * w
    k = math.exp(b * x0) / w
    h = math.exp(b * x1) + k * x1
    a = scale.T / (math.exp(b) + k - h)
    return a * np.exp(b * y) + a * k * y - a * h


@pytest.mark.parametrize("scale", [*LOGICLE, *HYPERLOG], ids=str)
@pytest.mark.parametrize("count", [200, 20000])
def test_logicle_and_hyperlog_invert_their_functions(scale, count):
    """Gating-ML 2.0: B(scale(x)) = x above zero, to 1e-9 of the axis; few values go by Newton, many by pieces."""
    function = biexponential if isinstance(scale, Logicle) else hyper
    total = scale.M + scale.A
    x1 = (scale.A + scale.W) / total
    y = np.linspace(x1, 1.1, count)
    assert np.max(np.abs(transform_scale(function(y, scale), scale) - y)) < 1e-9


@pytest.mark.parametrize("scale", [*LOGICLE, *HYPERLOG], ids=str)
@given(x=st.floats(0, 1e6))
def test_negative_values_are_reflected_below_zero(scale, x):
    low, middle, high = transform_scale(np.array([-x, 0.0, x]), scale)
    assert low + high == pytest.approx(2 * middle, abs=1e-9)
    assert transform_scale(np.array([scale.T]), scale)[0] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("scale", [LOGICLE[0], HYPERLOG[0]], ids=str)
def test_few_values_and_many_are_scaled_alike(scale):
    x = np.random.Generator(np.random.Philox(2)).normal(0, 20000, 5000)
    few = np.concatenate([transform_scale(part, scale) for part in np.array_split(x, 5)])
    assert np.max(np.abs(transform_scale(x, scale) - few)) < 1e-9


@pytest.mark.parametrize("scale", [LOGICLE[0], HYPERLOG[0]], ids=str)
@pytest.mark.parametrize("count", [3, 5000])
def test_what_is_no_number_stays_none(scale, count):
    x = np.full(count, np.nan)
    assert np.isnan(transform_scale(x, scale)).all()


def test_linear_log_asinh_and_ratio_follow_their_formulas():
    x = np.array([-5.0, 0.0, 5.0, 100.0])
    assert transform_scale(x, Linear(100, 20)).tolist() == pytest.approx([0.125, 1 / 6, 25 / 120, 1.0])
    assert transform_scale(x, Log(100, 2))[2:].tolist() == pytest.approx([math.log10(0.05) / 2 + 1, 1.0])
    assert np.isnan(transform_scale(x, Log(100, 2))[0])
    assert transform_scale(x, Asinh(100, 2, 1))[[1, 3]].tolist() == pytest.approx([1 / 3, 1.0])
    assert ratio_of(x, np.array([1.0, 2.0, 3.0, 4.0]), Ratio(2, 1, 0, "a", "b")).tolist() == pytest.approx(
        [-12.0, -1.0, 8 / 3, 49.5]
    )


def test_the_biexponential_axis_is_odd_about_zero_and_ends_where_it_says():
    scale = Biex(262144, 0, -100, 4.41854)
    zero = biex_scale(np.array([0.0]), scale)[0]
    x = np.array([10.0, 100.0, 400.0])
    assert biex_scale(x, scale) - zero == pytest.approx(zero - biex_scale(-x, scale), abs=1e-6)
    assert biex_scale(np.array([262144.0, 1e9, -1e9]), scale).tolist() == pytest.approx([1, 1, 0], abs=1e-3)


def test_a_biexponential_axis_without_width_is_logarithmic():
    scale = Biex(10000.0, 0, 0, 4)
    values = biex_scale(np.array([100.0, 1000.0, 10000.0]), scale)
    assert np.diff(values) == pytest.approx([0.25, 0.25], abs=0.01)


def test_spillover_is_undone():
    spillover = np.array([[1.0, 0.2], [0.1, 1.0]])
    true = np.array([[100.0, 0.0], [0.0, 50.0], [30.0, 40.0]])
    observed = true @ spillover
    weights = unmixing_weights(spillover)
    found = [compensate(list(observed.T), weights[:, dye]) for dye in range(2)]
    assert np.stack(found, axis=1) == pytest.approx(true)


def test_a_matrix_without_an_inverse_has_an_infinite_condition():
    assert condition_number(np.eye(3)) == pytest.approx(1.0)
    assert condition_number(np.zeros((2, 2))) == math.inf


@given(x=st.floats(-1, 5), y=st.floats(-1, 5))
def test_a_square_holds_its_inside_and_its_outline(x, y):
    inside = inside_polygon(np.array([x]), np.array([y]), SQUARE)[0]
    assert inside == (0 <= x <= 4 and 0 <= y <= 4)


def test_a_ring_that_crosses_itself_is_filled_by_the_even_odd_rule():
    """A pentagram: its points are inside, its middle is not."""
    angle = np.pi / 2 + 4 * np.pi / 5 * np.arange(5)
    star = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert inside_polygon(np.array([0.0, 0.0]), np.array([0.0, 0.8]), star).tolist() == [False, True]


def test_the_outline_of_an_ellipse_is_inside():
    points = [np.array([2.0, 2.01, 0.0]), np.array([0.0, 0.0, 1.0])]
    inside = inside_ellipsoid(points, np.zeros(2), np.diag([4.0, 1.0]), 1.0)
    assert inside.tolist() == [True, False, True]


def test_two_hills_are_cut_between_and_one_is_not():
    random = np.random.Generator(np.random.Philox(1))
    low, high = random.normal(0, 0.4, 4000), random.normal(4, 0.4, 1000)
    cut = find_cut(np.concatenate([high, low]))
    assert 1.2 < cut.at < 3.2
    assert find_cut(low).at == math.inf
    assert find_cut(low[:5]).at == math.inf
    assert find_cut(np.zeros(100)).at == math.inf


def test_nothing_is_near_the_median_of_nothing():
    assert not near_median(np.arange(5.0), np.zeros(5, dtype=bool), 3.0).any()


def test_counting_errors_are_those_of_the_handbook():
    """100 events for 10 %, 400 for 5 %."""
    assert (counting_error(100), counting_error(400), counting_error(0)) == (10.0, 5.0, math.inf)
    assert math.isnan(percent_of(0, 0))
    assert math.isnan(wilson_interval(0, 0)[0])
    assert math.isnan(cells_by_beads(5, 0, 50000, 50))


@given(total=st.integers(1, 10**6), share=st.floats(0, 1))
def test_wilsons_interval_holds_the_estimate(total, share):
    inside = round(share * total)
    low, high = wilson_interval(inside, total)
    assert 0 <= low <= 100 * inside / total + 1e-9
    assert 100 * inside / total - 1e-9 <= high <= 100


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("B cells", "B cells"), ("CD19+", "B cells"), ("T cells", "T cells"), ("CD3+", "T cells"),
        ("CD4 T cells", "CD4 T cells"), ("CD4+", "CD4 T cells"), ("CD45+", ""), ("CD8+ T cells", "CD8 T cells"),
        ("NK cells", "NK cells"), ("NK T cells", ""), ("NK1_1+", ""), ("ab T cells", ""), ("gd T cells", "gd T cells"),
        ("Singlets2", "singlets"), ("Single Cells", "singlets"), ("Live cells", "viable cells"),
        ("Lymphocytes", "lymphocytes"), ("Beads", "beads"), ("Treg", "Treg"), ("CD3-CD56+", "NK cells"),
        ("B lymphocytes", "B cells"), ("DN T cells", ""),
    ],
)  # fmt: skip
def test_names_of_populations_are_understood(name, meaning):
    assert meaning_of(name) == meaning
