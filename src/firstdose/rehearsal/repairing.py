"""Records keep the rules of their form: those of its entry, and the edit checks of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import NUMERIC, names_in_sight
from firstdose.protocol.rule import expression, read_rule
from firstdose.rehearsal import issues
from firstdose.rehearsal.candidates import Choice, cuts_of, draw_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Integrity
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.protocol.rule import Rule
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.streams import Bools
    from firstdose.values.issue import Issue

MOST_TRIES = 60


def broken_rows(draft: Draft, rule: Integrity) -> Bools:
    """Where a rule of the entry is broken."""
    return np.broadcast_to(np.asarray(rule.broken(draft.arrays()), dtype=bool), len(draft.rows))


def keep_integrity(draft: Draft) -> None:
    """In a broken record what may be empty becomes empty, else all is lowest: a clear region has no signs, no area."""
    for rule in draft.form.integrity:
        broken = broken_rows(draft, rule)
        if not broken.any():
            continue
        items = [item for item in draft.form.items if item.name in rule.columns and item.kind in NUMERIC]
        optional = [item for item in items if not item.required]
        for item in optional or items:
            instead = np.nan if optional else float(item.low or 0)
            draft.numbers[item.name] = np.where(broken, instead, draft.numbers[item.name])


def keep_checks(cohort: Cohort, draft: Draft) -> Iterator[Issue]:
    """Draws items again where an edit check of the protocol fails that looks at one record alone."""
    form = draft.form
    rules = [rule for rule in _rules(cohort.protocol, form) if not (rule.lags or rule.aggregates)]
    rules = [rule for rule in rules if all(form.item(name) for name in rule.names)]
    if not rules or not len(draft.rows):
        return
    names = sorted({name for rule in rules for name in rule.names})
    lesions = max(cohort.most_lesions, 1) if form.per == "lesion" else 1
    draws = cohort.draws(f"{form.name} checks", max(draft.rows.times, 1), lesions, MOST_TRIES, len(names))
    for attempt in range(MOST_TRIES):
        failing = [_fails(draft, rule) for rule in rules]
        if not any(rows.any() for rows in failing):
            return
        for place, name in enumerate(names):
            again = np.logical_or.reduce(
                [rows for rule, rows in zip(rules, failing, strict=True) if name in rule.names]
            )
            rows, item = np.flatnonzero(again), form.item(name)
            if len(rows) and item is not None:
                at = draft.rows.who[rows], draft.rows.time[rows], np.maximum(draft.rows.lesion[rows], 0)
                choice = Choice(draft, item, cuts_of(rules, name))
                draw_again(choice, cohort, rows, draws[(*at, attempt, place)], attempt)
    left = int(np.logical_or.reduce([_fails(draft, rule) for rule in rules]).sum())
    if left:
        yield issues.rules_not_kept(form.name, [rule.text for rule in rules], left)


def check_rules(draft: Draft) -> Iterator[Issue]:
    """What is still broken after all repairs."""
    broken = {rule.code: int(broken_rows(draft, rule).sum()) for rule in draft.form.integrity}
    left = {code: rows for code, rows in broken.items() if rows}
    if left:
        yield issues.rules_not_kept(draft.form.name, sorted(left), max(left.values()))


def _rules(protocol: Protocol, form: Form) -> Iterator[Rule]:
    visits = [visit.visit for visit in protocol.visits]
    for check in protocol.checks:
        if check.activity == form.name:
            names = names_in_sight(protocol, "check", form.name)
            rule, _ = read_rule(check.rule, names, issues.PLAN, visits)
            if rule is not None:
                yield rule


def _fails(draft: Draft, rule: Rule) -> Bools:
    """Where the rule is false; unknown is silent."""
    columns = {name: _typed(draft, name) for name in sorted(rule.names)}
    frame = pl.DataFrame(columns) if columns else pl.DataFrame({"_": [None] * len(draft.rows)})
    truth = frame.select(expression(rule).alias("holds"))["holds"].fill_null(value=True)
    return np.broadcast_to(~truth.to_numpy(), len(draft.rows))


def _typed(draft: Draft, name: str) -> pl.Series:
    item = draft.form.item(name)
    assert item is not None
    if item.kind not in NUMERIC:
        words = draft.words[name]
        return words.str.to_date("%Y-%m-%d", strict=False) if item.kind == "date" else words
    values = pl.Series(draft.numbers[name]).fill_nan(None)
    return values.cast(pl.Boolean) if item.kind == "truth" else values
