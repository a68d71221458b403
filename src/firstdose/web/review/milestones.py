"""Milestones: visits that the protocol has signed by the investigator, done and not yet signed as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.web.audit.models import CurrentRecord, CurrentValue
from firstdose.web.review.shown import values_of

if TYPE_CHECKING:
    from firstdose.web.audit.study import Study


def unsigned(study: Study, participant: str) -> list[str]:
    """The visits of `capture.signed` that took place and have a value under no signature that stands."""
    done = CurrentValue.objects.filter(participant=participant, form=VISITS, item="status", text="done")
    visits = set(done.values_list("visit", flat=True))
    return [
        visit
        for visit in study.capture.signed
        if visit in visits and not all(row.signed for row in values_of(participant, visit))
    ]


def unsigned_under(study: Study, participant: str, visit: str) -> list[tuple[str, str]]:
    """(participant, milestone) not signed as it stands within a visit, a participant, or (both empty) the study."""
    rows = CurrentRecord.objects.filter(form=PARTICIPANTS, struck=0).order_by("added")
    people = [participant] if participant else list(rows.values_list("participant", flat=True))
    return [(name, each) for name in people for each in unsigned(study, name) if visit in {"", each}]
