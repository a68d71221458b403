"""Missing values, each with its reason, at the declared rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.protocol.names import ADMINISTRATION, CONSENT, END, EVENTS, NUMERIC
from firstdose.rehearsal.attendance import rate
from firstdose.rehearsal.dosing import LESIONS, PRODUCT
from firstdose.rehearsal.draft import GAPS, NEVER_TAKEN
from firstdose.rehearsal.streams import picked

if TYPE_CHECKING:
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft

# Without these nobody is treated, so they are looked after.
ALWAYS_COMPLETE = frozenset({CONSENT, LESIONS, PRODUCT, ADMINISTRATION, EVENTS, END, "demographics"})


def leave_gaps(cohort: Cohort, draft: Draft, deciding: frozenset[str]) -> None:
    """Some measurements are missing: of a form with scores the whole record, else single items.

    Never missing: what decides on eligibility, and the forms that treatment hangs on.
    """
    form, rows = draft.form, draft.rows
    share = rate(cohort.plan.missing_value)
    if share == 0 or form.name in ALWAYS_COMPLETE or form.repeats or not len(rows):
        return
    items = [
        item for item in form.items if item.required and item.kind in NUMERIC and item.name not in deciding
    ]
    lesions = max(cohort.most_lesions, 1) if form.per == "lesion" else 1
    draws = cohort.draws(f"{form.name} gaps", max(rows.times, 1), lesions, len(form.items), 2)
    mine = draws[rows.who, rows.time, np.maximum(rows.lesion, 0)]
    for place, item in enumerate(items):
        at = 0 if form.scores else place
        hit = mine[:, at, 0] < share
        if hit.any():
            draft.set_gap(item.name, hit, NEVER_TAKEN + 1 + picked(mine[:, at, 1], len(GAPS) - NEVER_TAKEN))
