"""The contract of the readers of instrument files: recognised by content, read into typed contents or refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firstdose.values.issue import Issue


@dataclass(frozen=True)
class Source:
    """The bytes of one file under the name by which Issues speak of it."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """The digest of the whole file."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def start(self) -> bytes:
        """The first 64 KiB: enough for every format to be recognised by."""
        return self.content[: 1 << 16]

    @property
    def place(self) -> Place:
        """The file as a whole."""
        return Place(self.name)

    def at(self, line: int, column: int = 1) -> Place:
        """A line of it, counted from 1."""
        return Place(self.name, line, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds: its contents (empty where it was refused), who wrote it, and the Issues.

    An Issue of weight `error` means that the file was refused: then there are no contents.
    """

    contents: tuple[Any, ...] = ()
    issues: tuple[Issue, ...] = ()
    instrument: str = ""
    software: str = ""
    run_date: str = ""
    operator: str = ""
    file: str = ""
    sha256: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A file format. `recognises` looks at the content alone; `extensions` serve for words in refusals only.

    `yields`: names of the contents' classes. `read` answers every bytes with contents or Issues, never an exception.
    `why_not(source)`: for a file that nobody recognises but that bears one of the extensions: what is wrong with it.
    """

    name: str
    label: str
    source: str
    yields: tuple[str, ...]
    extensions: tuple[str, ...]
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Reading]
    why_not: Callable[[Source], Issue | None] | None = None
    version: str = "1"


def source_of(path: Path, name: str | None = None) -> Source:
    """The file's bytes under its name.

    Raises:
        OSError: it cannot be opened.
    """
    return Source(name or path.name, path.read_bytes())


def refused(*issues: Issue) -> Reading:
    """A Reading without contents."""
    return Reading(issues=issues)
