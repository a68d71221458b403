"""The table of what capture refuses, read from its source: code, sentence, remedy."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src" / "firstdose"
CODE = re.compile(r"FD-W\d{3}")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def refusals() -> list[tuple[str, str, str]]:
    """(code, sentence, remedy) in the order of the codes, each pair of words once."""
    found = {
        row
        for path in sorted(SOURCE.rglob("*.py"))
        if "FD-W" in path.read_text("utf-8")
        for row in _of_file(path)
    }
    return sorted(found)


def codes() -> set[str]:
    """Every code of capture that stands in the source."""
    return {code for path in SOURCE.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}


def render_refusals() -> str:
    rows = [f"| {code} | {sentence} | {remedy} |" for code, sentence, remedy in refusals()]
    return "| code | what is said | what to do |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _of_file(path: Path) -> Iterator[tuple[str, str, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    answers = _answered(tree)
    for scope in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Module)]:
        texts = answers | _assigned(scope)
        for call in _own_calls(scope):
            told = [_words(each, texts) for each in call.args]
            at = next((place for place, text in enumerate(told) if CODE.fullmatch(text)), None)
            said = [text for text in told[at + 1 :] if text] if at is not None else []
            if said:
                yield told[at or 0], _sentence(said[0]), said[1] if len(said) > 1 else ""


def _sentence(words: str) -> str:
    """Words that begin small follow what was typed."""
    return f"… {words}." if words[0].islower() and not words.endswith(".") else words


def _own_calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Calls of a scope, those of functions inside it left to them."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _own_calls(node)


def _assigned(scope: ast.AST) -> dict[str, str]:
    """Names of a scope that stand for words."""
    return {
        target.id: _words(node.value, {})
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _answered(tree: ast.Module) -> dict[str, str]:
    """`name()` of a function > the words that it answers in the end."""
    return {
        f"{function.name}()": words
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value and (words := _words(node.value, {}))
    }


def _words(node: ast.AST, texts: dict[str, str]) -> str:
    """The words of an expression, with … where something is filled in."""
    if isinstance(node, ast.Constant):
        return PLACEHOLDER.sub("…", node.value).replace("|", "/") if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part, texts) or "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return (
            _words(node.left, texts)
            if isinstance(node.op, ast.Mod)
            else _words(node.left, texts) + _words(node.right, texts)
        )
    if (
        isinstance(node, ast.Call)
        and node.args
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "gettext", "ngettext", "noop"}
    ):
        return _words(node.args[0], texts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return texts.get(f"{node.func.id}()", "")
    if isinstance(node, ast.IfExp):
        return _words(node.body, texts) or _words(node.orelse, texts)
    return texts.get(node.id, "") if isinstance(node, ast.Name) else ""
