"""Eligible people: the first records are drawn again until every criterion speaks for taking part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import NUMERIC, names_in_sight
from firstdose.protocol.rule import expression, read_rule, walk
from firstdose.protocol.rule.nodes import And, Days, Value
from firstdose.rehearsal import issues
from firstdose.rehearsal.candidates import Choice, cuts_of, draw_again
from firstdose.rehearsal.draft import NEVER_TAKEN
from firstdose.rehearsal.repairing import keep_integrity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.protocol.model import Criterion, Derivation, Protocol
    from firstdose.protocol.rule import Node, Rule
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.streams import Bools, Floats, Ints
    from firstdose.values.issue import Issue

MOST_TRIES = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A criterion as a rule that can be judged, and the items behind it that may be drawn again."""

    criterion: Criterion
    rule: Rule
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Search:
    """Where the names of the criteria come from. `first`: draft > place of each participant's first record."""

    cohort: Cohort
    drafts: Mapping[str, Draft]
    first: Mapping[str, Ints]
    derivations: tuple[tuple[Derivation, Rule], ...]
    wanted: tuple[Wanted, ...]

    def owner(self, name: str) -> Draft | None:
        """The draft with this item or score."""
        return next((draft for draft in self.drafts.values() if draft.form.item(name)), None) or next(
            (draft for draft in self.drafts.values() if draft.form.score(name)), None
        )


def make_eligible(
    cohort: Cohort, drafts: Mapping[str, Draft], facts: Mapping[Fact, str]
) -> tuple[frozenset[str], list[Issue]]:
    """Items that decide on eligibility, and who could not be made eligible. Changes the drafts."""
    search, found = _search_of(cohort, drafts)
    if not search.wanted:
        return frozenset(), found
    names = sorted({name for wanted in search.wanted for name in wanted.items})
    draws = cohort.draws("eligibility", MOST_TRIES, len(names))
    choices = _choices(search, names)
    fixed = _fixed(cohort, facts)
    for attempt in range(MOST_TRIES):
        failing = _failing(search)
        if not any(rows.any() for rows in failing.values()):
            break
        for place, name in enumerate(names):
            again = np.zeros(cohort.size, dtype=bool)
            for wanted in search.wanted:
                if name in wanted.items:
                    again |= failing[wanted.criterion.criterion]
            again &= ~fixed.get(name, np.zeros(cohort.size, dtype=bool))
            _draw(search, choices[name], again, draws[:, attempt, place], attempt)
    _leave_never(search)
    return frozenset(names), [*found, *_left_over(search)]


def _search_of(cohort: Cohort, drafts: Mapping[str, Draft]) -> tuple[Search, list[Issue]]:
    protocol = cohort.protocol
    mine = {
        name: draft
        for name, draft in drafts.items()
        if draft.form.per == "participant" and not draft.form.repeats
    }
    first = {name: draft.first_rows(cohort.size) for name, draft in mine.items()}
    mine = {name: draft for name, draft in mine.items() if (first[name] >= 0).all()}
    steps = tuple(
        (step, rule) for step in protocol.derivations if (rule := _rule(protocol, step.rule, "derivation"))
    )
    search = Search(cohort, mine, first, steps, ())
    wanted, found = [], []
    for criterion in protocol.eligibility:
        rule = _rule(protocol, criterion.rule, "eligibility")
        if rule is None:
            continue
        items, unknown = _items_behind(search, rule)
        unknown |= rule.names if rule.aggregates else set()
        if unknown:
            found.append(issues.criterion_not_invented(criterion.criterion, unknown))
        else:
            wanted.append(Wanted(criterion, rule, items))
    return Search(cohort, mine, first, steps, tuple(wanted)), found


def _rule(protocol: Protocol, text: str, place: str) -> Rule | None:
    visits = [visit.visit for visit in protocol.visits]
    names = names_in_sight(protocol, "eligibility" if place == "eligibility" else "derivation")
    rule, _ = read_rule(text, names, issues.PLAN, visits)
    return rule


def _items_behind(
    search: Search, rule: Rule, seen: frozenset[str] = frozenset()
) -> tuple[frozenset[str], set[str]]:
    """(items that the rule stands on, names that are not at hand); a score stands on all items of its form."""
    items: set[str] = set()
    unknown = {f"{name} at {visit}" for name, visit in rule.lags}
    steps = {step.variable: below for step, below in search.derivations}
    for name in rule.names - seen:
        draft = search.owner(name)
        if draft and draft.form.item(name):
            items.add(name)
        elif draft:
            items |= {item.name for item in draft.form.items if item.kind in NUMERIC and item.required}
        elif name in steps:
            below, missing = _items_behind(search, steps[name], seen | {name})
            items, unknown = items | below, unknown | missing
        else:
            unknown.add(name)
    return frozenset(items), unknown


