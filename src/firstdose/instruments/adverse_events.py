"""Adverse events, one record each: graded, related or not, serious or not, and the clocks of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

RELATED = frozenset({"certain", "probable", "possible"})

GRADES = (
    ("1", "mild: noticed, nothing to be done"),
    ("2", "moderate: simple or local treatment, hinders household or work"),
    ("3", "severe, not at once a threat to life: hospital, or hinders washing, dressing, eating"),
    ("4", "a threat to life, urgent treatment"),
    ("5", "death"),
)
CAUSALITY = (
    ("certain", "timing fits, nothing else explains it, and the proof of it is at hand"),
    ("probable", "timing fits and another cause is unlikely"),
    ("possible", "timing fits, another cause would explain it too"),
    ("unlikely", "timing makes it improbable, another cause is plausible"),
    ("conditional", "more facts are needed and are being collected"),
    ("unassessable", "the facts are missing or contradict each other and cannot be completed"),
)
OUTCOMES = (
    ("recovered", "gone"),
    ("recovering", "getting better"),
    ("not recovered", "unchanged"),
    ("recovered with sequelae", "over, something remained"),
    ("fatal", "died of it"),
    ("unknown", "not known"),
)
CRITERIA = (
    ("death", "death"),
    ("life-threatening", "life was in danger at the time"),
    ("hospital stay", "hospital stay begun or prolonged"),
    ("disability", "lasting or significant disability"),
    ("birth defect", "birth defect"),
    ("other important", "important by medical judgement"),
    ("transmitted infection", "infection brought by the product"),
)
SPECIAL = (
    ("koebner", "new psoriasis at a needle or biopsy site"),
    ("infection", "infection or abscess at the site"),
    ("nodule", "nodule, fibrosis or tissue out of place"),
    ("plaque worsening", "worsening of an injected plaque, as the protocol defines it"),
    ("new lesion", "new psoriasis elsewhere"),
    ("hypersensitivity", "allergic reaction or anaphylaxis"),
    ("embolism", "embolus after injection into a vessel"),
    ("alloantibody", "antibodies against the donor"),
    ("tumour", "tumour at the site or elsewhere"),
)
ACTIONS = (
    ("none", "nothing"),
    ("local treatment", "treatment of the site"),
    ("systemic treatment", "treatment of the whole body"),
    ("hospital", "admission to hospital"),
    ("other", "something else"),
)


@dataclass(frozen=True, slots=True)
class DueDates:
    """Until when: the investigator's word to the sponsor, the sponsor's report, and its follow-up."""

    alarm: datetime
    report: date
    follow_up: date | None


def due_dates(aware: date, *, fatal: bool, reported: date | None = None) -> DueDates:
    """Clocks of a suspected unexpected serious reaction in calendar days; the day of awareness is day 0.

    24 hours to the sponsor (from midnight where only the day is known), then 15 days; where it was fatal or a
    threat to life 7 days, and 8 more for the follow-up, counted from `reported` or else from the due day.
    Source: ICH E2A; Regulation (EU) 536/2014, article 42; 21 CFR 312.32.
    """
    start = aware if isinstance(aware, datetime) else datetime.combine(aware, time())
    due = start.date() + timedelta(days=7 if fatal else 15)
    follow_up = (reported or due) + timedelta(days=8) if fatal else None
    return DueDates(start + timedelta(hours=24), due, follow_up)


def _is(x: Mapping[str, Any], name: str, *codes: str) -> NDArray[np.bool_]:
    """Where a code item says one of these; an absent or missing value says nothing."""
    words = np.asarray(x.get(name), dtype=object)
    return np.asarray(np.logical_or.reduce([np.asarray(words == code, dtype=bool) for code in codes]))


def _numbers(x: Mapping[str, Any], name: str) -> NDArray[np.float64]:
    return np.asarray(x[name], dtype=float)


def _death_in_one_place_only(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    grade, fatal = _numbers(x, "grade"), _is(x, "outcome", "fatal")
    alive = _is(x, "outcome", "recovered", "recovering", "not recovered", "recovered with sequelae")
    return np.asarray((fatal & (grade < 5)) | (alive & (grade == 5)))


def _grave_but_not_serious(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    grave = (_numbers(x, "grade") == 5) | _is(x, "outcome", "fatal")
    return np.asarray((_numbers(x, "serious") == 0) & (grave | _is(x, "serious_criterion", *dict(CRITERIA))))


def _over_but_ongoing(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    over = _is(x, "outcome", "recovered", "recovered with sequelae", "fatal")
    return np.asarray((_numbers(x, "ongoing") == 1) & over)


def _code(name: str, label: str, codes: tuple[tuple[str, str], ...], *, required: bool = True) -> Item:
    return Item(name=name, label=label, kind="code", codes=codes, required=required)


def _optional(name: str, label: str, kind: Any = "text", **more: Any) -> Item:
    return Item(name=name, label=label, kind=kind, required=False, **more)


ENTRY = Instrument(
    name="adverse_events",
    label="adverse events",
    source="ICH E6 and E2A; grades of CTCAE in our words; causality after WHO-UMC",
    items=(
        Item(name="term", label="event in the reporter's words", kind="text"),
        _optional("coded_term", "term of the dictionary"),
        _optional("soc", "system organ class"),
        Item(name="grade", label="grade", kind="ordinal", low=Decimal(1), high=Decimal(5), codes=GRADES),
        Item(name="onset", label="first day, as far as known", kind="date"),
        _optional("onset_day", "day of onset, where the source counts days", "integer", unit="days"),
        _optional("end", "last day, as far as known", "date"),
        _optional("end_day", "last day, where the source counts days", "integer", unit="days"),
        Item(name="ongoing", label="still there", kind="truth"),
        _code("outcome", "outcome", OUTCOMES),
        Item(name="serious", label="serious", kind="truth"),
        _code("serious_criterion", "why serious", CRITERIA, required=False),
        _code("related_cells", "relation to the cells", CAUSALITY),
        _code("related_procedure", "relation to needle or procedure", CAUSALITY),
        _code("related_biopsy", "relation to the biopsy", CAUSALITY),
        _code("related_disease", "relation to the disease", CAUSALITY),
        _optional("lesion", "lesion; empty where systemic"),
        _code("special_interest", "special interest", SPECIAL, required=False),
        _code("action", "what was done", ACTIONS, required=False),
        _optional("sponsor_aware", "day the sponsor knew", "date"),
    ),
    per="event",
    integrity=(
        Integrity(
            code="FD-R117",
            broken=_death_in_one_place_only,
            message="grade 5 and the outcome 'fatal' go together; one of them is missing here.",
            remedy="Correct the grade or the outcome.",
            columns=("grade", "outcome"),
        ),
        Integrity(
            code="FD-R118",
            broken=_grave_but_not_serious,
            message="the event is not marked serious, though its grade, outcome or criterion makes it so.",
            remedy="Mark it serious with its criterion, or correct what contradicts.",
            columns=("grade", "outcome", "serious", "serious_criterion"),
        ),
        Integrity(
            code="FD-R119",
            broken=_over_but_ongoing,
            message="the event is still there and its outcome says that it is over.",
            remedy="Give its last day, or correct the outcome.",
            columns=("ongoing", "outcome"),
        ),
    ),
    repeats=True,
    by_visit=False,
    mapping=(("domain", "AE"), ("lesion", "AELNKID")),
    notes=(
        "Related means certain, probable or possible.",
        "The reporter's words are kept beside the coded term, the dictionary and its version.",
        "In a first trial in humans nothing is expected unless the brochure lists it.",
    ),
)
