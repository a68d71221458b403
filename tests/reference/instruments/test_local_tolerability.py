"""Local grades: DAIDS table 2.1 (cm) and PMC7733973 table 1 (mm), always as change from before the injection."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.instruments.local_tolerability import (
    compute_grade,
    compute_grades,
    grade_redness,
    grade_symptom,
)


@pytest.mark.parametrize(
    "change, grade", [(-5, 0), (0, 0), (24.9, 0), (25, 1), (49.9, 1), (50, 2), (99.9, 2), (100, 3), (300, 3)]
)
def test_the_cuts_in_centimetres_are_closed_below(change: float, grade: int) -> None:
    assert grade_redness(change, "cm") == grade


@pytest.mark.parametrize(
    "change, grade", [(-5, 0), (0, 0), (19.9, 0), (20, 1), (50, 1), (50.1, 2), (100, 2), (100.1, 3), (300, 3)]
)
def test_the_cuts_in_millimetres_put_50_and_100_below(change: float, grade: int) -> None:
    """PMC7733973 table 1: <20, 20-50, >50-100, >100 mm."""
    assert grade_redness(change, "mm") == grade


@pytest.mark.parametrize("change, grade", [(-3, 0), (0, 0), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (10, 3)])
def test_a_rise_in_symptoms_is_graded_in_three_steps(change: float, grade: int) -> None:
    assert grade_symptom(change) == grade


def plaque(n: int = 1, **changed: float) -> dict[str, np.ndarray]:
    calm = {
        "pain": 0,
        "burning": 0,
        "itching": 0,
        "redness_mm": 0,
        "swelling_mm": 0,
        "bruise": 0,
        "necrosis": 0,
    }
    return {name: np.full(n, value, dtype=float) for name, value in (calm | changed).items()}


def test_a_plaque_that_was_already_red_and_itching_has_grade_0() -> None:
    before = plaque(redness_mm=80, itching=6)
    assert compute_grade(before, before, "cm") == 0
    assert compute_grade(plaque(redness_mm=60, itching=2), before, "cm") == 0


def test_the_worst_sign_gives_the_grade() -> None:
    now, before = plaque(redness_mm=110, swelling_mm=30, pain=5), plaque(redness_mm=50)
    grades = {name: int(value[0]) for name, value in compute_grades(now, before, "cm").items()}
    assert grades == {"pain": 2, "burning": 0, "itching": 0, "redness_mm": 2, "swelling_mm": 1, "necrosis": 0}
    assert compute_grade(now, before, "cm") == 2


def test_new_necrosis_is_grade_4_even_where_the_rest_is_missing() -> None:
    assert compute_grade(plaque(necrosis=1, pain=np.nan), plaque(), "cm") == 4
    assert compute_grade(plaque(necrosis=1), plaque(necrosis=np.nan), "cm") == 4
    assert compute_grade(plaque(necrosis=1), plaque(necrosis=1), "cm") == 0


@pytest.mark.parametrize("name", ["pain", "burning", "itching", "redness_mm", "swelling_mm"])
def test_without_now_or_before_there_is_no_grade(name: str) -> None:
    assert np.isnan(compute_grade(plaque(**{name: np.nan}), plaque(), "cm"))
    assert np.isnan(compute_grade(plaque(), plaque(**{name: np.nan}), "mm"))
