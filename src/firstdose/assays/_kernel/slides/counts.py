"""Cells inside annotations as a program counted them: numbers, densities, shares of positive cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.histology import density, is_class, markers_of, parts_of, positive_share
from firstdose.assays._kernel.slides.rules import (
    COUNTS_AGREE,
    ENOUGH_CELLS,
    PIXEL_SIZE,
    PRINTED,
    SAME_PIXEL_SIZE,
)
from firstdose.assays._kernel.slides.tally import fact, grouped, inside_or_not, sample_of
from firstdose.catalogue.assay import Finding, Measured, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from firstdose.assays._kernel.slides.tally import Slides
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.histology import AnnotationRow, AnnotationTable, AreaUnit, DetectionTable

ALL = "all detections"
_UM2: dict[AreaUnit, float] = {"um2": 1.0, "mm2": 1e6}
_NO_AREA = {"Line", "Polyline", "Points", "Point"}
_IMAGE = ("", "Image", "Root object")
# Four significant digits, or one of the second decimal, is what programs print.
_RELATIVE, _ABSOLUTE = 1e-3, 0.006
_PER_AREA, _PERCENT = " per mm^2", "Positive %"


@dataclass(frozen=True, slots=True)
class _Slide:
    """The annotations of one image that are counted in."""

    file: str
    image: str
    rows: list[AnnotationRow]
    unit: AreaUnit
    findings: tuple[Finding, ...]

    @property
    def area(self) -> float:
        """um2 of all together; NaN where one is not known or the image has no pixel size."""
        areas = [nan if row.area is None else row.area for row in self.rows]
        return sum(areas) * _UM2.get(self.unit, nan) if areas else nan

    @property
    def place(self) -> str:
        told = ", ".join(f"line {row.line} {row.name or row.classification}".strip() for row in self.rows[:8])
        return f"{told} and {len(self.rows) - 8} more" if len(self.rows) > 8 else told

    def count(self, name: str) -> float:
        """Cells of a class; NaN where one annotation does not say."""
        found = [row.detections if name == ALL else row.counts.get(name) for row in self.rows]
        return float(sum(each or 0 for each in found)) if found and None not in found else nan


def measure_counts(slides: Slides, request: Request) -> Iterator[Measured]:
    """Everything that tables of annotations yield, then what lists of detections alone yield."""
    seen = set()
    for file, table in slides.annotations:
        for image, rows in grouped(table.rows, lambda row: row.image).items():
            seen.add(image)
            slide = _slide(file, image, rows, table, slides, request)
            yield from _of_slide(slide, request)
    for file, listed in slides.detections:
        for image in listed.images:
            if image not in seen:
                yield from _of_detections(file, image, listed, request)


def _slide(
    file: str, image: str, rows: list[AnnotationRow], table: AnnotationTable, slides: Slides, request: Request
) -> _Slide:
    wanted = fact(sample_of(request, file, image), "annotation")
    chosen = [row for row in rows if row.roi not in _NO_AREA and _is_chosen(row, wanted)]
    findings = [*_printed(chosen, table.area_unit)]
    if not wanted:
        findings += _against_detections(image, chosen, slides, request)
    return _Slide(file, image, chosen, table.area_unit, tuple(findings))


def _is_chosen(row: AnnotationRow, wanted: str) -> bool:
    """The named annotation, not again one of the same name inside it; without a name the outermost ones."""
    if not wanted:
        return row.parent in _IMAGE or row.parent.startswith("Root object (")
    asked = wanted.casefold()
    parent = row.parent.casefold().removeprefix("annotation (").removesuffix(")")
    return asked in {row.name.casefold(), row.classification.casefold()} and parent != asked


def _classes(slide: _Slide, request: Request) -> dict[str, list[str]]:
    """Analyte > the classes whose cells are its cells: those asked for, else every class by itself."""
    known = list(dict.fromkeys(name for row in slide.rows for name in row.counts))
    if not request.analytes:
        return {ALL: [ALL], **{name: [name] for name in known}}
    own = {name: [each for each in known if is_class(each, name)] for name in request.analytes}
    return {name: [ALL] if name == ALL else classes for name, classes in own.items()}


def _of_slide(slide: _Slide, request: Request) -> Iterator[Measured]:
    for analyte, classes in _classes(slide, request).items():
        cells = sum(slide.count(name) for name in classes) if classes else nan
        why = _why_no_cells(slide, analyte, classes) if isnan(cells) else ""
        yield _value(slide, "cell_count", analyte, cells, "cells", why, slide.findings)
        yield _density(slide, analyte, cells, why)
    yield from _shares(slide, request)


def _why_no_cells(slide: _Slide, analyte: str, classes: list[str]) -> str:
    if not slide.rows:
        return "no such annotation in this image"
    return f"the count of {analyte} is missing" if classes else f"no class of cells is {analyte}"


def _density(slide: _Slide, analyte: str, cells: float, why: str) -> Measured:
    findings = slide.findings
    if slide.unit == "px2":
        reason = "the image has no physical pixel size: areas are in pixels"
        findings = (
            *findings,
            Finding(rule=PIXEL_SIZE.name, verdict="reject", message=reason, place=slide.place),
        )
        why = why or reason
    per_area = density(cells, slide.area)
    if isnan(per_area):
        why = why or "the annotation has no area"
    return _value(slide, "density", analyte, per_area, "cells/mm2", why, findings)


def _shares(slide: _Slide, request: Request) -> Iterator[Measured]:
    known = list(dict.fromkeys(name for row in slide.rows for name in row.counts))
    for marker, (positive, negative) in markers_of(known).items():
        label = marker or "Positive"
        names = [name for name in request.analytes if name.casefold() in {label.casefold(), *parts_of(label)}]
        for name in names if request.analytes else [label]:
            counts = slide.count(positive), slide.count(negative)
            total = sum(counts)
            enough = judge(
                ENOUGH_CELLS, total, f"{total:.0f} cells counted", request=request, place=slide.place
            )
            share = nan if isnan(total) else positive_share(int(counts[0]), int(counts[1]))
            why = "no cell was counted" if isnan(share) else ""
            yield _value(slide, "positive_percent", name, share, "%", why, (*slide.findings, enough))


def _value(
    slide: _Slide, quantity: str, analyte: str, value: float, unit: str, why: str, findings: Sequence[Finding]
) -> Measured:
    return Measured(
        sample=slide.image, quantity=quantity, analyte=analyte, value=value, unit=unit,
        comparator="" if isnan(value) else "=", reason=why if isnan(value) else "", replicates=max(1, len(slide.rows)),
        file=slide.file, place=slide.place, findings=tuple(findings),
    )  # fmt: skip


def _printed(rows: list[AnnotationRow], unit: AreaUnit) -> Iterator[Finding]:
    """Counts above all detections, and printed columns that the counts do not give."""
    for row in rows:
        place = f"line {row.line}"
        for name, cells in row.counts.items():
            if cells is not None and row.detections is not None and cells > row.detections:
                message = f"{cells} {name} among {row.detections} detections"
                yield Finding(rule=PRINTED.name, verdict="reject", message=message, place=place)
        for name, told in row.printed.items():
            computed = _computed(row, name, unit)
            if not isnan(computed) and abs(told - computed) > max(_ABSOLUTE, _RELATIVE * abs(computed)):
                message = f"{name} is printed as {told:g}, its counts give {computed:.6g}"
                yield Finding(rule=PRINTED.name, verdict="reject", message=message, place=place)


def _computed(row: AnnotationRow, name: str, unit: AreaUnit) -> float:
    """What a printed column must be; NaN where this row cannot tell."""
    if name.endswith(_PER_AREA):
        cells = row.counts.get(name.removeprefix("Num ").removesuffix(_PER_AREA))
        area = nan if row.area is None else row.area * _UM2.get(unit, nan)
        return nan if cells is None else density(cells, area)
    marker = name.removesuffix(_PERCENT).rstrip(": ") if name.endswith(_PERCENT) else None
    pair = markers_of(row.counts).get(marker) if marker is not None else None
    counts = [row.counts[each] for each in pair] if pair else [None]
    if None in counts:
        return nan
    return positive_share(counts[0] or 0, counts[1] or 0)


def _against_detections(
    image: str, rows: list[AnnotationRow], slides: Slides, request: Request
) -> Iterator[Finding]:
    counted = [row.detections for row in rows]
    if not counted or None in counted:
        return
    for _, table in slides.detections:
        if image in table.images:
            inside = int((_of_image(table, image) & inside_or_not(table, outside=False)).sum())
            total = sum(each or 0 for each in counted)
            message = f"{total} detections in the annotations, {inside} in the list inside annotations"
            yield judge(COUNTS_AGREE, abs(inside - total), message, request=request, place=image)


def _of_image(table: DetectionTable, image: str) -> NDArray[np.bool_]:
    return np.asarray(table.image == table.images.index(image))


def _of_detections(file: str, image: str, table: DetectionTable, request: Request) -> Iterator[Measured]:
    """Counts of a list alone: only cells inside an annotation, and no density, for there is no area."""
    inside = _of_image(table, image) & inside_or_not(table, outside=False)
    names = request.analytes or tuple(name for name in table.classes if name)
    for name in names:
        codes = [code for code, each in enumerate(table.classes) if each == name or is_class(each, name)]
        cells = float(sum(int((inside & (table.classification == code)).sum()) for code in codes))
        why = "" if codes else f"no class of cells is {name}"
        slide = _Slide(file, image, [], "", ())
        yield _value(slide, "cell_count", name, cells if codes else nan, "cells", why, ())
        why = why or "a list of detections has no area: the table of annotations is needed"
        yield _value(slide, "density", name, nan, "cells/mm2", why, ())


def pixel_sizes(slides: Slides, request: Request) -> Iterator[Finding]:
    """The pixel sizes that the list of samples says, equal for all slides of a participant."""
    files = {file for file, _ in slides.annotations} | set(slides.outlines)
    told: dict[str, set[str]] = {}
    for sample in request.samples:
        if sample.file in files and sample.facts.get("pixel_size"):
            told.setdefault(sample.participant, set()).add(sample.facts["pixel_size"])
    for participant, sizes in sorted(told.items()):
        message = f"pixel sizes of the slides: {', '.join(sorted(sizes))} um"
        yield judge(SAME_PIXEL_SIZE, len(sizes), message, request=request, place=participant)
