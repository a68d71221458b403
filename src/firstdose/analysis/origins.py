"""Which records stand behind who is analysed, in which group, on which day, and who is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.analysis.results import Source
from firstdose.derived.rules import items_behind, names_of, rule_of
from firstdose.derived.timing import ADMINISTRATION
from firstdose.protocol.names import CONSENT, END
from firstdose.records.visits import PARTICIPANTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.analysis.plan import Plan
    from firstdose.protocol.model import Protocol

EVERYBODY = Source(PARTICIPANTS)
TREATED = Source(ADMINISTRATION, ("participant",))  # that there is a record, whatever it says
ENDED = Source(END, ("status",))


def of_names(protocol: Protocol, names: Iterable[str]) -> tuple[Source, ...]:
    """Records behind names of a rule; `treated` stands on there being an injection."""
    wanted = set(names)
    facts = {"all": EVERYBODY, "treated": TREATED}
    items = items_behind(protocol, wanted - facts.keys())
    return (
        *(source for name, source in facts.items() if name in wanted),
        *(Source(activity, behind) for activity, behind in items.items()),
    )


def of_set(protocol: Protocol, name: str) -> tuple[Source, ...]:
    """Records that decide who is in an analysis set."""
    rule = next((each.rule for each in protocol.analysis_sets if each.name == name), name)
    return of_names(protocol, names_of(rule_of(protocol, rule, "analysis_set")))


def of_eligibility(protocol: Protocol) -> tuple[Source, ...]:
    rules = (rule_of(protocol, each.rule, "eligibility") for each in protocol.eligibility)
    return of_names(protocol, {name for rule in rules for name in names_of(rule)})


def of_grouping(protocol: Protocol, by: str) -> tuple[Source, ...]:
    """Records that decide the level of a grouping; nothing where there is none."""
    return of_names(protocol, [by]) if by else ()


def of_day_zero(protocol: Protocol) -> tuple[Source, ...]:
    """Records that fix day 0: dates of injections, else of the visits planned on it."""
    row = protocol.activity(ADMINISTRATION)
    visits = [*(visit.visit for visit in protocol.visits if visit.day == 0), *(row.at if row else ())]
    return (Source(ADMINISTRATION, ("date",)), Source(VISITS, ("date",), tuple(dict.fromkeys(visits))))


def of_absence(excluded: tuple[tuple[str, str], ...], visits: tuple[str, ...]) -> tuple[Source, ...]:
    """Records that say why somebody is left out: the visits, missed or not."""
    those = tuple(dict.fromkeys(name for name, _ in excluded))
    return (Source(VISITS, ("status", "reason"), visits, those),) if those else ()


def of_deviations(protocol: Protocol, kind: str) -> tuple[Source, ...]:
    """Records that a kind of deviation follows from."""
    if kind == "visit outside its window":
        return (Source(VISITS, ("date",)), *of_day_zero(protocol))
    if kind == "visit missed":
        return (Source(VISITS, ("status", "reason")),)
    if kind in {"before consent", "consent missing"}:
        dated = (Source(row.activity, ("date",)) for row in protocol.schedule if row.activity != CONSENT)
        return (Source(CONSENT, ("consent_date",)), Source(VISITS, ("status", "date")), *dated)
    if kind == "eligibility":
        return (TREATED, *of_eligibility(protocol))
    return (Source("lesion_map"), Source(ADMINISTRATION), Source("cell_product"))


def origin_of(
    protocol: Protocol,
    plan: Plan,
    measured: tuple[Source, ...],
    excluded: tuple[tuple[str, str], ...],
    visits: tuple[str, ...],
) -> tuple[Source, ...]:
    """What was measured, who is in the set and in which group, and why somebody is left out."""
    return merged(
        measured,
        of_set(protocol, plan.analysis.analysis_set),
        of_grouping(protocol, plan.analysis.by),
        of_absence(excluded, visits),
    )


def merged(*groups: tuple[Source, ...]) -> tuple[Source, ...]:
    """Each source once, in order."""
    return tuple(dict.fromkeys(source for group in groups for source in group))
