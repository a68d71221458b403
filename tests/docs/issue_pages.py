"""The pages of docs/issues: how they are written, and how what they show is run.

A page has a title (`# FD-P021  Number of cells`), one line that says how much it weighs and which command tells it,
some words, and one or more cases. A case is three headings: Written, Message, Mended. Under Written and Mended stand
files of a study, each a fence below the name of the file in backquotes and a colon:

    `records/visits.csv`:
    `protocol.yaml`, with escapes:      \\x00 is that byte, \\u2028 that character, \\t a tab, \\{9:word } nine words
    `records/DLQI.xlsx`, sheet `one`:   a sheet of a workbook, its cells separated by commas
    `designs/NAME.py`:                  an entry that is put on the shelf `designs` while the page is run
    `records/visits.csv` is not there.  without a fence

or, instead of files, one fence of Python that leaves `issues`, or the `result` of a method with its caveats.

Every other file is that of docs/issues/base. In protocol.yaml the sections that a page does not write are those of
the base, below its own text, so that lines count as shown; `# without NAME` leaves a section out. Under Message
stands everything that is told, line by line.
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

_TITLE = re.compile(r"# (FD-[PSRLADE]\d{3})  (\S.*)")
_TOLD_BY = re.compile(r"(Error|Query|Warning|Caveat)(?: or (error|query|warning))?, told by `([^`]+)`\.")
_HEADING = re.compile(r"## (Written|Message|Mended)")
_MESSAGE = re.compile(r"```text\n((?:(?!```).*\n)*)```\n")
_FILE = re.compile(
    r"""
      (?:`(?P<path>[^`\n]+)`(?:,[ ]sheet[ ]`(?P<sheet>[^`\n]+)`)?(?P<escaped>,[ ]with[ ]escapes)?:\n\n|(?=```python\n))
      ```\w+\n(?P<text>(?:(?!```).*\n)*)```\n
    | `(?P<gone>[^`\n]+)`[ ]is[ ]not[ ]there\.\n
    """,
    re.VERBOSE,
)
_SECTION = re.compile(r"^([A-Za-z]\w*) *:", re.MULTILINE)
_WITHOUT = re.compile(r"^# without ([\w, ]+)$", re.MULTILINE)
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\{(\d+):([^}]*)}|\\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file as a page shows it: path inside the study ('' for Python), text (None: the file is not there)."""

    path: str
    text: str | None
    sheet: str = ""
    escaped: bool = False


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
    for written, message, mended in zip(bodies[::3], bodies[1::3], bodies[2::3], strict=True):
        told = _MESSAGE.findall(message)
        assert len(told) == 1, f"{name}: one message, in one fence"
        yield Case(_files(written, name), told[0], _files(mended, name))


def _files(text: str, name: str) -> tuple[Shown, ...]:
    found = list(_FILE.finditer(text))
    assert found, f"{name}: no file is shown"
    assert not _FILE.sub("", text).strip(), f"{name}: {_FILE.sub('', text).strip()!r} is no file"
    return tuple(_shown(each) for each in found)


def _shown(found: re.Match[str]) -> Shown:
    if found["gone"]:
        return Shown(path=found["gone"], text=None)
    return Shown(
        path=found["path"] or "",
        text=found["text"],
        sheet=found["sheet"] or "",
        escaped=bool(found["escaped"]),
    )


# ---------------------------------------------------------------------------------------------------------- files


def write_study(folder: Path, shown: tuple[Shown, ...]) -> Path:
    """The base study with the files of a page in place of its own."""
    for path in BASE.rglob("*.*"):
        _write(folder / path.relative_to(BASE), path.read_bytes())
    for file in (each for each in shown if each.path):
        _show(folder / file.path, file)
    return folder


def _show(path: Path, file: Shown) -> None:
    if file.text is None:
        _remove(path)
    elif path.suffix == ".xlsx":
        _write_sheet(path, file.sheet or "Sheet", file.text)
    else:
        text = whole_protocol(file.text) if file.path == PROTOCOL else file.text
        _write(path, unescaped(text) if file.escaped else text.encode())


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


def _write_sheet(path: Path, name: str, text: str) -> None:
    """A workbook of comma-separated rows; a cell that starts with '=' is a formula whose result nobody saved."""
    from openpyxl import Workbook, load_workbook

    book = load_workbook(path) if path.exists() else Workbook()
    sheet = book.create_sheet(name) if path.exists() else book.active
    assert sheet is not None
    sheet.title = name
    for line in text.splitlines():
        sheet.append(line.split(","))
    book.save(path)
