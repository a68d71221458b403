"""Plaques on the map, the injection, thickness, histology, global grades and vital signs."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.instruments import histology, injection, lesion_map, skin_thickness, spga
from tests.shared import shared_data


def codes(entry_name: str, **items: float) -> list[str]:
    record = {name: np.array([value], dtype=float) for name, value in items.items()}
    return [rule.code for rule in load("instruments")[entry_name].integrity if rule.broken(record)[0]]


def test_the_ellipses_of_the_worked_examples() -> None:
    """dose_arithmetic/expected.json, printed with six decimals."""
    path = shared_data("assays", "dose_arithmetic", "expected.json")
    for case in json.loads(path.read_text("utf-8"))["ellipse"]:
        record = {
            "long_diameter": np.array([case["diameter_long_cm"]]),
            "short_diameter": np.array([case["diameter_short_cm"]]),
        }
        assert lesion_map.ellipse_area(record)[0] == pytest.approx(case["ellipse_area_cm2"], abs=5e-7)


@pytest.mark.parametrize(
    "long, short, given, expected",
    [
        (8, 5, np.nan, []),
        (8, 5, 31.4, []),
        (8, 5, 34.5, []),
        (8, 5, 35.0, ["FD-R112"]),
        (8, 5, 28.0, ["FD-R112"]),
        (8, 5, 40.0, ["FD-R113"]),
        (8, 5, 125.66, ["FD-R114"]),
        (5, 8, np.nan, ["FD-R109"]),
        (8, 0.7, np.nan, ["FD-R110"]),
        (8, 0.8, np.nan, []),
        (80, 50, np.nan, ["FD-R111"]),
        (30, 30, np.nan, []),
        (80, 5, np.nan, ["FD-R110", "FD-R111"]),
        (np.nan, 5, 40, []),
    ],
)
def test_slips_of_size_are_told_apart(long: float, short: float, given: float, expected: list[str]) -> None:
    assert codes("lesion_map", long_diameter=long, short_diameter=short, area_given=given) == expected


def test_an_absent_column_of_given_areas_breaks_no_rule() -> None:
    assert codes("lesion_map", long_diameter=8, short_diameter=5) == []


def test_a_thousand_rectangles_and_millimetres_are_found() -> None:
    rng = np.random.default_rng(3)
    long = rng.uniform(3.1, 15, 1000).round(1)
    short = (long * rng.uniform(0.4, 1, 1000)).round(1)
    rules = {rule.code: rule.broken for rule in lesion_map.ENTRY.integrity}
    clean = {"long_diameter": long, "short_diameter": short, "area_given": np.pi / 4 * long * short}
    assert not any(broken(clean).any() for broken in rules.values())
    assert rules["FD-R113"](clean | {"area_given": (long * short).round(1)}).all()
    assert rules["FD-R111"](clean | {"long_diameter": 10 * long, "short_diameter": 10 * short}).all()


def test_the_form_of_the_day_and_the_map_name_the_same_places_and_sides() -> None:
    assert injection.SITES == lesion_map.SITES
    assert injection.SIDES == lesion_map.SIDES
    assert len(set(lesion_map.SITES)) == 16


def test_the_volume_given_is_what_was_drawn_without_what_was_left() -> None:
    record = {"volume_drawn": np.array([1.9, 0.1]), "residual_volume": np.array([0.1, 0.3])}
    assert injection.ENTRY.scores[0].compute(record).tolist() == pytest.approx([1.8, np.nan], nan_ok=True)
    assert injection.ENTRY.integrity[0].broken(record).tolist() == [False, True]


def test_repeat_cv_uses_the_divisor_n_minus_1() -> None:
    """2.0, 2.2, 2.4: mean 2.2, SD 0.2, CV 9.0909 percent; 2.0 and 2.4: SD 0.2828, CV 12.856 percent."""
    record = {
        "reading_1": np.array([2.0, 2.0, 2.0, 0.0]),
        "reading_2": np.array([2.2, 2.4, np.nan, 0.0]),
        "reading_3": np.array([2.4, np.nan, np.nan, 0.0]),
    }
    expected = [100 / 11, 100 * np.sqrt(0.08) / 2.2, np.nan, np.nan]
    assert skin_thickness.repeat_cv(record).tolist() == pytest.approx(expected, nan_ok=True)
    assert skin_thickness.ENTRY.integrity[0].broken(record).tolist() == [False, True, False, False]
    assert skin_thickness.compute_mean(record).tolist() == pytest.approx([2.2, 2.2, 2.0, 0.0])


def test_thickness_needs_the_first_reading_only() -> None:
    record = {"reading_1": np.array([2.5, np.nan])}
    assert skin_thickness.compute_mean(record).tolist() == pytest.approx([2.5, np.nan], nan_ok=True)


def test_global_success_needs_a_clear_skin_and_two_grades() -> None:
    assert spga.succeeds([3, 3, 2, 2, 4, np.nan], [1, 2, 1, 0, 1, 0])[:5].tolist() == [1, 0, 0, 1, 1]
    assert np.isnan(spga.succeeds(np.nan, 0))


def test_diastolic_above_systolic_is_found() -> None:
    assert codes("vital_signs", systolic=120, diastolic=80) == []
    assert codes("vital_signs", systolic=80, diastolic=120) == ["FD-R116"]
    assert codes("vital_signs", systolic=80, diastolic=np.nan) == []


COLUMNS = {
    "acanthosis": "acanthosis",
    "parakeratosis": "parakeratosis",
    "hyperkeratosis": "hyperkeratosis",
    "rete_elongation": "elongation_of_the_rete_ridges",
    "munro_microabscess": "munro_microabcess",
    "spongiform_pustule": "spongiform_pustule",
    "inflammatory_infiltrate": "inflammatory_monoluclear_inflitrate",
}


def test_published_histology_grades_fit_the_form() -> None:
    """UCI Dermatology: 366 people, seven of our eight signs; psoriasis (class 1) scores highest."""
    path = shared_data("published-trials", "dermatology-histology", "dermatology.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    graded = {name: np.array([float(row[column]) for row in rows]) for name, column in COLUMNS.items()}
    allowed = {name: {float(code) for code in histology.ENTRY.item(name).code_names} for name in graded}
    assert len(rows) == 366
    assert all(set(values) <= allowed[name] for name, values in graded.items())
    total = histology.ENTRY.scores[0].compute(graded | {"dilated_vessels": np.zeros(366)})
    disease = np.array([int(row["classification"]) for row in rows])
    means = {number: total[disease == number].mean() for number in range(1, 7)}
    assert max(means, key=means.__getitem__) == 1


def numbers(default: str) -> list[float]:
    """The numbers of a key without a closed list of words; a blank is none."""
    return [float(word) for word in default.split()]


def test_designs_name_the_keys_that_a_protocol_may_set() -> None:
    keys = {name: {key.name: key.values for key in design.keys} for name, design in load("designs").items()}
    assert keys["three_plus_three"] == {"variant": ("A", "B"), "last_level": ("stop", "expand")}
    assert "fixed_allocation" in keys
    for design in load("designs").values():
        assert all(key.default in key.values for key in design.keys if key.values)
        assert all(numbers(key.default) or key.default == " " for key in design.keys if not key.values)
        assert design.sentence.format(**{key.name: key.default for key in design.keys}).endswith(".")
