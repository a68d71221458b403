"""A rule read from its text: tokens, then the skeleton through `ast`, then every part against its type."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.rule.nodes import Aggregate, Change, Lag, Name, Rule, Text, Value, walk
from firstdose.protocol.rule.sense import Reader
from firstdose.protocol.rule.syntax import check_brackets, check_depth, check_order
from firstdose.protocol.rule.tokens import LONGEST, Mistakes, Token, cut, skeleton
from firstdose.protocol.rule.typing import Part, needs_number, needs_truth, result_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.values.issue import Issue, Place


def read_rule(
    text: str,
    names: Mapping[str, Name],
    place: Place,
    visits: Sequence[str] = (),
    expects: Literal["truth", "number"] | None = None,
    *,
    unit: str | None = None,
    where: str = "here",
) -> tuple[Rule | None, list[Issue]]:
    """The rule, or all that is wrong with it at exact columns; `place` is that of its first character.

    `expects`: what it must yield. `unit`: the unit wanted of a number ('' for a plain one; None: whichever
    it has). `where` completes "no name 'x' can be used ..." (in a DLT rule). NoSuchUnit is raised for a wrong
    `unit` or unit of a Name, which the text of the rule cannot mend.
    """
    mistakes = Mistakes(place, [])
    parsed = _parse(text, {*names, *visits}, mistakes)
    part = None
    if parsed is not None:
        tokens, tree = parsed
        part = Reader(
            text, {token.start: token for token in tokens}, names, tuple(visits), where, mistakes
        ).part(tree)
    if part is not None and not mistakes.issues:
        part = _as_expected(part, expects, unit, mistakes)
    if part is None or mistakes.issues:
        return None, sorted(mistakes.issues)
    return _rule(text.strip(" \t"), part), []


def _parse(text: str, words: set[str], mistakes: Mistakes) -> tuple[list[Token], ast.expr] | None:
    """The tokens and the tree of the skeleton, columns moved by the one bracket around it."""
    if len(text) > LONGEST:
        message = f"the rule has {len(text)} characters, {LONGEST} are allowed."
        mistakes.add(0, "FD-P055", message, "Split it into two named rules.")
        return None
    tokens = cut(text, words, mistakes)
    if mistakes.issues or not (check_brackets(tokens, mistakes) and check_order(tokens, mistakes)):
        return None
    try:
        tree = ast.parse(f"({skeleton(text, tokens)})", mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        mistakes.not_readable(0, "the rule cannot be read.", "Put brackets around what belongs together.")
        return None
    return (tokens, tree) if check_depth(tree, mistakes) else None


def _as_expected(part: Part, expects: str | None, unit: str | None, mistakes: Mistakes) -> Part | None:
    if isinstance(part.node, Text):
        mistakes.misfit(part.start, f"{part.said} stands alone.", "Compare a name with it.")
        return None
    if (expects == "truth" and not needs_truth(part, mistakes)) or (
        expects == "number" and not needs_number(part, mistakes)
    ):
        return None
    return result_in(unit, part, mistakes) if part.is_number else part


def _rule(text: str, part: Part) -> Rule:
    nodes = list(walk(part.node))
    lags = {(node.of.name, node.visit) for node in nodes if isinstance(node, Lag | Change)}
    names = {node.name for node in nodes if isinstance(node, Value)}
    changing = {node.of.name for node in nodes if isinstance(node, Change)}
    aggregates = any(isinstance(node, Aggregate) and node.over_records for node in nodes)
    unit = part.unit.symbol if part.is_number and part.unit.dimension else ""
    return Rule(text, part.node, part.kind, frozenset(names | changing), frozenset(lags), unit, aggregates)
