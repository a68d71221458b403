"""The records now, and as they would be with values that are meant but not saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.records.log.state import with_texts
from firstdose.records.log.tables import FIRST_LINE, read_state, records_in_order
from firstdose.web.audit.reading import head
from firstdose.web.audit.snapshot import reading_now, state_now
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.records.snapshot import Snapshot

__all__ = ["Now", "as_if", "now_on_record", "record_at", "state_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The protocol in force and the records at the head of the log."""

    protocol: Protocol
    snapshot: Snapshot
    seq: int
    head: str


def now_on_record() -> Now:
    """What decisions are made from; the Snapshot is computed once for each head of the log."""
    seq, hash_ = head()
    return Now(protocol=current().protocol, snapshot=reading_now().snapshot, seq=seq, head=hash_)


def as_if(state: State, record: Key, values: Mapping[str, str]) -> Snapshot:
    """The records if these values of one record were saved as well: a passing look, without gaps of what is due."""
    texts = {replace(record, item=item): text for item, text in values.items()}
    return read_state(current().protocol, with_texts(state, texts), passing=True).snapshot


def record_at(state: State, form: str, line: int) -> Key | None:
    """The record behind a line of the table of a form."""
    keys = records_in_order(current().protocol, state, form)
    place = line - FIRST_LINE
    return keys[place] if 0 <= place < len(keys) else None
