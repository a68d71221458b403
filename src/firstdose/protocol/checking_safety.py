"""The safety section: stopping rules, the design's words, the watch and the scenarios, each able to do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_counted import check_counted
from firstdose.protocol.checking_local import check_local, check_rates
from firstdose.protocol.checking_options import is_value
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import names_in_sight
from firstdose.protocol.rule import read_rule, walk
from firstdose.protocol.rule.nodes import And, Chain, Compare, Number, Value
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import Place, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.catalogue import Option
    from firstdose.catalogue.entries import EscalationDesign, StoppingRule
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import PlannedStop, Protocol, Safety
    from firstdose.protocol.rule import Node
    from firstdose.values.issue import Issue

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def check_safety(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Words that the rule of escalation is made of, and the days on which it stands."""
    safety = protocol.safety
    if safety is None:
        return
    yield from _design(protocol, safety, places)
    yield from check_counted(protocol, safety, _counts(protocol, safety), places)
    for stop in safety.stopping:
        yield from _stop(protocol, stop, places)
    yield from _scenarios(protocol, safety, places)
    yield from _watch(protocol, safety, places)
    yield from check_local(protocol, safety, places)


def _levels(protocol: Protocol) -> int:
    return len(protocol.intervention.dose_levels) if protocol.intervention else 0


def _design(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    entry = load("designs").get(safety.design)
    levels = protocol.intervention.dose_levels if protocol.intervention else ()
    if entry is None or entry.make is None or not levels:
        return
    place = places.of("safety", "design")
    if safety.dlt_until is None:
        yield problem("FD-P157", place, design=entry.label)
    said = dict(safety.keys)
    if all(is_value(option, said.get(option.name) or option.default) for option in entry.keys):
        why = _refused(protocol, entry, said)
        if why:
            mended = [key for key in said if not _refused(protocol, entry, {**said, key: ""})]
            at = places.of("safety", mended[0]) if mended else place
            yield problem("FD-P152", at, name=entry.label, why=why)


def _counts(protocol: Protocol, safety: Safety) -> str:
    """What the design counts; empty where none can be made, or nothing escalates."""
    entry = load("designs").get(safety.design)
    if entry is None or entry.make is None or not _levels(protocol):
        return ""
    try:
        made = entry.make(words_of_design(protocol, entry), _levels(protocol))
    except ValueError:
        return ""
    return str(getattr(made, "counts", "toxicities"))


def _refused(protocol: Protocol, entry: EscalationDesign, said: Mapping[str, str]) -> str:
    """Why the design cannot be made of these words; empty where it can."""
    levels = protocol.intervention.dose_levels if protocol.intervention else ()
    assert entry.make is not None
    try:
        entry.make(words_of_design(protocol, entry, said), len(levels))
    except ValueError as why:
        return str(why)
    return ""


def words_of_design(
    protocol: Protocol, entry: EscalationDesign, said: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What the safety section says for a design, the declared default of everything else, the doses where they are asked."""
    safety = protocol.safety
    written = dict(safety.keys if safety else ()) if said is None else said
    words = _words(entry.keys, written)
    if "amounts" in words and not words["amounts"].strip():
        words["amounts"] = _amounts(protocol)
    return words


def _amounts(protocol: Protocol) -> str:
    """The dose of each level in the unit of the first; blank where the units are not alike."""
    doses = [level.dose for level in protocol.intervention.dose_levels] if protocol.intervention else []
    alike = [each for each in doses if each.unit.dimension == doses[0].unit.dimension]
    if len(alike) < len(doses):
        return " "
    return " ".join(str(each.to(doses[0].unit.symbol).value) for each in doses)


def _words(keys: Iterable[Option], said: Mapping[str, str]) -> dict[str, str]:
    return {key.name: said.get(key.name) or key.default for key in keys}


def _stop(protocol: Protocol, stop: PlannedStop, places: Places) -> Iterator[Issue]:
    """A rule that no shelf knows is told with the other names."""
    entry = load("designs.stopping").get(stop.rule)
    if entry is None:
        return
    place = places.of("safety", "stopping", stop.stop, "with")
    found = [*_options(entry, stop, place)]
    yield from found
    if not found:
        words = _words(entry.keys, dict(stop.options))
        most = protocol.trial.participants
        try:
            entry.make(words, most)
        except ValueError as why:
            yield problem("FD-P152", place, name=f"stopping rule {stop.stop}", why=why)


def _options(entry: StoppingRule, stop: PlannedStop, place: Place) -> Iterator[Issue]:
    known = {option.name: option for option in entry.keys}
    for name, value in stop.options:
        if name not in known:
            names = listed(list(known))
            guess = did_you_mean(name, known)
            yield problem("FD-P150", place, rule=entry.label, what=f"'{name}'", guess=guess, known=names)
        elif not is_value(known[name], value):
            words = listed(list(known[name].values), "or") if known[name].values else "a number"
            guess, what = did_you_mean(value, known[name].values), f"{name} '{value}'"
            yield problem("FD-P150", place, rule=entry.label, what=what, guess=guess, known=words)
    said = dict(stop.options)
    for option in entry.keys:
        if not option.default and option.name not in said:
            yield problem("FD-P151", place, rule=entry.label, key=option.name, meaning=option.meaning)


def _scenarios(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    for each in safety.scenarios:
        place = places.of("safety", "scenarios", each.scenario, "rates")
        yield from check_rates(each.scenario, each.rates, _levels(protocol), place)


def _watch(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    until = safety.dlt_until
    if until is None:
        return
    place = places.of("safety", "dlt_until")
    if safety.dlt:
        rule, _ = read_rule(safety.dlt, names_in_sight(protocol, "dlt"), Place(""))
        last = None if rule is None else _last_day(rule.node)
        if last is not None and last > until:
            yield problem("FD-P156", place, day=last, until=until)
    if safety.sentinel is not None and safety.sentinel.days > until:
        sentinel = places.of("safety", "sentinel")
        yield problem("FD-P158", sentinel, sentinel=safety.sentinel.days, until=until)
    if protocol.visits and not any(visit.day >= until for visit in protocol.visits):
        yield problem("FD-P159", place, until=until)


def _last_day(node: Node) -> int | None:
    """The last day that a rule lets count: the smallest upper limit of `day` among what must all hold; None: no limit."""
    limits = [limit for part in _all_of(node) if (limit := _limit(part)) is not None]
    if limits:
        return min(limits)
    nested = [
        limit for part in walk(node) if isinstance(part, Compare) and (limit := _limit(part)) is not None
    ]
    return max(nested, default=None)


def _all_of(node: Node) -> Iterator[Node]:
    """The parts that must all hold."""
    if isinstance(node, And | Chain):
        for part in node.parts:
            yield from _all_of(part)
    else:
        yield node


def _limit(node: Node) -> int | None:
    """`day <= 28`, `day < 29` or the same turned round: 28."""
    if not isinstance(node, Compare):
        return None
    operator, left, right = str(node.operator), node.left, node.right
    if isinstance(right, Value) and operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    if not (isinstance(left, Value) and left.name == "day" and isinstance(right, Number)):
        return None
    last = int(right.value)
    if operator == "<":
        return last - 1 if right.value == last else last
    return last if operator in {"<=", "=="} else None
