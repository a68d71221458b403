"""QIAGEN Rotor-Gene: analysed results as text, several assays one after another in one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import delimiter_of, is_text, text_of
from firstdose.readers.qpcr_rows import (
    Layout,
    Rows,
    filled,
    has_decimal_comma,
    numbered_rows,
    read_rows,
    run_of,
    stopping,
)
from firstdose.readers.qpcr_words import columns_of, plain_word
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.values.issue import Issue

_ASSAY = re.compile(r"Quantitative analysis of (?:Cycling )?(?P<channel>[^(]*?) *(?:\((?P<target>.*)\))? *")
Numbered = list[tuple[int, list[str]]]


def recognises(source: Source) -> bool:
    return is_text(source) and text_of(source, 200).startswith("Excel Analysed Data Export")


def read(source: Source) -> Reading:
    """One run. The target of a table stands above it, in brackets; without brackets it is the channel."""
    text = text_of(source)
    delimiter = delimiter_of(text.split("\n"))
    rows = numbered_rows(text, delimiter)
    whole = Rows()
    for at, channel, target in _assays(rows):
        _read_assay(source, rows[at:], (target or channel, delimiter), whole)
    if not whole.wells and not whole.issues:
        return refused(refusals.missing_part(source.place, ["Quantitative analysis of"]))
    if stops := stopping(source, whole):
        return refused(*stops)
    keys = {plain_word(row[0]): row[1] for _, row in rows[:8] if len(row) > 1}
    run_date = " ".join(keys[name] for name in ("date", "time") if keys.get(name))
    run = run_of(keys.get("file", ""), whole)
    return Reading(
        contents=(run,), issues=tuple(whole.issues), instrument="QIAGEN Rotor-Gene", run_date=run_date
    )


def _assays(rows: Numbered) -> Iterator[tuple[int, str, str]]:
    for at, (_, row) in enumerate(rows):
        if row and (title := _ASSAY.fullmatch(row[0])):
            yield at, title["channel"], title["target"] or ""


def _read_assay(source: Source, rows: Numbered, of: tuple[str, str], whole: Rows) -> None:
    """`of`: target and delimiter. The header is the next row that is filled."""
    target, delimiter = of
    at = next((at for at, (_, row) in enumerate(rows[1:], start=1) if any(row)), None)
    columns = columns_of(rows[at][1]) if at else {}
    if at is None or not {"well", "sample", "cq"} <= columns.keys():
        whole.issues.append(_no_header(source, rows[0][0], target))
        return
    body = list(filled(rows[at + 1 :]))
    comma = has_decimal_comma((row for _, row in body), columns["cq"], delimiter)
    layout = Layout(columns=columns, width=len(rows[at][1]), decimal_comma=comma, target=target)
    read_so_far = read_rows(source, body, layout)
    if not body:
        whole.issues.append(
            refusals.damaged(source.at(rows[at][0]), f"no well of {target} follows the header")
        )
    whole.wells += read_so_far.wells
    whole.issues += read_so_far.issues


def _no_header(source: Source, line: int, target: str) -> Issue:
    return refusals.missing_part(source.at(line), [f"{target}: No., Name, Ct"], "header row")


ENTRY = Reader(
    name="rotorgene",
    label="Rotor-Gene analysed results",
    source="Export of QIAGEN Rotor-Gene Q software, analysed data (text)",
    yields=("QpcrWells",),
    extensions=("csv", "txt"),
    recognises=recognises,
    read=read,
)
