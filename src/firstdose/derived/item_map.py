"""The map of items of an amendment: which stay as they are, are new, retired, changed, or go on under another name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from firstdose.records.log.tables import known_forms
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Item
    from firstdose.protocol.model import Protocol

Named = tuple[str, str]  # form, item
Renamed = dict[Named, str]  # a retired item > the item of the same form under whose name it goes on
Became = Literal["same", "new", "retired", "changed", "renamed"]

NOTHING: Mapping[Named, str] = MappingProxyType({})
_TOLD = ("kind", "unit", "codes", "decimals", "lloq", "uloq", "required", "label")


@dataclass(frozen=True, slots=True, order=True)
class MappedItem:
    """What becomes of an item: `now` its new name where it is renamed; in words what differs."""

    form: str
    item: str
    what: Became
    now: str = ""
    sentence: str = ""


def map_items(old: Protocol, new: Protocol, renamed: Mapping[Named, str] = NOTHING) -> tuple[MappedItem, ...]:
    """Every item of both versions, by form and name. `renamed`: as somebody declared and `untrue` let pass."""
    before, after = _items(old), _items(new)
    names = {(form, now) for (form, _item), now in renamed.items()}
    return tuple(
        sorted(_mapped(at, before, after, renamed) for at in {*before, *after} - (names - {*before}))
    )


def _mapped(
    at: Named, before: Mapping[Named, Item], after: Mapping[Named, Item], renamed: Mapping[Named, str]
) -> MappedItem:
    if at not in before:
        return MappedItem(*at, "new")
    now = renamed.get(at, at[1])
    if (at[0], now) not in after:
        return MappedItem(*at, "retired")
    told = "; ".join(_differences(before[at], after[at[0], now]))
    if now != at[1]:
        return MappedItem(*at, "renamed", now, told)
    return MappedItem(*at, "changed" if told else "same", "", told)


def _items(protocol: Protocol) -> dict[Named, Item]:
    return {(form.name, item.name): item for form in known_forms(protocol).values() for item in form.items}


def _differences(old: Item, new: Item) -> Iterator[str]:
    if (old.low, old.high) != (new.low, new.high):
        yield f"limits: {_limits(old)}, now {_limits(new)}"
    for name in _TOLD:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: {_word(before)}, now {_word(after)}"


def _limits(item: Item) -> str:
    return " .. ".join("" if limit is None else plain(limit) for limit in (item.low, item.high)).strip()


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(code for code, _label in value) or "none"
    return "none" if value is None or value == "" else str(value)


# -------------------------------------------------------------------------------------------------------- renaming


def may_become(old: Protocol, new: Protocol) -> dict[Named, tuple[str, ...]]:
    """Retired item > the new items of its form that mean the same kind of answer: same kind, unit and codes."""
    before, after = _items(old), _items(new)
    found = {
        (form, name): tuple(
            other
            for (place, other), item in after.items()
            if place == form and (place, other) not in before and _alike(before[form, name], item)
        )
        for form, name in before
        if (form, name) not in after
    }
    return {at: names for at, names in found.items() if names}


def _alike(old: Item, new: Item) -> bool:
    return (old.kind, old.unit, old.codes) == (new.kind, new.unit, new.codes)


def untrue(old: Protocol, new: Protocol, renamed: Mapping[Named, str]) -> tuple[tuple[str, str, str], ...]:
    """(form, item, new name) of declared names that cannot be: no such items, another kind of answer, or one name twice."""
    known = may_become(old, new)
    times = Counter((form, now) for (form, _item), now in renamed.items())
    return tuple(
        (*at, now)
        for at, now in sorted(renamed.items())
        if now not in known.get(at, ()) or times[at[0], now] > 1
    )
