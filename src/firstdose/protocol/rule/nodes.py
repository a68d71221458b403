"""A rule as a tree of frozen values: what it says, without how it was written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

Kind = Literal["number", "ordinal", "code", "text", "date", "truth"]
Operator = Literal["==", "!=", "<", "<=", ">", ">="]
Function = Literal["count", "any", "all", "sum", "min", "max", "mean"]

AGGREGATES: tuple[str, ...] = get_args(Function)
FUNCTIONS = ("missing", *AGGREGATES, "at", "change", "days")
NUMERIC: frozenset[Kind] = frozenset({"number", "ordinal"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name in sight of a rule. `unit`: of its numbers as recorded; `label`: its words for people."""

    kind: Kind
    unit: str = ""
    codes: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, already in the unit of what it is compared with; `told` is number and unit as written."""

    value: Fraction
    told: str


@dataclass(frozen=True, slots=True)
class Text:
    """A code or a text in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """What a name stands for, here and now."""

    name: str
    kind: Kind
    label: str


@dataclass(frozen=True, slots=True)
class Lag:
    """at(x, VISIT): what the name stood for at a visit."""

    of: Value
    visit: str


@dataclass(frozen=True, slots=True)
class Change:
    """change(x, VISIT): the value now minus the value at the visit."""

    of: Value
    visit: str


@dataclass(frozen=True, slots=True)
class Days:
    """days(from, to): whole days, negative where `to` is the earlier date."""

    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class Negative:
    part: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    sign: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Scaled:
    """The same quantity in another unit."""

    part: Node
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers, two dates (any operator) or two texts (`==`, `!=`)."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """0 <= grade <= 5: neighbours compared, all must hold."""

    parts: tuple[Compare, ...]


@dataclass(frozen=True, slots=True)
class In:
    """Equal to one of the literals, or (`negated`) to none of them."""

    part: Node
    among: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether the part is unknown; itself never unknown."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Several values made one: one part is taken over the records in sight, several over each other."""

    function: Function
    parts: tuple[Node, ...]

    @property
    def over_records(self) -> bool:
        return len(self.parts) == 1


Node = (
    Number | Text | Value | Lag | Change | Days | Negative | Arithmetic | Scaled
    | Compare | Chain | In | Missing | And | Or | Not | Aggregate
)  # fmt: skip

_TRUTHS = (Compare, Chain, In, Missing, And, Or, Not)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read without an Issue.

    `names`: those whose value here and now is needed. `lags`: (name, visit) pairs needed besides, by at() and
    change(). `unit`: the unit of a number ('' for a plain one). `aggregates`: it looks at several records.
    """

    text: str
    node: Node
    kind: Kind
    names: frozenset[str]
    lags: frozenset[tuple[str, str]]
    unit: str = ""
    aggregates: bool = False


def kind_of(node: Node) -> Kind:
    """What the node yields."""
    if isinstance(node, Value):
        return node.kind
    if isinstance(node, Lag):
        return node.of.kind
    if isinstance(node, Text):
        return "text"
    if isinstance(node, Aggregate):
        return _kind_of_aggregate(node)
    return "truth" if isinstance(node, _TRUTHS) else "number"


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below; the name inside at() and change() is not one of them."""
    if isinstance(node, Lag | Change):
        return ()
    held = (getattr(node, field.name) for field in fields(node))
    return tuple(
        part for one in held for part in (one if isinstance(one, tuple) else (one,)) if _is_node(part)
    )


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for part in parts_of(node):
        yield from walk(part)


def _kind_of_aggregate(node: Aggregate) -> Kind:
    if node.function in ("any", "all"):
        return "truth"
    dates = node.function in ("min", "max") and kind_of(node.parts[0]) == "date"
    return "date" if dates else "number"


def _is_node(thing: object) -> bool:
    return isinstance(thing, get_args(Node))
