"""Who takes part and when: invented participants, their lesions, how they fare, and the days of their visits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import forms
from firstdose.rehearsal.streams import chosen, normals, uniforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from firstdose.protocol.model import Protocol, Rehearsal
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.streams import Floats

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

END_VISIT = "END"  # an early end, at which the last visit's activities are done
PREFIX = "INV-"

EPOCH = dt.date(1970, 1, 1)
FIRST_DAY_ZERO = dt.date(2024, 2, 5)  # an invented Monday
SENTINEL_DAYS, SPACING_DAYS = 14, 7
FURTHEST_OUTSIDE = 3
WITHDRAWN_SHARE = 0.5  # of those who leave early; the others are lost
WHY_MISSED = ("illness not related to the trial", "on a journey", "could not leave work", "snow, no transport")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Everything about the invented participants that their records have in common.

    Arrays have one row a participant. `days`, `done`, `listed`: one column a planned visit, and last the early end;
    days count from day zero. `state` and `gain`: how severe at the start and how much better later, standard normal,
    one column a lesion; lesions of one participant correlate by `icc`. `own_state` and `own_gain`: of the participant.
    """

    protocol: Protocol
    plan: Rehearsal
    seed: int
    ids: tuple[str, ...]
    visits: tuple[str, ...]
    lesions: Ints
    day_zero: Ints
    days: Ints
    done: Bools
    listed: Bools
    why_missed: Ints
    left: NDArray[np.str_]
    last_day: Ints
    own_state: Floats
    own_gain: Floats
    state: Floats
    gain: Floats

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def most_lesions(self) -> int:
        return self.state.shape[1]

    def draws(self, activity: str, *shape: int) -> Floats:
        """This activity's uniform numbers, shape (participants, *shape)."""
        return uniforms(self.seed, self.size, activity, shape)


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of one activity: places of participant, visit and lesion (-1: none), and the day from day zero."""

    who: Ints
    visit: Ints
    lesion: Ints
    day: Ints

    def __len__(self) -> int:
        return len(self.who)


def invent_cohort(
    protocol: Protocol, plan: Rehearsal, participants: int, seed: int, facts: Mapping[Fact, str]
) -> Cohort:
    """Participants with lesions and visits at the rates of the plan; a rate that is not declared is 0."""
    nature = normals(uniforms(seed, participants, "nature", (2, 1 + plan.lesions[1])))
    icc = 0.5 if plan.icc is None else float(plan.icc)
    shared, single = np.sqrt(icc), np.sqrt(1 - icc)
    state, gain = (shared * nature[:, i, :1] + single * nature[:, i, 1:] for i in (0, 1))
    numbers = uniforms(seed, participants, "lesions", (1,))[:, 0]
    low, high = plan.lesions if any(form.per == "lesion" for form in forms(protocol).values()) else (0, 0)
    days, outside = _visit_days(protocol, plan, participants, seed)
    calendar = _attendance(protocol, plan, days, uniforms(seed, participants, "attendance", (4, days.shape[1])))
    days, done, listed, why, left = _with_facts(protocol, facts, calendar, participants)
    del outside
    return Cohort(
        protocol=protocol,
        plan=plan,
        seed=seed,
        ids=tuple(f"{PREFIX}{number:03d}" for number in range(1, participants + 1)),
        visits=(*(visit.visit for visit in protocol.visits), END_VISIT),
        lesions=low + np.floor(numbers * (high - low + 1)).astype(np.int64),
        day_zero=_days_zero(participants, uniforms(seed, participants, "day zero", (1,))[:, 0]),
        days=days,
        done=done,
        listed=listed,
        why_missed=why,
        left=left,
        last_day=np.where(done, days, -(10**6)).max(axis=1, initial=-(10**6)),
        own_state=nature[:, 0, 0],
        own_gain=nature[:, 1, 0],
        state=state,
        gain=gain,
    )
