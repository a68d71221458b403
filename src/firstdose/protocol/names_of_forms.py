"""The form behind an activity: of the shelf, of a local scale, or of items declared in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from firstdose.catalogue import Instrument, Integrity, Item, Score, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firstdose.catalogue.entries import Per
    from firstdose.protocol.model import Protocol, Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is recorded in an activity. `instrument` is None for a local scale and for items of the file alone.

    `name` is the activity's own word (`PASI_Fredriksson`), `variant` its part after the entry's name. `of_participants`:
    every record is somebody's; a lot of cells is nobody's.
    """

    name: str
    label: str
    per: Per
    items: tuple[Item, ...]
    scores: tuple[Score, ...] = ()
    integrity: tuple[Integrity, ...] = ()
    instrument: Instrument | None = None
    variant: str = ""
    repeats: bool = False
    by_visit: bool = True
    of_participants: bool = True
    verb: str = "is recorded"

    def item(self, name: str) -> Item | None:
        return next((item for item in self.items if item.name == name), None)

    def score(self, name: str) -> Score | None:
        return next((score for score in self.scores if score.name == name), None)


_Answer = TypeVar("_Answer")


def once(compute: Callable[[Protocol], _Answer]) -> Callable[[Protocol], _Answer]:
    """The answer for each of the last protocols, known by identity: to hash a whole protocol costs more than to ask."""
    kept: list[tuple[Protocol, _Answer]] = []

    @wraps(compute)
    def remembered(protocol: Protocol) -> _Answer:
        for known, answer in kept:
            if known is protocol:
                return answer
        answer = compute(protocol)
        kept[:] = [(protocol, answer), *kept[:7]]
        return answer

    return remembered


def find_instrument(name: str) -> tuple[Instrument | None, str]:
    """The shelf entry that answers to this name, and the variant; (None, '') where none does."""
    shelf: Mapping[str, Instrument] = load("instruments")
    if name in shelf:
        return (None, "") if shelf[name].variants else (shelf[name], "")
    for entry in shelf.values():
        variant = name.removeprefix(f"{entry.name}_")
        if variant != name and variant in entry.variants:
            return entry, variant
    return None, ""


def variants_of(name: str) -> tuple[str, ...]:
    """The full names an entry answers to, where the name alone is not enough."""
    entry = load("instruments").get(name)
    return tuple(f"{name}_{variant}" for variant in entry.variants) if entry else ()


def activity_names(protocol: Protocol) -> tuple[str, ...]:
    """Everything an activity may be called: shelf entries with their variants, local scales, forms of the file."""
    shelf = load("instruments")
    ours = [full for name in shelf for full in (variants_of(name) or (name,))]
    local = [scale.name for scale in protocol.scales] + [row.activity for row in protocol.items]
    return tuple(dict.fromkeys([*ours, *local]))


def resolve_activity(protocol: Protocol, name: str) -> Form | None:
    """The form of an activity: from the shelf, a local scale or local items; None where nothing bears the name."""
    scale = next((scale for scale in protocol.scales if scale.name == name), None)
    local = tuple(row.item for row in protocol.items if row.activity == name)
    entry, variant = find_instrument(name)
    if entry:
        form = _from_shelf(entry, variant, name)
    elif scale:
        form = _from_scale(scale)
    elif local:
        form = Form(name=name, label=name.replace("_", " "), per="participant", items=())
    else:
        return None
    row = protocol.activity(name)
    per = row.per if row and form.per != "event" else form.per
    known = {item.name for item in form.items}
    return replace(form, per=per, items=(*form.items, *(item for item in local if item.name not in known)))


@once
def forms(protocol: Protocol) -> Mapping[str, Form]:
    """Activity -> Form of everything scheduled that the catalogue or the file knows, in the order of the schedule."""
    found = {row.activity: resolve_activity(protocol, row.activity) for row in protocol.schedule}
    return {name: form for name, form in found.items() if form is not None}


def _from_shelf(entry: Instrument, variant: str, name: str) -> Form:
    return Form(
        name=name,
        label=f"{entry.label} ({variant})" if variant else entry.label,
        per=entry.per,
        items=entry.items,
        scores=entry.scores,
        integrity=entry.integrity,
        instrument=entry,
        variant=variant,
        repeats=entry.repeats,
        by_visit=entry.by_visit,
        verb=entry.verb,
    )


def _from_scale(scale: Scale) -> Form:
    codes = tuple((str(score), meaning) for score, meaning in scale.anchors)
    item = Item(
        name=scale.name,
        label=scale.label,
        kind="ordinal",
        low=Decimal(scale.low),
        high=Decimal(scale.high),
        codes=codes,
        decimals=0,
    )
    score = Score(
        name=scale.name,
        label=scale.label,
        compute=itemgetter(scale.name),
        low=scale.low,
        high=scale.high,
        decimals=0,
        direction="neither",
    )
    return Form(
        name=scale.name, label=scale.label, per="participant", items=(item,), scores=(score,), verb="is rated"
    )
