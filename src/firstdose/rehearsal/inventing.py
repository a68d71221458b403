"""Any form of any protocol, item by item: numbers follow the participant's course, words come from short lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import NUMERIC
from firstdose.rehearsal.behaviours import behaviour_of, compute_values, decimals_of, fit_to
from firstdose.rehearsal.cohort import NONE, lesion_name, repeated_rows, rows_of
from firstdose.rehearsal.draft import Draft, date_texts
from firstdose.rehearsal.streams import normals, picked, poisson

if TYPE_CHECKING:
    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort, Rows
    from firstdose.rehearsal.streams import Floats, Ints

# What a shelf form may leave empty is left empty but for these; optional items of the protocol file are filled.
FILLED = {
    "histology": {"epidermal_thickness"},
    "skin_thickness": {"reading_2", "reading_3"},
    "local_tolerability": {"bruise"},
    "concomitant_treatment": {"first_dose", "last_dose", "ongoing", "reason"},
    "cell_product": {"mycoplasma", "endotoxin", "vehicle", "state", "minutes_to_injection"},
}
CHANCES = {"necrosis": 0.0, "blinded": 1.0}
RARE = 0.05  # of any other yes
REACTIONS = {"bruise": (0.3, 3.0)}  # chance on the day of injection, and the days in which it fades
CODES = {
    "sterility": "passed",
    "mycoplasma": "passed",
    "class": "emollient",
    "state": "thawed",
    "role": "treated",
}
TEXTS = {
    "version": "1.0",
    "device": "ultrasound 22 MHz (invented)",
    "reader": "Reader A",
    "operator": "Operator A",
    "donor": "INV-D1",
    "vehicle": "saline with albumin",
    "treatment": "emollient",
    "reason": "dry skin",
}
DAYS_BEFORE = {
    "calibration": (14, 14),
    "first": (400, 1500),
    "last": (30, 380),
}  # by a word of the item's name
DAYS_AFTER = {"expiry": 2}
MOST_REPEATS, USUAL_REPEATS = 4, 0.8


def invent_form(cohort: Cohort, form: Form, rows: Rows | None = None) -> Draft:
    """All due records of a form, or those given."""
    draft = Draft(form, _rows(cohort, form) if rows is None else rows)
    lesions = cohort.most_lesions if form.per == "lesion" else 1
    own = cohort.draws(f"{form.name} own", max(lesions, 1), len(form.items))
    each = cohort.draws(form.name, max(draft.rows.times, 1), max(lesions, 1), len(form.items))
    lesion = np.maximum(draft.rows.lesion, 0) * (form.per == "lesion")
    for place, item in enumerate(form.items):
        mine = own[draft.rows.who, lesion, place], each[draft.rows.who, draft.rows.time, lesion, place]
        if item.kind in NUMERIC:
            draft.numbers[item.name] = _numbers(cohort, draft, item, *mine)
        else:
            draft.words[item.name] = _words(cohort, form, draft.rows, item, mine[1])
        if _left_empty(form, item):
            leave_empty(draft, item)
    return draft


def _rows(cohort: Cohort, form: Form) -> Rows:
    if not form.repeats:
        return rows_of(cohort, form)
    counts = poisson(cohort.draws(f"{form.name} count", 1)[:, 0], USUAL_REPEATS, MOST_REPEATS)
    return repeated_rows(cohort, form, counts, MOST_REPEATS)


def is_of_shelf(form: Form, item: Item) -> bool:
    """Whether the shelf's entry has this item, not only the protocol file."""
    return form.instrument is not None and form.instrument.item(item.name) is not None


def _left_empty(form: Form, item: Item) -> bool:
    if item.required or form.instrument is None or not is_of_shelf(form, item):
        return False
    return item.name not in FILLED.get(form.instrument.name, ())


def leave_empty(draft: Draft, item: Item) -> None:
    """Nothing is recorded of this item."""
    if item.kind in NUMERIC:
        draft.numbers[item.name] = np.full(len(draft.rows), np.nan)
    else:
        draft.words[item.name] = pl.Series([None], dtype=pl.String).new_from_index(0, len(draft.rows))


def _numbers(cohort: Cohort, draft: Draft, item: Item, own: Floats, each: Floats) -> Floats:
    rows = draft.rows
    if item.kind == "truth":
        chance = np.full(len(rows), CHANCES.get(item.name, RARE))
        if item.name in REACTIONS:
            first, fading = REACTIONS[item.name]
            chance = first * np.exp(-np.maximum(rows.day, 0) / fading) * (rows.day >= 0)
        return np.where(each < chance, 1.0, 0.0)
    how = behaviour_of(draft.form, item)
    decimals = draft.decimals[item.name] = decimals_of(item, how)
    state, gain = _nature(cohort, rows)
    return fit_to(item, compute_values(how, rows.day, state, gain, normals(own), normals(each)), decimals)


def _nature(cohort: Cohort, rows: Rows) -> tuple[Floats, Floats]:
    """How severe and how much better: of the lesion, else of the participant."""
    if (rows.lesion == NONE).all():
        return cohort.own_state[rows.who], cohort.own_gain[rows.who]
    return cohort.state[rows.who, rows.lesion], cohort.gain[rows.who, rows.lesion]


def _words(cohort: Cohort, form: Form, rows: Rows, item: Item, each: Floats) -> pl.Series:
    if item.kind == "code":
        names = item.code_names
        if CODES.get(item.name) in names:
            return pl.Series([CODES[item.name]]).new_from_index(0, len(rows))
        return pl.Series(names, dtype=pl.String).gather(picked(each, len(names)))
    if item.kind == "date":
        return date_texts(cohort, rows.who, rows.day + _days_away(item, each))
    return texts_for(cohort, form, rows, item)


def _days_away(item: Item, each: Floats) -> Ints:
    words = item.name.lower().split("_")
    for word, (nearest, furthest) in DAYS_BEFORE.items():
        if word in words:
            return -(nearest + picked(each, furthest - nearest + 1))
    return np.full(len(each), next((days for word, days in DAYS_AFTER.items() if word in words), 0))


def texts_for(cohort: Cohort, form: Form, rows: Rows, item: Item) -> pl.Series:
    """Free text: a plausible word, marked as invented where nothing is known of the item."""
    if item.name == "lot":
        return pl.Series([f"LOT-{name}" for name in cohort.ids]).gather(rows.who)
    if item.name.endswith("_id"):
        keys = zip(rows.who.tolist(), rows.lesion.tolist(), rows.visit.tolist(), strict=True)
        return pl.Series([_label(cohort, *key) for key in keys], dtype=pl.String)
    text = TEXTS.get(item.name, "invented")
    if form.repeats:
        return pl.Series([f"{text} {time + 1}" for time in rows.time.tolist()], dtype=pl.String)
    return pl.Series([text]).new_from_index(0, len(rows))


def _label(cohort: Cohort, who: int, lesion: int, visit: int) -> str:
    parts = [
        cohort.ids[who],
        *([lesion_name(lesion)] if lesion >= 0 else []),
        *([cohort.visits[visit]] if visit >= 0 else []),
    ]
    return "-".join(parts)
