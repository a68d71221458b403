"""DLQI scoring (Finlay and Khan 1994, rules as published by Cardiff) and 900 published rows of items."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

from firstdose.instruments.dlqi import BANDS, ENTRY, ITEMS, SUBSCALES, band
from tests.shared import shared_data

SCORES = {score.name: score.compute for score in ENTRY.scores}


def answers(**changed: float) -> dict[str, np.ndarray]:
    items = {f"item_{n}": 1.0 for n in ITEMS} | changed
    return {name: np.array([value], dtype=float) for name, value in items.items()}


def score(name: str, items: dict[str, np.ndarray]) -> float:
    return float(SCORES[name](items)[0])


def codes(items: dict[str, np.ndarray]) -> set[str]:
    return {rule.code for rule in ENTRY.integrity if rule.broken(items).any()}


def test_the_total_runs_from_0_to_30() -> None:
    assert score("DLQI", answers(**{f"item_{n}": 3 for n in ITEMS})) == 30
    assert score("DLQI", answers(**{f"item_{n}": 0 for n in ITEMS})) == 0


@pytest.mark.parametrize("missing, total", [((), 10), ((4,), 9), ((4, 5), np.nan), (ITEMS, np.nan)])
def test_one_missing_item_counts_0_and_with_two_there_is_no_total(
    missing: tuple[int, ...], total: float
) -> None:
    items = answers(**{f"item_{n}": np.nan for n in missing})
    np.testing.assert_equal(score("DLQI", items), total)


def test_a_subscale_needs_all_its_items_and_has_its_maximum() -> None:
    full = answers(**{f"item_{n}": 3 for n in ITEMS})
    assert [score(name, full) for name in SUBSCALES] == [6, 6, 6, 3, 6, 3]
    assert np.isnan(score("DLQI_leisure", answers(item_6=np.nan)))
    assert score("DLQI_leisure", answers(item_6_not_relevant=1, item_6=np.nan)) == 1


@pytest.mark.parametrize("total, place", [(0, 0), (1, 0), (2, 1), (5, 1), (6, 2), (10, 2), (11, 3), (20, 3)])
def test_bands_begin_at_2_6_11_and_21(total: float, place: int) -> None:
    assert band(total) == place


def test_the_highest_band_and_a_missing_total() -> None:
    assert BANDS[int(band(21))] == BANDS[int(band(30))] == "extremely large effect"
    assert np.isnan(band(np.nan))


@pytest.mark.parametrize(
    "part, degree, worth", [(1, np.nan, 3), (1, 3, 3), (0, 2, 2), (0, 0, 0), (np.nan, 1, 1)]
)
def test_item_7_prevented_is_3_otherwise_its_second_part_counts(
    part: float, degree: float, worth: int
) -> None:
    items = answers(item_7_work=part, item_7=degree)
    assert score("DLQI_work", items) == worth
    assert codes(items) == set()


def test_item_7_unanswered_in_both_parts_is_missing() -> None:
    assert np.isnan(score("DLQI_work", answers(item_7_work=0, item_7=np.nan)))


@pytest.mark.parametrize("part, degree", [(1, 0), (1, 1), (1, 2), (0, 3)])
def test_item_7_contradicting_itself_is_found_and_the_higher_counts(part: float, degree: float) -> None:
    items = answers(item_7_work=part, item_7=degree)
    assert codes(items) == {"FD-R104"}
    assert score("DLQI_work", items) == 3


def test_not_relevant_counts_0_and_dlqi_r_spreads_the_rest() -> None:
    """DLQI-R (Rencz 2018): 8 points with two items not relevant are 8 x 10 / 8."""
    items = answers(item_6=0, item_6_not_relevant=1, item_9=np.nan, item_9_not_relevant=1)
    assert score("DLQI", items) == 8
    assert score("DLQI_R", items) == 10
    assert codes(items) == set()


def test_not_relevant_with_a_score_is_found() -> None:
    assert codes(answers(item_6_not_relevant=1)) == {"FD-R103"}


def test_a_total_without_enough_items_is_found() -> None:
    assert codes(answers(item_1=np.nan, item_2=np.nan, recorded_total=8)) == {"FD-R107"}


def seeded_rows(n: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Clean answers in which every second row gets one known fault: 0 none, 1 wrong total, 2 too few, 3 item 7."""
    rng = np.random.default_rng(7)
    items = {f"item_{k}": rng.integers(0, 4, n).astype(float) for k in ITEMS}
    items["item_7_work"] = np.where(items["item_7"] == 3, 1.0, 0.0)
    items["recorded_total"] = sum(items[f"item_{k}"] for k in ITEMS)
    fault = np.where(np.arange(n) % 2 == 0, 0, rng.integers(1, 4, n))
    # A total below the items cannot be explained by a second part of item 7 that was left out.
    items["recorded_total"] = items["recorded_total"] - np.where(fault == 1, rng.integers(1, 5, n), 0)
    for k in (2, 5):
        items[f"item_{k}"] = np.where(fault == 2, np.nan, items[f"item_{k}"])
    items["item_7_work"] = np.where(fault == 3, 1 - items["item_7_work"], items["item_7_work"])
    totals_of_contradicting = sum(
        np.where(np.isnan(items[f"item_{k}"]), 0, items[f"item_{k}"]) for k in ITEMS
    )
    raised = np.where((fault == 3) & (items["item_7"] < 3), 3 - items["item_7"], 0)
    items["recorded_total"] = np.where(fault == 3, totals_of_contradicting + raised, items["recorded_total"])
    return items, fault


