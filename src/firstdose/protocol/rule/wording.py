"""A rule read back as an English phrase, from its tree: what `tell` prints is what will be evaluated.

Different rules read differently: brackets stand wherever a phrase could be taken two ways, and a label that holds
`and`, `or` or another word of the phrases is put in single quotes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.rule.nodes import Operator

_NUMBERS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
}  # fmt: skip
_DATES = {
    "==": "is", "!=": "is not", "<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after",
}  # fmt: skip
_TURNED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "/"}
_AGGREGATES = {
    "sum": "the sum of", "mean": "the mean of", "min": "the smallest of", "max": "the largest of",
    "count": "the number that hold of", "any": "at least one of", "all": "each of",
}  # fmt: skip
_DATE_AGGREGATES = {"min": "the earliest of", "max": "the latest of"}

# Words and signs that join or end the phrases below: a label that holds one is quoted.
_OURS = re.compile(r"\b(and|or|not|is|at|from|to|over|missing)\b|[+−×,()'\"]| / ", re.IGNORECASE)


def tell_rule(rule: Rule) -> str:
    """The rule in words: `grade is at least 3 and related and day is at most 28`."""
    return _tell(rule.node)


def _tell(node: Node) -> str:
    match node:
        case Number(_, told):
            return told.replace("xULN", "x ULN")
        case Text(text):
            return f'"{text}"'
        case Value(name, _, label):
            return _label(name, label)
        case Lag(of, visit):
            return f"{_tell(of)} at {visit}"
        case Change(of, visit):
            return f"change of {_tell(of)} from {visit}"
        case Days(start, end):
            return f"days from {_closed(start)} to {_closed(end)}"
        case Scaled(part, _):
            return _tell(part)
        case Negative(part):
            return f"−{_closed(part)}"
        case Arithmetic(sign, left, right):
            return f"{_term(left, sign, first=True)} {_SIGNS[sign]} {_term(right, sign, first=False)}"
        case Aggregate():
            return _told_aggregate(node)
    return _told_truth(node)


def _told_truth(node: Node) -> str:
    match node:
        case And(parts):
            return " and ".join(_joined(part) for part in parts)
        case Or(parts):
            return " or ".join(_joined(part) for part in parts)
        case Not(Missing(part)):
            return f"{_closed(part)} is not missing"
        case Not(part):
            return f"not {_closed(part)}"
        case Missing(part):
            return f"{_closed(part)} is missing"
        case Compare(operator, left, right):
            return _told_comparison(operator, left, right)
        case Chain(parts):
            return _told_chain(parts)
        case In(part, among, negated):
            listed = _listed([_tell(literal) for literal in among], "or")
            return f"{_tell(part)} is {'not one of' if negated else 'one of'} {listed}"
    raise TypeError(f"{node!r} has no words")  # pragma: no cover - typing lets no other node through


def _label(name: str, label: str) -> str:
    words = label or name.replace("_", " ")
    return "'" + words.replace("'", "\u2019") + "'" if _OURS.search(words) else words


def _told_comparison(operator: Operator, left: Node, right: Node) -> str:
    """The literal comes second: 28 >= day reads `day is at most 28`."""
    if isinstance(left, Number | Text) and not isinstance(right, Number | Text):
        operator, left, right = _TURNED[operator], right, left
    words = _DATES if kind_of(left) == "date" else _NUMBERS
    return f"{_side(left)} {words[operator]} {_side(right)}"


def _told_chain(parts: Sequence[Compare]) -> str:
    """3 <= x <= 5 is `x is from 3 to 5`; other chains are told pair by pair."""
    return _range(parts) or " and ".join(_tell(part) for part in parts)


def _range(parts: Sequence[Compare]) -> str:
    """The phrase of a chain that is a closed range between two numbers written out, else nothing."""
    low, high = parts[0], parts[-1]
    if len(parts) != 2 or not low.operator == high.operator == "<=":
        return ""
    if not (isinstance(low.left, Number) and isinstance(high.right, Number)) or isinstance(low.right, Number):
        return ""
    return f"{_side(low.right)} is from {_tell(low.left)} to {_tell(high.right)}"


def _told_aggregate(node: Aggregate) -> str:
    """Over the records in sight, or over the things listed."""
    function = node.function
    dates = _DATE_AGGREGATES if kind_of(node) == "date" else {}
    if not node.over_records:
        return f"{dates.get(function) or _AGGREGATES[function]} ({', '.join(_tell(part) for part in node.parts)})"
    part = node.parts[0]
    match function:
        case "count":
            return f"the number of records with ({_tell(part)})"
        case "any":
            return f"in some record ({_tell(part)})"
        case "all":
            return f"in every record ({_tell(part)})"
    return f"{dates.get(function) or _AGGREGATES[function]} {_closed(part)} over all records"


def _term(node: Node, sign: str, *, first: bool) -> str:
    """A side of a sum or product, in brackets where its own sign binds less, or equally on the right."""
    inner = node.part if isinstance(node, Scaled) else node
    if isinstance(inner, Arithmetic):
        weaker = sign in "*/" and inner.sign in "+-"
        if weaker or (not first and (inner.sign in "+-") == (sign in "+-")):
            return f"({_tell(inner)})"
        return _tell(inner)
    return _closed(inner)


def _side(node: Node) -> str:
    """A side of a comparison; what holds a phrase of its own stands in brackets."""
    inner = node.part if isinstance(node, Scaled) else node
    return _closed(inner) if isinstance(inner, Aggregate) else _tell(inner)


def _joined(part: Node) -> str:
    """What stands beside `and` or `or`: in brackets where it holds such a word itself."""
    several = isinstance(part, And | Or) or (isinstance(part, In) and len(part.among) > 1)
    return (
        f"({_tell(part)})" if several or (isinstance(part, Chain) and not _range(part.parts)) else _tell(part)
    )


def _closed(node: Node) -> str:
    """In brackets, unless it is one word or label."""
    inner = node.part if isinstance(node, Scaled) else node
    if isinstance(inner, Value | Text) or (isinstance(inner, Number) and inner.value >= 0):
        return _tell(inner)
    return f"({_tell(inner)})"


def _listed(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
