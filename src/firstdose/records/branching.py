"""Skip logic: which items a form asks, what an empty cell of the others means, and values where nothing was asked.

An item is asked unless its rule says no: where an answer it hangs on is unknown, it is asked. What was recorded of an
item that is not asked does not count for the items that hang on it; where such a rule is unknown for no other reason,
its item is not asked either.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import polars as pl

from firstdose.protocol.branches import read_branches
from firstdose.protocol.names import forms
from firstdose.protocol.rule import evaluate, expression
from firstdose.records import issues
from firstdose.records.cells import read_cell
from firstdose.records.fields import read_columns
from firstdose.records.tables import with_dates
from firstdose.values.missing import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.protocol.branches import ReadBranch
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.cells import Style
    from firstdose.records.scope import Scope
    from firstdose.records.tables import Part
    from firstdose.values.issue import Issue

NOT_ASKED = "NA: not asked"  # what an empty cell of such an item says


def asked(protocol: Protocol, activity: str, values: Mapping[str, object]) -> dict[str, bool | None]:
    """Whether each item of one record that has a branch is asked; None where it is not known, and then it is asked.

    `values`: of the record's items, None or absent where unknown; dates as dates or ISO text.
    """
    form = forms(protocol).get(activity)
    dates = {item.name for item in form.items if item.kind == "date"} if form else set()
    known = {name: _date(value) if name in dates else value for name, value in values.items()}
    answers: dict[str, bool | None] = {}
    for branch in read_branches(protocol).get(activity, ()):
        skipped = {name for name in branch.rule.names if answers.get(name) is False}
        seen = {name: value for name, value in known.items() if name not in skipped}
        answer = evaluate(branch.rule, seen)
        others = all(_is_known(known.get(name)) for name in branch.rule.names - skipped)
        answers[branch.item] = False if answer is None and skipped and others else cast("bool | None", answer)
    return answers


def read_answers(protocol: Protocol, activity: str, texts: Mapping[str, str]) -> dict[str, object]:
    """The values of one record from the texts of its cells, for `asked`; None where a text holds no value."""
    form = forms(protocol).get(activity)
    items = form.items if form else ()
    return {item.name: read_cell(item, texts[item.name]).value for item in items if item.name in texts}


def answer_unasked(protocol: Protocol, part: Part) -> Part:
    """The same rows; an empty cell of an item that is not asked says so, and is no gap without a reason."""
    form, branches = forms(protocol).get(part.activity), read_branches(protocol).get(part.activity, ())
    held = [branch.item for branch in branches if branch.item in part.frame.columns]
    if form is None or not held:
        return part
    unasked = find_unasked(branches, _typed(form, branches, part.frame, part.styles))
    cells = [
        pl.when(pl.lit(unasked[item]) & (pl.col(item).fill_null("").str.strip_chars() == ""))
        .then(pl.lit(NOT_ASKED))
        .otherwise(pl.col(item))
        .alias(item)
        for item in held
    ]
    return replace(part, frame=part.frame.with_columns(cells))


def clear_unasked(protocol: Protocol, activity: str, texts: pl.DataFrame) -> pl.DataFrame:
    """A table of texts without the values of items that are not asked; a reason for having none stays."""
    form, branches = forms(protocol).get(activity), read_branches(protocol).get(activity, ())
    if form is None or not branches:
        return texts
    values = _typed(form, branches, texts.with_columns(pl.all().fill_null("")), {})
    unasked = find_unasked(branches, values)
    return texts.with_columns(
        pl.when(~pl.lit(rows & values[item].is_not_null())).then(pl.col(item)).alias(item)
        for item, rows in unasked.items()
        if item in texts.columns
    )


def check_branching(scope: Scope) -> Iterator[Issue]:
    """FD-R074: a value of an item that is not asked."""
    for activity, branches in read_branches(scope.protocol).items():
        table, form = scope.snapshot.table(activity), scope.forms.get(activity)
        if table is None or form is None or not scope.looks_at(activity):
            continue
        unasked = find_unasked(branches, with_dates(table, form))
        rules = {branch.item: branch.rule.text for branch in branches}
        for item, rows in unasked.items():
            if item in table.columns:
                for row in (rows & table[item].is_not_null()).arg_true():
                    yield issues.not_asked(scope.place(activity, row, item), item, rules[item])


def find_unasked(branches: Sequence[ReadBranch], frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Item -> rows where it is certainly not asked: `asked` for a table of typed values."""
    found: dict[str, pl.Series] = {}
    for branch in branches:
        names = sorted(branch.rule.names)
        absent = [pl.lit(None).alias(name) for name in names if name not in frame.columns]
        skipped = {name: found[name] for name in names if name in found}
        seen = frame.with_columns(absent).with_columns(
            pl.when(~rows).then(pl.col(name)).alias(name) for name, rows in skipped.items()
        )
        found[branch.item] = _unasked(branch, seen, skipped)
    return found


def _unasked(branch: ReadBranch, seen: pl.DataFrame, skipped: Mapping[str, pl.Series]) -> pl.Series:
    hangs = [pl.lit(rows) for rows in skipped.values()]
    known = [
        pl.lit(skipped[name]) if name in skipped else pl.col(name).is_not_null() for name in branch.rule.names
    ]
    judged = seen.with_columns(
        expression(branch.rule).alias("_holds"),
        pl.any_horizontal(pl.lit(value=False), *hangs).alias("_hangs"),
        pl.all_horizontal(pl.lit(value=True), *known).alias("_known"),
    )
    no = (~pl.col("_holds")).fill_null(value=False)
    return judged.select(no | (pl.col("_holds").is_null() & pl.col("_hangs") & pl.col("_known"))).to_series()


def _typed(
    form: Form, branches: Sequence[ReadBranch], texts: pl.DataFrame, styles: Mapping[str, Style]
) -> pl.DataFrame:
    """The values of all items that the branches speak of, those without a column left out."""
    wanted = {name for branch in branches for name in (branch.item, *branch.rule.names)}
    items = [item for item in form.items if item.name in wanted and item.name in texts.columns]
    read = read_columns(items, texts, styles)
    rows = pl.int_range(texts.height, eager=True).alias(
        "_at"
    )  # as many rows, even where no item has a column
    return with_dates(pl.DataFrame([rows, *(each.values for each in read.values())]), form)


def _date(value: object) -> object:
    """ISO text as a date; an incomplete one is not known."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None


def _is_known(value: object) -> bool:
    return value is not None and not isinstance(value, Missing)
