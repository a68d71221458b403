"""Our rules in REDCap's logic, as far as it goes: comparisons of fields of the same record, and, or, not, arithmetic.

An item is asked where its rule holds or is not known; REDCap takes an empty field for a value, so that each comparison is
told with "or not known" beside it. What has no counterpart (earlier visits, several records) is not translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from firstdose.protocol.names import names_in_sight
from firstdose.protocol.rule import read_rule
from firstdose.protocol.rule.nodes import (
    Aggregate,
    And,
    Arithmetic,
    Chain,
    Compare,
    Days,
    In,
    Missing,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Scaled,
    Text,
    Value,
    walk,
)
from firstdose.values.issue import Place
from firstdose.values.missing import MISSING
from firstdose.values.number import plain

if TYPE_CHECKING:
    from fractions import Fraction

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_capture import Branch

_SIGNS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TURNED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_LISTED = {"sum": "sum", "min": "min", "max": "max", "mean": "mean"}


# Item of the form > its field and its codes as REDCap has them; None where it is hidden.
Find = Callable[[str], tuple[str, Mapping[str, str]] | None]


class _NoCounterpart(Exception):
    """This part of the rule language cannot be said in REDCap."""


def branching_logic(protocol: Protocol, branch: Branch, field: Find) -> str | None:
    """Show the field only if ...; None where it cannot be told."""
    names = names_in_sight(protocol, "branching", branch.activity)
    return _translated(protocol, branch.rule, names, field, lambda node, say: _may(node, say, holds=True))


def calculation(protocol: Protocol, rule: str, field: Find) -> str | None:
    """A number in REDCap's words; None where it cannot be told."""
    names = names_in_sight(protocol, "derivation")
    return _translated(protocol, rule, names, field, lambda node, say: say.number(node))


class _Sayer:
    def __init__(self, field: Find) -> None:
        self._field = field

    def name(self, node: Value) -> str:
        found = self._field(node.name)
        if found is None:
            raise _NoCounterpart
        return f"[{found[0]}]"

    def beside(self, node: Node, other: Node) -> str:
        """What a value is compared with: a code as REDCap has it."""
        if isinstance(node, Text) and isinstance(other, Value):
            found = self._field(other.name)
            return self.number(Text(found[1].get(node.text, node.text) if found else node.text))
        return self.number(node)

    def number(self, node: Node) -> str:
        """A number, code, text or date."""
        match node:
            case Number(value, _):
                return _decimal(value)
            case Text(text) if "'" not in text:
                return f"'{text}'"
            case Value():
                return self.name(node)
            case Negative(part):
                return f"(0 - {self.number(part)})"
            case Arithmetic(sign, left, right):
                return f"({self.number(left)} {sign} {self.number(right)})"
            case Scaled(part, factor):
                return f"({self.number(part)} * {_decimal(factor)})"
            case Aggregate(function, parts) if len(parts) > 1 and function in _LISTED:
                return f"{_LISTED[function]}({', '.join(map(self.number, parts))})"
            case Days(start, end):
                return f"datediff({self.number(start)}, {self.number(end)}, 'd', true)"
            case _:
                raise _NoCounterpart


def _translated(
    protocol: Protocol,
    text: str,
    names: object,
    field: Find,
    say: Callable[[Node, _Sayer], str],
) -> str | None:
    visits = [visit.visit for visit in protocol.visits]
    rule, _ = read_rule(text, names, Place(""), visits)  # type: ignore[arg-type]
    if (
        rule is None
        or rule.lags
        or any(isinstance(node, Aggregate) and node.over_records for node in walk(rule.node))
    ):
        return None
    try:
        return say(rule.node, _Sayer(field))
    except _NoCounterpart:
        return None


def _may(node: Node, say: _Sayer, *, holds: bool) -> str:
    """Where the node, or with `holds` False its contrary, is not known to be false."""
    match node:
        case Not(part):
            return _may(part, say, holds=not holds)
        case And(parts) | Or(parts):
            joint = " and " if isinstance(node, And) is holds else " or "
            return f"({joint.join(_may(part, say, holds=holds) for part in parts)})"
        case Chain(parts):
            return _may(And(parts), say, holds=holds)
        case Missing(part):
            return (
                f"({' or '.join(_unknown(part, say))})" if holds else f"({' and '.join(_known(part, say))})"
            )
        case Compare(operator, left, right):
            sign = _SIGNS[operator] if holds else _TURNED[_SIGNS[operator]]
            return _or_unknown(node, f"{say.beside(left, right)} {sign} {say.beside(right, left)}", say)
        case In(part, among, negated):
            equal = holds is not negated
            told = [f"{say.number(part)} {'=' if equal else '<>'} {say.beside(each, part)}" for each in among]
            return _or_unknown(node, f"({(' or ' if equal else ' and ').join(told)})", say)
        case Value():
            return _or_unknown(node, f"{say.name(node)} {'=' if holds else '<>'} '1'", say)
        case _:
            raise _NoCounterpart


def _or_unknown(node: Node, told: str, say: _Sayer) -> str:
    """The comparison, or one of its values is not there."""
    values = dict.fromkeys(each for each in walk(node) if isinstance(each, Value))
    unknown = [part for each in values for part in _unknown(each, say)]
    return f"({' or '.join([told, *unknown])})"


def _unknown(node: Node, say: _Sayer) -> list[str]:
    """Each way in which a field has no value: empty, or a code of missing data."""
    if not isinstance(node, Value):
        raise _NoCounterpart
    return [f"{say.name(node)} = '{code}'" for code in ("", *MISSING)]


def _known(node: Node, say: _Sayer) -> list[str]:
    return [part.replace(" = ", " <> ") for part in _unknown(node, say)]


def _decimal(number: Fraction) -> str:
    """The number in plain decimals; a fraction that has none as a division."""
    from decimal import Decimal

    told = Decimal(number.numerator) / Decimal(number.denominator)
    exact = told * number.denominator == number.numerator
    return plain(told) if exact else f"({number.numerator}/{number.denominator})"
