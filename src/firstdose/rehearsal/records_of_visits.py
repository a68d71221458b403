"""Two tables of every rehearsal: the visits, and how participation ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.rehearsal.attendance import COMPLETED, WITHDRAWN
from firstdose.rehearsal.cohort import NONE, Rows
from firstdose.rehearsal.draft import date_texts
from firstdose.rehearsal.inventing import invent_form
from firstdose.rehearsal.streams import picked

if TYPE_CHECKING:
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft

WHY_MISSED = ("ill", "on a journey", "could not leave work", "no transport", "forgot the appointment")
WHY_LEFT = {WITHDRAWN: "withdrew consent", "lost": "could not be reached after three calls"}


def draft_end(cohort: Cohort, form: Form) -> Draft:
    """How and when participation ended: at the last visit, at an early end, or at no visit where somebody was lost."""
    left = cohort.calendar.left
    final = len(cohort.visits) - 2
    seen = (left == COMPLETED) & cohort.calendar.done[:, final]
    visit = np.where(left == WITHDRAWN, final + 1, np.where(seen, final, NONE))
    who = np.arange(cohort.size)
    nothing = np.zeros(cohort.size, dtype=np.int64)
    draft = invent_form(cohort, form, Rows(who, visit, nothing + NONE, cohort.calendar.last_day, nothing, 1))
    draft.words["status"] = pl.Series(left.tolist(), dtype=pl.String)
    draft.words["reason"] = pl.Series([WHY_LEFT.get(status) for status in left.tolist()], dtype=pl.String)
    return draft


def visits_table(cohort: Cohort) -> pl.DataFrame:
    """participant, visit, date, status, reason: visits reached, done or missed, and early ends."""
    calendar = cohort.calendar
    who, place = np.nonzero(calendar.listed)
    done = pl.Series(calendar.done[who, place])
    why = picked(cohort.draws("why missed", len(cohort.visits))[who, place], len(WHY_MISSED))
    why[place == len(cohort.visits) - 1] = len(WHY_MISSED)
    reasons = pl.Series([*WHY_MISSED, "early end"]).gather(why)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(who))
    planned = pl.Series(place < len(cohort.visits) - 1)
    return pl.DataFrame(
        {
            "participant": pl.Series(cohort.ids).gather(who),
            "visit": pl.Series(cohort.visits).gather(place),
            "date": date_texts(cohort, who, calendar.days[who, place]).zip_with(done, nothing),
            "status": pl.Series(["missed", "done"]).gather(calendar.done[who, place].astype(np.int64)),
            "reason": nothing.zip_with(done & planned, reasons),
        }
    )
