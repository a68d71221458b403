"""The grammar told: as the reference page for people, and as a JSON Schema for their editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.protocol.grammar import SECTIONS
from firstdose.protocol.issues_of_text import FIRST_LINE
from firstdose.protocol.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.protocol.fields import Field, Section

_FORMS = {
    "keys": "Keys with values.",
    "free": "Keys of any name, each with a text.",
    "blocks": "A block of keys under each name.",
    "table": "A table.",
    "schedule": "A table; after the columns below comes one column for each visit, in their order, with `x` or `.`.",
}
_PATTERNS = {
    "name": r"^[A-Za-z][A-Za-z0-9_]*$",
    "names": r"^[A-Za-z][A-Za-z0-9_]*( [A-Za-z][A-Za-z0-9_]*)*$",
    "item": r"^[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*$",
    "quantity": r"^[+-]?[0-9][0-9.eE+-]* .+$",
    "percent": r"^[0-9][0-9.eE+-]* .+$",
    "percent range": r"^[0-9][0-9.eE+-]* *\.\. *[0-9][0-9.eE+-]* .+$",
    "quantity range": r"^[0-9][0-9.eE+-]* *\.\. *[0-9][0-9.eE+-]* .+$",
    "integer range": r"^[+-]?[0-9]+( *\.\. *[+-]?[0-9]+)?$",
}
_NUMBERS = {"integer", "number", "share"}


def render_grammar() -> str:
    """The reference of the protocol file, in Markdown."""
    lines = [
        "# The protocol file: reference",
        "",
        f"The first line is `{FIRST_LINE}`. A file has these sections, in any order; those marked with a star are",
        "required, and so are keys and columns with a star. Optional columns may be left out of a table.",
        "Cells of a table stand two spaces or a tab apart; `.` stands for none.",
        "",
    ]
    for section in SECTIONS:
        lines += _section_page(section)
    return "\n".join([*lines, "## Kinds of values", "", *_kinds_page()]) + "\n"


def render_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of the keys of a protocol file; tables are texts to it."""
    properties = {section.name: _section_schema(section) for section in SECTIONS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "firstdose protocol, format 1",
        "type": "object",
        "properties": properties,
        "required": [section.name for section in SECTIONS if section.required],
        "additionalProperties": False,
    }


# ------------------------------------------------------------------------------------------------------ the page


def _section_page(section: Section) -> Iterator[str]:
    yield f"## `{section.name}`{_star(section.required)}"
    yield ""
    heading = f" (ICH M11: {section.title})" if section.title else ""
    yield f"{_sentence(section.meaning)}{heading} {_FORMS[section.form]}"
    if section.extra:
        yield "Keys not listed here are handed on as written."
    yield ""
    if section.fields:
        yield from _fields_page(section.fields, "column" if section.form in {"table", "schedule"} else "key")
        yield ""
    for field in section.fields:
        if field.columns:
            yield f"`{field.key}` is a table:"
            yield ""
            yield from _fields_page(field.columns, "column")
            yield ""


def _fields_page(listed: Iterable[Field], what: str) -> Iterator[str]:
    yield f"| {what} | takes | meaning |"
    yield "|---|---|---|"
    for field in listed:
        yield f"| `{field.key}`{_star(field.required)} | {_takes(field)} | {field.meaning.replace('|', chr(92) + '|')} |"


def _takes(field: Field) -> str:
    if field.kind == "table":
        return "table"
    if field.kind == "free":
        return "keys of any name"
    if field.choices:
        words = ", ".join(f"`{choice}`" for choice in field.choices)
        return words + (" (or the trial's own word for a lesion)" if field.local else "")
    limits = f", {field.limits[0]} to {field.limits[1]}" if field.limits else ""
    return field.kind + limits


def _kinds_page() -> Iterator[str]:
    yield "| kind | written as |"
    yield "|---|---|"
    for name, kind in KINDS.items():
        yield f"| {name} | {kind.meaning.replace('|', chr(92) + '|')} |"


def _star(required: bool) -> str:  # noqa: FBT001
    return " \\*" if required else ""


def _sentence(meaning: str) -> str:
    return meaning[0].upper() + meaning[1:] + "."


# ---------------------------------------------------------------------------------------------------- the schema


def _section_schema(section: Section) -> dict[str, Any]:
    told: dict[str, Any] = {"description": _sentence(section.meaning)}
    match section.form:
        case "free":
            return told | _free_schema()
        case "keys":
            return told | _keys_schema(section)
        case "blocks":
            return told | {"type": "object", "additionalProperties": _keys_schema(section)}
        case _:
            return told | {"type": "string"}


def _keys_schema(section: Section) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.key: _field_schema(field) for field in section.fields},
        "required": [field.key for field in section.fields if field.required],
    }
    return schema if section.extra else schema | {"additionalProperties": False}


def _free_schema() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


def _field_schema(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"description": _sentence(field.meaning)}
    if field.kind == "free":
        return told | _free_schema()
    if field.kind == "truth":
        return told | {"enum": ["yes", "no", True, False]}  # older YAML takes yes and no for truth values
    if field.choices and not field.local:
        return told | {"enum": list(field.choices)}
    if field.kind in _NUMBERS:
        return told | {"type": ["number", "string"]}  # 1e6 is text to YAML
    if field.kind in _PATTERNS:
        return told | {"type": "string", "pattern": _PATTERNS[field.kind]}
    return (
        told | {"type": "string"}
        if field.kind == "table"
        else told | {"type": ["string", "number", "boolean"]}
    )
