"""What each invented participant would show: once without a dose-limiting toxicity, once with one.

Which of the two is recorded follows from the level the participant receives: toxicity is as frequent as the first scenario of
the protocol says. Without scenarios the events are as they were drawn. Whether an event is dose-limiting is derived from its
record by the protocol's rule, as in a real trial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.escalation.evaluable import derive_courses
from firstdose.protocol.names import ADMINISTRATION, END, EVENTS, forms
from firstdose.records.snapshot import Snapshot
from firstdose.records.study import visits_at
from firstdose.records.tables import GAP_COLUMNS, Part, read_part
from firstdose.records.visits import PARTICIPANTS, VISITS, VISITS_FORM
from firstdose.rehearsal.cohort import NONE
from firstdose.rehearsal.dosing import draft_injection, plan_of
from firstdose.rehearsal.draft import table_of
from firstdose.rehearsal.fixing import fix_draft
from firstdose.rehearsal.happened import Happened, joined
from firstdose.rehearsal.harms import USUAL, draft_events, invent_happened
from firstdose.rehearsal.records_of_visits import draft_end, visits_table
from firstdose.rehearsal.streams import picked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.escalation.conduct import Conduct
    from firstdose.escalation.courses import Course
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.streams import Bools, Floats

Courses = dict[str, "Course"]

MOST_GRADES = 5
TERMS = {local: next(i for i, each in enumerate(USUAL) if each.local == local and each.term == name)
         for local, name in ((True, "Injection site reaction"), (False, "Fever"))}  # fmt: skip
TRIED = ((3, True), (3, False), (4, True), (4, False), (2, True), (2, False))  # grade, at a lesion
SOON, SHORTEST, LONGEST = 10, 2, 12  # days to the onset of a toxicity at most, days it lasts


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Courses by participant, dated as if all came on the provisional day zero. `happened`: events without toxicity.

    `added`: the toxicity of each participant; `rates`: true rates by level, empty where events stay as they were drawn;
    `chance`: who has a uniform number below the rate shows it.
    """

    happened: Happened
    calm: Courses
    added: Happened
    toxic: Courses
    rates: tuple[float, ...]
    chance: Floats

    def is_toxic(self, who: int, name: str, level: int) -> bool:
        """Whether the participant shows the toxicity at this level."""
        return bool(self.rates) and name in self.toxic and bool(self.chance[who] < self.rates[level])

    def events(self, toxic: Bools) -> Happened:
        """All events where these participants show theirs."""
        return joined([self.added.only(toxic[self.added.who]), self.happened])


def invent_outcomes(cohort: Cohort, conduct: Conduct, facts: Mapping[Fact, str]) -> Outcomes:
    """Both courses of everybody who is treated."""
    drawn = cohort.draws("toxicity", 4)
    happened = invent_happened(cohort)
    calm = _courses(cohort, happened, facts)
    if not conduct.scenarios:
        return Outcomes(happened, calm, happened.only(np.zeros(len(happened.who), bool)), {}, (), drawn[:, 0])
    for _ in range(MOST_GRADES):
        if not (rows := _dose_limiting(calm.values())):
            break
        happened = _milder(happened, rows)
        calm = _courses(cohort, happened, facts)
    added, toxic = _toxicities(cohort, happened, facts, drawn)
    rates = tuple(map(float, conduct.scenarios[0].rates))
    return Outcomes(happened, calm, added, toxic, rates, drawn[:, 0])


def _dose_limiting(courses: Iterable[Course]) -> list[int]:
    """Rows of events that are, or may be, dose-limiting."""
    return sorted({each.place.line for course in courses for each in course.events if each.dlt is not False})


def _milder(happened: Happened, rows: list[int]) -> Happened:
    """One grade less for these; what had the lowest is left out."""
    grade = happened.grade.copy()
    grade[rows] -= 1
    return replace(happened, grade=grade).only(grade > 0)


def _toxicities(
    cohort: Cohort, happened: Happened, facts: Mapping[Fact, str], drawn: Floats
) -> tuple[Happened, Courses]:
    """The mildest usual event that is dose-limiting by the protocol, for everybody for whom there is one."""
    wanting = np.ones(cohort.size, dtype=bool)
    found: list[Happened] = [happened.only(np.zeros(len(happened.who), bool))]
    toxic: Courses = {}
    for grade, local in TRIED:
        if local and not cohort.most_lesions:
            continue
        tried = _toxicity(cohort, wanting, drawn, grade, local=local)
        courses = _courses(cohort, joined([tried, happened]), facts)
        shown = {name: each for name, each in courses.items() if any(event.dlt for event in each.events)}
        new = wanting & np.array([name in shown for name in cohort.ids])
        toxic |= {cohort.ids[who]: shown[cohort.ids[who]] for who in np.flatnonzero(new).tolist()}
        found.append(tried.only(new[tried.who]))
        wanting &= ~new
        if not wanting.any():
            break
    return joined(found), toxic


def _toxicity(cohort: Cohort, wanting: Bools, drawn: Floats, grade: int, *, local: bool) -> Happened:
    who = np.flatnonzero(wanting)
    one = np.ones(len(who), dtype=np.int64)
    last = np.maximum(cohort.calendar.last_day[who], 0)
    lesion = picked(drawn[who, 1], np.maximum(cohort.lesions[who], 1)) if local else NONE * one
    return Happened(
        who=who,
        lesion=lesion,
        onset=np.minimum(picked(drawn[who, 2], SOON), last),
        duration=SHORTEST + picked(drawn[who, 1], LONGEST - SHORTEST + 1),
        term=TERMS[local] * one,
        grade=grade * one,
        chance=drawn[who, 3],
        caused=np.ones(len(who), dtype=bool),
    )


def _courses(cohort: Cohort, happened: Happened, facts: Mapping[Fact, str]) -> Courses:
    """Participant > course, from the records that decide about toxicity, read and derived as always."""
    known = forms(cohort.protocol)
    drafts = [draft_injection(cohort, known[ADMINISTRATION], plan_of(cohort.protocol), None)]
    drafts += [draft_events(cohort, known[EVENTS], happened)] if EVENTS in known else []
    drafts += [draft_end(cohort, known[END])] if END in known else []
    tables = {PARTICIPANTS: pl.DataFrame({"participant": cohort.ids})}
    for draft in drafts:
        fix_draft(cohort, draft, facts)
        tables[draft.form.name] = _read(cohort, table_of(cohort, draft), draft.form)
    tables[VISITS] = _read(cohort, visits_table(cohort), VISITS_FORM)
    gaps = pl.DataFrame(schema=GAP_COLUMNS)
    snapshot = Snapshot(tables=tables, gaps=gaps, files=(), protocol_identity="", digest="", invented=True)
    return {each.participant: each for each in derive_courses(cohort.protocol, snapshot, ())}


def _read(cohort: Cohort, texts: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Typed records of texts; rows are numbered from 0."""
    row = pl.int_range(texts.height, dtype=pl.Int64).alias("_row")
    numbered = texts.with_columns(pl.col(pl.String).fill_null("")).with_columns(row)
    columns = {name: number for number, name in enumerate(texts.columns, start=1)}
    part = Part(activity=form.name, file=form.name, frame=numbered, columns=columns)
    return read_part(part, form, visits_at(cohort.protocol, form.name)).frame
