"""The order of steps: nothing before consent, no injection before eligibility, nothing where entries are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from firstdose.derived.participants import derive_eligibility, derive_participants
from firstdose.protocol.names import ADMINISTRATION, CONSENT
from firstdose.records.log.tables import read_state
from firstdose.values.missing import read_missing
from firstdose.web.audit.models import CurrentLock
from firstdose.web.capture import issues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.log.state import State
    from firstdose.web.audit.study import Study
    from firstdose.web.capture.strict import Objection

FREE = frozenset({CONSENT, "participants"})
CONSENT_DATE = "consent_date"


def check_steps(study: Study, state: State, participant: str, visit: str, form: str) -> Iterator[Objection]:
    """What forbids entries into this form now. `state`: of the participant."""
    if level := lock_of(participant, visit):
        yield issues.closed_for_entries(level)
    if form in FREE:
        return
    if study.protocol.activity(CONSENT) is not None and not has_consent(state, participant):
        yield issues.before_consent(_clause(study))
    elif form == ADMINISTRATION:
        yield from check_eligibility(study, state, participant)


def _clause(study: Study) -> str:
    """Where the protocol has consent."""
    row = study.protocol.activity(CONSENT)
    return gettext("The schedule has it at %(visits)s.") % {"visits": ", ".join(row.at)} if row else ""


def has_consent(state: State, participant: str) -> bool:
    """Whether a consent with its date is on record and not struck out."""
    return any(
        key.form == CONSENT
        and key.item == CONSENT_DATE
        and key.participant == participant
        and bool(value.text)
        and read_missing(value.text) is None
        and (record := state.records.get(key.record)) is not None
        and not record.struck
        for key, value in state.values.items()
    )


def check_eligibility(study: Study, state: State, participant: str) -> Iterator[Objection]:
    """FD-W046: criteria that the record fails or leaves open; judged by the core."""
    if not study.protocol.eligibility:
        return
    snapshot = read_state(study.protocol, state, passing=True).snapshot
    verdicts = derive_eligibility(study.protocol, snapshot, derive_participants(study.protocol, snapshot))
    open_ones = [
        f"{verdict.criterion} {verdict.sentence}"
        for verdict in verdicts
        if verdict.participant == participant and verdict.met is not True
    ]
    if open_ones:
        yield issues.not_eligible(open_ones)


def lock_of(participant: str, visit: str) -> str:
    """`locked`, `frozen` or '': of the study, the participant or the visit, whichever is stricter."""
    places = [("", ""), (participant, "")] + ([(participant, visit)] if visit else [])
    levels = {
        row.level
        for row in CurrentLock.objects.filter(participant__in=["", participant], visit__in=["", visit])
        if (row.participant, row.visit) in places
    }
    return "locked" if "locked" in levels else "frozen" if "frozen" in levels else ""
