"""A protocol file from a model: for rehearsal starters and tests. The program never writes the user's file."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from firstdose.catalogue import Item
from firstdose.protocol.grammar import SECTIONS
from firstdose.protocol.issues_of_text import FIRST_LINE
from firstdose.protocol.kinds_of_lists import meaning_of
from firstdose.protocol.makers import taken_apart
from firstdose.protocol.model import Analysis, LocalItem
from firstdose.protocol.table import NONE
from firstdose.protocol.traps import judge_value
from firstdose.values.issue import Place
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from firstdose.protocol.fields import Field, Section
    from firstdose.protocol.model import Protocol

PLANNED = "x"


@dataclass(frozen=True, slots=True)
class Rows:
    """A table to be printed: the header first, all cells as text."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs to be printed below a bar."""

    paragraphs: tuple[str, ...]


Outline = "Mapping[str, str | Rows | Prose | Outline]"


def starter() -> str:
    """A small complete trial with comments, to be edited: what `firstdose new` prints."""
    return files("firstdose.protocol").joinpath("starter.yaml").read_text("utf-8")


def render_protocol(protocol: Protocol) -> str:
    """A protocol file that reads back as the same protocol."""
    return "\n".join([FIRST_LINE, *_print(outline(protocol), 0)]) + "\n"


def outline(protocol: Protocol) -> dict[str, Any]:
    """Keys with texts, tables, prose or keys below them: the file without its layout."""
    found = {section.name: _section(section, protocol) for section in SECTIONS}
    return {name: part for name, part in found.items() if part}


def value_as_written(text: str) -> str:
    """The text as it stands after a key: plain where it can be, else in single quotes."""
    judged = judge_value(text, 1, Place(""))
    bare = judged.holds == "value" and not judged.issues and judged.mended == text and text[0] not in "\"'"
    return text if bare else "'" + text.replace("'", "''") + "'"


# ------------------------------------------------------------------------------------------------------ outline


def _section(section: Section, protocol: Protocol) -> Any:
    part = getattr(protocol, section.name)
    if not part:
        return None
    match section.form:
        case "free":
            return dict(part)
        case "keys":
            return _keys(section.fields, section, part, protocol)
        case "blocks":
            return {_name(each): _keys(section.fields, section, each, protocol) for each in part}
        case "schedule":
            return _schedule(section, protocol)
        case _:
            return _rows(section.fields, part, protocol)


def _name(part: Any) -> str:
    return str(getattr(part, fields(part)[0].name))


def _keys(columns: Iterable[Field], section: Section, part: Any, protocol: Protocol) -> dict[str, Any]:
    values = taken_apart(part)
    written = {}
    for field in columns:
        value = values[field.field]
        if field.required or not _is_left_out(value, field, part):
            written[field.key] = _field(field, value, protocol)
    return written | dict(values.get(section.extra, ()))


def _field(field: Field, value: Any, protocol: Protocol) -> Any:
    if field.kind == "table":
        return _rows(field.columns, value, protocol)
    if field.kind == "free":
        return dict(value)
    if field.kind == "prose":
        return Prose(tuple(value.split("\n\n")))
    return _text(field, value, protocol)


def _rows(columns: Sequence[Field], parts: Sequence[Any], protocol: Protocol) -> Rows:
    taken = [(part, _values(part, columns)) for part in parts]
    shown = [
        field
        for field in columns
        if field.required or any(not _is_left_out(values[field.field], field, part) for part, values in taken)
    ]
    body = (
        tuple(_cell(field, values[field.field], part, protocol) for field in shown) for part, values in taken
    )
    return Rows((tuple(field.key for field in shown), *body))


def _cell(field: Field, value: Any, part: Any, protocol: Protocol) -> str:
    if not field.required and _is_left_out(value, field, part):
        return NONE
    return _text(field, value, protocol)


def _schedule(section: Section, protocol: Protocol) -> Rows:
    visits = [visit.visit for visit in protocol.visits]
    header = (*(field.key for field in section.fields), *visits)
    body = (
        (row.activity, _local(row.per, protocol), *(PLANNED if visit in row.at else NONE for visit in visits))
        for row in protocol.schedule
    )
    return Rows((header, *body))


def _values(part: Any, columns: Sequence[Field]) -> Mapping[str, Any]:
    if isinstance(part, tuple):  # an anchor: the model has no class for it
        return dict(zip((field.field for field in columns), part, strict=True))
    return taken_apart(part)


def _is_left_out(value: Any, field: Field, part: Any) -> bool:
    """Whether the model would hold this value anyway; an analysis plan says even what goes without saying."""
    if value is None or value in {"", ()}:
        return True
    if isinstance(part, Analysis):
        return False
    owner = Item if isinstance(part, LocalItem) else type(part)
    return any(
        each.name == field.field and each.default is not MISSING and each.default == value
        for each in (fields(owner) if owner is not tuple else ())
    )


# ------------------------------------------------------------------------------------------------ single values


def _text(field: Field, value: Any, protocol: Protocol) -> str:
    if field.kind == "choice":
        return _local(value, protocol) if field.local else str(value)
    return _WRITERS.get(field.kind, str)(value)


def _local(words: str, protocol: Protocol) -> str:
    return words.replace("lesion", protocol.lesion_word)


def _range(write: Callable[[Any], str]) -> Callable[[tuple[Any, Any]], str]:
    return lambda ends: f"{write(ends[0])} .. {write(ends[1])}"


def _quantity_range(ends: tuple[Any, Any]) -> str:
    low, high = ends
    return f"{plain(low.value)} .. {high.to(low.unit)}"


def _codes(codes: tuple[tuple[str, str], ...]) -> str:
    if all(meaning == meaning_of(code) for code, meaning in codes):
        return " ".join(code for code, _ in codes)
    return ", ".join(f"{code}={meaning}" for code, meaning in codes)


_WRITERS: dict[str, Callable[[Any], str]] = {
    "names": " ".join,
    "measures": " ".join,
    "visits": " ".join,
    "number": plain,
    "share": plain,
    "numbers": lambda numbers: " ".join(map(plain, numbers)),
    "percent": lambda share: f"{plain(share * 100)} %",
    "percent range": lambda ends: f"{plain(ends[0] * 100)} .. {plain(ends[1] * 100)} %",
    "range": _range(plain),
    "integer range": _range(str),
    "quantity range": _quantity_range,
    "truth": lambda truth: "yes" if truth else "no",
    "sentinel": lambda sentinel: sentinel.words,
    "limit": lambda limit: limit.written,
    "codes": _codes,
    "options": lambda pairs: ", ".join(f"{key} {words}".rstrip() for key, words in pairs),
}


# ------------------------------------------------------------------------------------------------------- layout


def _print(part: Mapping[str, Any], indent: int) -> Iterator[str]:
    lead = " " * indent
    for key, node in part.items():
        if not indent:
            yield ""
        if isinstance(node, Rows):
            yield f"{lead}{key}: |"
            yield from _aligned(node.rows, lead + "  ")
        elif isinstance(node, Prose):
            yield f"{lead}{key}: |"
            yield from (f"{lead}  {line}".rstrip() for line in "\n\n".join(node.paragraphs).split("\n"))
        elif isinstance(node, str):
            yield f"{lead}{key}: {value_as_written(node)}"
        else:
            yield f"{lead}{key}:"
            yield from _print(node, indent + 2)


def _aligned(rows: Sequence[Sequence[str]], lead: str) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield (lead + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
