"""Pictures of a plate as plain numbers: the standard curve of each analyte, and the plate itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.assay import Layer, Panel, worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.assays._kernel.immunoassay.calibrating import Calibrated
    from firstdose.assays._kernel.immunoassay.plates import Plate
    from firstdose.catalogue.assay import Measured, Verdict

_LETTERS = {"standard": "S", "blank": "B", "control": "C", "spiked": "+", "reanalysis": "R", "sample": "U"}
_NOTHING = np.empty(0)


def curve_panel(plate: Plate, one: Calibrated) -> Panel | None:
    """Standards as measured and the curve through them, samples on it, both limits of quantification."""
    if one.curve is None:
        return None
    standards = plate.used("standard") & (one.nominal > 0)
    samples = plate.used("sample", "unknown", "reanalysis", "spiked") & np.isfinite(one.concentration)
    x = one.nominal[standards]
    line = np.geomspace(x.min(), x.max(), 101)
    layers = [
        Layer(kind="line", x=line, y=one.curve.curve.signal(line), label=one.curve.label),
        Layer(kind="points", x=x, y=one.signal[standards], label="standards"),
        Layer(kind="points", x=one.concentration[samples], y=one.signal[samples], label="samples"),
        *_limits(one),
    ]
    name = one.analyte.analyte
    recoveries = [level.recovery for level in one.curve.levels if math.isfinite(level.recovery)]
    alt = (
        f"{len(x)} standards of {name} and the fitted {one.curve.label} curve, recovery "
        f"{min(recoveries, default=math.nan):.0f} to {max(recoveries, default=math.nan):.0f} %; "
        f"{int(samples.sum())} sample wells on the curve."
    )
    return Panel(
        title=f"{plate.name}: {name}",
        x_label=f"Concentration before dilution, {one.analyte.unit or 'unit of the standards'}",
        y_label=plate.signals.signal,
        layers=tuple(layers),
        alt=alt,
        x_log=True,
        y_log=bool((one.signal[standards] > 0).all()),
        words=tuple(_recovered(one)),
    )


def _recovered(one: Calibrated) -> Iterator[tuple[float, float, str]]:
    """The back-calculated recovery of each level, written beside it."""
    for level in one.curve.levels if one.curve else ():
        if one.curve and math.isfinite(level.recovery):
            yield level.nominal, float(one.curve.curve.signal(level.nominal)), f"{level.recovery:.0f} %"


def _limits(one: Calibrated) -> Iterator[Layer]:
    for label, x in (("LLOQ", one.range.lloq), ("ULOQ", one.range.uloq), ("LOD", one.lod)):
        if math.isfinite(x):
            yield Layer(kind="guide", x=np.array([x]), y=_NOTHING, label=label)


def plate_panel(plate: Plate, measured: Sequence[Measured]) -> Panel:
    """The wells where they lie, by the worst verdict of what was read from them, with the letter of their role."""
    verdicts = _verdicts(plate, measured)
    wells = [(ord(well.name[0]) - ord("A") + 1, int(well.name[1:])) for well in plate.signals.wells]
    layers = []
    for verdict in ("pass", "flag", "reject"):
        chosen = [wells[i] for i, mine in enumerate(verdicts) if mine == verdict]
        rows, columns = np.array([r for r, _ in chosen]), np.array([c for _, c in chosen])
        layers.append(Layer(kind="points", x=columns.astype(float), y=-rows.astype(float), label=verdict))
    letters = [
        (float(column), -float(row), "x" if well.masked else _LETTERS.get(role, "?"))
        for (row, column), well, role in zip(wells, plate.signals.wells, plate.roles, strict=True)
    ]
    counts = ", ".join(f"{verdicts.count(each)} {each}" for each in ("pass", "flag", "reject"))
    return Panel(
        title=f"{plate.name}: plate",
        x_label="Column",
        y_label="Row",
        layers=tuple(layers),
        alt=f"{len(wells)} wells of {plate.name} where they lie: {counts}; S standard, B blank, C control, U sample.",
        equal=True,
        words=tuple(letters),
    )


def _verdicts(plate: Plate, measured: Sequence[Measured]) -> list[Verdict]:
    of_place: dict[str, Verdict] = {}
    order: Mapping[Verdict, int] = {"pass": 0, "flag": 1, "reject": 2}
    for each in measured:
        verdict = worst([finding for finding in each.findings if finding.place != each.analyte])
        for place in each.place.split(", ") if each.file == plate.file else ():
            of_place[place] = max(verdict, of_place.get(place, "pass"), key=order.__getitem__)
    return [of_place.get(well.name, "pass") for well in plate.signals.wells]
