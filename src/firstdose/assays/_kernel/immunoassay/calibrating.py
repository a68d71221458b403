"""Every analyte of a plate with its curve: standards gathered, fitted together, read back."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.immunoassay.rules import RULES
from firstdose.assays._kernel.immunoassay.standards import (
    Accepted,
    Range,
    StandardCurve,
    Weighting,
    compute_levels,
    compute_lod,
    compute_range,
    out_of_series,
    standard_curves,
)
from firstdose.catalogue.assay import limits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.assays._kernel.immunoassay.curves import Floats
    from firstdose.assays._kernel.immunoassay.plates import Chosen, Plate
    from firstdose.catalogue.assay import QualityRule, Request
    from firstdose.readers.contents.immunoassay import AnalyteSignals

BY_NAME = {rule.name: rule for rule in RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """An analyte on a plate. Arrays (n wells,): signal, nominal, concentration before dilution (NaN: none) and side.

    `side`: -1 the signal lies below all that the curve knows, 1 above. `left_out`: standards that break the series.
    `curve` None: no curve of ours; the range may still come from the instrument's own standards.
    """

    analyte: AnalyteSignals
    signal: Floats
    nominal: Floats
    concentration: Floats
    side: Floats
    range: Range
    curve: StandardCurve | None = None
    left_out: tuple[str, ...] = ()
    lod: float = math.nan

    def within(self, x: float) -> str:
        """'=' inside the range, '<' below, '>' above."""
        return "<" if x < self.range.lloq else ">" if x > self.range.uloq else "="


def number_limits(name: str, request: Request) -> tuple[float, float]:
    """The limits of a rule in force, open ends infinite."""
    low, high = limits_of(BY_NAME[name], request)
    return -math.inf if low is None else low, math.inf if high is None else high


def accepted_by(request: Request) -> Accepted:
    """What standards are held against in this run."""
    return Accepted(
        recovery=number_limits("standard_recovery", request),
        recovery_at_ends=number_limits("standard_recovery_at_ends", request),
        cv=number_limits("standard_cv", request)[1],
        cv_at_ends=number_limits("standard_cv_at_ends", request)[1],
        share=number_limits("standards_within", request)[0],
    )


def calibrated(plate: Plate, request: Request) -> list[Calibrated]:
    """The analytes asked for, each with its curve; all curves of the plate are fitted together."""
    analytes = [
        each
        for each in plate.signals.analytes
        if not request.analytes or each.analyte in {"", *request.analytes}
    ]
    gathered = [_gathered(plate, each, request) for each in analytes]
    if request.words.get("results") == "instrument":
        return [
            _as_printed(plate, analyte, signal, nominal, left, request)
            for analyte, (signal, nominal, _, left) in zip(analytes, gathered, strict=True)
        ]
    weighting = Weighting(
        kind=request.words.get("weights", "log"), theta=_number(request.words.get("theta"), 0.9)
    )
    curves = standard_curves(
        [nominal[used] for _, nominal, used, _ in gathered],
        [signal[used] for signal, _, used, _ in gathered],
        weighting,
        accepted_by(request),
        five=request.words.get("curve", "5pl") == "5pl",
    )
    return [
        _as_fitted(plate, analyte, signal, nominal, left, curve, request)
        for analyte, (signal, nominal, _, left), curve in zip(analytes, gathered, curves, strict=True)
    ]


def _gathered(
    plate: Plate, analyte: AnalyteSignals, request: Request
) -> tuple[Floats, Floats, Chosen, tuple[str, ...]]:
    """Signal, nominal, which wells carry the curve, and the standards that their series leaves out."""
    signal, nominal = plate.signal(analyte, request), plate.nominal(analyte, request)
    used = plate.used("standard") & (nominal > 0) & np.isfinite(signal) & (signal > 0)
    names = list(dict.fromkeys(name for name, yes in zip(plate.samples, used, strict=True) if yes))
    numbers = [re.search(r"([0-9]+)\s*$", name) for name in names]
    left: tuple[str, ...] = ()
    if len(names) >= 4 and all(numbers) and len({n[1] for n in numbers if n}) == len(names):
        value = [float(nominal[list(plate.samples).index(name)]) for name in names]
        left = tuple(names[i] for i in out_of_series([int(n[1]) for n in numbers if n], value))
        used = used & np.array([name not in left for name in plate.samples])
    return signal, nominal, used, left


def _as_fitted(
    plate: Plate,
    analyte: AnalyteSignals,
    signal: Floats,
    nominal: Floats,
    left: tuple[str, ...],
    curve: StandardCurve | None,
    request: Request,
) -> Calibrated:
    nothing = np.full(len(signal), np.nan)
    return Calibrated(
        analyte=analyte,
        signal=signal,
        nominal=nominal,
        concentration=curve.curve.concentration(signal) if curve else nothing,
        side=np.where(np.isnan(signal), 0.0, curve.curve.side(signal)) if curve else 0 * nothing,
        range=curve.range if curve else Range(),
        curve=curve,
        left_out=left,
        lod=compute_lod(curve.curve, _finite(signal[plate.blanks(analyte, request)])) if curve else math.nan,
    )


def _as_printed(
    plate: Plate,
    analyte: AnalyteSignals,
    signal: Floats,
    nominal: Floats,
    left: tuple[str, ...],
    request: Request,
) -> Calibrated:
    """The instrument's numbers before dilution; its range by the same rules from what it read of its standards."""
    back, side = printed_before_dilution(plate, analyte)
    used = plate.used("standard") & (nominal > 0) & np.array([name not in left for name in plate.samples])
    levels = compute_levels(nominal[used], back[used])
    return Calibrated(
        analyte=analyte,
        signal=signal,
        nominal=nominal,
        concentration=back,
        side=side,
        range=compute_range(levels, accepted_by(request)),
        left_out=left,
    )


def printed_before_dilution(plate: Plate, analyte: AnalyteSignals) -> tuple[Floats, Floats]:
    """The instrument's concentrations without the dilution (n,), NaN where it printed none; -1 for '<', 1 for '>'.

    A printed limit is the end of its curve, never multiplied: xPONENT prints it so beside numbers that are.
    """
    if analyte.printed is None:
        return np.full(len(plate.roles), np.nan), np.zeros(len(plate.roles))
    side = np.array([{"<": -1.0, ">": 1.0}.get(sign, 0.0) for sign in analyte.comparators])
    exact = np.array([sign == "=" for sign in analyte.comparators])
    dilution = np.where(np.isnan(plate.dilution), 1.0, plate.dilution)
    own = analyte.printed / dilution if analyte.printed_with_dilution else analyte.printed
    return np.where(exact, own, np.nan), side


def _finite(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise


def rule(name: str) -> QualityRule:
    return BY_NAME[name]


def names_of(plate: Plate, chosen: Sequence[int]) -> str:
    """The wells as people write them: 'A3, B3'."""
    return ", ".join(plate.signals.wells[i].name for i in chosen)
