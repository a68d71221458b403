"""Who takes part: invented participants, their lesions, how ill they are and how they fare, and their records' keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.protocol.names import forms
from firstdose.rehearsal.attendance import END_VISIT, invent_calendar, with_facts
from firstdose.rehearsal.streams import normals, picked, uniforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.protocol.model import Protocol, Rehearsal
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.attendance import Calendar
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.happened import Happened
    from firstdose.rehearsal.streams import Bools, Floats, Ints

PREFIX = "INV-"
NONE = -1  # no visit, or no lesion


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Everything about the invented participants that their records have in common; arrays have one row each.

    `state` and `gain`: how severe at the start and how much better later, standard normal, one column a lesion;
    lesions of one participant correlate by the plan's `icc`. `own_state`, `own_gain`: of the participant as a whole.
    `level`: the dose level of each by the protocol's rule, from 0, and `happened`: the adverse events; None until known.
    """

    protocol: Protocol
    plan: Rehearsal
    seed: int
    ids: tuple[str, ...]
    visits: tuple[str, ...]
    lesions: Ints
    calendar: Calendar
    own_state: Floats
    own_gain: Floats
    state: Floats
    gain: Floats
    level: Ints | None = None
    happened: Happened | None = None

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def most_lesions(self) -> int:
        return int(self.state.shape[1])

    def draws(self, activity: str, *shape: int) -> Floats:
        """This activity's uniform numbers, shape (participants, *shape)."""
        return uniforms(self.seed, self.size, activity, shape)

    def first(self, count: int) -> Cohort:
        """The first so many participants alone; not for a cohort whose events are known."""
        return replace(
            self,
            ids=self.ids[:count],
            lesions=self.lesions[:count],
            calendar=self.calendar.first(count),
            level=None if self.level is None else self.level[:count],
            **{name: getattr(self, name)[:count] for name in ("own_state", "own_gain", "state", "gain")},
        )

    def has_lesion(self) -> Bools:
        """Shape (participants, most_lesions)."""
        return np.arange(self.most_lesions) < self.lesions[:, None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of one activity: places of participant, visit and lesion (-1: none), and the day from day zero.

    `time`: which of the activity's times it is, from 0; `times`: how many there are for a participant at most.
    """

    who: Ints
    visit: Ints
    lesion: Ints
    day: Ints
    time: Ints
    times: int

    def __len__(self) -> int:
        return len(self.who)


def participant_ids(count: int) -> tuple[str, ...]:
    """INV-001, INV-002 ...: marked as invented wherever they appear."""
    return tuple(f"{PREFIX}{number:03d}" for number in range(1, count + 1))


def lesion_name(place: int) -> str:
    """L1, L2 ..."""
    return f"L{place + 1}"


def invent_cohort(
    protocol: Protocol, plan: Rehearsal, participants: int, seed: int, facts: Mapping[Fact, str]
) -> Cohort:
    """Participants with lesions and visits at the rates of the plan; the facts on visits are kept."""
    low, high = plan.lesions if any(form.per == "lesion" for form in forms(protocol).values()) else (0, 0)
    nature = normals(uniforms(seed, participants, "nature", (2, 1 + high)))
    icc = 0.5 if plan.icc is None else float(plan.icc)
    state, gain = (np.sqrt(icc) * nature[:, i, :1] + np.sqrt(1 - icc) * nature[:, i, 1:] for i in (0, 1))
    ids = participant_ids(participants)
    return Cohort(
        protocol=protocol,
        plan=plan,
        seed=seed,
        ids=ids,
        visits=(*(visit.visit for visit in protocol.visits), END_VISIT),
        lesions=low + picked(uniforms(seed, participants, "lesions", (1,))[:, 0], high - low + 1),
        calendar=with_facts(invent_calendar(protocol, plan, participants, seed), protocol, facts, ids),
        own_state=nature[:, 0, 0],
        own_gain=nature[:, 1, 0],
        state=state,
        gain=gain,
    )


def rows_of(cohort: Cohort, form: Form) -> Rows:
    """The records that are due: at each visit done, or once at the first of them; for each lesion where asked."""
    places = visit_places(cohort, form)
    there = cohort.calendar.done[:, places]
    if not form.by_visit:
        there = there & (np.cumsum(there, axis=1) == 1)
    if form.per == "lesion":
        who, time, lesion = np.nonzero(there[:, :, None] & cohort.has_lesion()[:, None, :])
    else:
        who, time = np.nonzero(there)
        lesion = np.full(len(who), NONE)
    visit = np.asarray(places, dtype=np.int64)[time]
    day = cohort.calendar.days[who, visit]
    return Rows(who, visit if form.by_visit else np.full(len(who), NONE), lesion, day, time, len(places))


def repeated_rows(cohort: Cohort, form: Form, counts: Ints, most: int) -> Rows:
    """So many records a participant, all told on the first visit that has the form."""
    places = visit_places(cohort, form)
    who, time = np.nonzero(np.arange(most) < counts[:, None])
    nowhere = np.full(len(who), NONE)
    return Rows(who, nowhere, nowhere, cohort.calendar.days[who, places[0]], time, most)


def visit_places(cohort: Cohort, form: Form) -> list[int]:
    """Columns of the calendar at which the schedule has this form; an early end has what the last visit has."""
    row = cohort.protocol.activity(form.name)
    places = [cohort.visits.index(visit) for visit in (row.at if row else ())]
    final = len(cohort.visits) - 2
    return [*places, final + 1] if final in places else places
