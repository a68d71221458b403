"""Local reactions of one plaque after the injection, graded as change from its own state before it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

SYMPTOMS = ("pain", "burning", "itching")
WIDTHS = ("redness_mm", "swelling_mm")
CUTS_MM = {"cm": (25, 50, 100), "mm": (20, 50, 100)}
SYMPTOM_CUTS = (1, 4, 7)  # a change of 1-3, 4-6, 7-10 points


def grade_redness(change_mm: ArrayLike, variant: str) -> NDArray[np.float64]:
    """Grade 0 to 3 of a widening in mm; NaN stays NaN. The same cuts hold for swelling.

    `cm`: 2.5 to <5, 5 to <10, >=10 cm. `mm`: 20 to 50, >50 to 100, >100 mm.
    """
    change = np.asarray(change_mm, dtype=float)
    first, second, third = CUTS_MM[variant]
    closed = variant == "cm"  # the second and third cut belong to the higher grade
    above = [change >= second, change >= third] if closed else [change > second, change > third]
    return np.where(np.isnan(change), np.nan, 1.0 * (change >= first) + above[0] + above[1])


def grade_symptom(change: ArrayLike) -> NDArray[np.float64]:
    """Grade 0 to 3 of a rise on the numerical rating scale: 1-3, 4-6, 7-10 points (our convention)."""
    rise = np.asarray(change, dtype=float)
    return np.where(np.isnan(rise), np.nan, sum(1.0 * (rise >= cut) for cut in SYMPTOM_CUTS))


def compute_grades(
    now: Mapping[str, Any], before: Mapping[str, Any], variant: str
) -> dict[str, NDArray[np.float64]]:
    """Grade of every sign and symptom by item name, 0 to 4; `before`: the plaque's own pre-injection record."""
    change = {
        name: np.asarray(now[name], dtype=float) - np.asarray(before[name], dtype=float)
        for name in (*SYMPTOMS, *WIDTHS)
    }
    grades = {name: grade_symptom(change[name]) for name in SYMPTOMS}
    grades |= {name: grade_redness(change[name], variant) for name in WIDTHS}
    dead, was_dead = np.asarray(now["necrosis"], dtype=float), np.asarray(before["necrosis"], dtype=float)
    # Necrosis that nobody noted before the injection counts as new: the careful side.
    grades["necrosis"] = np.where(np.isnan(dead), np.nan, np.where((dead == 1) & (was_dead != 1), 4.0, 0.0))
    return grades


def compute_grade(now: Mapping[str, Any], before: Mapping[str, Any], variant: str) -> NDArray[np.float64]:
    """Worst local grade 0 to 4; NaN where a part is missing, unless there is new necrosis (always 4)."""
    grades = compute_grades(now, before, variant)
    worst = np.maximum.reduce(list(grades.values()))
    return np.where(grades["necrosis"] == 4, 4.0, worst)


def _worst_symptom(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(np.maximum.reduce([np.asarray(x[symptom], dtype=float) for symptom in SYMPTOMS]))


def _width(name: str, label: str) -> Item:
    high = Decimal(500)
    return Item(name=name, label=label, kind="number", unit="mm", low=Decimal(0), high=high, decimals=0)


ENTRY = Instrument(
    name="local_tolerability",
    label="local tolerability",
    source="DAIDS grading table 2.1 (2017), site reactions (cm); millimetre cuts as in PMC7733973, table 1 (mm)",
    variants=("cm", "mm"),
    variant_notes=(
        ("cm", "Redness and swelling: 2.5 to <5 cm is grade 1, 5 to <10 grade 2, 10 and more grade 3."),
        ("mm", "Redness and swelling: 20 to 50 mm is grade 1, >50 to 100 grade 2, >100 grade 3."),
    ),
    items=(
        *(
            Item(name=s, label=f"worst {s}, 0 to 10", kind="integer", low=Decimal(0), high=Decimal(10))
            for s in SYMPTOMS
        ),
        _width("redness_mm", "largest width of redness"),
        _width("swelling_mm", "largest width of swelling"),
        Item(name="bruise", label="bruise at the plaque", kind="truth", required=False),
        Item(name="necrosis", label="necrosis at the plaque", kind="truth"),
    ),
    per="lesion",
    scores=(
        Score(
            name="worst_symptom", label="worst symptom", compute=_worst_symptom, low=0, high=10, decimals=0
        ),
    ),
    examples=(({"pain": 2, "burning": 5, "itching": 1}, 5.0), ({"pain": 0, "burning": 0, "itching": 0}, 0.0)),
    grade=compute_grade,
    mapping=(("domain", "FA"), ("object", "INJECTION SITE REACTION"), ("lesion", "FALNKID")),
    notes=(
        "A plaque is red and itches by itself: grades are of the change from its own pre-injection record.",
        "Grades of a rise in symptoms: 1-3 points grade 1, 4-6 grade 2, 7-10 grade 3. This is our convention.",
        "New necrosis is grade 4. A bruise is recorded and not graded.",
        "Counted per participant, per plaque and per injection, never mixed.",
    ),
)
