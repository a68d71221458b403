"""Areas of plaques: traced outlines with a scale, calibrated tables, two diameters; with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from math import hypot, isnan, nan, pi
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.geometry import diameter_ratio, flatten, measure_outline, tilted
from firstdose.assays._kernel.planimetry import CM, Scale, area_error, combine, read_number, scale_of
from firstdose.catalogue.assay import (
    Assay,
    Example,
    Finding,
    Layer,
    Measured,
    Panel,
    QualityRule,
    Run,
    Yield,
    judge,
    limits_of,
)
from firstdose.catalogue.entries import Option
from firstdose.readers.contents.outline import DiameterTable, ImageJResults, Outline, Ring

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from firstdose.catalogue.assay import Request, Sample
    from firstdose.readers.contents.outline import DiameterRow, ResultRow

AREA, ERROR, PIXELS = "plaque_area", "area_error", "outline_area"
NOT_SAID = "the error of the scale, or of a diameter, was not said"
_PANELS_MOST = 12
_PRACTICE = "clinical practice of plaque tracing; the protocol decides"

SIMPLE = QualityRule(
    name="simple_outline",
    label="the outline is closed, does not cross itself and encloses an area",
    breach="reject",
    source="geometry: the area of an outline that crosses itself is not defined",
)
SIZE = QualityRule(
    name="plaque_size", label="area of the plaque", breach="flag", source=_PRACTICE,
    low=Decimal(1), high=Decimal(500), unit="cm2",
)  # fmt: skip
SLENDER = QualityRule(
    name="diameter_ratio",
    label="longest over shortest diameter",
    breach="flag",
    source=_PRACTICE,
    high=Decimal(10),
)
AGREEMENT = QualityRule(
    name="readings_agree", label="difference of the readings over their mean", breach="flag", source=_PRACTICE,
    high=Decimal(10), unit="%",
)  # fmt: skip
SCALE = QualityRule(
    name="scale_error", label="relative error of the scale", breach="flag",
    source="the relative error of an area, and of a dose by area, is twice that of the scale", high=Decimal(5), unit="%",
)  # fmt: skip
TILT = QualityRule(
    name="camera_tilt", label="tilt of the camera", breach="flag",
    source="a tilt of 20 degrees shows 6 % less area", high=Decimal(20), unit="degrees",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Trace:
    """One reading of one lesion before it is joined with others. `area` in cm2; `sides` relative error of diameters."""

    sample: str
    file: str
    place: str
    area: float
    pixels: float
    ratio: float
    scale: Scale
    sides: float = nan
    why: str = ""
    crossing: bool = False
    outline: Outline | None = None


def measure(readings: Sequence[Any], request: Request) -> Run:
    """The area of every outline, or of every lesion of the list of samples with all its readings."""
    traces = list(_traces(readings, request))
    measured = [value for group in _lesions(traces, request) for value in _values(group, request)]
    drawn = [trace for trace in traces if trace.outline is not None][:_PANELS_MOST]
    return Run(
        measured=tuple(measured),
        findings=tuple(_of_the_run(request)),
        panels=tuple(_panel(trace) for trace in drawn),
        facts=tuple(_facts(traces, request)),
    )


def _traces(readings: Sequence[Any], request: Request) -> Iterator[_Trace]:
    scale = scale_of(request.words)
    for reading in readings:
        for contents in reading.contents:
            if isinstance(contents, Outline) and contents.role not in {"detection", "cell"}:
                yield _of_outline(contents, reading.file, scale)
            elif isinstance(contents, ImageJResults):
                unit = request.words.get("results_unit", "unknown")
                yield from (_of_results(row, reading.file, unit, scale) for row in contents.rows)
            elif isinstance(contents, DiameterTable):
                yield from (_of_diameters(row, reading.file, request) for row in contents.rows)


def _of_outline(outline: Outline, file: str, asked: Scale) -> _Trace:
    traced = measure_outline(outline.shapes)
    scale = asked
    if outline.cm_per_unit is not None:
        words = f"{outline.cm_per_unit:.6g} cm a unit, from the page's own size"
        scale = Scale(outline.cm_per_unit, asked.error, words)
    elif outline.unit == "cm":
        scale = Scale(1.0, asked.error, "the outline is in cm")
    area = traced.area * scale.cm_per_px**2
    why = traced.why or ("no scale: how many cm a pixel is was not said" if isnan(area) else "")
    return _Trace(
        outline.name, file, outline.place, area, traced.area, diameter_ratio(traced.widths), scale,
        why=why, crossing=bool(traced.why), outline=outline,
    )  # fmt: skip


def _of_results(row: ResultRow, file: str, unit: str, asked: Scale) -> _Trace:
    in_px = unit == "px"
    factor = asked.cm_per_px if in_px else CM.get(unit, nan)
    words = asked.words if in_px else f"the table is calibrated in {unit}" if unit in CM else ""
    value = nan if row.area is None else row.area
    why = "the table has no area here" if row.area is None else ""
    if not why and isnan(factor):
        why = (
            "the table does not say its unit"
            if unit not in {"px", *CM}
            else "no scale: how many cm a pixel is was not said"
        )
    scale = Scale(factor, asked.error, words)
    pixels = value if in_px else nan
    return _Trace(row.label, file, f"line {row.line}", value * factor**2, pixels, nan, scale, why=why)


def _of_diameters(row: DiameterRow, file: str, request: Request) -> _Trace:
    form = row.form or request.words.get("form", "") or "ellipse"
    scale = Scale(1.0, nan, f"two diameters, {form}")
    place = f"line {row.line}"
    if row.long is None or row.short is None or row.long * row.short == 0:
        return _Trace(row.lesion, file, place, nan, nan, nan, scale, why="a diameter is missing or 0")
    if form not in {"ellipse", "rectangle"}:
        return _Trace(
            row.lesion, file, place, nan, nan, nan, scale, why=f"{form[:20]!r} is no ellipse or rectangle"
        )
    area = row.long * row.short * (pi / 4 if form == "ellipse" else 1.0)
    longest, shortest = max(row.long, row.short), min(row.long, row.short)
    error = read_number(request.words, "diameter_error")
    return _Trace(
        row.lesion,
        file,
        place,
        area,
        nan,
        longest / shortest,
        scale,
        sides=hypot(error / longest, error / shortest),
    )


def _lesions(traces: list[_Trace], request: Request) -> Iterator[list[_Trace]]:
    """The readings of one lesion together: rows of the list of samples with the same participant, visit and lesion.

    The row of role `sample` bears the value, further readings have the role `reading`; without a list, traces of
    one name in one file belong together.
    """
    if not request.samples:
        named: dict[tuple[str, str], list[_Trace]] = {}
        for trace in traces:
            named.setdefault((trace.file, trace.sample), []).append(trace)
        yield from named.values()
        return
    groups: dict[tuple[str, ...], list[_Trace]] = {}
    for sample in sorted(request.samples, key=lambda row: row.role != "sample"):
        key = (sample.participant, sample.visit, sample.lesion)
        own = (sample.file, sample.sample)
        group = groups.setdefault(key if sample.lesion or sample.participant else own, [])
        group += [
            replace(trace, sample=sample.sample or trace.sample) for trace in traces if _is_of(trace, sample)
        ]
    yield from (group for group in groups.values() if group)


def _is_of(trace: _Trace, sample: Sample) -> bool:
    return trace.file == sample.file and sample.sample in {"", trace.sample}


def _values(group: list[_Trace], request: Request) -> Iterator[Measured]:
    """Area in cm2 of all readings together and its error; in pixels for each outline that has no scale of its own."""
    area = _area(group, request)
    yield area
    yield _error_of(area, group)
    for trace in group:
        if not isnan(trace.pixels) and isnan(trace.scale.cm_per_px):
            yield _in_pixels(trace)


def _area(group: list[_Trace], request: Request) -> Measured:
    first = group[0]
    good = [trace for trace in group if not isnan(trace.area)]
    _, high = limits_of(AGREEMENT, request)
    joined = combine([trace.area for trace in good], np.inf if high is None else high / 100)
    tilt = read_number(request.words, "tilt")
    value = joined.value if isnan(tilt) else tilted(joined.value, tilt)
    broken = next((trace for trace in group if trace.why), None)
    why = joined.why if good else (broken.why if broken else joined.why)
    scales = [trace.scale.error for trace in good if not isnan(trace.scale.error)]
    return Measured(
        sample=first.sample,
        quantity=AREA,
        analyte="",
        value=value,
        unit="cm2",
        comparator="" if isnan(value) else "=",
        reason=why if isnan(value) else "",
        replicates=max(1, len(good)),
        spread=area_error(
            value,
            scale=max(scales, default=nan),
            tracing=joined.spread if isnan(tilt) else tilted(joined.spread, tilt),
            sides=good[0].sides if good else nan,
        ),
        file=first.file,
        place="; ".join(trace.place for trace in group if trace.place),
        findings=tuple(_findings(group, value, joined.difference, request)),
    )


def _error_of(area: Measured, group: list[_Trace]) -> Measured:
    """The standard error as a value of its own, judged as its area is.

    Missing unless the scale's error, or that of the diameters, was said: scatter alone is not the whole of it.
    """
    unsaid = any(isnan(trace.scale.error) and isnan(trace.sides) for trace in group if not isnan(trace.area))
    value = nan if unsaid or not area.comparator else area.spread
    known = not isnan(value)
    return replace(
        area, quantity=ERROR, value=value, spread=nan, comparator="=" if known else "",
        reason="" if known else area.reason or NOT_SAID,
    )  # fmt: skip


def _in_pixels(trace: _Trace) -> Measured:
    return Measured(
        sample=trace.sample, quantity=PIXELS, analyte="", value=trace.pixels, unit="px2", file=trace.file,
        place=trace.place,
    )  # fmt: skip


def _findings(group: list[_Trace], value: float, difference: float, request: Request) -> Iterator[Finding]:
    for trace in group:
        if trace.crossing:
            yield Finding(rule=SIMPLE.name, verdict="reject", message=trace.why, place=trace.place)
        elif not isnan(trace.ratio):
            message = f"longest over shortest diameter {trace.ratio:.2g}"
            yield judge(SLENDER, trace.ratio, message, request=request, place=trace.place)
    if not isnan(value):
        yield judge(SIZE, value, f"area {value:.4g} cm2", request=request)
    if sum(not isnan(trace.area) for trace in group) > 1:
        message = f"readings differ by {100 * difference:.1f} % of their mean"
        yield judge(AGREEMENT, 100 * difference, message, request=request)


def _of_the_run(request: Request) -> Iterator[Finding]:
    tilt = read_number(request.words, "tilt")
    if not isnan(tilt):
        yield judge(TILT, tilt, f"areas are divided by the cosine of {tilt:g} degrees", request=request)
    error = scale_of(request.words).error
    if not isnan(error):
        message = f"the scale is known to {100 * error:.2g} %, areas to {200 * error:.2g} %"
        yield judge(SCALE, 100 * error, message, request=request)


def _facts(traces: list[_Trace], request: Request) -> Iterator[tuple[str, str]]:
    yield "readings", str(len(traces))
    for words in dict.fromkeys(trace.scale.words for trace in traces if trace.scale.words):
        yield "scale", words
    error = scale_of(request.words).error
    told = "not said: the uncertainty of the areas is not known from it"
    yield (
        "error of the scale",
        told if isnan(error) else f"{100 * error:.2g} %, of the areas {200 * error:.2g} %",
    )


def _panel(trace: _Trace) -> Panel:
    """The outline in cm where a scale is known, else in pixels, upright as in the picture, with a bar of 1 cm."""
    assert trace.outline is not None
    factor = 1.0 if isnan(trace.scale.cm_per_px) else trace.scale.cm_per_px
    unit = "pixels" if isnan(trace.scale.cm_per_px) else "cm"
    rings = [np.vstack([ring, ring[:1]]) * (factor, -factor) for ring in map(flatten, trace.outline.shapes)]
    layers = [
        Layer(kind="outline", x=ring[:, 0], y=ring[:, 1], label="" if number else "outline")
        for number, ring in enumerate(rings)
    ]
    low = np.concatenate(rings).min(axis=0)
    if unit == "cm":
        bar = Layer(kind="line", x=low[0] + np.array([0.0, 1.0]), y=np.full(2, low[1]) - 0.2, label="1 cm")
        layers.append(bar)
    said = trace.why or f"area {trace.area:.4g} cm2"
    inner = f", {len(rings)} paths, inside by the even-odd rule" if len(rings) > 1 else ""
    return Panel(
        title=trace.sample,
        x_label=unit,
        y_label=unit,
        layers=tuple(layers),
        alt=f"Outline of {trace.sample} in {unit}{inner}: {said}.",
        equal=True,
    )


def _square_example() -> float:
    square = Ring(np.array([[10.0, 10.0], [90.0, 10.0], [90.0, 90.0], [10.0, 90.0]]))
    return measure_outline((square,)).area * 0.1**2


def _words(name: str, meaning: str, values: tuple[str, ...] = (), default: str = "") -> Option:
    return Option(name=name, values=values, default=default, meaning=meaning)


ENTRY = Assay(
    name="planimetry",
    label="area of a plaque",
    source=(
        "Shoelace formula and Green's theorem, even-odd rule over all paths; ellipse of two diameters pi/4 a b; "
        "relative error of an area twice that of its scale"
    ),
    takes=("Outline", "ImageJResults", "DiameterTable"),
    yields=(
        Yield(name=AREA, label="area of the plaque", unit="cm2", decimals=2),
        Yield(name=ERROR, label="standard error of the area", unit="cm2", decimals=3),
        Yield(name=PIXELS, label="area of the outline in pixels", unit="px2", decimals=1),
    ),
    rules=(SIMPLE, SIZE, SLENDER, AGREEMENT, SCALE, TILT),
    measure=measure,
    sentence=(
        "Areas are the inside of traced outlines by the even-odd rule times the square of the scale, or pi/4 times two "
        "diameters; their standard error joins twice the scale's relative error and the scatter of repeated readings."
    ),
    sdtm="MO",
    options=(
        _words("cm_per_px", "cm that one pixel is"),
        _words("ruler_cm", "length of the ruler in the picture, cm"),
        _words("ruler_px", "the same length in pixels"),
        _words("ruler_px_error", "standard error of that reading, pixels"),
        _words("scale_error", "relative standard error of the scale, %"),
        _words(
            "results_unit",
            "unit of a calibrated ImageJ table",
            ("unknown", "cm", "mm", "um", "m", "in", "px"),
            "unknown",
        ),
        _words("form", "what two diameters stand for", ("ellipse", "rectangle"), "ellipse"),
        _words("diameter_error", "standard error of a diameter, cm"),
        _words("tilt", "tilt of the camera in degrees, which is corrected"),
    ),
    examples=(
        Example(
            given="a square of 80 units on a page where 100 units are 10 cm",
            compute=_square_example,
            value=64.0,
            tolerance=1e-9,
            source="8 cm x 8 cm",
        ),
    ),
)
