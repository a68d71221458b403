"""The acceptance table says which test holds which row; here the page is held against the tests."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.shared import ROOT

PAGE = ROOT / "docs" / "reference" / "acceptance.md"
ASKED = {*range(1, 9), *range(11, 14), *range(16, 23), *range(30, 35), 37, 38, 42, 43, 44}
NUMBER = re.compile(r"test_row_0*([0-9]+)_")


@cache
def table() -> dict[int, list[str]]:
    """Row > the tests named in its last cell."""
    rows = [
        line.strip("|").split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")
    ]
    return {int(row[0]): re.findall(r"`([^`]+)`", row[-1]) for row in rows if row[0].strip().isdigit()}


@cache
def names_in(path: Path) -> tuple[str, ...]:
    tree = ast.parse(path.read_text("utf-8"))
    return tuple(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def rows_of(path: Path) -> set[int]:
    """The rows that tests of this file are named after."""
    return {int(found[1]) for name in names_in(path) if (found := NUMBER.match(name))}


def test_every_row_that_is_asked_for_is_in_the_table_once():
    numbers = re.findall(r"(?m)^\| ([0-9]+) \|", PAGE.read_text("utf-8"))
    assert numbers == [str(row) for row in sorted(ASKED)]


@pytest.mark.parametrize("row", sorted(ASKED))
def test_every_test_named_for_a_row_is_there(row):
    assert table()[row]
    for said in table()[row]:
        file, _, name = said.partition("::")
        path = ROOT / file
        assert path.is_file(), said
        if name:
            assert name in names_in(path), said
        else:
            assert row in rows_of(path), f"{file} has no test named after row {row}"


def test_every_test_named_after_a_row_stands_in_the_table():
    named = {
        (row, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for row in rows_of(path)
    }
    said = {(row, each.partition("::")[0]) for row, tests in table().items() for each in tests}
    assert named - said == set()
