"""Plane geometry: two ways agree, and outlines that cross themselves are found."""

from __future__ import annotations

from math import inf, isnan, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.assays._kernel.geometry import (
    contains,
    diameter_ratio,
    even_odd_area,
    find_crossing,
    flatten,
    measure_outline,
    signed_area,
    tilted,
)
from firstdose.readers.contents.outline import Arc, Cubic, Curve, Ellipse, Line, Ring

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])


def ring(*corners):
    return Ring(np.array(corners, dtype=float))


def star(count, seed):
    """A simple polygon: corners in the order of their angle, none more than half a turn from the next."""
    random = np.random.default_rng(seed)
    angle = (np.arange(count) + random.uniform(0, 0.8, count)) * 2 * pi / count
    radius = random.uniform(1, 100, count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 200), st.integers(0, 10_000), st.floats(-1e5, 1e5))
def test_the_shoelace_and_the_bands_give_the_same_area(count, seed, shift):
    points = star(count, seed) + shift
    assert abs(signed_area(Ring(points))) == pytest.approx(even_odd_area([points]), rel=1e-9, abs=1e-6)
    assert measure_outline([Ring(points)]).why == ""


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 40), st.integers(0, 10_000))
def test_a_crossing_is_found_as_by_looking_at_every_pair(count, seed):
    points = np.random.default_rng(seed).integers(0, 12, (count, 2)).astype(float)
    points = flatten(Ring(points))
    if len(points) < 3:
        return
    assert (find_crossing([points]) is not None) == _crosses_by_pairs(points)


def _crosses_by_pairs(points):
    """Whole numbers, exactly."""
    whole = [(int(x), int(y)) for x, y in points]
    edges = list(zip(whole, whole[1:] + whole[:1], strict=True))

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for i, (a, b) in enumerate(edges)
        for c, d in edges[i + 1 :]
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_points_are_inside_where_their_ray_cuts_the_border_an_odd_number_of_times(seed):
    random = np.random.default_rng(seed)
    points, places = star(20, seed), random.uniform(-110, 110, (30, 2))
    x, y = places.T
    winding = np.zeros(30, dtype=int)
    for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
        turn = (b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])
        winding += ((a[1] <= y) & (b[1] > y) & (turn > 0)).astype(int)
        winding -= ((a[1] > y) & (b[1] <= y) & (turn < 0)).astype(int)
    assert (contains([points], places) == (winding % 2 == 1)).all()


def test_holes_and_islands_follow_the_even_odd_rule():
    shapes = [Ring(SQUARE), Ring(SQUARE * 0.8 + 1), Ring(SQUARE[::-1] * 0.6 + 2), Ring(SQUARE * 0.1 + 20)]
    assert measure_outline(shapes).area == pytest.approx(100 - 64 + 36 + 1)
    assert measure_outline(shapes[::-1]).area == pytest.approx(73)


def test_paths_may_touch_at_corners_and_along_edges():
    assert measure_outline([Ring(SQUARE), Ring(SQUARE + np.array([10, 0]))]).area == 200
    assert measure_outline([Ring(SQUARE), Ring(SQUARE + np.array([10, 10]))]).area == 200
    assert measure_outline([Ring(SQUARE), Ring(SQUARE * 0.5)]).area == 75
    pinched = ring((0, 0), (5, 5), (0, 10), (10, 10), (5, 5), (10, 0))
    assert measure_outline([pinched]).area == 50
    spike = ring((0, 0), (10, 0), (14, 0), (10, 0), (10, 10), (0, 10))
    assert measure_outline([spike]).area == 100


@pytest.mark.parametrize(
    "shapes, words",
    [
        ([ring((0, 0), (10, 10), (10, 0), (0, 10))], "crosses itself near 5, 5"),
        ([Ring(SQUARE), Ring(SQUARE + 5)], "crosses itself near"),
        ([ring((0, 0), (5, 5), (10, 10), (10, 0), (5, 5), (0, 10))], "runs over itself"),
        ([ring((0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (10, 0), (10, 10), (0, 10))], "runs over itself"),
        ([ring((0, 0), (5, 0), (10, 0))], "encloses nothing"),
        ([ring((1, 1), (1, 1), (1, 1))], "encloses nothing"),
        ([Ring(SQUARE), Ring(SQUARE)], "encloses nothing"),
    ],
)
def test_an_outline_that_crosses_covers_itself_or_is_flat_has_no_area(shapes, words):
    traced = measure_outline(shapes)
    assert isnan(traced.area)
    assert words in traced.why


def test_curves_are_exact_and_their_crossings_are_found():
    half = Curve((5.0, 0.0), (Arc(Ellipse((0, 0), (5, 0), (0, 5)), 0.0, pi, (-5.0, 0.0)),))
    traced = measure_outline([half])
    assert traced.area == pytest.approx(12.5 * pi, rel=1e-15)
    assert traced.perimeter == pytest.approx(5 * pi + 10, rel=1e-5)
    loop = Curve((0.0, 0.0), (Cubic((30, 20), (-20, 20), (10, 0)), Line((5.0, -10.0))))
    assert "crosses itself" in measure_outline([loop]).why
    ellipse = measure_outline([Ellipse((100, 100), (6, 8), (-4, 3))])
    assert ellipse.area == pytest.approx(pi * 50, rel=1e-15)
    assert ellipse.widths == pytest.approx((20, 10), rel=1e-3)


def test_a_point_that_is_no_curve_encloses_nothing():
    assert (
        measure_outline([Curve((1.0, 1.0), (Cubic((1, 1), (1, 1), (1, 1)),))]).why
        == "the outline encloses nothing"
    )


def test_a_long_trace_is_cut_into_bands_in_several_goes():
    points = star(3000, 1)
    assert even_odd_area([points]) == pytest.approx(abs(signed_area(Ring(points))), rel=1e-9)
    assert contains([points], np.tile([[0.0, 0.0]], (1000, 1))).all()


def test_ratio_and_tilt():
    assert diameter_ratio((20, 5)) == 4
    assert diameter_ratio((20, 0)) == inf
    assert tilted(100, 20) == pytest.approx(106.418, abs=1e-3)
