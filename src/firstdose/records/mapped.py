"""Somebody else's tables, laid out as the protocol's: columns named, visits and codes translated, long instead of wide.

Nothing is computed from cell to cell; the original files are read and never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.catalogue import Item
from firstdose.readers.recognising import read_table
from firstdose.records import mapping_issues as issues
from firstdose.records.cells import Style
from firstdose.records.fields import NUMBERS
from firstdose.records.mapping import ROW_NUMBER, read_mapping
from firstdose.records.snapshot import SourceFile
from firstdose.records.sources import line_numbers
from firstdose.records.tables import Part
from firstdose.values.units import read_unit
from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.readers.text_table import TextTable
    from firstdose.records.mapping import Bring, MissingWhen, Source
    from firstdose.records.sources import Sources
    from firstdose.values.issue import Issue

_DATE = Item(name="date", label="date", kind="date", required=False)


def collect_mapped(
    path: Path,
    protocol: Protocol,
    known: Mapping[str, Form],
    sources: Sources,
    source_folder: Path | None = None,
) -> None:
    """Add what a mapping brings to the Sources, each original file with its digest, and its roster."""
    mapping, found = read_mapping(path)
    sources.issues += found
    if mapping is None:
        return
    sources.roster += mapping.roster
    home = source_folder or path.parent / mapping.source_folder
    tables: dict[tuple[str, str | None], TextTable | None] = {}
    for source in mapping.sources:
        at = (source.file, source.sheet)
        if at not in tables:
            tables[at], told = read_table(home / source.file, source.sheet, name=source.file)
            sources.issues += told
        _collect(source, tables[at], protocol, known, sources)


def _collect(
    source: Source, table: TextTable | None, protocol: Protocol, known: Mapping[str, Form], sources: Sources
) -> None:
    if source.activity not in known:
        place = source.place_of("activity")
        sources.issues.append(issues.no_such_name(place, "activity", source.activity, list(known)))
        return
    if table is None:
        return
    sources.files[table.file] = SourceFile(table.file, table.sha256, table.height)
    found = list(check_source(source, known[source.activity], protocol, table))
    sources.issues += found
    if not found:
        parts = sources.parts.setdefault(source.activity, [])
        parts.extend(parts_of(source, known[source.activity], table))


def check_source(source: Source, form: Form, protocol: Protocol, table: TextTable) -> Iterator[Issue]:
    """Every name of the mapping that the source or the protocol does not have, units that do not convert."""
    names = {" ".join(name.split()) for name in table.columns}
    keys = [] if source.participant == ROW_NUMBER else [("participant", source.participant)]
    for key, column in [*keys, *source.keys]:
        if _tidy(column) not in names:
            yield issues.no_such_column(source.place_of(key), column, table.columns, source.file)
    said = [(each.place, each.column) for each in source.columns]
    said += [(each.place, each.column) for each in source.missing_when]
    for place, column in said:
        if _tidy(column) not in names:
            yield issues.no_such_column(place, column, table.columns, source.file)
    yield from _check_items(source, form)
    yield from _check_visits(source, protocol)
    yield from _check_units(source, form)


def _check_items(source: Source, form: Form) -> Iterator[Issue]:
    items = [item.name for item in form.items]
    said = [(each.place, each.item) for each in source.columns]
    said += [(source.place_of("codes"), item) for item, _, _ in source.codes]
    said += [(source.place_of("constants"), item) for item, _ in source.constants]
    said += [(source.place_of("absent"), item) for item in source.absent]
    said += [(each.place, item) for each in source.missing_when for item in each.items]
    for place, item in said:
        if item not in items:
            yield issues.no_such_name(place, "item", item, items, f" in {form.name}")
    seen: dict[tuple[str, str, str], str] = {}
    for each in source.columns:
        first = seen.setdefault((each.item, each.visit or source.at, each.lesion), each.column)
        if first != each.column:
            yield issues.item_twice(each.place, each.item, first)


def _check_visits(source: Source, protocol: Protocol) -> Iterator[Issue]:
    planned = [visit.visit for visit in protocol.visits]
    said = [(source.place_of("at"), source.at)] if source.at else []
    said += [(source.place_of("visits"), visit) for _, visit in source.visits]
    said += [(each.place, each.visit) for each in source.columns if each.visit]
    said += [(each.place, each.visit) for each in source.missing_when if each.visit]
    for place, visit in said:
        if visit not in planned:
            yield issues.no_such_name(place, "visit", visit, planned)


def _check_units(source: Source, form: Form) -> Iterator[Issue]:
    for each in source.columns:
        item = form.item(each.item)
        if not each.unit or item is None:
            continue
        if item.kind not in NUMBERS or not item.unit:
            message = f"{item.name} has no unit, so {quoted(each.unit)} cannot be converted into it."
            yield issues.wrong_unit(each.place, message, "Leave the unit out.")
            continue
        try:
            typed, wanted = read_unit(each.unit), read_unit(item.unit)
        except Unreadable as why:
            yield issues.wrong_unit(each.place, why.message, why.remedy)
            continue
        if not typed.same_dimension(wanted):
            message = f"{each.unit} cannot be converted into {item.unit}, the unit of {item.name}."
            yield issues.wrong_unit(each.place, message, "Name the unit in which the source is written.")


@dataclass(frozen=True, slots=True)
class Original:
    """The source's columns under their tidy names, with the line and cell numbers of the file."""

    frame: pl.DataFrame
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, table: TextTable) -> Original:
        tidy = {name: _tidy(name) for name in table.columns}
        first = {short: name for name, short in reversed(tidy.items())}
        frame = table.frame.select(pl.col(name).alias(short) for short, name in first.items())
        numbers = {short: table.columns.index(name) + 1 for short, name in first.items()}
        return cls(frame.with_columns(line_numbers(table)), numbers)


