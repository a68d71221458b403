"""No `eval`, no `exec`, and no `except` that swallows everything."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYTHING = {"Exception", "BaseException"}


def forbidden(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"eval", "exec"}:
            yield f"{node.lineno}: {_name(node.func)}"
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type):
            yield f"{node.lineno}: except that catches everything"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _catches_everything(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(_name(each) in EVERYTHING for each in kinds)


def test_the_package_neither_evaluates_text_nor_catches_everything() -> None:
    assert [f"{path}:{found}" for path, tree in modules().items() for found in forbidden(tree)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "eval('1')",
        "exec('x = 1')",
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept (ValueError, BaseException):\n    raise",
    ],
)
def test_a_planted_construct_is_found(planted: str) -> None:
    assert len(list(forbidden(ast.parse(planted)))) == 1


def test_a_named_error_and_a_method_called_eval_are_allowed() -> None:
    assert list(forbidden(ast.parse("try:\n    frame.eval(x)\nexcept (KeyError, OSError):\n    pass"))) == []
