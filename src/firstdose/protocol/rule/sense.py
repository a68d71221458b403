"""The tree of a rule walked once: every piece gets its name, its type and its place, or an Issue."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from firstdose.protocol.rule.nodes import (
    AGGREGATES,
    FUNCTIONS,
    Aggregate,
    And,
    Chain,
    Change,
    Days,
    Function,
    In,
    Kind,
    Lag,
    Missing,
    Name,
    Node,
    Not,
    Number,
    Or,
    Text,
    Value,
    walk,
)
from firstdose.protocol.rule.syntax import is_bracketed
from firstdose.protocol.rule.tokens import PLAIN, Mistakes, Token, nearest
from firstdose.protocol.rule.typing import (
    DAYS,
    Part,
    arithmetic,
    compare,
    in_one_unit,
    member,
    needs_number,
    needs_truth,
    negative,
)
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
}  # fmt: skip

_FORMS = {"missing": ("x",), "at": ("x", "VISIT"), "change": ("x", "VISIT"), "days": ("from", "to")}

# How deep aggregates may stand in each other; deeper ones deserve a name of their own.
_DEEPEST_AGGREGATE = 2

# x / (y / (z / ...)): the expression for a table grows with the cube of this.
_MOST_DIVISORS = 8


@dataclass(slots=True)
class Reader:
    """One reading of one rule: what is in sight, and what has been found wrong so far."""

    text: str
    tokens: Mapping[int, Token]
    names: Mapping[str, Name]
    visits: tuple[str, ...]
    where: str
    mistakes: Mistakes
    inside: list[bool] = field(default_factory=list)  # one for each aggregate around: whether over records
    divisors: int = 0  # how many divisors are around

    def part(self, node: ast.expr) -> Part | None:
        """The typed part that a node of the tree stands for; None after an Issue."""
        match node:
            case ast.Name():
                return self._operand(node)
            case ast.BoolOp():
                return self._junction(node)
            case ast.UnaryOp(op=ast.Not()):
                inner = self._truth(node.operand)
                return inner and self._made(node, Not(inner.node))
            case ast.UnaryOp():
                inner = self.part(node.operand)
                return inner and negative(inner, self._said(node), _start(node), self.mistakes)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
        self.mistakes.not_allowed(_start(node), "a list stands only after in.", 'Write name in ("a", "b").')
        return None

    def _arithmetic(self, node: ast.BinOp) -> Part | None:
        sign = _OPERATORS[type(node.op)]
        left = self.part(node.left)
        self.divisors += sign == "/"
        right = self.part(node.right) if self.divisors <= _MOST_DIVISORS else None
        if self.divisors == _MOST_DIVISORS + 1 and sign == "/":
            message = f"more than {_MOST_DIVISORS} divisors stand inside each other."
            self.mistakes.not_allowed(_start(node), message, "Split it into two named rules.")
        self.divisors -= sign == "/"
        return arithmetic(sign, left, right, self._said(node), self.mistakes) if left and right else None

    def _operand(self, node: ast.Name) -> Part | None:
        token = self.tokens[_start(node)]
        if token.kind == "word":
            return self._named(token)
        if token.kind == "text":
            return Part(Text(token.text[1:-1]), "text", token.text, token.start, literal=True)
        assert token.value is not None, "a number that cannot be read ends the reading before"
        value, unit = Fraction(token.value), token.unit
        if not unit.dimension:
            value, unit = value * unit.factor, PLAIN
        return Part(Number(value, token.text), "number", token.text, token.start, unit, literal=True)

    def _named(self, token: Token) -> Part | None:
        word = token.text
        name = self.names.get(word)
        if name is None:
            if word in FUNCTIONS:
                self.mistakes.unknown(token.start, f"'{word}' is a function.", f"Write {word}(...).")
            elif word in ("true", "false", "yes", "no"):
                remedy = "A truth stands alone: write related, or not related."
                self.mistakes.unknown(token.start, f"'{word}' is not written in a rule.", remedy)
            else:
                codes = {code for each in self.names.values() for code in each.codes}
                remedy = (
                    f'A code stands in double quotes: "{word}".'
                    if word in codes
                    else nearest(word, self.names)
                )
                self.mistakes.unknown(token.start, f"no name '{word}' can be used {self.where}.", remedy)
            return None
        unit = read_unit(name.unit) if name.unit and name.kind in ("number", "ordinal") else PLAIN
        return Part(Value(word, name.kind, name.label), name.kind, word, token.start, unit, name.codes)

    def _truth(self, node: ast.expr) -> Part | None:
        part = self.part(node)
        return part if part and needs_truth(part, self.mistakes) else None

    def _junction(self, node: ast.BoolOp) -> Part | None:
        for value in node.values:
            if isinstance(value, ast.BoolOp) and not is_bracketed(self.text, _start(value), _end(value)):
                message = "'and' and 'or' stand side by side: people read that both ways."
                remedy = f"Put brackets around {self._said(value)}."
                self.mistakes.add(_start(value), "FD-P054", message, remedy)
        parts = [self._truth(value) for value in node.values]
        nodes = tuple(part.node for part in parts if part)
        made = And(nodes) if isinstance(node.op, ast.And) else Or(nodes)
        return self._made(node, made) if all(parts) else None

    def _comparison(self, node: ast.Compare) -> Part | None:
        signs = [_OPERATORS[type(op)] for op in node.ops]
        if any(sign.endswith("in") for sign in signs):
            return self._membership(node, signs)
        parts = [self.part(operand) for operand in (node.left, *node.comparators)]
        pairs = [
            compare(sign, left, right, self.mistakes) if left and right else None
            for sign, left, right in zip(signs, parts, parts[1:], strict=False)
        ]
        compared = tuple(pair for pair in pairs if pair)
        if len(compared) < len(signs):
            return None
        return self._made(node, compared[0] if len(compared) == 1 else Chain(compared))

    def _membership(self, node: ast.Compare, signs: list[str]) -> Part | None:
        """x in ("a", "b")."""
        part, among = self.part(node.left), node.comparators[0]
        if len(signs) > 1:
            self.mistakes.not_readable(
                _start(node), "in stands beside another comparison.", "Join them with and."
            )
            return None
        listed = among.elts if isinstance(among, ast.Tuple) else [among]
        if not isinstance(among, ast.Tuple) and not is_bracketed(self.text, _start(among), _end(among)):
            self.mistakes.not_readable(
                _start(among), "brackets are missing after in.", 'Write in ("a", "b").'
            )
            return None
        members = [self._member(part, each) for each in listed] if part else [None]
        if part is None or None in members:
            return None
        return self._made(
            node, In(part.node, tuple(member for member in members if member), signs[0] == "not in")
        )

    def _member(self, part: Part, node: ast.expr) -> Node | None:
        literal = self.part(node)
        if literal is None:
            return None
        if not literal.literal or part.literal:
            remedy = "Write == to compare with a name."
            self.mistakes.misfit(literal.start, "after in stand only codes and numbers written out.", remedy)
            return None
        return member(part, literal, self.mistakes)

    def _call(self, node: ast.Call) -> Part | None:
        token = self.tokens[_start(node)]
        function, given = token.text, node.args
        if function not in FUNCTIONS:
            message = f"no function is called '{function}'."
            self.mistakes.unknown(token.start, message, nearest(function, FUNCTIONS))
            return None
        form = _FORMS.get(function)
        if form and len(form) != len(given):
            message = f"{function} takes {len(form)}, not {len(given)}, things in its brackets."
            self.mistakes.misfit(token.start, message, f"Write {function}({', '.join(form)}).")
            return None
        if function in AGGREGATES:
            return self._aggregate(node, cast("Function", function))
        if function == "missing":
            part = self.part(given[0])
            return part and self._made(node, Missing(part.node))
        return self._days(node) if function == "days" else self._lag(node, function)

    def _days(self, node: ast.Call) -> Part | None:
        parts = [self.part(argument) for argument in node.args]
        dates = [part for part in parts if part and self._is_date(part)]
        if len(dates) < len(parts):
            return None
        made = Days(dates[0].node, dates[1].node)
        return Part(made, "number", self._said(node), _start(node), DAYS, spoken=True)

    def _is_date(self, part: Part) -> bool:
        if part.kind != "date":
            message = f"'{part.said}' is {part.words}, a date is needed here."
            self.mistakes.misfit(part.start, message, "Write days(from, to) with two dates.")
        return part.kind == "date"

    def _lag(self, node: ast.Call, function: str) -> Part | None:
        """at(x, VISIT) and change(x, VISIT)."""
        named, visit = self._lagged(node.args[0], function), self._visit(node.args[1])
        if named is None or visit is None:
            return None
        value = cast("Value", named.node)
        if function == "at":
            return replace(named, node=Lag(value, visit), said=self._said(node), start=_start(node))
        if not needs_number(named, self.mistakes):
            return None
        changed = replace(named, node=Change(value, visit), kind="number", codes=())
        return replace(changed, said=self._said(node), start=_start(node))

    def _lagged(self, node: ast.expr, function: str) -> Part | None:
        token = self.tokens[_start(node)] if isinstance(node, ast.Name) else None
        if token is not None and token.kind == "word":
            return self._named(token)
        message = f"{function} takes a name, not '{self._said(node)}'."
        self.mistakes.misfit(_start(node), message, f"Write {function}(x, VISIT).")
        return None

    def _visit(self, node: ast.expr) -> str | None:
        said = self._said(node)
        if isinstance(node, ast.Name) and said in self.visits:
            return said
        self.mistakes.unknown(_start(node), f"no visit is called '{said}'.", nearest(said, self.visits))
        return None

    def _aggregate(self, node: ast.Call, function: Function) -> Part | None:
        alone = len(node.args) == 1
        if len(self.inside) >= _DEEPEST_AGGREGATE or (alone and any(self.inside)):
            message = f"'{self._said(node)}' stands inside other counts or sums."
            self.mistakes.not_allowed(_start(node), message, "Split it into two named rules.")
            return None
        self.inside.append(alone)
        parts = [self.part(argument) for argument in node.args]
        self.inside.pop()
        known = tuple(part for part in parts if part)
        if len(known) < len(parts) or not self._is_of_records(known, function):
            return None
        return self._aggregated(node, function, known)

    def _aggregated(self, node: ast.Call, function: Function, parts: tuple[Part, ...]) -> Part | None:
        if function in ("count", "any", "all"):
            truths = [needs_truth(part, self.mistakes) for part in parts]
            if not all(truths):
                return None
            made = Aggregate(function, tuple(part.node for part in parts))
            return self._made(node, made, "number" if function == "count" else "truth")
        if function in ("min", "max") and all(part.kind == "date" for part in parts):
            return self._made(node, Aggregate(function, tuple(part.node for part in parts)), "date")
        numbers = [needs_number(part, self.mistakes) for part in parts]
        brought = in_one_unit(parts, self.mistakes) if all(numbers) else None
        if brought is None:
            return None
        whole = self._made(node, Aggregate(function, tuple(part.node for part in brought)), "number")
        return replace(whole, unit=brought[0].unit, spoken=any(part.spoken for part in parts))

    def _is_of_records(self, parts: tuple[Part, ...], function: str) -> bool:
        if len(parts) > 1 or any(isinstance(node, Value | Lag | Change) for node in walk(parts[0].node)):
            return True
        message = f"there is no name in '{function}({parts[0].said})'."
        self.mistakes.misfit(parts[0].start, message, "Write what is looked at in each record.")
        return False

    def _made(self, node: ast.expr, made: Node, kind: Kind = "truth") -> Part:
        return Part(made, kind, self._said(node), _start(node))

    def _said(self, node: ast.expr) -> str:
        return self.text[_start(node) : _end(node)]


def _start(node: ast.expr) -> int:
    """Where the node starts in the rule: the skeleton stands in one bracket more."""
    return node.col_offset - 1


def _end(node: ast.expr) -> int:
    return (node.end_col_offset or 0) - 1
