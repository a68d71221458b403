"""Cells and annotations as outlines of one picture: a cell counts where its middle lies inside an annotation."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.geometry import contains, flatten, measure_outline
from firstdose.assays._kernel.histology import density, is_class
from firstdose.assays._kernel.planimetry import read_number
from firstdose.assays._kernel.slides.rules import PIXEL_SIZE
from firstdose.assays._kernel.slides.tally import fact, sample_of, stem
from firstdose.catalogue.assay import Finding, Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from firstdose.assays._kernel.slides.tally import Slides
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.outline import Outline

_CELLS = {"detection", "cell"}


def measure_outlines(slides: Slides, request: Request) -> Iterator[Measured]:
    """Counts and densities of each file that holds annotations and cells."""
    for file, outlines in slides.outlines.items():
        cells = [outline for outline in outlines if outline.role in _CELLS]
        if cells:
            around = [outline for outline in outlines if outline.role not in _CELLS]
            yield from _of_file(file, around, cells, request)


def _of_file(file: str, around: list[Outline], cells: list[Outline], request: Request) -> Iterator[Measured]:
    sample = sample_of(request, file, stem(file))
    wanted = fact(sample, "annotation").casefold()
    chosen = [
        each
        for each in around
        if not wanted or wanted in {each.name.casefold(), each.classification.casefold()}
    ]
    chosen = [each for each in chosen if not _is_inside_another(each, chosen)]
    name = sample.sample if sample and sample.sample else stem(file)
    middles = np.array([flatten(cell.shapes[0]).mean(axis=0) for cell in cells])
    inside = np.zeros(len(cells), dtype=bool)
    for each in chosen:
        inside |= contains([flatten(shape) for shape in each.shapes], middles)
    area, why = _area(chosen, fact(sample, "pixel_size"), request)
    classes = [cell.classification for cell in cells]
    for analyte in request.analytes or sorted({*classes} - {""}):
        own = np.array([each == analyte or is_class(each, analyte) for each in classes])
        yield from _values(file, name, analyte, own, inside, area, why)


def _is_inside_another(outline: Outline, others: list[Outline]) -> bool:
    """Whether all its corners lie in another one, so that its cells are counted there."""
    corners = flatten(outline.shapes[0])
    return any(
        other is not outline and bool(contains([flatten(shape) for shape in other.shapes], corners).all())
        for other in others
    )


def _area(chosen: list[Outline], told: str, request: Request) -> tuple[float, str]:
    """(um2 of the annotations, why they have none)."""
    if not chosen:
        return nan, "no such annotation in this file"
    size = read_number({"told": told}, "told") if told else read_number(request.words, "pixel_size")
    traced = [measure_outline(outline.shapes) for outline in chosen]
    if broken := next((each.why for each in traced if each.why), ""):
        return nan, broken
    if not size > 0:
        return nan, "outlines are in pixels and no pixel size was said"
    return sum(each.area for each in traced) * size**2, ""


def _values(
    file: str,
    name: str,
    analyte: str,
    own: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    area: float,
    why: str,
) -> Iterator[Measured]:
    known = bool(own.any())
    cells = float((own & inside).sum()) if known else nan
    missing = "" if known else f"no class of cells is {analyte}"
    per_area = density(cells, area)
    rejected = Finding(rule=PIXEL_SIZE.name, verdict="reject", message=why, place=name)
    for quantity, value, unit, reason in (
        ("cell_count", cells, "cells", missing),
        ("density", per_area, "cells/mm2", missing or why),
    ):
        yield Measured(
            sample=name, quantity=quantity, analyte=analyte, value=value, unit=unit,
            comparator="" if isnan(value) else "=", reason=reason if isnan(value) else "", file=file,
            findings=(rejected,) if quantity == "density" and "pixel size" in why else (),
        )  # fmt: skip
