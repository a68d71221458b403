"""The Snapshot of the log as it stands: what checks, deviations, decisions and reports look at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from firstdose.records.log.state import State
from firstdose.records.log.tables import read_state
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import current_state, head
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from firstdose.records.study import StudyReading


def reading_now() -> StudyReading:
    """Everything on record, read like a study folder; computed once for each head of the log."""
    return _at(*head())


@lru_cache(maxsize=4)
def _at(_seq: int, _head: str) -> StudyReading:
    study = current()
    return read_state(study.protocol, state_now(), invented=study.invented)


_MOST_READ_AGAIN = 100  # participants; of more, the whole is as quickly read
_kept: list[State] = []  # the last one; replaced, never changed


def state_now() -> State:
    """Values and records of everybody now, one for each head of the log; to be copied, not changed."""
    seq, last = head()
    kept = _kept[0] if _kept else None
    if kept is not None and (kept.seq, kept.head) == (seq, last):
        return kept
    state = (_brought_up(kept, seq, last) if kept is not None else None) or current_state()
    _kept[:] = [state]
    return state


def _brought_up(kept: State, seq: int, last: str) -> State | None:
    """The state with those read again to whom anything happened since; None where that is not enough to know it."""
    if not Event.objects.filter(seq=kept.seq, hash=kept.head).exists():  # that was another log
        return None
    since = Event.objects.filter(seq__gt=kept.seq, seq__lte=seq)
    touched = set(since.values_list("participant", flat=True).distinct())
    redacted = since.filter(kind="redacted").exists()  # which speaks of an earlier event
    if redacted or len(touched) > _MOST_READ_AGAIN:
        return None
    theirs = current_state(participant__in=sorted(touched))
    return State(
        seq=seq, head=last, values=kept.values | theirs.values, records=kept.records | theirs.records
    )