def test_seeded_faults_are_found_with_recall_1_and_precision_1() -> None:
    items, fault = seeded_rows(2000)
    found = {code: np.zeros(2000, dtype=bool) for code in ("FD-R104", "FD-R105", "FD-R106", "FD-R107")}
    for rule in ENTRY.integrity:
        if rule.code in found:
            found[rule.code] |= rule.broken(items)
    for code, planted in (("FD-R105", 1), ("FD-R107", 2), ("FD-R104", 3)):
        np.testing.assert_array_equal(found[code], fault == planted)
    assert not found["FD-R106"].any()


def published() -> tuple[dict[str, np.ndarray], list[dict[str, str]]]:
    with shared_data("published-trials", "dlqi-items", "dlqi_items.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> Any:
        return np.array([float(row[name]) if row[name] else np.nan for row in rows])

    items = {f"item_{n}": column(f"dlqi1{n:02d}") for n in ITEMS}
    return items | {"recorded_total": column("dlqi_score")}, rows


def test_the_published_rows_are_sorted_into_consistent_and_listed_ones() -> None:
    """dlqi-items: 900 rows; each one whose total is not that of its items is listed with its reason."""
    items, rows = published()
    listed = {
        rule.code: np.flatnonzero(rule.broken(items))
        for rule in ENTRY.integrity
        if rule.columns[-1] == "recorded_total"
    }
    total = SCORES["DLQI"](items)
    assert len(rows) == 900
    assert {code: len(places) for code, places in listed.items()} == {
        "FD-R105": 0,
        "FD-R106": 167,
        "FD-R107": 0,
    }
    assert (items["item_7"][listed["FD-R106"]] == 0).all()
    assert int((total == items["recorded_total"]).sum()) == 709
    assert int(np.isnan(total).sum()) == 23


def test_the_one_published_row_without_a_total_gets_it_from_its_items() -> None:
    items, rows = published()
    total = SCORES["DLQI"](items)
    (row,) = np.flatnonzero(np.isnan(items["recorded_total"]) & ~np.isnan(total))
    assert total[row] == sum(float(rows[row][f"dlqi1{n:02d}"]) for n in ITEMS) == 9


def test_the_wording_is_not_shipped() -> None:
    assert "copyright" in ENTRY.licence
    assert [item.label for item in ENTRY.items if item.name in {f"item_{n}" for n in ITEMS}] == [
        f"item {n}" for n in ITEMS
    ]
