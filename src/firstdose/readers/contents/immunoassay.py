"""Immunoassays once they are read: wells, their signals by analyte, what the instrument printed; nothing is judged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Role: TypeAlias = Literal["standard", "blank", "control", "sample", "unknown"]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Well:
    """A well. `role` unknown: the file does not say. `dilution`: the sample was diluted 1 in so many, NaN: not told.

    `masked`: why the operator left it out, in words. `line`: of the first signal.
    """

    name: str
    sample: str = ""
    role: Role = "unknown"
    dilution: float = math.nan
    masked: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentCurve:
    """The curve that the instrument's own program fitted: its words, its letters, and the R2 that it prints."""

    label: str
    coefficients: tuple[tuple[str, float], ...] = ()
    r2: float = math.nan

    def coefficient(self, letter: str) -> float:
        """The value of a letter; NaN where it is not there."""
        return dict(self.coefficients).get(letter, math.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalyteSignals:
    """What the wells of a plate say of one analyte; every array has one value a well (n,), NaN where there is none.

    `signals`: label > values as measured, the first is the main one. `net`: after the instrument's own correction.
    `beads`: number of beads counted; `beads_wanted`: the file's own minimum. `nominal`: of standards and controls.
    `printed`: the instrument's concentration; `comparators` '=' '<' '>' or '' (`printed` is the limit for '<' and '>');
    `printed_with_dilution`: the dilution is in the printed numbers. `remarks`: the instrument's words, one a well.
    """

    analyte: str
    signals: tuple[tuple[str, Floats], ...]
    nominal: Floats
    net: Floats | None = None
    beads: Floats | None = None
    beads_wanted: float = math.nan
    printed: Floats | None = None
    comparators: tuple[str, ...] = ()
    printed_with_dilution: bool = False
    remarks: tuple[str, ...] = ()
    unit: str = ""
    curve: InstrumentCurve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSignals:
    """One plate: its wells, and the signals of every analyte over these wells. `signal`: MFI, OD, ECL."""

    plate: str
    wells: tuple[Well, ...]
    analytes: tuple[AnalyteSignals, ...]
    signal: str
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateLayout:
    """What lies in the wells of a plate: (well, name, role), in the order of the file."""

    plate: str
    wells: tuple[tuple[str, str, Role], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardConcentrations:
    """The nominal concentrations of a plate's standards: name > concentration."""

    plate: str
    concentrations: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateDesign:
    """Which files belong together: one row a signal file, column > text."""

    rows: tuple[tuple[tuple[str, str], ...], ...]
