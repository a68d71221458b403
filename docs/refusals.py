"""The table of what capture refuses, read from its source: code, sentence, remedy."""

from __future__ import annotations

import ast
import re
from itertools import product
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src" / "firstdose"
CODE = re.compile(r"FD-W\d{3}")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
NOTHING = ("",)
Texts = dict[str, tuple[str, ...]]  # a name > what it may stand for


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
        named, after = _assigned(scope), 0
        for call in sorted(_own_calls(scope), key=attrgetter("lineno")):
            texts = answers | _named(named, after, call.lineno, answers)
            told = [_words(each, texts) for each in call.args]
            at = next((place for place, words in enumerate(told) if CODE.fullmatch(words[0])), None)
            said = [words for words in told[at + 1 :] if any(words)] if at is not None else []
            if said:
                after = call.lineno
                remedies = said[1] if len(said) > 1 else NOTHING
                yield from (
                    (told[at or 0][0], _sentence(each), what) for each, what in _pairs(said[0], remedies)
                )


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


def _assigned(scope: ast.AST) -> list[tuple[int, str, ast.AST]]:
    """(line, name, value) of what a scope gives names to."""
    return [
        (node.lineno, target.id, node.value)
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def _named(named: list[tuple[int, str, ast.AST]], after: int, line: int, answers: Texts) -> Texts:
    """What each name may stand for at a line: any of its values since the refusal before, else the last one above."""
    found: Texts = {}
    above = sorted((each for each in named if each[0] < line), key=itemgetter(0))
    for name in {each for _, each, _ in above}:
        values = [(at, value) for at, each, value in above if each == name]
        since = [value for at, value in values if at > after] or [values[-1][1]]
        found[name] = tuple(dict.fromkeys(words for value in since for words in _words(value, answers)))
    return found


def _pairs(sentences: tuple[str, ...], remedies: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each sentence with its remedy where they change together, else with every one."""
    return (
        zip(sentences, remedies, strict=True)
        if len(sentences) == len(remedies)
        else product(sentences, remedies)
    )


def _answered(tree: ast.Module) -> Texts:
    """`name()` of a function > the words that it answers in the end."""
    return {
        f"{function.name}()": words
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value and any(words := _words(node.value, {}))
    }


def _words(node: ast.AST, texts: Texts) -> tuple[str, ...]:
    """The words of an expression, with … where something is filled in; several where it may say one thing or another."""
    match node:
        case ast.Constant():
            return (
                PLACEHOLDER.sub("…", node.value).replace("|", "/") if isinstance(node.value, str) else "",
            )
        case ast.JoinedStr():
            return _joined([tuple(each or "…" for each in _words(part, texts)) for part in node.values])
        case ast.BinOp(op=ast.Mod()):
            return _words(node.left, texts)
        case ast.BinOp():
            return _joined([_words(node.left, texts), _words(node.right, texts)])
        case ast.Call(func=ast.Name(id="_" | "gettext" | "ngettext" | "noop"), args=[first, *_]):
            return _words(first, texts)
        case ast.Call(func=ast.Name(id=name)):
            return texts.get(f"{name}()", NOTHING)
        case ast.IfExp():
            found = [each for each in (*_words(node.body, texts), *_words(node.orelse, texts)) if each]
            return tuple(dict.fromkeys(found)) or NOTHING
        case ast.Name(id=name):
            return texts.get(name, NOTHING)
    return NOTHING


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple("".join(each) for each in product(*parts))
