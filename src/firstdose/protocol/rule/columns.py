"""A rule evaluated for a whole table, with the same answers as `plain`: null is unknown, Kleene's logic throughout.

Columns are called as the names: truths Boolean, codes and texts String, dates Date, numbers any number; a value at
a visit stands in `name@VISIT`. A rule that looks at several records (`rule.aggregates`) gives one value for the rows
of its context: `group_by(...).agg(expression(rule))` or `expression(rule).over(...)`; names outside the aggregate
then have their value in the first row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.rule.nodes import (
    Aggregate,
    And,
    Arithmetic,
    Chain,
    Change,
    Compare,
    Days,
    In,
    Lag,
    Missing,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Rule,
    Scaled,
    Text,
    Value,
    kind_of,
)
from firstdose.protocol.rule.plain import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firstdose.protocol.rule.nodes import Kind, Operator

_TYPES: dict[Kind, type[pl.DataType]] = {
    "number": pl.Float64, "ordinal": pl.Float64, "code": pl.String, "text": pl.String, "date": pl.Date,
    "truth": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figures:
    """Numbers (of dates: days since 1970) with the size of what they were computed from.

    They are known where `size` is finite and all of `conditions` hold; elsewhere `value` means nothing. Kept
    apart, so that the expression grows with the length of the rule and not with its depth.
    """

    value: pl.Expr
    size: pl.Expr
    conditions: tuple[pl.Expr, ...] = ()

    @property
    def known(self) -> pl.Expr:
        """True or false, never null."""
        return _both([self.size.is_finite(), *self.conditions]).fill_null(value=False)


@dataclass(frozen=True, slots=True)
class _Table:
    """How names become columns: row by row, or their first row where the rule looks at all rows."""

    first: bool

    def column(self, node: Value | Lag) -> pl.Expr:
        name = node.name if isinstance(node, Value) else f"{node.of.name}@{node.visit}"
        column = pl.col(name).cast(_TYPES[kind_of(node)])
        return column.first() if self.first else column


_ROWS = _Table(first=False)


def expression(rule: Rule) -> pl.Expr:
    """The rule as a polars expression: Boolean, Float64, String or Date; null where it is unknown."""
    table = _Table(first=rule.aggregates)
    if rule.kind == "truth":
        return _truth(rule.node, table)
    if rule.kind in ("code", "text"):
        return _text(rule.node, table)
    figures = _figures(rule.node, table)
    known = pl.when(figures.known).then(figures.value)
    return known.cast(pl.Int32).cast(pl.Date) if rule.kind == "date" else known


def _truth(node: Node, table: _Table) -> pl.Expr:
    match node:
        case And(parts) | Chain(parts):
            return _both(_truth(part, table) for part in parts)
        case Or(parts):
            return pl.any_horizontal(_truth(part, table) for part in parts)
        case Not(part):
            return ~_truth(part, table)
        case Missing(part):
            return _is_missing(part, table)
        case Compare(operator, left, right):
            return _compared(operator, left, right, table)
        case In(part, among, negated):
            found = pl.any_horizontal(_compared("==", part, literal, table) for literal in among)
            return ~found if negated else found
        case Aggregate("any", _):
            return _decided(node, table, pl.any_horizontal, pl.Expr.any)
        case Aggregate("all", _):
            return _decided(node, table, pl.all_horizontal, pl.Expr.all)
        case Value() | Lag():
            return table.column(node)
    raise TypeError(f"{node!r} is no truth")  # pragma: no cover - typing lets no other node through


def _decided(
    node: Aggregate,
    table: _Table,
    over_parts: Callable[[Iterable[pl.Expr]], pl.Expr],
    over_rows: Callable[..., pl.Expr],
) -> pl.Expr:
    if node.over_records:
        return over_rows(_truth(node.parts[0], _ROWS), ignore_nulls=False)
    return over_parts(_truth(part, table) for part in node.parts)


def _compared(operator: Operator, left: Node, right: Node, table: _Table) -> pl.Expr:
    if kind_of(left) in ("code", "text"):
        one, other = _text(left, table), _text(right, table)
        return one == other if operator == "==" else one != other
    first, second = _figures(left, table), _figures(right, table)
    apart, size = first.value - second.value, first.size + second.size
    known = _Figures(apart, size, first.conditions + second.conditions).known
    return pl.when(known).then(_ordered(operator, apart, TOLERANCE * size))


def _ordered(operator: Operator, apart: pl.Expr, tolerance: pl.Expr) -> pl.Expr:
    match operator:
        case "==":
            return apart.abs() <= tolerance
        case "!=":
            return apart.abs() > tolerance
        case "<":
            return apart < -tolerance
        case "<=":
            return apart <= tolerance
        case ">":
            return apart > tolerance
    return apart >= -tolerance


def _figures(node: Node, table: _Table) -> _Figures:
    match node:
        case Number(value, _):
            return _Figures(pl.lit(float(value)), pl.lit(abs(float(value))))
        case Value() | Lag():
            return _recorded(node, table)
        case Change(of, visit):
            return _arithmetic("-", _figures(of, table), _figures(Lag(of, visit), table))
        case Days(start, end):
            days = _arithmetic("-", _figures(end, table), _figures(start, table))
            return _Figures(days.value, days.value.abs(), days.conditions)
        case Negative(part):
            figures = _figures(part, table)
            return _Figures(-figures.value, figures.size, figures.conditions)
        case Scaled(part, factor):
            figures = _figures(part, table)
            return _Figures(figures.value * float(factor), figures.size * float(factor), figures.conditions)
        case Arithmetic(sign, left, right):
            return _arithmetic(sign, _figures(left, table), _figures(right, table))
        case Aggregate("count", _):
            return _counted(node, table)
        case Aggregate():
            return _over_rows(node) if node.over_records else _over_parts(node, table)
    raise TypeError(f"{node!r} is no number")  # pragma: no cover - typing lets no other node through


def _recorded(node: Value | Lag, table: _Table) -> _Figures:
    column = table.column(node)
    if kind_of(node) != "date":
        return _Figures(column, column.abs())
    days = column.to_physical().cast(pl.Float64)
    return _Figures(days, days * 0.0)


def _arithmetic(sign: str, left: _Figures, right: _Figures) -> _Figures:
    conditions = left.conditions + right.conditions
    match sign:
        case "+":
            return _Figures(left.value + right.value, left.size + right.size, conditions)
        case "-":
            return _Figures(left.value - right.value, left.size + right.size, conditions)
        case "*":
            return _Figures(left.value * right.value, left.size * right.size, conditions)
    divisor = right.value.abs()
    size = left.size / divisor * (right.size / divisor)
    return _Figures(left.value / right.value, size, (*conditions, divisor > TOLERANCE * right.size))


def _counted(node: Aggregate, table: _Table) -> _Figures:
    if node.over_records:
        truth = _truth(node.parts[0], _ROWS)
        count = truth.sum().cast(pl.Float64)
        return _Figures(count, count, (truth.is_not_null().all(),))
    truths = [_truth(part, table) for part in node.parts]
    count = reduce(add, (truth.cast(pl.Float64) for truth in truths))
    return _Figures(count, count)


def _over_rows(node: Aggregate) -> _Figures:
    figures = _figures(node.parts[0], _ROWS)
    known = (figures.known.all(),)
    match node.function:
        case "sum":
            return _Figures(figures.value.sum(), figures.size.sum(), known)
        case "mean":
            return _Figures(figures.value.mean(), figures.size.mean(), known)
        case "min":
            return _Figures(figures.value.min(), figures.size.max(), known)
    return _Figures(figures.value.max(), figures.size.max(), known)


def _over_parts(node: Aggregate, table: _Table) -> _Figures:
    figures = [_figures(part, table) for part in node.parts]
    values, sizes = [each.value for each in figures], [each.size for each in figures]
    conditions = tuple(condition for each in figures for condition in each.conditions)
    total = reduce(add, sizes)
    match node.function:
        case "sum":
            return _Figures(reduce(add, values), total, conditions)
        case "mean":
            return _Figures(reduce(add, values) / len(values), total / len(values), conditions)
        case "min":
            # The sum of sizes is null or infinite where one of them is, as their largest would not be.
            return _Figures(
                pl.min_horizontal(values), pl.max_horizontal(sizes), (*conditions, total.is_finite())
            )
    return _Figures(pl.max_horizontal(values), pl.max_horizontal(sizes), (*conditions, total.is_finite()))


def _text(node: Node, table: _Table) -> pl.Expr:
    if isinstance(node, Text):
        return pl.lit(node.text)
    if isinstance(node, Value | Lag):
        return table.column(node)
    raise TypeError(f"{node!r} is no text")  # pragma: no cover - typing lets no other node through


def _is_missing(part: Node, table: _Table) -> pl.Expr:
    kind = kind_of(part)
    if kind == "truth":
        return _truth(part, table).is_null()
    return _text(part, table).is_null() if kind in ("code", "text") else ~_figures(part, table).known


def _both(truths: Iterable[pl.Expr]) -> pl.Expr:
    """All of them, in Kleene's logic."""
    return pl.all_horizontal(truths)
