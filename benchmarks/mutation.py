"""Mutation tests of the rules of designs: `python benchmarks/mutation.py [PART OF A FILE NAME ...]`.

Every place where a rule could be wrong by one sign is changed, one at a time, in a temporary copy of the package, and the
tests that hold this file must fail. `--known PAGE` also compares the survivors with those that a page explains (none given:
docs/reference/mutants.md); the exit code is 1 where one is not explained there. Sentences and messages are not changed.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis.strategies  # noqa: F401  # imported once for all forked processes, as the next three
import polars as pl  # noqa: F401
import pytest
import scipy.special  # noqa: F401
from rich.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "mutants.md"
PACKAGE = Path("src") / "firstdose"
MEMORY = 3 << 30  # bytes of address space, for mutants that never end
SECONDS = 20  # for the tests of one mutant; most take one or two

_DESIGNS = "tests/reference/designs/"
_INTERVAL = (f"{_DESIGNS}test_mutants_interval.py", f"{_DESIGNS}test_interval_designs.py")
_COURSE = (f"{_DESIGNS}test_mutants_conduct.py", "tests/unit/escalation/test_deciding.py")
# File of the package > tests that hold it, quickest first.
TARGETS: dict[str, tuple[str, ...]] = {
    "designs/three_plus_three.py": (
        f"{_DESIGNS}test_mutants_rule_based.py",
        f"{_DESIGNS}test_rule_based.py",
    ),
    "designs/boin.py": _INTERVAL,
    "designs/keyboard.py": _INTERVAL,
    "designs/i3_plus_3.py": _INTERVAL,
    "designs/crm.py": (f"{_DESIGNS}test_mutants_crm.py", f"{_DESIGNS}test_crm.py"),
    "designs/_kernel/interval.py": _INTERVAL,
    "designs/_kernel/boundary.py": (f"{_DESIGNS}test_mutants_boundary.py", f"{_DESIGNS}test_stopping.py"),
    "designs/_kernel/isotonic.py": _INTERVAL,
    "escalation/rule.py": (*_COURSE, f"{_DESIGNS}test_rule_based.py"),
    "escalation/following.py": (*_COURSE, f"{_DESIGNS}test_rule_based.py"),
    "derived/events.py": (
        "tests/unit/derived/test_participants.py",
        "tests/unit/escalation/test_evaluable.py",
    ),
}

_OTHER = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, what stood there and what stands there now, and the whole file with it."""

    file: str
    where: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """As the page of survivors calls it."""
        return f"{self.where}: `{self.before}` > `{self.after}`"


def mutants_of(file: str) -> Iterator[Mutant]:
    """Every mutant of a file of the package, in the order of its lines."""
    tree = ast.parse((ROOT / PACKAGE / file).read_text("utf-8"))
    seen: dict[str, int] = {}
    for place in sorted(_places(tree), key=lambda each: (each.line, each.column)):
        before = _shown(place.shown)
        undo = place.change()
        after, source = _shown(place.shown), ast.unparse(ast.fix_missing_locations(tree))
        undo()
        if before == after:
            continue
        mutant = Mutant(file, place.where, place.line, before, after, source)
        seen[mutant.name] = seen.get(mutant.name, 0) + 1
        where = place.where if seen[mutant.name] == 1 else f"{place.where} ({seen[mutant.name]})"
        yield Mutant(file, where, place.line, before, after, source)


def _shown(node: ast.AST) -> str:
    """In one line; of a branch or a loop its condition."""
    return " ".join(ast.unparse(node.test if isinstance(node, ast.If | ast.While) else node).split())


@dataclass(frozen=True, slots=True)
class _Place:
    where: str
    line: int
    column: int
    shown: ast.AST
    change: Callable[[], Callable[[], None]]  # makes the change and answers how to undo it


def _places(tree: ast.Module) -> Iterator[_Place]:
    def walk(node: ast.AST, where: str, shown: ast.AST) -> Iterator[_Place]:
        for name, child in _children(node):
            if name in {"annotation", "returns", "decorator_list"} or _is_left_out(child):
                continue
            inside = f"{where}.{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else where
            part = child if isinstance(child, ast.expr) and not _is_atom(child) else shown
            if isinstance(child, ast.stmt):
                part = child
            for change in _changes(node, child):
                line, column = getattr(child, "lineno", 0), getattr(child, "col_offset", 0)
                yield _Place(inside.removeprefix("."), line, column, part, change)
            yield from walk(child, inside, part)

    return walk(tree, "", tree)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _is_atom(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Name | ast.UnaryOp)


