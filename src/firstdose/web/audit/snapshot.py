"""The Snapshot of the log as it stands: what checks, deviations, decisions and reports look at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from firstdose.records.log.tables import read_state
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from firstdose.records.study import StudyReading


def reading_now() -> StudyReading:
    """Everything on record, read like a study folder; computed once for each head of the log."""
    last = Event.objects.order_by("-seq").values_list("seq", "hash").first() or (0, "")
    return _at(*last)


@lru_cache(maxsize=4)
def _at(_seq: int, _head: str) -> StudyReading:
    study = current()
    return read_state(study.protocol, current_state(), invented=study.invented)
