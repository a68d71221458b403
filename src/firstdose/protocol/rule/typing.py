"""What fits with what: kinds, units and codelists of the parts of a rule, joined into typed nodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from firstdose.protocol.rule.nodes import (
    NUMERIC,
    Arithmetic,
    Compare,
    Kind,
    Negative,
    Node,
    Number,
    Operator,
    Scaled,
    Text,
)
from firstdose.protocol.rule.tokens import PLAIN, Mistakes
from firstdose.values.issue import did_you_mean
from firstdose.values.units import Unit, base_unit, dimension_words, read_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

DAYS = read_unit("days")

# Numbers in these may stand beside a number without a unit: nobody can mistake what 12 points are.
_PURE = frozenset({"score", "fold", "ratio"})

_KIND_WORDS: dict[Kind, str] = {
    "code": "a code", "text": "a text", "date": "a date", "truth": "a truth (yes or no)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A typed piece of a rule. `said`: as written, from `start`; `literal`: a number or code written out.

    `spoken`: the unit is in the name (days(from, to)), so a plain number beside it is in that unit.
    """

    node: Node
    kind: Kind
    said: str
    start: int
    unit: Unit = PLAIN
    codes: tuple[str, ...] = ()
    literal: bool = False
    spoken: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in NUMERIC

    @property
    def words(self) -> str:
        return _KIND_WORDS.get(self.kind) or dimension_words(self.unit.dimension)


def spelled(unit: Unit) -> str:
    """A unit as it is written in a rule: one word."""
    return unit.symbol.replace("x ULN", "xULN")


def compare(operator: str, left: Part, right: Part, mistakes: Mistakes) -> Compare | None:
    """Left and right compared, numbers in one unit; None after an Issue."""
    if left.is_number and right.is_number:
        both = in_one_unit((left, right), mistakes)
        if both is None or not _on_the_scale(operator, left, right, mistakes):
            return None
        return Compare(cast("Operator", operator), both[0].node, both[1].node)
    if left.kind == right.kind == "date" or _codes_fit(operator, left, right, mistakes):
        return Compare(cast("Operator", operator), left.node, right.node)
    return None


def member(part: Part, literal: Part, mistakes: Mistakes) -> Node | None:
    """A literal after `in`, in the unit of the part before it; None after an Issue."""
    if part.is_number and literal.is_number:
        brought = bring(literal, part, mistakes)
        return brought.node if brought and _on_the_scale("==", part, literal, mistakes) else None
    return literal.node if _codes_fit("==", part, literal, mistakes) else None


def in_one_unit(parts: Sequence[Part], mistakes: Mistakes) -> tuple[Part, ...] | None:
    """Numbers brought into the unit of the first one measured; None after an Issue."""
    measured = [part for part in parts if part.unit.dimension]
    target = next((part for part in measured if not part.literal), measured[0] if measured else parts[0])
    brought = tuple(bring(part, target, mistakes) for part in parts)
    return None if None in brought else tuple(part for part in brought if part)


def bring(part: Part, target: Part, mistakes: Mistakes) -> Part | None:
    """A number in the unit of another; an Issue where they do not fit or where it is not clear what is meant."""
    if part.unit.dimension == target.unit.dimension:
        return _scaled(part, part.unit.factor / target.unit.factor, target)
    if not part.unit.dimension and (target.spoken or _is_pure(target)):
        return _scaled(part, 1 / target.unit.factor if target.literal else Fraction(1), target)
    if not target.unit.dimension and (part.spoken or _is_pure(part)):
        return _scaled(part, part.unit.factor if part.literal else Fraction(1), target)
    unwanted = target if target.literal and not part.literal else part
    mistakes.misfit(unwanted.start, *_misfit(part, target))
    return None


def arithmetic(sign: str, left: Part, right: Part, said: str, mistakes: Mistakes) -> Part | None:
    """The sum, difference, product or quotient of two numbers; None after an Issue."""
    for part in (left, right):
        if not needs_number(part, mistakes):
            return None
    if sign in "+-":
        both = in_one_unit((left, right), mistakes)
        if both is None:
            return None
        left, right = both
        unit, spoken = left.unit, left.spoken or right.spoken
    else:
        unit, spoken = _product(sign, left.unit, right.unit), _is_spoken(left, right)
    node = Arithmetic(cast("Literal['+', '-', '*', '/']", sign), left.node, right.node)
    return Part(node, "number", said, left.start, unit, spoken=spoken)


def negative(part: Part, said: str, start: int, mistakes: Mistakes) -> Part | None:
    """Minus a number; None after an Issue."""
    if not needs_number(part, mistakes):
        return None
    node: Node = Negative(part.node)
    if isinstance(part.node, Number):
        node = Number(-part.node.value, f"−{part.node.told}")
    return replace(part, node=node, kind="number", said=said, start=start)


def needs_number(part: Part, mistakes: Mistakes) -> bool:
    """Whether it is a number; else an Issue."""
    if not part.is_number:
        remedy = (
            "days(from, to) counts the days between two dates." if part.kind == "date" else "Write a number."
        )
        mistakes.misfit(part.start, f"'{part.said}' is {part.words}, a number is needed here.", remedy)
    return part.is_number


def needs_truth(part: Part, mistakes: Mistakes) -> bool:
    """Whether it is a truth; else an Issue."""
    if part.kind != "truth":
        remedy = f"Compare it, such as {part.said} {'>= 1' if part.is_number else '== ...'}."
        if part.literal:
            remedy = "Write what is compared, such as grade >= 3."
        mistakes.misfit(part.start, f"'{part.said}' is {part.words}, a truth is needed here.", remedy)
    return part.kind == "truth"


