"""What a signature stands under: the values of a visit exactly as they were shown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.records.log.chain import canonical
from firstdose.web.audit.models import CurrentRecord, CurrentValue
from firstdose.web.audit.reading import events, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.log.event import Event, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Values by key and event, rows for the page, and the digest of both."""

    participant: str
    visit: str
    values: tuple[tuple[Key, int], ...]
    rows: tuple[CurrentValue, ...]
    digest: str


def values_of(participant: str, visit: str) -> list[CurrentValue]:
    """Current values of a visit, records struck out left aside; of the whole participant where no visit is named."""
    where = {"participant": participant} | ({"visit": visit} if visit else {})
    struck = {
        (row.visit, row.form, row.repeat) for row in CurrentRecord.objects.filter(**where).exclude(struck=0)
    }
    rows = CurrentValue.objects.filter(**where).order_by("visit", "form", "repeat", "first")
    return [row for row in rows if (row.visit, row.form, row.repeat) not in struck]


def shown_at(participant: str, visit: str) -> Shown:
    """What a page shows for signing, now."""
    rows = values_of(participant, visit)
    told = [[row.participant, row.visit, row.form, row.repeat, row.item, row.seq, row.text] for row in rows]
    return Shown(
        participant=participant,
        visit=visit,
        values=tuple((key_of(row), row.seq) for row in rows),
        rows=tuple(rows),
        digest=hashlib.sha256(canonical(told)).hexdigest(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature as it is printed, and whether a signed value changed since."""

    made: Event
    voided: int

    @property
    def meaning(self) -> str:
        return str((self.made.payload or {}).get("meaning", ""))

    @property
    def name(self) -> str:
        return str((self.made.payload or {}).get("name", ""))

    @property
    def digest(self) -> str:
        return str((self.made.payload or {}).get("digest", ""))


def signatures(participant: str) -> Iterator[Signature]:
    """Every signature over records of a participant, in order, with the number of values that changed since."""
    lapsed: dict[int, int] = {}
    for event in events(kind="sign.voided", participant=participant):
        signature = int((event.payload or {}).get("signature", 0))  # type: ignore[arg-type]
        lapsed[signature] = lapsed.get(signature, 0) + 1
    for event in events(kind="sign.made", participant=participant):
        yield Signature(made=event, voided=lapsed.get(event.seq, 0))
