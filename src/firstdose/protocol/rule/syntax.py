"""The order of the pieces of a rule, its brackets and its depth: checked with exact columns before `ast` sees it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.protocol.rule.tokens import Mistakes, Token

DEEPEST = 100

_BINARY = frozenset({"==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "and", "or", "in", "not in"})


def check_brackets(tokens: Sequence[Token], mistakes: Mistakes) -> bool:
    """Whether every bracket has its partner; an Issue at the first that has none."""
    opened: list[Token] = []
    for token in tokens:
        if token.text == "(":
            opened.append(token)
        elif token.text == ")" and not opened:
            mistakes.not_readable(token.start, "this bracket was never opened.", "Open it, or leave it out.")
            return False
        elif token.text == ")":
            opened.pop()
        if len(opened) > DEEPEST:
            return _too_deep(token.start, mistakes)
    if opened:
        mistakes.not_readable(opened[-1].start, "this bracket is never closed.", "Close it, or leave it out.")
    return not opened


def check_order(tokens: Sequence[Token], mistakes: Mistakes) -> bool:
    """Whether things and operators alternate; an Issue at the first place where they do not."""
    if not tokens:
        mistakes.not_readable(0, "the rule is empty.", "Write it, or leave the key out.")
        return False
    before: Token | None = None
    depth = 0
    for token in _with_not_in(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not (_may_start(token) if _is_open(before) else _may_follow(token, before, depth)):
            _out_of_order(token, before, mistakes)
            return False
        before = token
    if before is not None and _is_open(before):
        mistakes.not_readable(before.start, f"something is missing after '{before.text}'.", "Write it.")
        return False
    return True


def check_depth(tree: ast.expr, mistakes: Mistakes) -> bool:
    """Whether the tree is shallow enough to be walked; an Issue otherwise."""
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return True
    return _too_deep(0, mistakes)


def is_bracketed(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] stands directly in brackets."""
    return text[:start].rstrip(" \t").endswith("(") and text[end:].lstrip(" \t").startswith(")")


def _too_deep(offset: int, mistakes: Mistakes) -> bool:
    mistakes.not_allowed(
        offset, f"the rule is more than {DEEPEST} levels deep.", "Split it into two named rules."
    )
    return False


def _with_not_in(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, `not` and `in` side by side as one."""
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        if token.text == "not" and rest and rest[0].text == "in":
            rest.pop(0)
            token = replace(token, text="not in")
        yield token


def _is_open(before: Token | None) -> bool:
    """Whether something must follow."""
    return before is None or (not before.is_operand and before.text != ")")


def _may_start(token: Token) -> bool:
    return token.is_operand or token.text in ("(", "-", "not")


def _may_follow(token: Token, before: Token | None, depth: int) -> bool:
    if token.text == "(":
        return before is not None and before.kind == "word"
    if token.text == ",":
        return depth > 0
    return token.kind == "sign" and (token.text in _BINARY or token.text == ")")


def _out_of_order(token: Token, before: Token | None, mistakes: Mistakes) -> None:
    if _is_open(before):
        mistakes.not_readable(token.start, f"something is missing before '{token.text}'.", "Write it.")
    elif token.text == ",":
        mistakes.not_readable(token.start, "this comma stands outside brackets.", "Write and, or or.")
    else:
        message = f"an operator is missing before '{token.text}'."
        mistakes.not_readable(token.start, message, "Write one, such as ==, >= or and.")
