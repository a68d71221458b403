"""The log as a file (log format 1): a title, then one line an event; docs/reference/log-format.md is its one page."""

from __future__ import annotations

import json
import os
import tempfile
import unicodedata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from firstdose.records.log.chain import FORMAT, canonical, composed, header_of, origin_of
from firstdose.records.log.event import Event, Key
from firstdose.records.log.issues import log_not_read, no_event, no_title
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from firstdose.records.log.event import Payload

TITLE = "firstdose log"
PARTS = 18  # of a header
NUMBERS = (0, 2)  # the parts of a header that are whole numbers: format and seq
STEP = 1 << 20  # bytes between two calls of `progress`


class Line(NamedTuple):
    """An event as its line tells it, with the canonical bytes that were hashed.

    `prev`: the hash before, where the event tells it itself; None in a file, where it is that of the line before.
    """

    number: int
    header: list[Any]
    hash: str
    salt: str
    payload: Payload | None
    header_bytes: bytes
    payload_bytes: bytes | None
    prev: str | None = None


# ---------------------------------------------------------------------------------------------------------- writing


def log_lines(events: Iterable[Event], study: str = "") -> Iterator[bytes]:
    """The file, line by line. `study` is needed only where there may be no event."""
    ordered = iter(events)
    first = next(ordered, None)
    yield canonical({TITLE: FORMAT, "study": study or (first.study if first else "")}) + b"\n"
    yield from (line_of(event) for event in (chain([first], ordered) if first else ()))


def line_of(event: Event) -> bytes:
    """`[header, hash, salt, payload]`, canonical; a redacted payload is null."""
    payload = b"null" if event.payload is None else canonical(event.payload)
    return b"[%b,%b,%b,%b]\n" % (
        canonical(header_of(event)), canonical(event.hash), canonical(event.salt), payload
    )  # fmt: skip


def write_log(events: Iterable[Event], out: Path, study: str = "") -> None:
    """The whole file or none: it takes its name when everything is on the disk.

    Raises:
        OSError: the folder cannot be written.
    """
    number, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.writelines(log_lines(events, study))
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------------------------- reading


def read_log(path: Path) -> Iterator[Event | Issue]:
    """Event by event; an Issue in the place of every line that is none. Nothing is verified here."""
    title, before = read_title(path), ""
    for line in read_lines(path):
        if isinstance(line, Line):
            yield event_of(line, before or origin_of(title or line.header[1]))
            before = line.hash
        else:
            yield line


def read_title(path: Path) -> str:
    """The study that the first line names; '' where there is no such line."""
    try:
        with path.open("rb") as file:
            return _title(file.readline()) or ""
    except OSError:
        return ""


def read_lines(path: Path, progress: Callable[[float], object] | None = None) -> Iterator[Line | Issue]:
    """Line by line, the title apart; empty lines are passed over. `progress` is told the share that was read."""
    try:
        with path.open("rb") as file:
            yield from _lines(file, str(path), progress, path.stat().st_size)
    except OSError as why:
        yield log_not_read(Place(str(path)), why.strerror or "no reason was given")


def _lines(
    file: Iterable[bytes], name: str, progress: Callable[[float], object] | None, size: int
) -> Iterator[Line | Issue]:
    number = read = told = 0
    for number, raw in enumerate(file, start=1):
        if number == 1 and _title(raw) is not None:
            continue
        if number == 1:
            yield no_title(Place(name, 1))
        line = parse_line(raw, number)
        if line is not None:
            yield line
        elif number > 1 and not raw.isspace():
            yield no_event(Place(name, number))
        read += len(raw)
        if progress and read - told >= STEP:
            told = read
            progress(read / size)
    if number == 0:
        yield no_title(Place(name))


def _title(raw: bytes) -> str | None:
    """The study of a title of this format."""
    try:
        title = _STRICT.decode(raw.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(title, dict) or title.get(TITLE) != FORMAT or not isinstance(title.get("study"), str):
        return None
    return composed(title["study"]) if _whole(title["study"]) else None


def event_of(line: Line, prev: str) -> Event:
    """The event of a line; the parts of a header stand in the order of an event's own."""
    header = line.header
    key = Key(*header[9:14])
    return Event._make((*header[1:9], key, *header[14:], prev, line.hash, line.payload, line.salt))


def line_from(event: Event, number: int) -> Line | None:
    """An event that does not come from a file, with its own `prev`; None where a part of it has no canonical form."""
    header = header_of(event)
    try:
        payload = None if event.payload is None else canonical(event.payload)
        return Line(
            number, header, event.hash, event.salt, event.payload, canonical(header), payload, event.prev
        )
    except (TypeError, ValueError):
        return None


def stored_line(
    number: int, header: Sequence[Any], own: str, salt: str, payload: str | None, prev: object
) -> Line | None:
    """A row of a table, read as the line that the file would hold; None where that is no event of this format.

    `payload`: its text as it is stored, None where it was erased; `prev`: the hash before, as the row tells it.
    """
    if not isinstance(prev, str):
        return None
    try:
        told = _ENCODE([header, own, salt])[:-1]
        return parse_line(f"{told},{'null' if payload is None else payload}]\n".encode(), number, prev)
    except (TypeError, ValueError):
        return None


# --------------------------------------------------------------------------------------------------------- one line


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would be read differently by others."""
    if len(members := dict(pairs)) != len(pairs):
        raise ValueError(pairs)
    return members


_QUICK = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).raw_decode
_STRICT = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_members)
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_HEADER = "[" + ",".join("%d" if part in NUMBERS else '"%s"' for part in range(PARTS)) + "]"


def parse_line(raw: bytes, number: int, prev: str | None = None) -> Line | None:
    """A line of the file; None where it is no event of this format. `prev`: the hash before it, where that is told.

    A line that is written canonically, as nearly all are, is not taken apart twice: what was read is put together
    again and compared with the line as a whole.
    """
    try:
        text = raw.decode()
        (header, own, salt, payload), _ = _QUICK(text)
        head, body = _HEADER % tuple(header), _ENCODE(payload)
    except (ValueError, TypeError, RecursionError):
        return _parse_slowly(raw, number, prev)
    if (
        text != f'[{head},"{own}","{salt}",{body}]\n'
        or header[0] != FORMAT
        or not _plain(text, body, payload)
    ):
        return _parse_slowly(raw, number, prev)
    return Line(number, header, own, salt, payload, head.encode(), body.encode(), prev)


def _plain(text: str, body: str, payload: object) -> bool:
    """Nothing in the line needs a second look: no escape, no truth or nothing, every text composed."""
    return (
        payload.__class__ is dict
        and "\\" not in text
        and "true" not in body
        and "false" not in body
        and "null" not in body
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


def _parse_slowly(raw: bytes, number: int, prev: str | None) -> Line | None:
    try:
        header, own, salt, payload = _STRICT.decode(raw.decode())
        if not (_is_header(header) and isinstance(own, str) and isinstance(salt, str)):
            return None
        if not (payload is None or isinstance(payload, dict)):
            return None
        body = None if payload is None else canonical(payload)
        header, payload = composed(header), None if payload is None else composed(payload)
        return Line(number, header, own, salt, payload, canonical(header), body, prev)
    except (ValueError, TypeError, RecursionError):
        return None


def _is_header(header: object) -> bool:
    if not isinstance(header, list) or len(header) != PARTS or header[0] != FORMAT:
        return False
    kinds = [int if part in NUMBERS else str for part in range(PARTS)]
    return [type(part) for part in header] == kinds


def _whole(text: str) -> bool:
    """No half of a surrogate pair, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
