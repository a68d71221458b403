"""A REDCap dictionary as the beginning of a protocol file: its fields as the table `items`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.datasets.redcap.naming import SIGN
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.datasets.redcap.dictionary import Field

HEAD = ("item", "activity", "label", "kind", "unit", "range", "decimals", "codes", "required")
NO_VALUE = frozenset({"descriptive", "file", "sql", "calc"})
_NUMBERED = re.compile(r"number(?:_(\d)dp)?(?:_comma_decimal)?")
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")

Row = tuple[str, ...]


def starter_items(fields: Sequence[Field]) -> tuple[str, list[Issue]]:
    """The text of the section `items`, to be gone through by a person, and what could not be taken over.

    A checkbox becomes a yes or no for each choice; units are not known to REDCap and have to be added.
    """
    rows: list[Row] = [HEAD]
    issues: list[Issue] = []
    for number, field in enumerate(fields[1:], start=3):  # the first field is the record's name
        made = list(_rows(field))
        rows += made
        if not made and not field.about:
            issues.append(_left_out(field, number))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join(["items: |", *(f"  {line}" for line in lines), ""]), issues


def _rows(field: Field) -> Iterator[Row]:
    about = field.about
    if str(about.get("item", "")).startswith("__") or str(about.get("item", "")).endswith(SIGN):
        return
    name, form = str(about.get("item") or field.name), str(about.get("form") or field.form)
    required = "yes" if field.required else "no"
    if field.kind == "checkbox":
        for code, words in choices(field.choices):
            item = _name(f"{name}___{code}")
            yield item, form, _words(f"{field.label}: {words}"), "truth", ".", ".", ".", ".", "no"
        return
    kind = str(about.get("kind") or _kind(field))
    if not kind:
        return
    limits = f"{field.low} .. {field.high}" if _is_number(field.low) and _is_number(field.high) else "."
    codes = _codes(field) if kind in {"code", "ordinal"} else "."
    yield (
        *(_name(name), form, _words(field.label), kind, str(about.get("unit") or ".")),
        *(
            limits if kind not in {"date", "truth", "text", "code"} else ".",
            _decimals(field),
            codes,
            required,
        ),
    )


def choices(text: str) -> list[tuple[str, str]]:
    """(code, words) of `1, mild | 2, moderate`."""
    parts = (part.partition(",") for part in text.split("|") if part.strip())
    return [(code.strip(), words.strip()) for code, _, words in parts]


def _kind(field: Field) -> str:
    if field.kind in NO_VALUE:
        return ""
    if field.kind in {"yesno", "truefalse"}:
        return "truth"
    if field.kind in {"radio", "dropdown"}:
        return "code"
    if field.kind == "slider" or field.validation == "integer":
        return "integer"
    if _NUMBERED.fullmatch(field.validation):
        return "number"
    return "date" if field.validation in {"date_ymd", "date_dmy", "date_mdy"} else "text"


def _decimals(field: Field) -> str:
    found = _NUMBERED.fullmatch(field.validation)
    return found[1] if found and found[1] else "."


def _codes(field: Field) -> str:
    """Codes with their words; what the table cannot hold in a code or in words becomes an underscore or a blank."""
    ours: dict[str, str] = field.about.get("codes", {})
    told = []
    for code, words in choices(field.choices):
        plain = ours.get(code, code)
        legal = (
            plain if _CODE.fullmatch(plain) else re.sub(r"[^A-Za-z0-9_.+-]+", "_", plain).lstrip(".+-") or "_"
        )
        told.append(f"{legal}={_words(re.sub('[,=]+', ' ', words))}")
    return ", ".join(told) or "."


def _name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text)
    return name if name[:1].isalpha() else f"v{name}"


def _words(text: str) -> str:
    """A label without markup, in single blanks."""
    return " ".join(re.sub(r"<[A-Za-z/][^>]*>", " ", text).split()) or "."


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _left_out(field: Field, line: int) -> Issue:
    message = f"{field.name}: a field of type '{field.kind}' holds no value that is recorded."
    remedy = "Write a derivation for a calculated field; leave the others out."
    return Issue(Place("redcap_dictionary.csv", line, 1), "FD-D013", message, remedy, "warning")
