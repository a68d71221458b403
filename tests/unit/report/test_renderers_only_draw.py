"""A renderer prints the text of a number; it never looks at its value, rounds or formats it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM = ROOT / "src" / "firstdose" / "report"
RENDERERS = sorted(
    path for path in ROOM.glob("*.py") if path.stem.startswith(("html", "pdf", "trace", "outline", "wording"))
)
FORMATTING = {"round", "format", "Decimal", "printed", "printed_p", "printed_share", "rounded", "quantize"}


def formatting(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in FORMATTING and not _is_pattern(node):
            yield f"{node.lineno}: {_name(node.func)}"
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield f"{node.lineno}: format of a value"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            yield f"{node.lineno}: %"
        if isinstance(node, ast.Attribute) and node.attr == "value":
            yield f"{node.lineno}: value"


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_pattern(node: ast.Call) -> bool:
    """`replacement.format(prefix)`: names inside a drawing."""
    return isinstance(node.func, ast.Attribute) and _name(node.func.value) == "replacement"


def test_no_renderer_formats_a_number() -> None:
    assert len(RENDERERS) >= 8
    found = [
        f"{path.name}:{line}" for path in RENDERERS for line in formatting(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted", ["round(x, 1)", "f'{x:.2f}'", "'%.1f' % x", "row.value", "format(x, '.1f')"]
)
def test_a_planted_format_is_found(planted: str) -> None:
    assert len(list(formatting(ast.parse(planted)))) == 1
