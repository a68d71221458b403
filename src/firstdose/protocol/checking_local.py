"""Local toxicity in the safety section: whose it is, how many lesions there are, and the rates of its scenarios."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import names_in_sight
from firstdose.protocol.rule import read_rule
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol, Safety
    from firstdose.values.issue import Issue

# Designs whose decision is a table of (n, toxicities) at one level, so that any number of lesions has an answer.
BY_TABLE = ("boin", "keyboard", "i3_plus_3")
# What is left at its default where nobody wrote it.
_USUAL = {
    "local_dlt_from": 1,
    "design_counts": "participant",
    "treated_lesions": None,
    "lesion_levels": "same",
    "local_scenarios": (),
}


def check_local(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    """FD-P160 to FD-P165: the words about lesions, together."""
    written = [key for key, usual in _USUAL.items() if getattr(safety, key) != usual]
    if not safety.local_dlt:
        for key in written:
            yield problem("FD-P161", places.of("safety", key), key=key)
        return
    given = protocol.intervention
    if given is not None and given.unit_of_dosing == "participant":
        yield problem("FD-P160", places.of("safety", "local_dlt"))
    yield from _numbers(protocol, safety, places)
    yield from _rules(protocol, safety, places)
    levels = len(given.dose_levels) if given else 0
    for each in safety.local_scenarios:
        for column, rates in (("local", each.local), ("systemic", each.systemic)):
            place = places.of("safety", "local_scenarios", each.scenario, column)
            yield from check_rates(each.scenario, rates, levels, place)


def check_rates(scenario: str, rates: Sequence[Decimal], levels: int, place: Place) -> Iterator[Issue]:
    """FD-P153 to FD-P155: a rate a dose level, from 0 to 1, that does not fall."""
    if levels and len(rates) != levels:
        yield problem("FD-P153", place, scenario=scenario, count=len(rates), levels=levels)
    wrong = [rate for rate in rates if not 0 <= rate <= 1]
    if wrong:
        yield problem("FD-P154", place, scenario=scenario, rate=f"{wrong[0]:f}")
        return
    falling = next(((low, high) for low, high in pairwise(rates) if high < low), None)
    if falling:
        before, after = (f"{rate:f}" for rate in falling)
        yield problem("FD-P155", place, scenario=scenario, before=before, after=after)


def _numbers(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    counts, least = safety.treated_lesions, safety.local_dlt_from
    if counts is None:
        if safety.local_scenarios:
            place = places.of("safety", "local_scenarios")
            yield problem("FD-P162", place, key="local_scenarios", lesion=protocol.lesion_word)
        return
    place = places.of("safety", "treated_lesions")
    if counts[0] < 1:
        why = f"a participant has {counts[0]} {protocol.lesion_word}s and is treated all the same"
        yield problem("FD-P163", place, why=why, key="treated_lesions")
    elif least > counts[1]:
        why = f"local_dlt_from is {least}, and at most {counts[1]} {protocol.lesion_word}s are treated"
        yield problem("FD-P163", places.of("safety", "local_dlt_from"), why=why, key="one of them")


def _rules(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    """A systemic rule that sees local events too; a design that cannot count lesions."""
    if safety.dlt:
        rule, _ = read_rule(safety.dlt, names_in_sight(protocol, "dlt"), Place(""))
        if rule is not None and not {"systemic", "lesion"} & {*rule.names}:
            yield problem("FD-P164", places.of("safety", "dlt"), lesion=protocol.lesion_word)
    entry = load("designs").get(safety.design)
    if safety.design_counts == "lesion" and entry is not None and safety.design not in BY_TABLE:
        place = places.of("safety", "design_counts")
        yield problem("FD-P165", place, design=entry.label, lesion=protocol.lesion_word)
