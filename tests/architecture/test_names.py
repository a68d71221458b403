"""Words that say nothing are not used in names; *subject* is a word of the exchange formats alone."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import DEFINITIONS, FUNCTIONS, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

SAYS_NOTHING = {"handler", "helper", "info", "manager", "processor", "service", "util"}
NOT_OUR_WORD = {"patient"}  # the protocol's and the guideline's word is participant
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def words(name: str) -> set[str]:
    """`EventHandlers` and `event_handlers`: event, handler."""
    found = {word.lower() for word in WORD.findall(name)}
    return found | {word.removesuffix("s") for word in found}


def defined_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def used_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    yield from defined_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def is_refused(name: str) -> bool:
    return name == "data" or bool(words(name) & (SAYS_NOTHING | NOT_OUR_WORD))


def test_no_module_class_function_or_argument_has_a_name_that_says_nothing() -> None:
    files = [path for path in modules() if any(map(is_refused, PurePosixPath(path).with_suffix("").parts))]
    names = [
        f"{path}:{line} {name}"
        for path, tree in modules().items()
        for line, name in defined_names(tree)
        if is_refused(name)
    ]
    assert files + names == []


def test_subject_is_said_in_datasets_only() -> None:
    said = [
        f"{path}:{line} {name}"
        for path, tree in modules().items()
        if not path.startswith("datasets/")
        for line, name in used_names(tree)
        if "subject" in words(name)
    ]
    assert said == []


@pytest.mark.parametrize("name", ["data", "EventHandler", "read_info", "utils", "patients", "PatientRecord"])
def test_a_name_that_says_nothing_is_refused(name: str) -> None:
    assert is_refused(name)


@pytest.mark.parametrize(
    "name", ["database", "tzinfo", "serviceable", "PASI50", "database_lock", "impatience"]
)
def test_a_name_that_only_looks_similar_is_allowed(name: str) -> None:
    assert not is_refused(name)


def test_every_kind_of_name_is_read() -> None:
    tree = ast.parse("class A:\n    async def b(self, c, *d, e=1, **f): g = h.i")
    assert {name for _, name in used_names(tree)} == {"A", "b", "self", "c", "d", "e", "f", "g", "h", "i"}
    assert FUNCTIONS[1] is ast.AsyncFunctionDef