def result_in(unit: str | None, part: Part, mistakes: Mistakes) -> Part | None:
    """The number a rule yields in the unit wanted; with None in the one it has, or base units for products."""
    if unit is None:
        wanted = part.unit if part.unit.symbol else base_unit(part.unit.dimension)
    else:
        wanted = read_unit(unit or "1")
    if bool(wanted.dimension) != bool(part.unit.dimension) and _is_pure_unit(wanted) and _is_pure(part):
        return replace(part, unit=wanted)
    target = Part(part.node, "number", f"a result in {wanted}", part.start, wanted)
    return bring(part, target, mistakes)


def _code_fits(literal: Part, named: Part, mistakes: Mistakes) -> bool:
    """Whether a code written out is on the codelist of the name."""
    assert isinstance(literal.node, Text)
    code = literal.node.text
    if not code:
        remedy = f"Write missing({named.said}) to ask whether there is none."
        mistakes.misfit(literal.start, "there is nothing between the quotes.", remedy)
        return False
    if named.codes and code not in named.codes:
        remedy = did_you_mean(code, named.codes) or f"It has {_listed(named.codes)}."
        mistakes.misfit(literal.start, f"'{code}' is not on the codelist of '{named.said}'.", remedy)
        return False
    return True


def _scaled(part: Part, factor: Fraction, target: Part) -> Part:
    node = part.node
    if factor != 1:
        node = Number(node.value * factor, node.told) if isinstance(node, Number) else Scaled(node, factor)
    return replace(part, node=node, unit=target.unit)


def _is_pure(part: Part) -> bool:
    """Comparable with a plain number: a score, a fold or a fraction; a percentage only when written out."""
    return _is_pure_unit(part.unit) or (part.literal and part.unit.symbol == "%")


def _is_pure_unit(unit: Unit) -> bool:
    return unit.factor == 1 and {base for base, _ in unit.dimension} <= _PURE


def _misfit(part: Part, target: Part) -> tuple[str, str]:
    plain, measured = (part, target) if not part.unit.dimension else (target, part)
    if plain.unit.dimension:
        message = f"'{part.said}' is {part.words}, '{target.said}' is {target.words}."
        bases = {part.unit.dimension, target.unit.dimension}
        calendar = bases == {(("time", 1),), (("calendar", 1),)}
        return (
            message,
            "A month has no fixed number of days: write days." if calendar else "Compare like with like.",
        )
    symbol = spelled(measured.unit) or base_unit(measured.unit.dimension).symbol
    message = f"'{plain.said}' has no unit, '{measured.said}' is in {symbol}."
    if plain.literal:
        return message, f"Write {plain.said} {symbol}, if that is meant."
    if measured.literal:
        return message, f"Leave the unit out, or give {plain.said} one where it is declared."
    return message, "Compare like with like."


def _is_spoken(left: Part, right: Part) -> bool:
    """Whether all units of a product or quotient are in the names of its parts."""
    parts = (left, right)
    return any(part.spoken for part in parts) and all(
        part.spoken or not part.unit.dimension for part in parts
    )


def _product(sign: str, left: Unit, right: Unit) -> Unit:
    if not right.dimension:
        return left
    if sign == "*":
        return right if not left.dimension else Unit("", (left * right).dimension, left.factor * right.factor)
    return Unit("", (left / right).dimension, left.factor / right.factor)


def _codes_fit(operator: str, left: Part, right: Part, mistakes: Mistakes) -> bool:
    """Codes and texts compared; an Issue for them and for all other pairs that do not fit."""
    literal, named = (left, right) if left.literal else (right, left)
    if {left.kind, right.kind} <= {"code", "text"}:
        if operator not in ("==", "!="):
            remedy = "Write == or !=, or in (...)."
            mistakes.misfit(left.start, f"'{left.said}' is {left.words}: it has no order.", remedy)
            return False
        if literal.literal and not named.literal:
            return _code_fits(literal, named, mistakes)
        if left.kind == right.kind and not left.literal and _share_codes(left, right):
            return True
    mistakes.misfit(left.start, *_never_equal(left, right, literal, named))
    return False


def _never_equal(left: Part, right: Part, literal: Part, named: Part) -> tuple[str, str]:
    message = f"'{left.said}' is {left.words}, '{right.said}' is {right.words}."
    if "truth" in (left.kind, right.kind):
        remedy = "A truth is not compared: it stands alone, or after not."
    elif "date" in (left.kind, right.kind):
        remedy = "A date is compared with a date; days(from, to) counts the days between two."
    elif literal.literal and named.is_number:
        remedy = f"Write the number without quotes, such as {named.said} >= 3."
    elif literal.literal and literal.is_number:
        remedy = (
            f'Write the code in double quotes, such as "{named.codes[0] if named.codes else literal.said}".'
        )
    else:
        remedy = "Compare names that have the same codes, or a name with one of its codes."
    return message, remedy


def _share_codes(left: Part, right: Part) -> bool:
    return not left.codes or not right.codes or bool(set(left.codes) & set(right.codes))


def _on_the_scale(operator: str, left: Part, right: Part, mistakes: Mistakes) -> bool:
    """Whether `grade == 7` can ever hold: asked of scales whose codes are all numbers."""
    literal, named = (left, right) if left.literal else (right, left)
    steps = _steps(named.codes)
    if operator not in ("==", "!=") or not isinstance(literal.node, Number) or not steps:
        return True
    if literal.node.value in steps:
        return True
    mistakes.misfit(
        literal.start, f"'{named.said}' has no step {literal.said}.", f"It has {_listed(named.codes)}."
    )
    return False


def _steps(codes: tuple[str, ...]) -> set[Fraction]:
    if not all(code.isascii() and code.isdigit() for code in codes):
        return set()
    return {Fraction(Decimal(code)) for code in codes}


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:12]) + (", ..." if len(codes) > 12 else "")
