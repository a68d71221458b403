"""Cells per field counted by hand: densities over all fields of a slide, never without the area of a field."""

from __future__ import annotations

from math import isnan, nan
from statistics import stdev
from typing import TYPE_CHECKING

from firstdose.assays._kernel.histology import density, is_class
from firstdose.assays._kernel.slides.rules import ENOUGH_FIELDS
from firstdose.assays._kernel.slides.tally import grouped
from firstdose.catalogue.assay import Measured, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.assays._kernel.slides.tally import Slides
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.histology import FieldCount

_UM2 = 1e6


def measure_fields(slides: Slides, request: Request) -> Iterator[Measured]:
    """One density a slide and class."""
    for file, table in slides.fields:
        for slide, rows in grouped(table.rows, lambda row: row.slide).items():
            for analyte in request.analytes or dict.fromkeys(row.classification for row in rows):
                own = [row for row in rows if is_class(row.classification, analyte)]
                yield _of_class(file, slide, analyte, own, request)


def _of_class(file: str, slide: str, analyte: str, rows: list[FieldCount], request: Request) -> Measured:
    value, spread, why = _over_all(rows)
    fields = len({row.field for row in rows})
    return Measured(
        sample=slide,
        quantity="density",
        analyte=analyte,
        value=value,
        unit="cells/mm2",
        comparator="" if isnan(value) else "=",
        reason=why,
        replicates=max(1, fields),
        spread=spread,
        file=file,
        place=", ".join(f"line {row.line}" for row in rows),
        findings=(judge(ENOUGH_FIELDS, fields, f"{fields} fields counted", request=request, place=slide),),
    )


def _over_all(rows: list[FieldCount]) -> tuple[float, float, str]:
    """(cells over area of all fields, standard deviation between fields, why there is none)."""
    if not rows:
        return nan, nan, "no class of cells is this one"
    if any(row.cells is None for row in rows):
        return nan, nan, "a field was not counted"
    if any(row.area is None for row in rows):
        return nan, nan, "cells per field without the area of the field say nothing of tissue"
    each = [density(row.cells or 0.0, (row.area or nan) * _UM2) for row in rows]
    whole = density(sum(row.cells or 0.0 for row in rows), sum(row.area or nan for row in rows) * _UM2)
    return whole, stdev(each) if len(each) > 1 else nan, ""
