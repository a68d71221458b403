"""A run of an immunoassay: plates in, values with findings, facts and pictures out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.assays._kernel.immunoassay.calibrating import Calibrated, calibrated, rule
from firstdose.assays._kernel.immunoassay.judging import check_analyte
from firstdose.assays._kernel.immunoassay.picturing import curve_panel, plate_panel
from firstdose.assays._kernel.immunoassay.plates import Plate, plates_of
from firstdose.assays._kernel.immunoassay.sampling import measured
from firstdose.catalogue.assay import Finding, Run, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue.assay import Measured, Panel, Request

_Calibrated = list[tuple[Plate, list[Calibrated]]]


def measure(readings: Sequence[Any], request: Request) -> Run:
    """The concentrations of every sample on the plates of a run."""
    plates = [(plate, calibrated(plate, request)) for plate in plates_of(readings, request)]
    found: list[Measured] = []
    panels: list[Panel] = []
    for plate, analytes in plates:
        here: list[Measured] = []
        for one in analytes:
            here += measured(plate, one, check_analyte(plate, one, request), request)
        found += here
        curves = [curve_panel(plate, one) for one in analytes]
        panels += [*(panel for panel in curves if panel), plate_panel(plate, here)]
    return Run(
        measured=tuple(found),
        findings=tuple(_across_plates(plates, request)),
        panels=tuple(panels),
        facts=tuple(_facts(plates)),
    )


def _facts(plates: _Calibrated) -> Iterator[tuple[str, str]]:
    for plate, analytes in plates:
        for one in analytes:
            yield ", ".join(filter(None, [plate.name, one.analyte.analyte])), _sentence(one)


def _sentence(one: Calibrated) -> str:
    unit = one.analyte.unit or "(unit not told)"
    parts = (
        [f"{one.curve.label}, R2 {one.curve.r2:.4f} (shown, never judged)"]
        if one.curve
        else ["no curve of ours"]
    )
    if one.curve and one.curve.note:
        parts.append(one.curve.note)
    if math.isfinite(one.range.lloq):
        parts.append(f"LLOQ {one.range.lloq:.4g}, ULOQ {one.range.uloq:.4g} {unit} before dilution")
    if math.isfinite(one.lod):
        parts.append(f"screening LOD {one.lod:.3g}")
    if one.analyte.curve and math.isfinite(one.analyte.curve.r2):
        parts.append(f"instrument's own R2 {one.analyte.curve.r2:.4f}")
    return "; ".join(parts)


def _across_plates(plates: _Calibrated, request: Request) -> Iterator[Finding]:
    """A participant's Visits on one plate, or plates that a control bridges."""
    on: dict[str, dict[int, None]] = {}
    for number, (plate, _) in enumerate(plates):
        for row in plate.listed:
            if row and row.participant:
                on.setdefault(row.participant, {})[number] = None
    for participant, numbers in on.items():
        used = list(numbers)
        bridges = [_bridge(plates[used[0]], plates[other]) for other in used[1:]]
        loose = 1 + sum(not bridge for bridge in bridges)
        words = f"{participant}: {len(used)} plates, {len(bridges) - loose + 1} bridged by a control"
        yield judge(rule("one_plate"), loose, words, request=request, place=participant)
        for bridge in bridges:
            for name, ratio in bridge:
                words = f"{participant}: {name} on the other plate is {ratio:.0f} % of the first"
                yield judge(rule("bridging"), ratio, words, request=request, place=participant)


def _bridge(
    first: tuple[Plate, list[Calibrated]], other: tuple[Plate, list[Calibrated]]
) -> list[tuple[str, float]]:
    """(analyte and control, percent of the first plate) for each control that lies on both."""
    means = [
        {one.analyte.analyte: _control_means(plate, one) for one in ones} for plate, ones in (first, other)
    ]
    return [
        (f"{analyte} {control}", 100 * means[1][analyte][control] / value)
        for analyte, controls in means[0].items()
        for control, value in controls.items()
        if control in means[1].get(analyte, {})
    ]


def _control_means(plate: Plate, one: Calibrated) -> dict[str, float]:
    """Control > mean concentration of its wells, where the curve reads all of them."""
    wells = plate.used("control")
    found = {}
    for name in dict.fromkeys(name for name, yes in zip(plate.samples, wells, strict=True) if yes):
        mine = wells & np.array([other == name for other in plate.samples])
        if np.isfinite(one.concentration[mine]).all():
            found[name] = float(np.mean(one.concentration[mine]))
    return found
