"""The pages of docs/issues: how they are written, and how what they show is run.

A page has a title (`# FD-P021  Number of cells`), one line that says how much it weighs and which command tells it,
some words, and one or more cases. A case is three headings: Written, Message, Mended. Under Written and Mended stand
files of a study, each a fence whose first line names its language and path:

    ```csv records/visits.csv
    ```yaml protocol.yaml escaped      \\x00 is that byte, \\u2028 that character, \\t a tab, \\{9:word } nine words
    ```csv records/DLQI.xlsx           a workbook; `sheet NAME` for one of several sheets
    ```python                          instead of files: a few lines that leave a `result`

    ```python designs/NAME.py          an entry that is put on the shelf `designs` while the page is run

Every other file is that of docs/issues/base. In protocol.yaml the sections that a page does not write are those of
the base, below its own text, so that lines count as shown; `# without NAME` leaves a section out. A file that holds
only `(not there)` is taken away. Under Message stands everything that is told, line by line.
"""

from __future__ import annotations

import re
import runpy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = ROOT / "docs" / "issues"
BASE = PAGES / "base"
PROTOCOL = "protocol.yaml"
NOT_THERE = "(not there)\n"

_TITLE = re.compile(r"# (FD-[PSRADE]\d{3})  (\S.*)")
_TOLD_BY = re.compile(r"(Error|Query|Warning|Caveat)(?: or (error|query|warning))?, told by `([^`]+)`\.")
_HEADING = re.compile(r"## (Written|Message|Mended)")
_FENCE = re.compile(r"```(\S+) ?(.*)\n((?:(?!```).*\n)*)```\n")
_SECTION = re.compile(r"^([A-Za-z]\w*) *:", re.MULTILINE)
_WITHOUT = re.compile(r"^# without ([\w, ]+)$", re.MULTILINE)
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\{(\d+):([^}]*)}|\\t")


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as a page shows it: path inside the study ('' for Python), further words of its fence, text."""

    path: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong, what is told, what is right."""

    written: tuple[Shown, ...]
    message: str
    mended: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One code: its meaning in a line, how much it weighs, the command that tells it, and its cases."""

    code: str
    title: str
    weights: frozenset[str]
    command: str
    cases: tuple[Case, ...]


def pages() -> list[Path]:
    return sorted(PAGES.glob("FD-*.md"))


def read_page(path: Path) -> Page:
    """The page; AssertionError where it is not written as agreed."""
    first, _, rest = path.read_text("utf-8").partition("\n")
    title, told = _TITLE.fullmatch(first), _TOLD_BY.search(rest)
    assert title, f"{path.name}: the first line is '# CODE  Title'"
    assert told, f"{path.name}: one line says 'Error, told by `firstdose ...`.'"
    weights = frozenset(word.lower() for word in told.group(1, 2) if word)
    return Page(title[1], title[2], weights, told[3], tuple(_cases(rest, path.name)))


def _cases(text: str, name: str) -> Iterator[Case]:
    _, *parts = _HEADING.split(text)
    headings, bodies = parts[::2], parts[1::2]
    assert headings == ["Written", "Message", "Mended"] * (len(headings) // 3), f"{name}: {headings}"
    fences = [[Shown(*_path(found[1], found[2]), found[3]) for found in _FENCE.finditer(body)] for body in bodies]
    for written, message, mended in zip(fences[::3], fences[1::3], fences[2::3], strict=True):
        assert written, f"{name}: nothing is written"
        assert mended, f"{name}: nothing is mended"
        assert len(message) == 1, f"{name}: one message, in one fence"
        yield Case(tuple(written), message[0].text, tuple(mended))


def _path(language: str, words: str) -> tuple[str, tuple[str, ...]]:
    path, *more = words.split() or [""]
    assert path or language in {"text", "python"}, f"a fence of {language} names its file"
    return path, tuple(more)


# ---------------------------------------------------------------------------------------------------------- files


def write_study(folder: Path, shown: tuple[Shown, ...]) -> Path:
    """The base study with the files of a page in place of its own."""
    for path in BASE.rglob("*.*"):
        _write(folder / path.relative_to(BASE), path.read_bytes())
    for file in shown:
        if file.text == NOT_THERE:
            _remove(folder / file.path)
        elif file.path.endswith(".xlsx") and "escaped" not in file.words:
            _write_sheet(folder / file.path, file)
        else:
            text = whole_protocol(file.text) if file.path == PROTOCOL else file.text
            _write(folder / file.path, unescaped(text) if "escaped" in file.words else text.encode())
    return folder


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _remove(path: Path) -> None:
    for each in path.iterdir() if path.is_dir() else [path]:
        each.unlink()
    if path.is_dir():
        path.rmdir()


def whole_protocol(text: str) -> str:
    """The text of a page, and below it the sections of the base that it does not write."""
    own = set(_SECTION.findall(text))
    left_out = {name for names in _WITHOUT.findall(text) for name in re.findall(r"\w+", names)}
    base = (BASE / PROTOCOL).read_text("utf-8")
    starts = [found.start() for found in _SECTION.finditer(base)]
    sections = [base[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    rest = [part for part in sections if part.partition(":")[0] not in own | left_out]
    return "".join([text, "\n", *rest])


def unescaped(text: str) -> bytes:
    """UTF-8, with the bytes and characters that a page cannot show."""

    def decoded(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return bytes([int(found[1], 16)])
        if found[2]:
            return chr(int(found[2], 16)).encode()
        return found[4] * int(found[3]) if found[3] else b"\t"

    return _ESCAPE.sub(decoded, text.encode())


def shelf_entries(study: Path, shown: tuple[Shown, ...]) -> list[tuple[str, Any]]:
    """(shelf, entry) of every module that a page puts on a shelf."""
    modules = [file.path for file in shown if file.path.endswith(".py")]
    return [(path.partition("/")[0], runpy.run_path(str(study / path))["ENTRY"]) for path in modules]


def _write_sheet(path: Path, file: Shown) -> None:
    """A workbook of comma-separated rows; a cell that starts with '=' is a formula whose result nobody saved."""
    from openpyxl import Workbook, load_workbook

    book = load_workbook(path) if path.exists() else Workbook()
    name = file.words[file.words.index("sheet") + 1] if "sheet" in file.words else "Sheet"
    sheet = book.create_sheet(name) if path.exists() else book.active
    assert sheet is not None
    sheet.title = name
    for line in file.text.splitlines():
        sheet.append(line.split(","))
    book.save(path)
