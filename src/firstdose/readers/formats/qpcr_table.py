"""Plain tables of quantification cycles: one row a well, or one column a gene."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.qpcr import QpcrWell
from firstdose.readers.plain_text import delimiter_of, is_text, text_of
from firstdose.readers.qpcr_rows import (
    Layout,
    Rows,
    has_decimal_comma,
    numbered_rows,
    read_rows,
    run_of,
    stopping,
)
from firstdose.readers.qpcr_words import columns_of, cq_of, plain_word
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

# Genes that laboratories use as references: a column called after one makes a table of numbers one of cycles.
REFERENCE_GENES = frozenset({
    "18s", "18s rrna", "actb", "b2m", "gapd", "gapdh", "gusb", "hmbs", "hprt", "hprt1", "pgk1", "polr2a", "ppia",
    "rpl13a", "rpl32", "rplp0", "rps18", "rrn18s", "sdha", "tbp", "tfrc", "tubb", "ubc", "ywhaz",
})  # fmt: skip
_OTHERS = ({"fluor", "content"}, {"ct threshold"}, {"ct mean"}, {"automatic ct threshold"})
Numbered = list[tuple[int, list[str]]]


def recognises(source: Source) -> bool:
    if not is_text(source):
        return False
    rows = _rows(text_of(source, 1 << 14))[1]
    if not rows or any(other <= {plain_word(cell) for cell in rows[0][1]} for other in _OTHERS):
        return False
    return _is_long(rows[0][1]) or _is_wide(rows[0][1], rows[1:])


def _rows(text: str) -> tuple[str, Numbered]:
    """The delimiter, and the filled rows; columns with nothing but blanks between them are read as well."""
    lines = text.split("\n")
    delimiter = delimiter_of(lines)
    if not any(delimiter in line for line in lines):
        text, delimiter = "\n".join(re.sub(r"[ \t]+", "\t", line.strip()) for line in lines), "\t"
    return delimiter, [(line, row) for line, row in numbered_rows(text, delimiter) if any(row)]


def _is_long(header: Sequence[str]) -> bool:
    columns = columns_of(header)
    return "cq" in columns and "target" in columns and ("sample" in columns or "well" in columns)


def _is_wide(header: Sequence[str], rows: Numbered) -> bool:
    words = [plain_word(cell) for cell in header]
    if len(set(words)) < 2 or len(set(words)) < len(words) or not REFERENCE_GENES & set(words):
        return False
    first = [cell for _, row in rows[:5] for cell in row]
    read = [cq_of(cell, None, decimal_comma="," in cell)[1] for cell in first]
    return bool(first) and all(missing in {"", "undetermined", "empty"} for missing in read)


def read(source: Source) -> Reading:
    """One run. Of a table with a column a gene, the number of the row is well and sample."""
    delimiter, rows = _rows(text_of(source))
    if not rows:
        return refused(refusals.damaged(source.place, "it has no row"))
    (line, header), body = rows[0], rows[1:]
    if not body:
        return refused(refusals.damaged(source.at(line), "no row follows the header"))
    wells = (
        _long(source, header, body, delimiter)
        if _is_long(header)
        else _wide(source, header, body, (delimiter, line))
    )
    if stops := stopping(source, wells):
        return refused(*stops)
    return Reading(contents=(run_of("", wells),), issues=tuple(wells.issues))


def _long(source: Source, header: Sequence[str], body: Numbered, delimiter: str) -> Rows:
    columns = columns_of(header)
    comma = has_decimal_comma((row for _, row in body), columns["cq"], delimiter)
    return read_rows(source, body, Layout(columns=columns, width=len(header), decimal_comma=comma))


def _wide(source: Source, header: Sequence[str], body: Numbered, way: tuple[str, int]) -> Rows:
    """Every cell a well of its own; the two of one row share a tube or at least a sample."""
    rows, (delimiter, first) = Rows(), way
    commas = [has_decimal_comma((row for _, row in body), at, delimiter) for at in range(len(header))]
    for line, row in body:
        number = line - first
        if len(row) != len(header):
            what = f"line {line} has {len(row)} cells under a header of {len(header)}"
            rows.issues.append(refusals.contradiction(source.at(line), what))
            continue
        for at, (target, cell) in enumerate(zip(header, row, strict=True)):
            cq, missing = cq_of(cell, None, decimal_comma=any(commas))
            if missing == "not a number":
                place = source.at(line, at + 1)
                rows.issues.append(refusals.unreadable_value(place, cell, "a quantification cycle"))
            rows.wells.append(
                QpcrWell(
                    well=str(number), sample=str(number), target=target, cq=cq, missing=missing, line=line
                )
            )
    return rows


ENTRY = Reader(
    name="qpcr_table",
    label="Table of quantification cycles",
    source="A table with columns for well, sample, target and Cq (or Ct, Cp), or one column a gene",
    yields=("QpcrWells",),
    extensions=("csv", "txt", "tsv"),
    recognises=recognises,
    read=read,
)
