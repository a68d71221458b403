"""Mutation tests of the rules of designs and of who counts: `python benchmarks/mutation.py [PART OF A FILE NAME ...]`.

Every place where a rule could be wrong by one sign is changed, one at a time, in a temporary copy of the package, and the
tests that hold this file must fail. Survivors are compared with those that a page explains (docs/reference/mutants.md, or
`--page`); the exit code is 1 where one is not explained there. `--write` writes what was found into the page and keeps its
explanations; `--survivors` tries only the mutants that survived when the page was written, for tests that came later; no
mutant that was killed can survive one test more. Sentences and messages are not changed.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal, NoReturn

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
SECONDS = 200  # for the tests without a mutant, which compile what is kept
AT_LEAST, TIMES = 10, 4  # seconds for the tests with a mutant, or so many times those they took without

_DESIGNS = "tests/reference/designs/"
_WORDS = f"{_DESIGNS}test_mutants_words.py"
_INTERVAL = (f"{_DESIGNS}test_mutants_interval.py", f"{_DESIGNS}test_interval_designs.py")
_COURSE = (f"{_DESIGNS}test_mutants_conduct.py", "tests/unit/escalation/test_deciding.py")
_WHO = (
    "tests/unit/escalation/test_mutants_who_counts.py",
    "tests/unit/escalation/test_mutants_evaluable.py",
    "tests/unit/escalation/test_mutants_counted.py",
    "tests/unit/escalation/test_evaluable.py",
    "tests/unit/escalation/test_lesions_on_record.py",
)
# File of the package > tests that hold it, quickest first.
TARGETS: dict[str, tuple[str, ...]] = {
    "designs/three_plus_three.py": (
        f"{_DESIGNS}test_mutants_rule_based.py",
        f"{_DESIGNS}test_rule_based.py",
    ),
    "designs/boin.py": (_WORDS, *_INTERVAL),
    "designs/keyboard.py": (_WORDS, *_INTERVAL),
    "designs/i3_plus_3.py": (_WORDS, *_INTERVAL),
    "designs/crm.py": (_WORDS, f"{_DESIGNS}test_mutants_crm.py", f"{_DESIGNS}test_crm.py"),
    "designs/_kernel/interval.py": _INTERVAL,
    "designs/_kernel/boundary.py": (f"{_DESIGNS}test_mutants_boundary.py", f"{_DESIGNS}test_stopping.py"),
    "designs/_kernel/isotonic.py": _INTERVAL,
    "escalation/rule.py": (*_COURSE, f"{_DESIGNS}test_rule_based.py"),
    "escalation/following.py": (*_COURSE, f"{_DESIGNS}test_rule_based.py"),
    "derived/events.py": (
        "tests/unit/derived/test_mutants_events.py",
        "tests/unit/escalation/test_evaluable.py",
        "tests/unit/derived/test_participants.py",
    ),
    "escalation/evaluable.py": _WHO,
    "escalation/courses.py": (*_WHO, "tests/unit/escalation/test_deciding.py"),
    "escalation/on_record.py": (
        "tests/unit/escalation/test_mutants_on_record.py",
        "tests/unit/escalation/test_on_record.py",
    ),
}

Outcome = Literal["passed", "failed", "too long"]
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
    """In one line; of a branch or a loop its condition, of a function its head."""
    match node:
        case ast.If(test=test) | ast.While(test=test):
            node = test
        case ast.FunctionDef():
            node = ast.FunctionDef(node.name, node.args, [], [], node.returns, lineno=node.lineno)
        case ast.For():
            node = ast.For(node.target, node.iter, [], [], lineno=node.lineno)
    return " ".join(ast.unparse(node).split())


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
            part = child if _is_shown(child) else shown
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


def _is_shown(node: ast.AST) -> bool:
    """Whether it says enough by itself: a statement, an expression of several parts, an argument with its name."""
    if isinstance(node, ast.keyword):
        return node.arg is not None and _is_atom(node.value)
    return isinstance(node, ast.stmt) or (isinstance(node, ast.expr) and not _is_atom(node))


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


def outcome(copy: Path, mutant: Mutant, seconds: int) -> Outcome:
    """What the tests of its file say with the mutant in place."""
    file = copy / PACKAGE / mutant.file
    kept = file.read_text("utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    try:
        return tested(copy, mutant.file, seconds, keep=False)
    finally:
        file.write_text(kept, encoding="utf-8")


def tested(copy: Path, file: str, seconds: int, *, keep: bool) -> Outcome:
    """Whether the tests of a file of the package pass in the copy, each time in a process of its own.

    A forked process has the libraries already; the package itself is never imported before the fork. `keep`: what is
    compiled stays for the next run, but for the file itself.
    """
    tests = [each for each in TARGETS[file] if (copy / each).is_file()]
    child = os.fork()
    if child == 0:
        _test(copy, tests, seconds, keep=keep)
    _, status = os.waitpid(child, 0)
    for stale in (copy / PACKAGE / file).parent.glob(f"__pycache__/{Path(file).stem}.*"):
        stale.unlink()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return "too long"
    return "passed" if status == 0 else "failed"


def _test(copy: Path, tests: Iterable[str], seconds: int, *, keep: bool) -> NoReturn:
    """The forked process: silent, ended by the clock at the latest."""
    signal.alarm(seconds)
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


# -------------------------------------------------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found about a file: number of mutants, how many ran too long, and the survivors with what explains them."""

    mutants: int
    late: int
    alive: dict[str, str]

    @property
    def killed(self) -> int:
        """By a test that fails, or by the clock."""
        return self.mutants - len(self.alive)


