"""Inside one record: the form's integrity rules, the protocol's edit checks, an end that lies before its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.protocol.names import names_in_sight
from firstdose.protocol.rule import expression, read_rule
from firstdose.records import issues
from firstdose.records.tables import with_dates
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from firstdose.protocol.names import Form
    from firstdose.protocol.rule import Rule
    from firstdose.records.scope import Scope

PAIRS = (
    ("onset", "end"),
    ("start", "end"),
    ("start_date", "end_date"),
    ("first_dose", "last_dose"),
    ("onset_day", "end_day"),
    ("start_day", "end_day"),
)


class Arrays(Mapping[str, Any]):
    """The columns of a table as a form's rules want them: floats with NaN, truths 1 and 0, codes and texts objects."""

    def __init__(self, table: pl.DataFrame) -> None:
        self._table = table
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = (
                self._array(self._table[name]) if name in self._table.columns else self._nothing()
            )
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.columns)

    def __len__(self) -> int:
        return self._table.width

    def _nothing(self) -> Any:
        return np.full(self._table.height, np.nan)

    @staticmethod
    def _array(column: pl.Series) -> Any:
        if column.dtype.is_numeric() or column.dtype == pl.Boolean:
            return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return np.array(column.to_list(), dtype=object)


def check_integrity(scope: Scope) -> Iterator[Issue]:
    """The shelf's own codes: rules between the items of one record."""
    for activity, form, table in scope.tables():
        arrays = Arrays(table)
        for rule in form.integrity:
            broken = np.broadcast_to(np.asarray(rule.broken(arrays), dtype=bool), table.height)
            column = next((name for name in rule.columns if name in table.columns), "participant")
            for row in np.flatnonzero(broken).tolist():
                whose = scope.whose(activity, row)
                message = f"{whose[:1].upper()}{whose[1:]}: {rule.message}"
                yield Issue(scope.place(activity, row, column), rule.code, message, rule.remedy, "query")


def check_start_and_end(scope: Scope) -> Iterator[Issue]:
    """FD-R064: of dates as far as they are known, and of days."""
    for activity, _, table in scope.tables():
        for start, end in PAIRS:
            if start not in table.columns or end not in table.columns:
                continue
            for row in _before(table, start, end):
                place = scope.place(activity, row, end)
                yield issues.ends_before_start(
                    place, start, end, _shown(table[start][row]), _shown(table[end][row])
                )


def _before(table: pl.DataFrame, start: str, end: str) -> list[int]:
    """Rows whose end is certainly before the start; partial dates are compared in the parts that both have."""
    first, last = pl.col(start), pl.col(end)
    if table[start].dtype == pl.String:
        known = pl.min_horizontal(first.str.len_chars(), last.str.len_chars())
        first, last = first.str.slice(0, known), last.str.slice(0, known)
    return table.select((last < first).fill_null(value=False)).to_series().arg_true().to_list()


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_edits(scope: Scope) -> Iterator[Issue]:
    """FD-R070: edit checks of the protocol, on each record of their activity; unknown is silent."""
    for check in scope.protocol.checks:
        if not scope.looks_at(check.activity):
            continue
        table, form = scope.snapshot.table(check.activity), scope.forms.get(check.activity)
        if table is None or form is None:
            continue
        names = names_in_sight(scope.protocol, "check", check.activity)
        rule, _ = read_rule(check.rule, names, Place(""), scope.planned)
        if rule is None:  # told with the protocol
            continue
        frame = _in_sight(scope, form, table, rule)
        holds = frame.select(expression(rule).alias("holds"))["holds"]
        column = next((item.name for item in form.items if item.name in rule.names), "participant")
        for row in (~holds).fill_null(value=False).arg_true():
            yield issues.check_fails(
                scope.place(check.activity, row, column), check.check, check.message, check.rule
            )


def _in_sight(scope: Scope, form: Form, table: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The records with what the rule looks at besides: items of other forms, and values of other visits."""
    wanted = set(rule.names) | {name for name, _ in rule.lags}
    frame = with_dates(table, form)
    for other in scope.forms.values():
        theirs = scope.snapshot.table(other.name)
        more = [item.name for item in other.items if item.name in wanted and item.name not in frame.columns]
        if more and theirs is not None and not other.repeats:
            frame = _beside(frame, with_dates(theirs, other), more)
    absent = [pl.lit(None).alias(name) for name in sorted(wanted) if name not in frame.columns]
    return reduce(_with_lag, sorted(rule.lags), frame.with_columns(absent))


def _beside(frame: pl.DataFrame, theirs: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Their values in the same row: of the same visit and lesion where they have these, else of the participant."""
    once = not theirs.select("participant", "lesion").is_duplicated().any()
    by_lesion = theirs["lesion"].null_count() < theirs.height
    keys = ["participant", *([] if once else ["visit"]), *(["lesion"] if by_lesion else [])]
    values = theirs.select(*keys, *names).unique(keys, keep="first", maintain_order=True)
    return frame.join(values, on=keys, how="left", nulls_equal=True, maintain_order="left")


def _with_lag(frame: pl.DataFrame, lag: tuple[str, str]) -> pl.DataFrame:
    name, visit = lag
    then = frame.filter(pl.col("visit") == visit).select(
        "participant", "lesion", pl.col(name).alias(f"{name}@{visit}")
    )
    then = then.unique(["participant", "lesion"], keep="first", maintain_order=True)
    return frame.join(then, on=["participant", "lesion"], how="left", nulls_equal=True, maintain_order="left")
