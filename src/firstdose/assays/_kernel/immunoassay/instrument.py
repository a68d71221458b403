"""The instrument's own curve, read backwards: whether its printed results follow from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.assays._kernel.immunoassay.curves import Floats
    from firstdose.readers.contents.immunoassay import AnalyteSignals, InstrumentCurve


def replayed(analyte: AnalyteSignals, dilution: Floats) -> Floats | None:
    """What the instrument's curve gives for its own corrected signals, (n,); None for a curve that is not known.

    The dilution is applied where the printed results have it.
    """
    curve = analyte.curve
    if curve is None or analyte.net is None:
        return None
    x = inverse(curve, analyte.net)
    return x * dilution if x is not None and analyte.printed_with_dilution else x


def inverse(curve: InstrumentCurve, signal: Floats) -> Floats | None:
    """Concentrations by y = A + B / (1 + (x/C)^D)^F (xPONENT's Logistic), or by the formula that Gen5 writes."""
    A, B, C, D, F = (curve.coefficient(letter) for letter in "ABCDF")
    formula = curve.label.replace(" ", "").upper()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if curve.label.startswith("Logistic"):
            power = 1.0 if math.isnan(F) else F
            return np.asarray(C * ((B / (signal - A)) ** (1 / power) - 1) ** (1 / D))
        if formula == "Y=(A-D)/(1+(X/C)^B)+D":
            return np.asarray(C * ((A - D) / (signal - D) - 1) ** (1 / B))
        return np.asarray((signal - B) / A) if formula == "Y=A*X+B" else None


def compute_disagreement(analyte: AnalyteSignals, dilution: Floats) -> tuple[float, int]:
    """The largest relative difference between printed and replayed numbers, and the well; (NaN, -1): not comparable.

    What the rounding of the printed signal explains is taken off.
    """
    again = replayed(analyte, dilution)
    if again is None or analyte.printed is None or analyte.net is None:
        return math.nan, -1
    exact = np.array([sign == "=" for sign in analyte.comparators])
    printed = np.where(exact, analyte.printed, np.nan)
    half = _half_digit(analyte.net)
    with np.errstate(divide="ignore", invalid="ignore"):
        around = [_shifted(analyte, dilution, shift) for shift in (-half, half)]
        slack = np.fmax(*(np.abs(one - again) for one in around))
        away = np.maximum(np.abs(printed - again) - np.where(np.isnan(slack), 0.0, slack), 0) / np.abs(
            printed
        )
    away = np.where(np.isfinite(away), away, np.where(exact & np.isfinite(again), np.inf, -1.0))
    if not exact.any() or away.max() < 0:
        return math.nan, -1
    return float(away.max()), int(np.argmax(away))


def _shifted(analyte: AnalyteSignals, dilution: Floats, by: float) -> Floats:
    assert analyte.curve is not None
    assert analyte.net is not None
    x = inverse(analyte.curve, analyte.net + by)
    assert x is not None
    return x * dilution if analyte.printed_with_dilution else x


def _half_digit(values: Floats) -> float:
    """Half a unit of the last decimal in which the numbers are printed, at most six."""
    told = values[np.isfinite(values)]
    for decimals in range(7):
        if np.allclose(told, np.round(told, decimals), rtol=0, atol=1e-9):
            return float(0.5 * 10.0**-decimals)
    return 5e-7
