"""A rehearsal: invented participants walk the whole protocol, through the forms and rules that it declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.names import ADMINISTRATION, END, EVENTS, forms
from firstdose.records.branching import clear_unasked
from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.rehearsal import issues
from firstdose.rehearsal.cohort import invent_cohort, participant_ids
from firstdose.rehearsal.dosing import (
    LESIONS,
    PRODUCT,
    draft_injection,
    draft_lesion_map,
    match_product,
    plan_of,
)
from firstdose.rehearsal.draft import table_of
from firstdose.rehearsal.eligible import make_eligible
from firstdose.rehearsal.entering import enter
from firstdose.rehearsal.fixing import check_facts, fix_draft, fix_tables
from firstdose.rehearsal.gaps import leave_gaps
from firstdose.rehearsal.harms import draft_events, invent_happened
from firstdose.rehearsal.inventing import invent_form
from firstdose.rehearsal.records_of_visits import draft_end, visits_table
from firstdose.rehearsal.repairing import check_rules, keep_checks, keep_integrity
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firstdose.protocol.model import Protocol, Rehearsal
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.facts import Fact
    from firstdose.values.issue import Issue

    Progress = Callable[[float], None]

PROTOCOL_EXIT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """An invented study. `tables`: name of the file in `records` > its cells as text, null where empty."""

    protocol: Protocol
    participants: int
    seed: int
    tables: Mapping[str, pl.DataFrame]
    issues: tuple[Issue, ...] = ()
    facts: int = 0


def rehearse(
    protocol: Protocol,
    participants: int,
    seed: int,
    *,
    facts: Mapping[Fact, str] | None = None,
    plan: Rehearsal | None = None,
    progress: Progress | None = None,
) -> Rehearsed:
    """Invented records of so many participants; the same arguments give the same records, byte for byte.

    `facts`: values held fixed (see `read_facts`). `plan`: rates in place of those of the protocol. `progress` is
    told the share that is done. UserError where there is nothing to walk; what else went wrong, such
    as criteria that nobody meets, stands in the result's `issues`.
    """
    _check_ground(protocol, participants, seed)
    kept, found = check_facts(facts or {}, protocol, participant_ids(participants))
    cohort = invent_cohort(protocol, plan or protocol.rehearsal, participants, seed, kept)
    cohort, ended = enter(cohort, kept)
    kept, found = _of_those_who_entered(cohort, kept, [*found, *ended])
    drafts, more = _drafts(cohort, kept, progress or (lambda _: None))
    tables = {name: clear_unasked(protocol, name, table_of(cohort, draft)) for name, draft in drafts.items()}
    tables |= {VISITS: visits_table(cohort), PARTICIPANTS: pl.DataFrame({"participant": cohort.ids})}
    fixed, lost = fix_tables(tables, kept)
    return Rehearsed(
        protocol=protocol,
        participants=cohort.size,
        seed=seed,
        tables=fixed,
        issues=tuple(sorted([*found, *more, *lost])),
        facts=len(kept),
    )


def _check_ground(protocol: Protocol, participants: int, seed: int) -> None:
    found = [issues.nothing_to_walk("visits")] if not protocol.visits else []
    found += [issues.nothing_to_walk("schedule")] if not forms(protocol) else []
    found += [issues.not_a_number_of_participants(participants, seed)] if participants < 1 or seed < 0 else []
    if found:
        raise UserError(found, PROTOCOL_EXIT)


def _of_those_who_entered(
    cohort: Cohort, facts: Mapping[Fact, str], found: list[Issue]
) -> tuple[dict[Fact, str], list[Issue]]:
    """Facts about participants whom the rule let in; the others are told."""
    kept = {fact: value for fact, value in facts.items() if fact.participant in cohort.ids}
    lost = [issues.fact_without_place(fact, "participant", ()) for fact in facts if fact not in kept]
    return kept, [*found, *lost]


def _drafts(
    cohort: Cohort, facts: Mapping[Fact, str], progress: Progress
) -> tuple[dict[str, Draft], list[Issue]]:
    """Every activity: invented, fixed where facts are, made eligible, repaired, and with gaps."""
    known = forms(cohort.protocol)
    drafts: dict[str, Draft] = {}
    for done, name in enumerate(_in_turn(known)):
        progress(done / (len(known) + 1))
        drafts[name] = _draft(cohort, known[name], drafts)
        fix_draft(cohort, drafts[name], facts)
    deciding, found = make_eligible(cohort, drafts, facts)
    for draft in drafts.values():
        found += keep_checks(cohort, draft)
        keep_integrity(draft)
        found += check_rules(draft)
        leave_gaps(cohort, draft, deciding)
    progress(1.0)
    return {name: drafts[name] for name in known}, found


def _in_turn(known: Mapping[str, Form]) -> list[str]:
    """The lesion map before the injections that follow from it."""
    return sorted(known, key=lambda name: (name == ADMINISTRATION, name != LESIONS))


def _draft(cohort: Cohort, form: Form, drafts: Mapping[str, Draft]) -> Draft:
    name = form.instrument.name if form.instrument else form.name
    if name == LESIONS:
        return draft_lesion_map(cohort, form, plan_of(cohort.protocol))
    if name == ADMINISTRATION:
        return draft_injection(cohort, form, plan_of(cohort.protocol), drafts.get(LESIONS))
    if name == EVENTS:
        happened = invent_happened(cohort) if cohort.happened is None else cohort.happened
        return draft_events(cohort, form, happened)
    if name == END:
        return draft_end(cohort, form)
    draft = invent_form(cohort, form)
    if name == PRODUCT:
        match_product(cohort, draft, plan_of(cohort.protocol))
    return draft
