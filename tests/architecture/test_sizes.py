"""Files one can read at a sitting, functions one can see at a glance."""

from __future__ import annotations

import ast
from statistics import median
from typing import TYPE_CHECKING

from tests.architecture.source import FUNCTIONS, PACKAGE, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 10


def function_lengths(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Name and number of lines from the first line of the body, without its docstring, to the last."""
    for node in ast.walk(tree):
        if not isinstance(node, FUNCTIONS):
            continue
        told = ast.get_docstring(node) is not None and len(node.body) > 1
        first, last = node.body[1 if told else 0], node.body[-1]
        yield node.name, (last.end_lineno or last.lineno) - first.lineno + 1


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {path: len((PACKAGE / path).read_text("utf-8").splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_body_is_longer_than_sixty_lines() -> None:
    long = {
        f"{path} {name}": lines
        for path, tree in modules().items()
        for name, lines in function_lengths(tree)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


def test_the_usual_function_is_small() -> None:
    lengths = [lines for tree in modules().values() for _, lines in function_lengths(tree)]
    assert median(lengths) <= USUAL_FUNCTION


def test_a_docstring_and_decorators_do_not_count() -> None:
    tree = ast.parse('@cache\ndef f():\n    """One.\n\n    Two.\n    """\n    x = 1\n    return x')
    assert list(function_lengths(tree)) == [("f", 2)]