_BEGIN, _END = "<!-- written by benchmarks/mutation.py -->\n", "<!-- end -->\n"
_HEAD = "| file | mutants | killed | of them by the clock | survive |\n|---|---|---|---|---|\n"
_ROW = re.compile(r"(?m)^\| `([^`]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$")


def read_page(page: Path) -> dict[str, Found]:
    """File > what the page says of it."""
    text = page.read_text("utf-8") if page.is_file() else ""
    found = {file: Found(int(all_), int(late), {}) for file, all_, _, late, _ in _ROW.findall(text)}
    file, name = "", ""
    for line in text.splitlines():
        if line.startswith("## `"):
            file, name = line.split("`")[1], ""
        elif line.startswith("- ") and "` > `" in line and file:
            name = line[2:]
            found[file].alive[name] = ""
        elif line.startswith("  ") and name:
            found[file].alive[name] = line.strip()
        else:
            name = ""
    return found


def write_page(page: Path, found: dict[str, Found]) -> None:
    """The part of the page that the run writes, anew."""
    ordered = {file: found[file] for file in TARGETS if file in found}
    rows = [
        f"| `{file}` | {each.mutants} | {each.killed} | {each.late} | {len(each.alive)} |\n"
        for file, each in ordered.items()
    ]
    parts = [
        f"\n## `{file}`\n\n" + "".join(f"- {name}\n  {why}\n" for name, why in each.alive.items())
        for file, each in ordered.items()
        if each.alive
    ]
    before, _, rest = page.read_text("utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}\n{_HEAD}{''.join(rows)}{''.join(parts)}\n{_END}{after}", "utf-8")


# --------------------------------------------------------------------------------------------------------- the run


def run(copy: Path, file: str, known: Found | None, *, survivors: bool) -> Found | None:
    """Every mutant of a file, or those that survived before; None where its tests fail without a mutant.

    Raises:
        SystemExit: the page speaks of another state of the file, so that nothing is known of those killed.
    """
    began = monotonic()
    if tested(copy, file, SECONDS, keep=True) != "passed":
        return None
    seconds = max(AT_LEAST, TIMES * ceil(monotonic() - began))
    mutants = list(mutants_of(file))
    names = {each.name for each in mutants}
    reasons = known.alive if known else {}
    if survivors and (known is None or known.mutants != len(mutants) or not reasons.keys() <= names):
        raise SystemExit(f"{file} has changed since the page was written: run without --survivors")
    tried = [each for each in mutants if not survivors or each.name in reasons]
    alive, late = {}, known.late if survivors and known else 0
    for mutant in track(tried, file, transient=True):
        found = outcome(copy, mutant, seconds)
        if found == "passed":
            alive[mutant.name] = reasons.get(mutant.name, "")
            print(f"{'  ' if alive[mutant.name] else '! '}{mutant.line}  {mutant.name}", flush=True)
        elif found == "too long":
            late += 1
            print(f"  {mutant.line}  {mutant.name}: ran too long", flush=True)
    return Found(len(names), late, alive)


def main() -> int:
    """Prints every survivor and a count for each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", help="only files whose name holds one of these")
    parser.add_argument("--page", type=Path, default=PAGE, help="page that explains survivors")
    parser.add_argument("--write", action="store_true", help="write the page")
    parser.add_argument("--survivors", action="store_true", help="try those that survived before")
    given = parser.parse_args()
    files = [file for file in TARGETS if not given.files or any(part in file for part in given.files)]
    os.environ.setdefault("FIRSTDOSE_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    unexplained = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for file in files:
            found = run(copy, file, read_page(given.page).get(file), survivors=given.survivors)
            if found is None:
                print(f"{file}: its tests fail without a mutant")
                return 2
            new = sum(not why for why in found.alive.values())
            unexplained += new
            print(
                f"{file}: {found.mutants} mutants, {len(found.alive)} survive, {new} of them not explained",
                flush=True,
            )
            if given.write:
                write_page(given.page, read_page(given.page) | {file: found})
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main())