def _is_left_out(node: ast.AST) -> bool:
    """What only types, imports and words are made of, and `strict` of zip, which guards against mistakes of ours."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "ENTRY"
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _changes(parent: ast.AST, node: ast.AST) -> Iterator[Callable[[], Callable[[], None]]]:
    match node:
        case ast.Compare(ops=ops):
            for i, operator in enumerate(ops):
                for other in _OTHER.get(type(operator), ()):
                    yield _item(ops, i, other())
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) | ast.AugAssign(op=operator):
            for other in _OTHER.get(type(operator), ()):
                yield _field(node, "op", other())
        case ast.Constant(value=bool() as value):
            yield _field(node, "value", not value)
        case ast.Constant(value=int() | float() as value):
            yield _field(node, "value", value + 1)
            yield _field(node, "value", value - 1)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield _swap(parent, node, operand)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED and name != "floor":
            yield _field(node.func, "id", _CALLED[name])
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.JoinedStr):
            if not (isinstance(value, ast.Constant) and value.value in {None, True, False}):
                yield _field(node, "value", ast.Constant(None))
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield _field(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.Break():
            yield _swap(parent, node, ast.Continue())
        case ast.Continue():
            yield _swap(parent, node, ast.Break())


def _field(node: ast.AST, name: str, value: object) -> Callable[[], Callable[[], None]]:
    old = getattr(node, name)

    def change() -> Callable[[], None]:
        setattr(node, name, value)
        return lambda: setattr(node, name, old)

    return change


def _item(items: list, i: int, value: object) -> Callable[[], Callable[[], None]]:
    old = items[i]

    def change() -> Callable[[], None]:
        items[i] = value
        return lambda: items.__setitem__(i, old)

    return change


def _swap(parent: ast.AST, node: ast.AST, new: ast.AST) -> Callable[[], Callable[[], None]]:
    for name, value in ast.iter_fields(parent):
        if value is node:
            return _field(parent, name, new)
        if isinstance(value, list) and any(each is node for each in value):
            return _item(value, next(i for i, each in enumerate(value) if each is node), new)
    raise LookupError(ast.dump(node))


# ------------------------------------------------------------------------------------------------------- the tests


def copied(folder: Path) -> Path:
    """The package, its tests and the trials they read, in a folder of their own."""
    for name in ("src", "tests", "trials"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def is_killed(copy: Path, mutant: Mutant) -> bool:
    """Whether a test fails with the mutant in place, or runs for too long."""
    file = copy / PACKAGE / mutant.file
    kept = file.read_text("utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    try:
        return not passes(copy, mutant.file, keep=False)
    finally:
        file.write_text(kept, encoding="utf-8")


def passes(copy: Path, file: str, *, keep: bool) -> bool:
    """Whether the tests of a file of the package pass in the copy, in time, each time in a process of its own.

    A forked process has the libraries already; the package itself is never imported before the fork. `keep`: what is
    compiled stays for the next run, but for the file itself.
    """
    tests = [each for each in TARGETS[file] if (copy / each).is_file()]
    child = os.fork()
    if child == 0:
        _test(copy, tests, keep=keep)
    _, status = os.waitpid(child, 0)
    for stale in (copy / PACKAGE / file).parent.glob(f"__pycache__/{Path(file).stem}.*"):
        stale.unlink()
    return status == 0


def _test(copy: Path, tests: Iterable[str], *, keep: bool) -> NoReturn:
    """The forked process: silent, ended by the clock at the latest."""
    signal.alarm(10 * SECONDS if keep else SECONDS)  # compiled code is kept by the first run
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.chdir(copy)
    sys.path[:0] = [str(copy / "src"), str(copy)]
    sys.dont_write_bytecode = not keep
    code = 1
    try:
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", *tests]))
    finally:
        os._exit(code)


def explained(page: Path) -> dict[str, set[str]]:
    """File > names of the survivors that the page explains."""
    found: dict[str, set[str]] = {}
    file = ""
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("## `"):
            file = line.split("`")[1]
        elif line.startswith("- ") and "` > `" in line:
            found.setdefault(file, set()).add(line[2:])
    return found


def main() -> int:
    """Prints every survivor and a count for each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", help="only files whose name holds one of these")
    parser.add_argument("--known", type=Path, default=PAGE, help="page that explains survivors")
    given = parser.parse_args()
    files = [file for file in TARGETS if not given.files or any(part in file for part in given.files)]
    known = explained(given.known) if given.known.is_file() else {}
    unexplained = 0
    shared = ROOT.parent / "shared" / "data"
    os.environ.setdefault("FIRSTDOSE_SHARED_DATA", str(shared))
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for file in files:
            if not passes(copy, file, keep=True):
                print(f"{file}: its tests fail without a mutant")
                return 2
            mutants = list(mutants_of(file))
            alive = [each for each in track(mutants, file, transient=True) if not is_killed(copy, each)]
            new = [each for each in alive if each.name not in known.get(file, set())]
            unexplained += len(new)
            print(
                f"{file}: {len(mutants)} mutants, {len(alive)} survive, {len(new)} of them not explained",
                flush=True,
            )
            for each in alive:
                print(f"{'  ' if each not in new else '! '}{each.line}  {each.name}", flush=True)
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main())
