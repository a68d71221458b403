"""The laboratory section: assays, quantities, rules and words exist, and units fit the items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_options import check_options
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import NUMERIC, forms
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean
from firstdose.values.units import read_unit
from firstdose.values.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Assay
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_laboratory import PlannedAssay
    from firstdose.values.issue import Issue


def check_laboratory(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """FD-P173 to FD-P177, and the words of assays."""
    for planned in protocol.laboratory:
        if planned.activity not in forms(protocol):
            guess = did_you_mean(planned.activity, forms(protocol))
            place = places.of("laboratory", planned.activity)
            yield problem("FD-P173", place, name=planned.activity, guess=guess)
            continue
        entry = load("assays").get(planned.assay)
        if entry is None:
            yield _unknown_assay(planned, places)
            continue
        yield from _quantities(protocol, planned, entry, places)
        yield from _limits(planned, entry, places)
        path = ("laboratory", planned.activity)
        yield from check_options(planned.assay, entry.options, planned.options, places, path)


def _unknown_assay(planned: PlannedAssay, places: Places) -> Issue:
    shelf = load("assays")
    place = places.of("laboratory", planned.activity, "assay")
    guess = did_you_mean(planned.assay, shelf)
    more = f"The shelf has {listed(sorted(shelf))}."
    return problem("FD-P040", place, kind="assay", name=planned.assay, guess=guess, more=more)


def _quantities(protocol: Protocol, planned: PlannedAssay, entry: Assay, places: Places) -> Iterator[Issue]:
    form = forms(protocol)[planned.activity]
    known = {each.name: each for each in entry.yields}
    for row in planned.quantities:
        path = ("laboratory", planned.activity, "quantities", row.item)
        item, quantity = form.item(row.item), known.get(row.quantity)
        if item is None or item.kind not in NUMERIC:
            numeric = [each.name for each in form.items if each.kind in NUMERIC]
            guess = did_you_mean(row.item, numeric)
            yield problem("FD-P174", places.of(*path), activity=form.name, item=row.item, guess=guess)
        elif quantity is None:
            guess = did_you_mean(row.quantity, known)
            words = listed(sorted(known))
            place = places.of(*path, "quantity")
            yield problem("FD-P175", place, assay=entry.name, name=row.quantity, guess=guess, known=words)
        elif not _same_kind(quantity.unit, item.unit):
            place = places.of(*path, "quantity")
            yield problem(
                "FD-P176",
                place,
                item=row.item,
                unit=item.unit or "no unit",
                quantity=row.quantity,
                own=quantity.unit,
            )
        elif quantity.of and not row.analyte:
            yield problem("FD-P177", places.of(*path), quantity=row.quantity, of=quantity.of)


def _same_kind(one: str, other: str) -> bool:
    """Whether a value in one unit can stand in the other; a quantity without unit fits a number without unit."""
    if one == other or not one:  # the assay leaves the unit to its files
        return True
    try:
        return read_unit(one).same_dimension(read_unit(other))
    except Unreadable:
        return False


def _limits(planned: PlannedAssay, entry: Assay, places: Places) -> Iterator[Issue]:
    rules = [rule.name for rule in entry.rules]
    for row in planned.limits:
        if row.rule not in rules:
            place = places.of("laboratory", planned.activity, "limits", row.rule)
            guess, known = did_you_mean(row.rule, rules), listed(rules)
            yield problem("FD-P178", place, assay=entry.name, name=row.rule, guess=guess, known=known)
