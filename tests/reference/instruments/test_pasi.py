"""PASI against the vectors of its formula (Fredriksson and Pettersson 1978) and the edges of its bands."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.instruments.pasi import ENTRY, SIGNS, WEIGHTS, area_band, attainable, is_attainable, responds
from firstdose.instruments.pasi_total import ENTRY as TOTAL

REGIONS = tuple(WEIGHTS)


def record(**regions: tuple[int, int, int, float]) -> dict[str, np.ndarray]:
    """Signs and percent of area by region, banded; what is not named is clear."""
    items = {}
    for region in REGIONS:
        *signs, percent = regions.get(region, (0, 0, 0, 0))
        values = (*signs, area_band(percent))
        items |= {
            f"{region}_{name}": np.array([float(v)]) for name, v in zip((*SIGNS, "area"), values, strict=True)
        }
    return items


def pasi(items: dict[str, np.ndarray]) -> float:
    return float(ENTRY.scores[0].compute(items)[0])


ALL_MAXIMAL = dict.fromkeys(REGIONS, (4, 4, 4, 100))


@pytest.mark.parametrize(
    "regions, expected",
    [
        (ALL_MAXIMAL, 72.0),
        ({"head": (2, 1, 1, 5), "arms": (3, 2, 2, 12), "trunk": (2, 2, 1, 9.9), "legs": (3, 3, 2, 30)}, 14.3),
        ({"arms": (3, 3, 2, 8), "legs": (3, 3, 2, 10)}, 8.0),
        ({"arms": (2, 1, 1, 8), "legs": (1, 1, 1, 9)}, 2.0),
        ({}, 0.0),
    ],
)
def test_the_vectors_of_the_formula_are_exact(regions: dict, expected: float) -> None:
    assert pasi(record(**regions)) == expected


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3, st.integers(0, 6)), min_size=4, max_size=4))
def test_the_fast_formula_agrees_with_exact_fractions(rated: list[tuple[int, int, int, int]]) -> None:
    exact = sum(
        Decimal(w) / 10 * (e + i + d) * a for w, (e, i, d, a) in zip(WEIGHTS.values(), rated, strict=True)
    )
    items = {
        f"{region}_{name}": np.array([float(v)])
        for region, values in zip(REGIONS, rated, strict=True)
        for name, v in zip((*SIGNS, "area"), values, strict=True)
    }
    assert Decimal(str(pasi(items))) == exact
    assert is_attainable(exact)


def test_697_of_the_721_tenths_are_attainable_and_the_lowest_impossible_is_67_7() -> None:
    impossible = sorted(set(range(721)) - attainable())
    assert (len(attainable()), len(impossible), impossible[0]) == (697, 24, 677)


def test_the_24_impossible_totals_are_refused_and_the_697_others_accepted() -> None:
    tenths = np.arange(721)
    refused = TOTAL.integrity[0].broken({"total": tenths / 10})
    assert set(tenths[~refused]) == attainable()
    assert [is_attainable(t / 10) for t in range(721)] == list(~refused)


@pytest.mark.parametrize("total", [0.05, 12.34, 67.7, 72.1, -0.1, math.nan, math.inf])
def test_a_total_that_the_formula_cannot_give_is_not_attainable(total: float) -> None:
    assert not is_attainable(total)


def test_a_total_with_two_decimals_is_refused_and_a_missing_one_is_not() -> None:
    assert TOTAL.integrity[0].broken({"total": np.array([12.34, np.nan, 12.3])}).tolist() == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "percent, band",
    [
        *[
            (0, 0),
            (0.01, 1),
            (9.9, 1),
            (9.999, 1),
            (10, 2),
            (29.9, 2),
            (30, 3),
            (49.9, 3),
            (50, 4),
            (69.9, 4),
        ],
        *[(70, 5), (89.9, 5), (90, 6), (100, 6), (Decimal("9.9"), 1), (Decimal(10), 2)],
    ],
)
def test_area_bands_are_closed_below(percent: float | Decimal, band: int) -> None:
    assert area_band(percent) == band


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan])
def test_a_percent_outside_0_to_100_has_no_band(percent: float) -> None:
    with pytest.raises(ValueError, match="percent of a region"):
        area_band(percent)


def test_from_8_to_2_is_exactly_pasi75() -> None:
    assert responds([8.0, 8.0, 8.0], [2.0, 2.1, 1.9], 75).tolist() == [1, 0, 1]


def test_an_edge_that_binary_fractions_miss_is_met() -> None:
    """14.0 to 1.4 is exactly 90 percent; (14.0 - 1.4) / 14.0 in floats may fall below."""
    assert responds([14.0, 0.1, 4.4], [1.4, 0.0, 1.1], 90).tolist() == [1, 1, 0]
    assert responds([4.4], [1.1], 75).tolist() == [1]


@given(st.integers(1, 720), st.integers(0, 720), st.sampled_from([50, 75, 90, 100]))
def test_response_agrees_with_exact_fractions(before: int, after: int, cut: int) -> None:
    exact = (Decimal(before) - after) * 100 >= Decimal(cut) * before
    assert responds([before / 10], [after / 10], cut)[0] == exact


def test_response_is_undefined_for_baseline_0_and_for_missing_scores() -> None:
    assert np.isnan(responds([0.0, np.nan, 5.0], [0.0, 1.0, np.nan], 75)).all()


def test_area_0_if_and_only_if_all_signs_0() -> None:
    lost_area = record(trunk=(1, 0, 0, 0))
    lost_signs = record(legs=(0, 0, 0, 20))
    for items, region in ((lost_area, "trunk"), (lost_signs, "legs")):
        broken = [rule.columns[-1] for rule in ENTRY.integrity if rule.broken(items)[0]]
        assert broken == [f"{region}_area"]
    for items in (record(), record(**ALL_MAXIMAL)):
        assert not any(rule.broken(items)[0] for rule in ENTRY.integrity)


def test_the_four_variants_are_named_with_their_note() -> None:
    assert ENTRY.variants == ("Fredriksson", "Feldman", "Bozek", "EMA")
    assert all("formula" in note or "guideline" in note for _, note in ENTRY.variant_notes)
