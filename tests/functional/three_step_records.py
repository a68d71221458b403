"""`python -m tests.functional.three_step_records` writes the invented records of trials/three_step_escalation.

Rehearsed participants come by the calendar; these come by the rule, so that a decision is due: the second cohort is at three
more participants after one toxicity of three, and the first of them is still watched alone.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIAL = Path(__file__).parents[2] / "trials" / "three_step_escalation"
CUT = date(2023, 5, 9)  # nothing later is on record
DAYS = {"SCR": -14, "D0": 0, "D1": 1, "W1": 7, "W2": 14, "D29": 29, "M3": 90}
CELLS_PER_KG = {"DL1": 1e6, "DL2": 2e6, "DL3": 4e6}
CONCENTRATION = 5e6  # living cells/mL of every lot
NOTE = (
    "Invented records. No person stands behind them, and nothing may be concluded from them.\n"
    "Protocol THREE-STEP-01, version 1.0.\n"
    "8 participants, written by tests/functional/three_step_records.py.\n"
)


@dataclass(frozen=True, slots=True)
class Person:
    """`gone`: day on which the participant withdrew; `pasi`: at screening."""

    name: str
    level: str
    given: date
    kilograms: float
    sex: str
    age: int
    months: int
    pasi: float
    gone: int | None = None

    def day(self, number: int) -> date:
        return self.given + timedelta(days=number)

    def visits(self) -> Iterator[tuple[str, date]]:
        """Those that took place by the data cut."""
        for visit, number in DAYS.items():
            if self.day(number) <= CUT and (self.gone is None or number <= self.gone):
                yield visit, self.day(number)


PEOPLE = (
    Person("INV-001", "DL1", date(2023, 1, 10), 81.5, "male", 41, 96, 10.2),
    Person("INV-002", "DL1", date(2023, 1, 24), 64.0, "female", 35, 61, 8.4, gone=12),
    Person("INV-003", "DL1", date(2023, 1, 26), 72.0, "female", 52, 210, 11.6),
    Person("INV-004", "DL1", date(2023, 2, 7), 90.5, "male", 29, 44, 9.1),
    Person("INV-005", "DL2", date(2023, 3, 14), 77.0, "male", 47, 150, 7.8),
    Person("INV-006", "DL2", date(2023, 3, 28), 58.5, "female", 38, 73, 10.9),
    Person("INV-007", "DL2", date(2023, 3, 30), 69.0, "male", 61, 305, 8.8),
    Person("INV-008", "DL2", date(2023, 5, 2), 83.0, "female", 44, 118, 9.6),
)
# participant, day of onset, days it lasted, term, coded term, class, grade, relation to the cells
EVENTS = (
    ("INV-001", 1, 1, "felt warm", "Fever", "General disorders and administration site conditions", 1, "possible"),
    ("INV-003", 20, 3, "broke a finger at work", "Fracture", "Injury, poisoning and procedural complications", 3, "unlikely"),
    ("INV-005", 0, 1, "shivering in the evening", "Chills", "General disorders and administration site conditions", 2, "probable"),
    ("INV-006", 6, 4, "high fever for a night", "Fever", "General disorders and administration site conditions", 3, "probable"),
    ("INV-007", 2, 2, "headache", "Headache", "Nervous system disorders", 1, "possible"),
)  # fmt: skip


def tables() -> dict[str, list[dict[str, object]]]:
    """Every form with its rows."""
    visits = [(person, visit, day) for person in PEOPLE for visit, day in person.visits()]
    return {
        "participants": [{"participant": person.name} for person in PEOPLE],
        "visits": [
            _row(person, visit, day) | {"status": "done", "reason": ""} for person, visit, day in visits
        ],
        "informed_consent": [
            {"participant": p.name, "date": p.day(-14), "consent_date": p.day(-14), "version": "1.0"}
            for p in PEOPLE
        ],
        "demographics": [
            {"participant": p.name, "date": p.day(-14), "sex": p.sex, "age": p.age} for p in PEOPLE
        ],
        "screening": [
            _row(p, "SCR", p.day(-14))
            | {"psoriasis_months": p.months, "body_weight": p.kilograms, "pregnant": "no"}
            for p in PEOPLE
        ],
        "injection": [_infusion(person) for person in PEOPLE],
        "adverse_events": [_event(*each) for each in EVENTS],
        "PASI_total": [
            _row(person, visit, day)
            | {"total": round(person.pasi * {"SCR": 1, "D29": 0.8, "M3": 0.7}[visit], 1)}
            for person, visit, day in visits
            if visit in {"SCR", "D29", "M3"}
        ],
        "end_of_study": list(_ends()),
    }


def _row(person: Person, visit: str, day: date) -> dict[str, object]:
    return {"participant": person.name, "visit": visit, "date": day}


def _infusion(person: Person) -> dict[str, object]:
    """The form of the shelf; what only an injection into skin has does not apply."""
    cells = CELLS_PER_KG[person.level] * person.kilograms
    no = "NA: an infusion"
    return _row(person, "D0", person.given) | {
        "start_time": "10:00", "site": no, "laterality": no, "dose_level": person.level, "area_cm2": no,
        "concentration": f"{CONCENTRATION:.0f}", "concentration_is": "viable", "viability": "92.0",
        "planned_cells": f"{cells:.0f}", "volume_drawn": f"{cells / CONCENTRATION:.2f}", "residual_volume": "0.00",
        "points": no, "lot": f"LOT-{person.name}", "operator": "Operator A",
    }  # fmt: skip


def _event(
    name: str, onset: int, days: int, term: str, coded: str, soc: str, grade: int, relation: str
) -> dict[str, object]:
    person = next(each for each in PEOPLE if each.name == name)
    return {
        "participant": name, "date": person.day(onset + days), "term": term, "coded_term": coded, "soc": soc,
        "grade": grade, "onset": person.day(onset), "end": person.day(onset + days), "ongoing": "no",
        "outcome": "recovered", "serious": "no", "related_cells": relation, "related_procedure": "unlikely",
        "related_biopsy": "unlikely", "related_disease": "unlikely", "action": "none",
    }  # fmt: skip


def _ends() -> Iterator[dict[str, object]]:
    for person in PEOPLE:
        if person.gone is not None:
            yield _row(person, "", person.day(person.gone)) | {"status": "withdrawn", "reason": "moved away"}
        elif person.day(DAYS["M3"]) <= CUT:
            yield _row(person, "M3", person.day(DAYS["M3"])) | {"status": "completed", "reason": ""}


def write(folder: Path) -> None:
    """All tables as CSV, and the note that they are invented."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "INVENTED.txt").write_text(NOTE, encoding="utf-8")
    for name, rows in tables().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write(TRIAL / "records")