def _choices(search: Search, names: Sequence[str]) -> dict[str, Choice]:
    rules = [wanted.rule for wanted in search.wanted] + [rule for _, rule in search.derivations]
    named = {name for rule in rules for name in rule.names}
    found = {}
    for name in names:
        draft = search.owner(name)
        item = draft.form.item(name) if draft else None
        assert draft is not None  # the names are those of items
        assert item is not None
        found[name] = Choice(draft, item, cuts_of(rules, name), plausible=name not in named)
    return found


def _fixed(cohort: Cohort, facts: Mapping[Fact, str]) -> dict[str, Bools]:
    """Item > participants for whom a fact says it."""
    fixed: dict[str, Bools] = {}
    rows = {name: row for row, name in enumerate(cohort.ids)}
    for fact in facts:
        fixed.setdefault(fact.item, np.zeros(cohort.size, dtype=bool))[rows[fact.participant]] = True
    return fixed


def _draw(search: Search, choice: Choice, again: Bools, uniform: Floats, attempt: int) -> None:
    if again.any():
        rows = search.first[choice.draft.form.name][again]
        draw_again(choice, search.cohort, rows, uniform[again], attempt)


def _failing(search: Search) -> dict[str, Bools]:
    """Criterion > who does not meet it; unknown is not met."""
    frame = _frame(search)
    verdicts = frame.select(
        expression(each.rule)
        .eq_missing(pl.lit(each.criterion.direction == "in"))
        .alias(each.criterion.criterion)
        for each in search.wanted
    )
    return {name: ~verdicts[name].to_numpy() for name in verdicts.columns}


def _frame(search: Search) -> pl.DataFrame:
    """One row a participant with every name that the criteria use, as derivation will see it."""
    for draft in search.drafts.values():
        keep_integrity(draft)
    used = {name for each in search.wanted for name in each.rule.names}
    below = {name for _, rule in search.derivations for name in rule.names}
    columns = {name: found for name in sorted(used | below) if (found := _column(search, name)) is not None}
    frame = pl.DataFrame(columns)
    pending = [(step, rule) for step, rule in search.derivations if not rule.lags]
    while ready := [pair for pair in pending if pair[1].names <= set(frame.columns)]:
        frame = frame.with_columns(expression(rule).alias(step.variable) for step, rule in ready)
        pending = [pair for pair in pending if pair not in ready]
    return frame


def _column(search: Search, name: str) -> pl.Series | None:
    draft = search.owner(name)
    if draft is None:
        return None
    first, item = search.first[draft.form.name], draft.form.item(name)
    if item is None:
        score = draft.form.score(name)
        assert score is not None
        return pl.Series(np.asarray(score.compute(draft.arrays()), dtype=float)[first]).fill_nan(None)
    if item.kind not in NUMERIC:
        words = draft.words[name].gather(first)
        return words.str.to_date("%Y-%m-%d", strict=False) if item.kind == "date" else words
    values = pl.Series(draft.numbers[name][first]).fill_nan(None)
    return values.cast(pl.Boolean) if item.kind == "truth" else values


def _left_over(search: Search) -> list[Issue]:
    failing = {name: rows for name, rows in _failing(search).items() if rows.any()}
    if not failing:
        return []
    left = int(np.logical_or.reduce(list(failing.values())).sum())
    return [issues.nobody_eligible(tuple(failing), left, search.cohort.size, MOST_TRIES)]


def _leave_never(search: Search) -> None:
    """`x_ever and days(x_last, ...) < 28`: who never took x has no date of the last."""
    for each in search.wanted:
        for gate, date in _gates(each.rule.node):
            owner, dated = search.owner(gate), search.owner(date)
            if owner is None or dated is None or date.endswith("_date"):
                continue
            never = owner.numbers[gate][search.first[owner.form.name]] == 0
            rows = np.zeros(len(dated.rows), dtype=bool)
            rows[search.first[dated.form.name][never]] = True
            dated.set_gap(date, rows, NEVER_TAKEN)


def _gates(node: Node) -> Iterator[tuple[str, str]]:
    """(truth, date) where the date counts only if the truth holds."""
    for part in walk(node):
        if not isinstance(part, And):
            continue
        gates = [each.name for each in part.parts if isinstance(each, Value) and each.kind == "truth"]
        days = [below for each in part.parts for below in walk(each) if isinstance(below, Days)]
        dates = {end.name for each in days for end in (each.start, each.end) if isinstance(end, Value)}
        yield from ((gate, date) for gate in gates for date in sorted(dates))
