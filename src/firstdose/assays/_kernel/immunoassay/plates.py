"""Plates as they go into the arithmetic: the file's wells, corrected by the list of samples and by a plate layout."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firstdose.readers.contents.immunoassay import (
    AnalyteSignals,
    PlateLayout,
    PlateSignals,
    StandardConcentrations,
    Well,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.assays._kernel.immunoassay.curves import Floats
    from firstdose.catalogue.assay import Request, Sample
    from firstdose.readers.contents.immunoassay import Role

Chosen: TypeAlias = NDArray[np.bool_]
KNOWN_ROLES = ("standard", "blank", "control", "sample", "spiked", "reanalysis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A plate with what the list of samples says of its wells: roles (n), dilutions (n,), the row of the list (n)."""

    file: str
    signals: PlateSignals
    roles: tuple[str, ...]
    samples: tuple[str, ...]
    dilution: Floats
    listed: tuple[Sample | None, ...]

    @property
    def name(self) -> str:
        return self.signals.plate or self.file

    def used(self, *roles: str) -> Chosen:
        """Which wells have one of the roles and are not masked: True or False (n,)."""
        wells = self.signals.wells
        return np.array([r in roles and not w.masked for r, w in zip(self.roles, wells, strict=True)])

    def nominal(self, analyte: AnalyteSignals, request: Request) -> Floats:
        """Nominal concentrations (n,): the file's, else the list's; the list's alone where the protocol says so."""
        listed = np.array([_nominal_of(sample, analyte.analyte) for sample in self.listed])
        own = np.full(len(listed), np.nan) if request.words.get("nominal") == "list" else analyte.nominal
        return np.where(np.isnan(own), listed, own)

    def signal(self, analyte: AnalyteSignals, request: Request) -> Floats:
        """The signal that is fitted (n,): raw, less the reference wavelength, less the blanks if asked for."""
        signal = analyte.signals[0][1]
        two = self.signals.signal == "OD" and len(analyte.signals) == 2
        if two and request.words.get("reference", "subtract") == "subtract":
            signal = signal - analyte.signals[1][1]
        blanks = signal[self.blanks(analyte, request)]
        if request.words.get("blank") == "subtract" and np.isfinite(blanks).any():
            signal = signal - np.nanmean(blanks)
        return signal

    def blanks(self, analyte: AnalyteSignals, request: Request) -> Chosen:
        """Blank wells, and standards of concentration zero: True or False (n,)."""
        zero = self.used("standard") & (self.nominal(analyte, request) == 0)
        return np.asarray(self.used("blank") | zero)


def plates_of(readings: Sequence[Any], request: Request) -> list[Plate]:
    """Every plate of the readings, its wells named by the layouts among them and by the list of samples."""
    found = [(reading.file, each) for reading in readings for each in reading.contents]
    layouts = {_alike(each.plate): each for _, each in found if isinstance(each, PlateLayout)}
    standards = {_alike(each.plate): each for _, each in found if isinstance(each, StandardConcentrations)}
    return [
        _plate(file, _laid_out(each, layouts, standards), request)
        for file, each in found
        if isinstance(each, PlateSignals)
    ]


def _plate(file: str, signals: PlateSignals, request: Request) -> Plate:
    listed = [_row_of(file, well, request) for well in signals.wells]
    return Plate(
        file=file,
        signals=replace(
            signals, analytes=tuple(_named_analyte(a, listed, request) for a in signals.analytes)
        ),
        roles=tuple(_role(well, row) for well, row in zip(signals.wells, listed, strict=True)),
        samples=tuple(
            row.sample if row and row.sample != well.name else well.sample
            for well, row in zip(signals.wells, listed, strict=True)
        ),
        dilution=np.array([_dilution(well, row) for well, row in zip(signals.wells, listed, strict=True)]),
        listed=tuple(listed),
    )


def _named_analyte(
    analyte: AnalyteSignals, listed: Sequence[Sample | None], request: Request
) -> AnalyteSignals:
    """A plate reader does not know its analyte: the list says it in a column of that name, or it is the only one asked."""
    if analyte.analyte:
        return analyte
    told = {row.facts["analyte"] for row in listed if row and row.facts.get("analyte")}
    wanted = told or set(request.analytes)
    return replace(analyte, analyte=next(iter(wanted))) if len(wanted) == 1 else analyte


def _row_of(file: str, well: Well, request: Request) -> Sample | None:
    names = {well.sample, well.name} - {""}
    mine = (row for row in request.samples if row.sample in names and row.file in {"", file})
    return next(mine, None)


def _role(well: Well, row: Sample | None) -> str:
    """The list's word wins, except that its default 'sample' says nothing against a standard or a blank."""
    if row and row.role in KNOWN_ROLES and (row.role != "sample" or well.role == "unknown"):
        return row.role
    return well.role


def _dilution(well: Well, row: Sample | None) -> float:
    return row.dilution if row and row.dilution is not None else well.dilution


def _nominal_of(row: Sample | None, analyte: str) -> float:
    """The list's concentration for this analyte, in a column of its name, else its one nominal concentration."""
    if row is None:
        return math.nan
    try:
        return float(row.facts[analyte])
    except (KeyError, ValueError):
        return math.nan if row.nominal is None else row.nominal


def _alike(plate: str) -> str:
    return "".join(plate.lower().split())


def _laid_out(
    plate: PlateSignals,
    layouts: Mapping[str, PlateLayout],
    standards: Mapping[str, StandardConcentrations],
) -> PlateSignals:
    """The plate with the names of its layout, where its own file names none of its wells."""
    layout = _of_plate(plate.plate, layouts)
    if layout is None or any(well.sample for well in plate.wells):
        return plate
    told = _of_plate(plate.plate, standards)
    nominal = dict(told.concentrations) if told else {}
    names = {well: (name, role) for well, name, role in layout.wells}
    wells = tuple(_named(well, *names.get(well.name, ("", "unknown")), nominal) for well in plate.wells)
    values = np.array([nominal.get(well.sample, math.nan) for well in wells])
    return replace(plate, wells=wells, analytes=tuple(replace(a, nominal=values) for a in plate.analytes))


def _of_plate(plate: str, among: Mapping[str, Any]) -> Any:
    """The one of the same plate's name; the only one there is serves every plate."""
    return among.get(_alike(plate)) or (next(iter(among.values())) if len(among) == 1 else None)


def _named(well: Well, name: str, role: Role, nominal: Mapping[str, float]) -> Well:
    if not name:
        return well
    role = "standard" if name in nominal else role
    return replace(well, sample=name, role=role, dilution=1.0 if role == "standard" else well.dilution)
