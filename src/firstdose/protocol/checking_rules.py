"""Rules: each is read where it stands, with the names in sight of its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.rule import read_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.rule import Name
    from firstdose.values.issue import Issue, Place


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule where it stands: the names in sight, what it must yield, and the words for its place."""

    text: str
    place: Place
    names: Mapping[str, Name]
    where: str
    expects: Literal["truth", "number"] | None = "truth"
    unit: str | None = None


def check_rules(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Every rule of the file, read with its types; then derivations that stand on themselves."""
    visits = [visit.visit for visit in protocol.visits]
    for rule in _rules(protocol, places):
        _, issues = read_rule(
            rule.text, rule.names, rule.place, visits, rule.expects, unit=rule.unit, where=rule.where
        )
        yield from issues
    yield from _circles(protocol, places)


def _rules(protocol: Protocol, places: Places) -> Iterator[Placed]:
    yield from _safety(protocol, places)
    names = names_in_sight(protocol, "eligibility")
    for criterion in protocol.eligibility:
        place = places.of("eligibility", criterion.criterion, "rule")
        yield Placed(
            criterion.rule, place, names, "in a criterion, which sees what is recorded before treatment"
        )
    names = names_in_sight(protocol, "derivation")
    for step in protocol.derivations:
        place = places.of("derivations", step.variable, "rule")
        yield Placed(step.rule, place, names, "in a derivation", None, step.unit or None)
    for check in protocol.checks:
        names = names_in_sight(protocol, "check", check.activity)
        place = places.of("checks", check.check, "rule")
        yield Placed(check.rule, place, names, "in a check")
    yield from _branches(protocol, places)
    names = names_in_sight(protocol, "analysis_set")
    for row in protocol.analysis_sets:
        place = places.of("analysis_sets", row.name, "rule")
        yield Placed(row.rule, place, names, "in the rule of an analysis set")
    for estimand in protocol.estimands:
        if estimand.where:
            names = names_in_sight(protocol, "where", _activity_of(protocol, estimand.endpoints))
            place = places.of("estimands", estimand.name, "where")
            yield Placed(estimand.where, place, names, "in the 'where' of an estimand")


def _branches(protocol: Protocol, places: Places) -> Iterator[Placed]:
    for branch in protocol.branching:
        if branch.activity in forms(protocol):
            names = names_in_sight(protocol, "branching", branch.activity)
            yield Placed(
                branch.rule, places.of("branching", branch.named, "asked_when"), names, "under branching"
            )


def _safety(protocol: Protocol, places: Places) -> Iterator[Placed]:
    safety = protocol.safety
    if safety is None:
        return
    counts = names_in_sight(protocol, "counts")
    if safety.dlt:
        yield Placed(safety.dlt, places.of("safety", "dlt"), names_in_sight(protocol, "dlt"), "in a DLT rule")
    if safety.local_dlt:
        place = places.of("safety", "local_dlt")
        yield Placed(safety.local_dlt, place, names_in_sight(protocol, "dlt"), "in a DLT rule")
    if safety.graded:
        place = places.of("safety", "graded")
        yield Placed(safety.graded, place, names_in_sight(protocol, "dlt"), "in a DLT rule")
    if safety.pause_when:
        yield Placed(safety.pause_when, places.of("safety", "pause_when"), counts, "in a stopping rule")
    if safety.stop_when:
        yield Placed(safety.stop_when, places.of("safety", "stop_when"), counts, "in a stopping rule")


def _activity_of(protocol: Protocol, endpoints: tuple[str, ...]) -> str:
    named = [endpoint.measure for endpoint in protocol.endpoints if endpoint.endpoint in endpoints]
    return named[0].partition(".")[0] if named else ""


def _circles(protocol: Protocol, places: Places) -> Iterator[Issue]:
    names = names_in_sight(protocol, "derivation")
    visits = [visit.visit for visit in protocol.visits]
    stands_on: dict[str, set[str]] = {}
    for step in protocol.derivations:
        rule, _ = read_rule(step.rule, names, places.of("derivations", step.variable), visits)
        stands_on[step.variable] = {*rule.names, *(name for name, _ in rule.lags)} if rule else set()
    for name in stands_on:
        if name in _below(name, stands_on):
            yield problem("FD-P094", places.of("derivations", name, "rule"), name=name)


def _below(name: str, stands_on: Mapping[str, set[str]]) -> set[str]:
    """Everything that a derivation stands on, directly or through others."""
    found: set[str] = set()
    pending = set(stands_on[name])
    while pending:
        one = pending.pop()
        found.add(one)
        pending |= stands_on.get(one, set()) - found
    return found
