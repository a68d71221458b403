"""Epidermal thickness: area over outer contour, or lines across; the median of the fields of a slide."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

from firstdose.assays._kernel.histology import median_of_fields
from firstdose.assays._kernel.slides.rules import ENOUGH_FIELDS, ENOUGH_LINES, PIXEL_SIZE
from firstdose.assays._kernel.slides.tally import fact, grouped, sample_of
from firstdose.catalogue.assay import Finding, Measured, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.assays._kernel.slides.tally import Slides
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.histology import AnnotationRow, AnnotationTable

QUANTITIES = {
    "epidermis": "epidermal_thickness",
    "suprapapillary": "suprapapillary_thickness",
    "rete": "rete_thickness",
}
_UM = {"um": 1.0, "mm": 1000.0, "cm": 10000.0}
_UM2 = {"um2": 1.0, "mm2": 1e6}


def measure_thickness(slides: Slides, request: Request) -> Iterator[Measured]:
    """From tables of annotations, forms of lines, and calibrated tables of lengths."""
    for file, table in slides.annotations:
        for image, rows in grouped(table.rows, lambda row: row.image).items():
            yield from _by_area(file, image, rows, table, request)
    for file, lines in slides.lines:
        for slide, found in grouped(lines.rows, lambda row: row.slide).items():
            for kind, own in grouped(found, lambda row: row.kind).items():
                told = [(row.field, row.length, row.line) for row in own]
                yield _by_lines(file, slide, QUANTITIES.get(kind, ""), told, request)
    for file, results in slides.results:
        factor = _UM.get(request.words.get("results_unit", "unknown"), nan)
        lengths = [row for row in results.rows if row.length]
        for slide, rows_of in grouped(lengths, lambda row: row.label.partition(":")[0]).items():
            measured = [(row.label, (row.length or nan) * factor, row.line) for row in rows_of]
            yield _by_lines(file, slide, QUANTITIES["epidermis"], measured, request)


def _by_area(
    file: str, image: str, rows: list[AnnotationRow], table: AnnotationTable, request: Request
) -> Iterator[Measured]:
    """Area of the epidermis over the length of its outer contour, field by field."""
    sample = sample_of(request, file, image)
    epidermis = [row for row in rows if _is(row, fact(sample, "epidermis", "Epidermis")) and row.area]
    contours = [row for row in rows if _is(row, fact(sample, "contour", "Contour"))]
    if not epidermis:
        return
    factor = _UM2.get(table.area_unit, nan) / _UM.get(table.length_unit, nan)
    fields: dict[str, list[float]] = {}
    unpaired = 0
    for row in epidermis:
        length = _contour_of(row, epidermis, contours)
        unpaired += length is None
        if length:
            fields.setdefault(f"line {row.line}", []).append((row.area or nan) * factor / length)
    findings = [_fields_judged(len(fields), image, request)]
    why = "a field of the epidermis has no outer contour with a length" if unpaired else ""
    if table.area_unit == "px2":
        why = "the image has no physical pixel size: areas are in pixels"
        findings.append(Finding(rule=PIXEL_SIZE.name, verdict="reject", message=why, place=image))
    yield _measured(file, image, QUANTITIES["epidermis"], {} if why else fields, tuple(findings), why)


def _is(row: AnnotationRow, name: str) -> bool:
    return name.casefold() in {row.name.casefold(), row.classification.casefold()}


def _contour_of(
    row: AnnotationRow, epidermis: list[AnnotationRow], contours: list[AnnotationRow]
) -> float | None:
    """The contour of the same name, else of the same parent, else the only one of the only epidermis."""
    if len(epidermis) == len(contours) == 1:
        return contours[0].length
    for key in ("name", "parent"):
        own = [each for each in contours if getattr(row, key) and getattr(each, key) == getattr(row, key)]
        peers = [each for each in epidermis if getattr(each, key) == getattr(row, key)]
        if len(own) == len(peers) == 1:
            return own[0].length
    return None


def _by_lines(
    file: str, slide: str, quantity: str, lines: Sequence[tuple[str, float | None, int]], request: Request
) -> Measured:
    fields: dict[str, list[float]] = {}
    for name, length, _ in lines:
        fields.setdefault(name, [])
        if length is not None and not isnan(length):
            fields[name].append(length)
    findings = [_fields_judged(len(fields), slide, request)]
    for name, own in fields.items():
        message = f"{len(own)} lines in field {name}"
        findings.append(judge(ENOUGH_LINES, len(own), message, request=request, place=name))
    place = f"lines {min(line for *_, line in lines)} to {max(line for *_, line in lines)}"
    why = "" if quantity else "the kind of line is neither suprapapillary, rete nor epidermis"
    if not any(fields.values()):
        why = why or "no line has a length in a known unit"
    name = quantity or QUANTITIES["epidermis"]
    return _measured(file, slide, name, {} if why else fields, tuple(findings), why, place)


def _fields_judged(count: int, slide: str, request: Request) -> Finding:
    return judge(ENOUGH_FIELDS, count, f"{count} fields measured", request=request, place=slide)


def _measured(
    file: str, slide: str, quantity: str, fields: dict[str, list[float]], findings: tuple[Finding, ...], why: str,
    place: str = "",
) -> Measured:  # fmt: skip
    value, spread = median_of_fields(fields)
    return Measured(
        sample=slide,
        quantity=quantity,
        analyte="",
        value=value,
        unit="um",
        comparator="" if isnan(value) else "=",
        reason=why if isnan(value) else "",
        replicates=max(1, len(fields)),
        spread=spread,
        file=file,
        place=place or ", ".join(fields),
        findings=findings,
    )
