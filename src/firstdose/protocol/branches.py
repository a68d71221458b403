"""Branches of a form, read once: their rules, in an order in which each comes after those it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.names_of_forms import once
from firstdose.protocol.rule import read_rule
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.rule import Rule


@dataclass(frozen=True, slots=True)
class ReadBranch:
    """An item that is asked where its rule does not say no."""

    item: str
    rule: Rule


@once
def read_branches(protocol: Protocol) -> Mapping[str, tuple[ReadBranch, ...]]:
    """Activity -> its branches, each after those it stands on; a rule that cannot be read counts as none."""
    visits = [visit.visit for visit in protocol.visits]
    found: dict[str, list[ReadBranch]] = {}
    for branch in protocol.branching:
        if branch.activity not in forms(protocol):
            continue
        names = names_in_sight(protocol, "branching", branch.activity)
        rule, _ = read_rule(branch.rule, names, Place(""), visits, "truth")
        if rule is not None:
            found.setdefault(branch.activity, []).append(ReadBranch(branch.item, rule))
    return {activity: tuple(_in_order(branches)) for activity, branches in found.items()}


def stands_on(protocol: Protocol, activity: str) -> dict[str, frozenset[str]]:
    """Item of a branch -> the items its rule names."""
    return {branch.item: branch.rule.names for branch in read_branches(protocol).get(activity, ())}


def deciding_items(protocol: Protocol, activity: str, item: str) -> tuple[str, ...]:
    """The items that decide whether this one is asked, directly or through others, by name."""
    below = stands_on(protocol, activity)
    found: set[str] = set()
    pending = set(below.get(item, frozenset()))
    while pending:
        found |= pending
        pending = {name for each in pending for name in below.get(each, frozenset())} - found
    return tuple(sorted(found))


def _in_order(branches: Iterable[ReadBranch]) -> list[ReadBranch]:
    """In a circle, which is told as an Issue, they stay as they stand."""
    pending, ordered = list(branches), []
    while pending:
        waiting = {branch.item for branch in pending}
        free = [branch for branch in pending if not branch.rule.names & (waiting - {branch.item})]
        ordered += free or pending
        pending = [branch for branch in pending if branch not in ordered]
    return ordered