def parts_of(source: Source, form: Form, table: TextTable) -> Iterator[Part]:
    """One Part for each visit and lesion that columns of the source are about."""
    original = Original.of(table)
    groups: dict[tuple[str, str], list[Bring]] = {}
    for each in source.columns:
        groups.setdefault((each.visit or source.at, each.lesion), []).append(each)
    for (visit, lesion), brought in (groups or {(source.at, ""): []}).items():
        yield _part(source, form, table.file, original, visit, lesion, brought)


def _part(
    source: Source, form: Form, file: str, original: Original, visit: str, lesion: str, brought: list[Bring]
) -> Part:
    columns = {key: _tidy(column) for key, column in source.keys}
    columns |= {each.item: _tidy(each.column) for each in brought}
    numbers = {name: original.numbers[column] for name, column in columns.items()}
    if source.participant != ROW_NUMBER:
        numbers["participant"] = original.numbers[_tidy(source.participant)]
    return Part(
        activity=source.activity,
        file=file,
        frame=_laid_out(source, original, columns, visit, lesion),
        columns=numbers,
        styles={name: _style(source, form, name, brought) for name in columns},
        absent=(*source.absent, *(item for item, _ in source.constants)),
        mapped=True,
    )


def _laid_out(
    source: Source, original: Original, columns: Mapping[str, str], visit: str, lesion: str
) -> pl.DataFrame:
    """The rows of the source under the protocol's names, declared gaps in place, repeated rows once if so declared."""
    fixed = (
        dict(source.constants) | ({"visit": visit} if visit else {}) | ({"lesion": lesion} if lesion else {})
    )
    named = {name: pl.col(column) for name, column in columns.items() if name not in fixed}
    named |= {name: pl.lit(text) for name, text in fixed.items()}
    if "visit" in columns and "visit" not in fixed:
        words = dict(source.visits)
        named["visit"] = pl.col(columns["visit"]).replace(list(words), list(words.values()))
    for each in source.missing_when:
        there = pl.col(_tidy(each.column)) == each.value
        if each.visit:
            there &= named.get("visit", pl.lit("")) == each.visit
        for item in each.items:
            if item in named:
                gap = pl.format(
                    "{}{} (the source holds '{}')", pl.lit(each.reason), pl.lit(_colon(each)), named[item]
                )
                named[item] = pl.when(there).then(gap).otherwise(named[item])
    frame = original.frame.select(
        _participant(source), *(text.alias(name) for name, text in named.items()), "_row"
    )
    if source.once:
        frame = frame.unique(
            [name for name in frame.columns if name != "_row"], keep="first", maintain_order=True
        )
    return frame


def _colon(each: MissingWhen) -> str:
    return "" if ":" in each.reason else ":"


def _participant(source: Source) -> pl.Expr:
    if source.participant == ROW_NUMBER:
        return pl.int_range(1, pl.len() + 1).cast(pl.String).alias("participant")
    return pl.col(_tidy(source.participant)).alias("participant")


def _style(source: Source, form: Form, name: str, brought: list[Bring]) -> Style:
    """How the source writes this column."""
    item = form.item(name) or _DATE
    kind = "date" if name == "date" else item.kind
    unit = next((each.unit for each in brought if each.item == name), "")
    return Style(
        decimal_mark="," if source.decimal_comma and kind in NUMBERS else ".",
        dates=source.dates if kind == "date" else "ymd",
        unit=unit if kind in NUMBERS else "",
        words={text: code for of, text, code in source.codes if of == name},
    )


def _tidy(name: str) -> str:
    """A column's name as a mapping can write it: single blanks, none around."""
    return " ".join(name.split())
