"""A rule evaluated for one case: numbers are floats, unknown is None, and unknown is not false.

Records: an aggregate with one part (`count(grade >= 3)`) looks at each of `records`, in which a name not recorded
there has its value from outside; with several parts (`sum(a, b, c)`) it looks at these. An aggregate is unknown as
soon as one of its parts is, except where `any` and `all` are decided by another. Of no records, a count or sum is
0, `any` is no, `all` is yes, and smallest, largest and mean are unknown.

Equality of numbers: floats that differ by less than 1e-12 of the numbers they were computed from are equal, so
that 0.1 + 0.2 == 0.3 and 7.5 <= 0.75 * 10 hold as on paper. Each number therefore carries the `size` of what
went into it. Divided by what equals 0, a number is unknown.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from firstdose.protocol.rule.nodes import (
    NUMERIC,
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
from firstdose.values.dates import PartialDate
from firstdose.values.missing import Missing as MissingValue
from firstdose.values.truth import Truth, and_, count_true, not_, or_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.protocol.rule.nodes import Operator

TOLERANCE = 1e-12

_REFLEXIVE = frozenset({"==", "<=", ">="})


class Figure(NamedTuple):
    """A number (of a date: its day number) and the size of what it was computed from, its tolerance's measure."""

    value: float
    size: float


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the names stand for; lags under `name@VISIT`."""

    values: Mapping[str, object]
    records: Sequence[Mapping[str, object]] = ()


def evaluate(
    rule: Rule,
    values: Mapping[str, object],
    *,
    at: Mapping[tuple[str, str], object] | None = None,
    records: Sequence[Mapping[str, object]] = (),
) -> bool | float | str | datetime.date | None:
    """The rule's value, None where unknown; a name without a value is unknown.

    `at`: (name, visit) -> value, for at() and change(); a record may hold its own as `name@VISIT`. Numbers are
    int, float or Decimal in the unit of their Name. TypeError: a value of another kind than its Name.
    """
    lags = {f"{name}@{visit}": value for (name, visit), value in (at or {}).items()}
    sight = _Sight({**values, **lags}, records)
    if rule.kind == "truth":
        return _truth(rule.node, sight)
    if rule.kind in ("code", "text"):
        return _text(rule.node, sight)
    figure = _figure(rule.node, sight)
    if figure is None or rule.kind != "date":
        return figure and figure.value
    return datetime.date.fromordinal(int(figure.value))


def _truth(node: Node, sight: _Sight) -> Truth:
    match node:
        case And(parts) | Chain(parts):
            return and_(_truth(part, sight) for part in parts)
        case Or(parts):
            return or_(_truth(part, sight) for part in parts)
        case Not(part):
            return not_(_truth(part, sight))
        case Missing(part):
            return _is_missing(part, sight)
        case Compare(operator, left, right):
            return _compared(operator, left, right, sight)
        case In(part, among, negated):
            found = or_(_compared("==", part, literal, sight) for literal in among)
            return not_(found) if negated else found
        case Aggregate("any", _):
            return or_(_truth(part, inner) for part, inner in _spread(node, sight))
        case Aggregate("all", _):
            return and_(_truth(part, inner) for part, inner in _spread(node, sight))
        case Value() | Lag():
            return _recorded_truth(node, sight)
    raise TypeError(f"{node!r} is no truth")  # pragma: no cover - typing lets no other node through


def _compared(operator: Operator, left: Node, right: Node, sight: _Sight) -> Truth:
    if kind_of(left) in ("code", "text"):
        one, other = _text(left, sight), _text(right, sight)
        return None if one is None or other is None else (one == other) == (operator == "==")
    first, second = _figure(left, sight), _figure(right, sight)
    if first is None or second is None or not math.isfinite(first.size + second.size):
        return None
    apart = first.value - second.value
    if abs(apart) <= TOLERANCE * (first.size + second.size):
        return operator in _REFLEXIVE
    return operator == "!=" or operator.startswith("<" if apart < 0 else ">")


def _figure(node: Node, sight: _Sight) -> Figure | None:
    """The number, None where it is unknown or too large for a float."""
    figure = _computed(node, sight)
    return figure if figure is not None and math.isfinite(figure.size) else None


def _computed(node: Node, sight: _Sight) -> Figure | None:
    match node:
        case Number(value, _):
            return Figure(float(value), abs(float(value)))
        case Value() | Lag():
            return _recorded_figure(node, sight)
        case Change(of, visit):
            return _minus(_figure(of, sight), _figure(Lag(of, visit), sight))
        case Days(start, end):
            days = _minus(_figure(end, sight), _figure(start, sight))
            return days and Figure(days.value, abs(days.value))
        case Negative(part):
            figure = _figure(part, sight)
            return figure and Figure(-figure.value, figure.size)
        case Scaled(part, factor):
            figure = _figure(part, sight)
            return figure and Figure(figure.value * float(factor), figure.size * float(factor))
        case Arithmetic(sign, left, right):
            return _arithmetic(sign, _figure(left, sight), _figure(right, sight))
        case Aggregate("count", _):
            count = count_true(_truth(part, inner) for part, inner in _spread(node, sight))
            return None if count is None else Figure(float(count), float(count))
        case Aggregate():
            return _aggregated(node.function, [_figure(part, inner) for part, inner in _spread(node, sight)])
    raise TypeError(f"{node!r} is no number")  # pragma: no cover - typing lets no other node through


def _arithmetic(sign: str, left: Figure | None, right: Figure | None) -> Figure | None:
    if left is None or right is None:
        return None
    match sign:
        case "+":
            return Figure(left.value + right.value, left.size + right.size)
        case "-":
            return _minus(left, right)
        case "*":
            return Figure(left.value * right.value, left.size * right.size)
    divisor = abs(right.value)
    if divisor <= TOLERANCE * right.size:
        return None
    return Figure(left.value / right.value, left.size / divisor * (right.size / divisor))


def _minus(left: Figure | None, right: Figure | None) -> Figure | None:
    if left is None or right is None:
        return None
    return Figure(left.value - right.value, left.size + right.size)


def _aggregated(function: str, figures: Sequence[Figure | None]) -> Figure | None:
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(figures) or (not known and function != "sum"):
        return None
    values, sizes = [figure.value for figure in known], [figure.size for figure in known]
    match function:
        case "sum":
            return Figure(float(sum(values)), float(sum(sizes)))
        case "mean":
            return Figure(sum(values) / len(values), sum(sizes) / len(sizes))
        case "min":
            return Figure(min(values), max(sizes))
    return Figure(max(values), max(sizes))


def _spread(node: Aggregate, sight: _Sight) -> list[tuple[Node, _Sight]]:
    """What the aggregate looks at: its one part in each record, or each of its parts."""
    if not node.over_records:
        return [(part, sight) for part in node.parts]
    return [(node.parts[0], replace(sight, values={**sight.values, **record})) for record in sight.records]


def _is_missing(part: Node, sight: _Sight) -> bool:
    kind = kind_of(part)
    if kind == "truth":
        return _truth(part, sight) is None
    return (_text(part, sight) if kind in ("code", "text") else _figure(part, sight)) is None


def _recorded(node: Value | Lag, sight: _Sight) -> object:
    key = node.name if isinstance(node, Value) else f"{node.of.name}@{node.visit}"
    value = sight.values.get(key)
    return None if isinstance(value, MissingValue) else value


def _recorded_truth(node: Value | Lag, sight: _Sight) -> Truth:
    value = _recorded(node, sight)
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{value!r} is no truth")


def _text(node: Node, sight: _Sight) -> str | None:
    if isinstance(node, Text):
        return node.text
    value = _recorded(node, sight) if isinstance(node, Value | Lag) else node
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is no text")


def _recorded_figure(node: Value | Lag, sight: _Sight) -> Figure | None:
    value = _recorded(node, sight)
    if kind_of(node) == "date":
        return _day(value)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | Decimal)
        or kind_of(node) not in NUMERIC
    ):
        raise TypeError(f"{value!r} is no number")
    number = float(Decimal(value))  # an int of any length: too large a one is infinite, and so unknown
    return Figure(number, abs(number))


def _day(value: object) -> Figure | None:
    """Dates are counted in days and are exact; an incomplete one is unknown."""
    date = value.date() if isinstance(value, PartialDate) else value
    if date is None:
        return None
    if not isinstance(date, datetime.date):
        raise TypeError(f"{date!r} is no date")
    return Figure(float(date.toordinal()), 0.0)
