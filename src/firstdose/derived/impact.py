"""What an amendment does to what is on record: values that read otherwise, records no longer or newly due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from firstdose.derived.item_map import NOTHING
from firstdose.derived.timing import derive_visit_days
from firstdose.records.cells import EMPTY, NO_COLUMN, NO_RECORD, read_cell
from firstdose.records.log.event import Key
from firstdose.records.log.tables import known_forms, read_state
from firstdose.records.snapshot import KEYS
from firstdose.records.visits import PARTICIPANTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Item
    from firstdose.derived.item_map import Named
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.state import State
    from firstdose.records.snapshot import Snapshot

What = Literal[
    "no longer asked",
    "renamed",
    "unit changed",
    "reads otherwise",
    "no longer planned",
    "window changed",
    "newly due",
    "newly asked",
]


@dataclass(frozen=True, slots=True, order=True)
class Affected:
    """A value or record on which a new version of the protocol bears: which, what happens to it, and in words how."""

    key: Key
    what: What
    sentence: str


def derive_impact(
    old: Protocol, new: Protocol, state: State, renamed: Mapping[Named, str] = NOTHING
) -> tuple[Affected, ...]:
    """Everything on record that the new version touches, by key. The records themselves stay as they are.

    `renamed`: (form, item) > its name in the new version, as somebody declared. Values on record keep the name under which
    they were entered, verified and signed; whoever reads them finds them listed here.
    """
    before, after = read_state(old, state).snapshot, read_state(new, state).snapshot
    found = {
        *_values(old, new, state, renamed),
        *_records(old, new, state),
        *_windows(old, before, new, after),
        *_due(before, after, known_forms(new)),
    }
    return tuple(sorted(found))


def _values(old: Protocol, new: Protocol, state: State, renamed: Mapping[Named, str]) -> Iterator[Affected]:
    """Values whose item is gone, has another unit, or whose text is read otherwise."""
    before, after = known_forms(old), known_forms(new)
    for key, value in state.values.items():
        known = _item(before.get(key.form), key.item)
        if not value.text or known is None or key.item in KEYS:
            continue
        item = _item(after.get(key.form), key.item)
        said = f"{key.item} = {value.text}"
        now = renamed.get((key.form, key.item))
        if item is None and now:
            yield Affected(
                key,
                "renamed",
                f"{said}: asked for as {now} from now on. It stays on record under its old name.",
            )
        elif item is None:
            yield Affected(key, "no longer asked", f"{said}: the new version does not ask for it.")
        elif item.unit != known.unit:
            yield Affected(
                key, "unit changed", f"{said} {known.unit}: its unit is now {item.unit or 'none'}."
            )
        elif told := _read_otherwise(known, item, value.text):
            yield Affected(key, "reads otherwise", f"{said}: {told}")


def _item(form: Form | None, name: str) -> Item | None:
    return form.item(name) if form else None


def _read_otherwise(old: Item, new: Item, text: str) -> str:
    """How the same text is judged now; '' where nothing changes."""
    before, after = read_cell(old, text), read_cell(new, text)
    known, now = {fault.code for fault in before.faults}, {fault.code for fault in after.faults}
    if fresh := [fault.message for fault in after.faults if fault.code not in known]:
        return " ".join(fresh)
    if now != known:
        return "it was remarked upon and no longer is."
    return (
        ""
        if (before.value, before.comparator) == (after.value, after.comparator)
        else f"it is now {after.value}."
    )


def _records(old: Protocol, new: Protocol, state: State) -> Iterator[Affected]:
    """Records at visits that are no more planned, or of activities no more scheduled there."""
    planned = {visit.visit for visit in old.visits}, {visit.visit for visit in new.visits}
    for key, record in state.records.items():
        if record.struck or key.form == PARTICIPANTS or not key.visit:
            continue
        if key.visit in planned[0] and key.visit not in planned[1]:
            yield Affected(key, "no longer planned", f"{key.visit} is not in the new version.")
        elif _is_due(old, key) and not _is_due(new, key):
            yield Affected(
                key, "no longer planned", f"{key.form} is not planned at {key.visit} in the new version."
            )


def _is_due(protocol: Protocol, key: Key) -> bool:
    row = protocol.activity(key.form)
    return key.form == VISITS or (row is not None and key.visit in row.at)


def _windows(old: Protocol, before: Snapshot, new: Protocol, after: Snapshot) -> Iterator[Affected]:
    """Visits whose day lies on another side of the window now."""
    was, now = _off(old, before), _off(new, after)
    for who, visit in sorted(was.keys() & now.keys()):
        if (was[who, visit] == 0) != (now[who, visit] == 0):
            side = "inside" if now[who, visit] == 0 else "outside"
            yield Affected(Key(who, visit, VISITS), "window changed", f"{visit} now lies {side} its window.")


def _off(protocol: Protocol, snapshot: Snapshot) -> dict[tuple[str, str], int]:
    days = derive_visit_days(protocol, snapshot).filter(pl.col("off").is_not_null())
    return {(who, visit): off for who, visit, off in days.select("participant", "visit", "off").iter_rows()}


def _due(before: Snapshot, after: Snapshot, forms: Mapping[str, Form]) -> Iterator[Affected]:
    """Records and values that the new version wants of visits that took place, and the old one did not."""
    for key in sorted(_wanted(after) - _wanted(before)):
        item = _item(forms.get(key.form), key.item)
        if not key.item:
            yield Affected(
                key, "newly due", f"{key.form} is now due at {key.visit or 'no visit'} and has no record."
            )
        elif item is not None and item.required:
            yield Affected(key, "newly asked", f"{key.item} is now asked for and has no value.")


def _wanted(snapshot: Snapshot) -> set[Key]:
    """Records and values that are missing without a reason."""
    gaps = snapshot.gaps.filter(pl.col("reason").is_in([NO_RECORD, NO_COLUMN, EMPTY]))
    return {
        Key(
            row["participant"] or "",
            row["visit"] or "",
            row["activity"],
            row["lesion"] or "",
            row["item"] or "",
        )
        for row in gaps.iter_rows(named=True)
    }
