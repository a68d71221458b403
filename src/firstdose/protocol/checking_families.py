"""Families: members that are tests, shares of a level, graphs that lead somewhere, an order without circles."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_words import is_declared, problem
from firstdose.protocol.planned import (
    contrasts_of,
    endpoint_of,
    has_direction,
    method_of,
    owner_of,
)
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Method
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Edge, Family, Protocol
    from firstdose.values.issue import Issue

_CHANGES = frozenset({"change", "percent change", "worst change"})


def check_families(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Every family, and the edges of those judged by a graph."""
    yield from _members(protocol, places)
    for family in protocol.families:
        if not 0 < family.alpha < 1:
            alpha = places.of("families", family.family, "alpha")
            yield problem("FD-P092", alpha, family=family.family, alpha=family.alpha)
        yield from _weights(family, places)
        yield from _after(protocol, family, places)
        yield from _signs(protocol, family, places)
    yield from _graph(protocol, places)


# ------------------------------------------------------------------------------------------------------- members


def _members(protocol: Protocol, places: Places) -> Iterator[Issue]:
    seen: dict[str, str] = {}
    for family in protocol.families:
        place = places.of("families", family.family, "members")
        for name in family.members:
            if name in seen:
                yield problem("FD-P085", place, endpoint=name, first=seen[name], second=family.family)
            seen.setdefault(name, family.family)
            yield from _member(protocol, family, name, places)


def _member(protocol: Protocol, family: Family, name: str, places: Places) -> Iterator[Issue]:
    owner = owner_of(protocol, name)
    method, analysis = method_of(protocol, owner), protocol.analysis(owner)
    place = places.of("families", family.family, "members")
    contrast = contrasts_of(protocol).get(name)
    if method is not None and not method.tests and family.method != "none":
        yield problem("FD-P084", place, endpoint=name, family=family.family, method=method.name)
    elif owner != name and contrast and contrast[1].test == "descriptive" and family.method != "none":
        yield problem("FD-P129", place, contrast=name, family=family.family)
    elif owner == name and method and analysis and _lacks_direction(name, method, places):
        yield problem("FD-P089", places.of("analyses", name), endpoint=name, family=family.family)


def _lacks_direction(endpoint: str, method: Method, places: Places) -> bool:
    return has_direction(method) and not is_declared(places, "analyses", endpoint, "direction")


# ------------------------------------------------------------------------------------------------- weights, order


def _weights(family: Family, places: Places) -> Iterator[Issue]:
    """One share a member, none negative, together at most the whole level."""
    weights, count = family.weights, len(family.members)
    if not weights:
        return
    total = sum(weights)
    why = remedy = ""
    procedure = load("methods.multiplicity").get(family.method.replace(" ", "_"))
    if procedure is None or "weights" not in procedure.takes:
        why = f"is judged by {family.method}, which has no weights"
        remedy = "Take weights away, or judge it by fallback or graph."
    elif len(weights) != count:
        why = f"has {len(weights)} weight{'' if len(weights) == 1 else 's'} and {count} members"
        remedy = "Write one weight for each member, in their order."
    elif min(weights) < 0 or total > 1:
        why = f"has weights that sum to {plain(total)}" if total > 1 else "has a weight below 0"  # type: ignore[arg-type]
        remedy = "Write shares from 0 to 1 that sum to 1 at most."
    if why:
        place = places.of("families", family.family, "weights")
        yield problem("FD-P124", place, family=family.family, why=why, remedy=remedy)


def _after(protocol: Protocol, family: Family, places: Places) -> Iterator[Issue]:
    known = [row.family for row in protocol.families]
    for name in family.after:
        place = places.of("families", family.family, "after", name)
        guess, why = "", ""
        if name not in known:
            guess, why = did_you_mean(name, known), "which is not defined"
        elif name == family.family:
            why = "which is itself"
        elif family.family in _before(protocol, name) and _is_first(protocol, family.family, name):
            why = "which itself waits for it"
        if why:
            yield problem("FD-P126", place, family=family.family, after=name, why=why, guess=guess)


def _is_first(protocol: Protocol, family: str, name: str) -> bool:
    """Whether no family before this one is in the same circle: a circle is told once."""
    circle = [
        row.family
        for row in protocol.families
        if row.family in _before(protocol, name) and family in _before(protocol, row.family)
    ]
    return circle[0] == family


def _before(protocol: Protocol, family: str) -> set[str]:
    """The family and all that must come before it."""
    waits = {row.family: row.after for row in protocol.families}
    found, pending = {family}, [family]
    while pending:
        new = [name for name in waits.get(pending.pop(), ()) if name not in found]
        found |= {*new}
        pending += new
    return found


def _signs(protocol: Protocol, family: Family, places: Places) -> Iterator[Issue]:
    """A joint sign flip needs one change of each participant in each member."""
    if family.method != "joint sign flip":
        return
    for name in family.members:
        endpoint, method = endpoint_of(protocol, name), method_of(protocol, owner_of(protocol, name))
        if not owner_of(protocol, name) or method is None:
            continue
        if endpoint is None or endpoint.kind not in _CHANGES or method.design != "paired":
            place = places.of("families", family.family, "members")
            yield problem("FD-P127", place, family=family.family, member=name)


# --------------------------------------------------------------------------------------------------------- graph


def _graph(protocol: Protocol, places: Places) -> Iterator[Issue]:
    families = {family.family: family for family in protocol.families}
    given: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for edge in protocol.graph:
        given[edge.family, edge.source] += edge.share
        why, remedy = _astray(edge, families, given[edge.family, edge.source])
        if why:
            yield problem("FD-P125", places.of("graph", edge.edge), edge=edge.edge, why=why, remedy=remedy)
    drawn = {edge.family for edge in protocol.graph}
    for family in protocol.families:
        if family.method == "graph" and family.family not in drawn:
            place = places.of("families", family.family, "method")
            remedy = "Add the section graph: which share of a rejected test's level goes where."
            why = "is judged by a graph that has no edge"
            yield problem("FD-P124", place, family=family.family, why=why, remedy=remedy)


def _astray(edge: Edge, families: dict[str, Family], given: Decimal) -> tuple[str, str]:
    """(what is wrong with an edge, what to do); ('', '') where it is right."""
    family = families.get(edge.family)
    if family is None:
        guess = did_you_mean(edge.family, families)
        return f"belongs to '{edge.family}', which is no family", f"{guess}Name one of {listed(families)}."
    if family.method != "graph":
        return (
            f"belongs to '{edge.family}', which is judged by {family.method}",
            "Write method: graph, or take it away.",
        )
    for name in (edge.source, edge.target):
        if name not in family.members:
            guess = did_you_mean(name, family.members)
            return f"names {name}, which is no member", f"{guess}The members are {listed(family.members)}."
    if edge.source == edge.target:
        return "leads back to where it starts", "Name another member."
    if given > 1:
        return f"brings what leaves {edge.source} to {plain(given)}", "Give away the whole level at most: 1."
    return "", ""
