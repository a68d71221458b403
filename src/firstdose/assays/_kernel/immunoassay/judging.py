"""Standards, controls, spiked and repeated samples of an analyte held against the quality rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.immunoassay.calibrating import Calibrated, accepted_by, number_limits, rule
from firstdose.assays._kernel.immunoassay.instrument import compute_disagreement
from firstdose.catalogue.assay import Finding, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.assays._kernel.immunoassay.plates import Plate
    from firstdose.catalogue.assay import Request


def check_analyte(plate: Plate, one: Calibrated, request: Request) -> tuple[Finding, ...]:
    """All findings on an analyte of a plate that concern every sample of it."""
    found = [
        *_standards(plate, one, request),
        *_controls(plate, one, request),
        *_share(plate, one, "spiked", "selectivity", 20.0, request),
        *_share(plate, one, "reanalysis", "reanalysis", 30.0, request),
        *_printed(plate, one, request),
        *_unit(one, request),
    ]
    return tuple(found)


def _standards(plate: Plate, one: Calibrated, request: Request) -> Iterator[Finding]:
    name, within = one.analyte.analyte, one.range
    words = f"{within.levels} levels of standards of {name} between LLOQ and ULOQ"
    yield judge(rule("standard_levels"), within.levels, words, request=request, place=name)
    share = f"{within.share:.0f} % of them within their limits" if within.levels else "no two standards hold"
    yield judge(rule("standards_within"), within.share, share, request=request, place=name)
    blanks = int(plate.blanks(one.analyte, request).sum())
    yield judge(rule("blank_wells"), blanks, f"{blanks} blank wells", request=request, place=name)
    if one.left_out:
        words = f"{', '.join(one.left_out)} of {name}: the concentration breaks the series and is left out"
        yield judge(rule("standard_series"), len(one.left_out), words, request=request, place=name)
    if one.curve:
        yield from _levels(one, request)
    if one.curve:
        words = ", ".join(filter(None, [f"{name}: {one.curve.label} is used", one.curve.note]))
        yield judge(rule("curve"), one.curve.fit.parameters, words, request=request, place=name)
    if math.isfinite(one.lod):
        words = f"{name}: LLOQ {within.lloq:.3g}, screening LOD {one.lod:.3g}"
        yield judge(rule("lloq_above_lod"), 100 * within.lloq / one.lod, words, request=request, place=name)


def _levels(one: Calibrated, request: Request) -> Iterator[Finding]:
    """Levels inside the range that miss their own limits; those outside are anchors without limits."""
    accepted = accepted_by(request)
    for level in one.curve.levels if one.curve else ():
        at_end = level.nominal in {one.range.lloq, one.range.uloq}
        if not one.range.lloq <= level.nominal <= one.range.uloq or at_end:
            continue
        if not level.within(accepted.recovery, accepted.cv):
            words = f"standard {level.nominal:g}: recovery {level.recovery:.0f} %" + (
                "" if math.isnan(level.cv) else f", CV {level.cv:.0f} %"
            )
            missed = accepted.recovery[0] <= level.recovery <= accepted.recovery[1]
            name, value = ("standard_cv", level.cv) if missed else ("standard_recovery", level.recovery)
            yield judge(rule(name), value, words, request=request, place=one.analyte.analyte)


def _recoveries(plate: Plate, one: Calibrated, role: str) -> dict[str, list[tuple[float, float]]]:
    """Sample > (nominal, recovery in percent) of its wells; recovery NaN where the curve reads none."""
    found: dict[str, list[tuple[float, float]]] = {}
    wells = plate.used(role) & (one.nominal > 0)
    dilution = np.where(np.isnan(plate.dilution), 1.0, plate.dilution)
    for i in np.flatnonzero(wells):
        recovery = 100 * one.concentration[i] * dilution[i] / one.nominal[i]
        found.setdefault(plate.samples[i], []).append((float(one.nominal[i]), float(recovery)))
    return found


def _controls(plate: Plate, one: Calibrated, request: Request) -> Iterator[Finding]:
    name = one.analyte.analyte
    found = _recoveries(plate, one, "control")
    levels = len({wells[0][0] for wells in found.values()})
    yield judge(rule("control_levels"), levels, f"{levels} levels of controls", request=request, place=name)
    if not found:
        return
    low, high = number_limits("control_recovery", request)
    good = {control: [low <= r <= high for _, r in wells] for control, wells in found.items()}
    every = [each for of_level in good.values() for each in of_level]
    share = 100 * sum(every) / len(every)
    words = f"{sum(every)} of {len(every)} controls recover {low:g} to {high:g} %"
    yield judge(rule("controls_within"), share, words, request=request, place=name)
    for control, wells in found.items():
        yield from _control(control, [r for _, r in wells], good[control], name, request)


def _control(
    control: str, recovery: list[float], good: list[bool], analyte: str, request: Request
) -> Iterator[Finding]:
    told = ", ".join("none" if math.isnan(r) else f"{r:.0f} %" for r in recovery)
    share = 100 * sum(good) / len(good)
    words = f"{control}: recovery {told}"
    yield judge(rule("controls_within_level"), share, words, request=request, place=analyte)
    words = f"{control}: {len(recovery)} wells"
    yield judge(rule("control_duplicates"), len(recovery), words, request=request, place=analyte)
    if len(recovery) > 1:
        cv = 100 * float(np.std(recovery, ddof=1)) / float(np.mean(recovery))
        error = abs(float(np.mean(recovery)) - 100) + cv
        words = f"{control}: bias and CV together {error:.0f} %"
        yield judge(rule("total_error"), error, words, request=request, place=analyte)


def _share(
    plate: Plate, one: Calibrated, role: str, name: str, within: float, request: Request
) -> Iterator[Finding]:
    """Spiked sera against what was added; repeats against the mean of both, as ICH M10 counts them."""
    found = [pair for wells in _recoveries(plate, one, role).values() for pair in wells]
    if not found:
        return
    away = [_away(recovery, repeat=role == "reanalysis") for _, recovery in found]
    good = sum(each <= within for each in away)
    words = f"{good} of {len(found)} within {within:g} %"
    yield judge(rule(name), 100 * good / len(found), words, request=request, place=one.analyte.analyte)


def _away(recovery: float, *, repeat: bool) -> float:
    difference = abs(recovery - 100)
    return 200 * difference / (recovery + 100) if repeat else difference


def _printed(plate: Plate, one: Calibrated, request: Request) -> Iterator[Finding]:
    dilution = np.where(np.isnan(plate.dilution), 1.0, plate.dilution)
    away, well = compute_disagreement(one.analyte, dilution)
    if well >= 0:
        words = (
            f"printed {one.analyte.analyte} in {plate.signals.wells[well].name} is {100 * away:.2g} % away from "
            "the instrument's own curve"
        )
        yield judge(rule("printed_follows"), 100 * away, words, request=request, place=one.analyte.analyte)


def _unit(one: Calibrated, request: Request) -> Iterator[Finding]:
    if not (one.analyte.unit or request.words.get("unit", "file") != "file"):
        words = f"no unit is told for {one.analyte.analyte}"
        yield judge(rule("unit"), 0.0, words, request=request, place=one.analyte.analyte)
