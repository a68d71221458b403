"""What the log says of doses: decisions of the board, sheets proposed and confirmed, overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from firstdose.protocol.names import ADMINISTRATION
from firstdose.web.audit.models import CurrentRecord
from firstdose.web.audit.reading import events
from firstdose.web.safety.days import day_at
from firstdose.web.safety.dose_gate import BoardDecision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.records.log.event import Event, Json
    from firstdose.web.safety.dose_gate import Gate

OVERRIDE, SHEET = "override", "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet in the log. `told`: its values as text; `second` and `approved` once somebody else confirmed it."""

    seq: int
    participant: str
    visit: str
    lesion: str
    first: str
    told: Mapping[str, Json]
    approved: int = 0
    second: str = ""
    approved_on: date | None = None

    def of(self, name: str) -> str:
        return str(self.told.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A dose that is forbidden, asked for by one and (`second`) released by another, for one day and these codes."""

    seq: int
    participant: str
    level: str
    day: date
    codes: frozenset[str]
    text: str
    reason: str
    first: str
    second: str = ""
    seq_of_second: int = 0

    def covers(self, gate: Gate) -> bool:
        """Whether it is signed twice and was given for everything that this gate says."""
        meant = (self.participant, self.level, self.day) == (gate.participant, gate.level, gate.day)
        signed = bool(self.second) and self.second != self.first
        return meant and signed and not gate.hard and gate.codes <= self.codes


def board_decisions() -> tuple[BoardDecision, ...]:
    """Every decision of the board, in order."""
    return tuple(
        BoardDecision(
            seq=event.seq,
            day=day_at(event.at, event.site),
            decision=_word(event, "decision"),
            level=_word(event, "level"),
            basis=_word(event, "basis"),
            reason=_word(event, "reason"),
        )
        for event in events(kind="cohort.decided")
    )


def sheets_of(participant: str) -> dict[str, Sheet]:
    """Lesion > its last sheet, with its confirmation where that was given for this very sheet."""
    found: dict[str, Sheet] = {}
    for event in events(participant=participant, kind__in=["dose.proposed", "dose.approved"]):
        lesion = event.key.repeat
        if event.kind == "dose.proposed" and _word(event, "what") == SHEET:
            found[lesion] = Sheet(
                seq=event.seq, participant=participant, visit=event.key.visit, lesion=lesion, first=event.actor,
                told=event.payload or {},
            )  # fmt: skip
        elif event.kind == "dose.approved" and lesion in found:
            known = found[lesion]
            if (event.payload or {}).get("sheet") == known.seq:
                found[lesion] = _approved(known, event)
    return found


def _approved(sheet: Sheet, event: Event) -> Sheet:
    return Sheet(
        seq=sheet.seq, participant=sheet.participant, visit=sheet.visit, lesion=sheet.lesion, first=sheet.first,
        told=sheet.told, approved=event.seq, second=event.actor, approved_on=day_at(event.at, event.site),
    )  # fmt: skip


def overrides_of(participant: str = "") -> list[Override]:
    """Overrides asked for and released, in the order of asking; of everybody where nobody is named."""
    where: dict[str, Any] = {"participant": participant} if participant else {}
    found: dict[int, Override] = {}
    for event in events(kind__in=["dose.proposed", "dose.overridden"], **where):
        if event.kind == "dose.overridden":
            asked = _number(event, "asked")
            if asked in found:
                found[asked] = _released(found[asked], event)
        elif _word(event, "what") == OVERRIDE:
            found[event.seq] = _asked(event)
    return list(found.values())


def _asked(event: Event) -> Override:
    return Override(
        seq=event.seq,
        participant=event.key.participant,
        level=_word(event, "level"),
        day=date.fromisoformat(_word(event, "day")),
        codes=frozenset(_word(event, "codes").split()),
        text=_word(event, "text"),
        reason=_word(event, "reason"),
        first=event.actor,
    )


def _released(asked: Override, event: Event) -> Override:
    return Override(
        seq=asked.seq, participant=asked.participant, level=asked.level, day=asked.day, codes=asked.codes,
        text=asked.text, reason=asked.reason, first=asked.first, second=event.actor, seq_of_second=event.seq,
    )  # fmt: skip


def is_given(participant: str, lesion: str) -> bool:
    """Whether the log says that this lesion was injected, by the page of the day or by tables that were brought in."""
    if any(events(participant=participant, kind="dose.given", form=ADMINISTRATION, repeat=lesion)):
        return True
    here = CurrentRecord.objects.filter(participant=participant, form=ADMINISTRATION, repeat=lesion)
    return bool(here.filter(struck=0).exists())


def _word(event: Event, name: str) -> str:
    return str((event.payload or {}).get(name, ""))


def _number(event: Event, name: str) -> int:
    found = (event.payload or {}).get(name, 0)
    return found if isinstance(found, int) else 0
