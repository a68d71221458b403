"""What a run of real-time PCR looks like: plate, amplification, melting, dilution series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.qpcr.melting import melting
from firstdose.catalogue.assay import Layer, Panel
from firstdose.readers.contents.qpcr import position_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.assays._kernel.qpcr.standards import StandardCurve
    from firstdose.assays._kernel.qpcr.wells import Plate
    from firstdose.readers.contents.qpcr import QpcrWell

_SHORT = {"undetermined": "und", "empty": "-", "outside the cycles": "?", "not a number": "?"}
_ROLES = {"ntc": "NTC", "no_rt": "-RT", "standard": "std"}


def panels_of(plate: Plate, curves: Mapping[str, StandardCurve]) -> Iterator[Panel]:
    """The pictures that the plate's file has numbers for."""
    name = plate.run.run or plate.file
    if (grid := _grid(plate, name)) is not None:
        yield grid
    if plate.curves is not None:
        yield _amplification(plate, name)
    if (melted := _melting(plate, name)) is not None:
        yield melted
    if curves:
        yield _standards(plate, curves, name)


def _grid(plate: Plate, name: str) -> Panel | None:
    places = [(position_of(well.well, plate.run.shape), well) for well in plate.wells]
    known = [(place, well) for place, well in places if place is not None]
    if not known:
        return None
    layers = []
    for label, found in (("Cq found", True), ("no Cq", False)):
        chosen = [place for place, well in known if well.found is found]
        if chosen:
            layers.append(
                Layer(
                    kind="points",
                    x=np.array([column + 1 for _, column in chosen]),
                    y=np.array([-(row + 1) for row, _ in chosen]),
                    label=label,
                )
            )
    words = tuple((float(place[1] + 1), float(-(place[0] + 1)), _word(well)) for place, well in known)
    without = sum(not well.found for _, well in known)
    return Panel(
        title=f"Plate {name}".rstrip(),
        x_label="column",
        y_label="row (A is -1)",
        layers=tuple(layers),
        alt=f"Plate with {len(known)} wells in use; {without} of them have no quantification cycle.",
        equal=True,
        words=words,
    )


def _word(well: QpcrWell) -> str:
    told = f"{well.cq:.1f}" if not well.missing else _SHORT[well.missing]
    told = f"({told})" if well.excluded else told
    return f"{_ROLES[well.role]} {told}" if well.role in _ROLES else told


def _amplification(plate: Plate, name: str) -> Panel:
    """Without baseline, on a logarithmic axis: the exponential phase is a straight line there."""
    layers, seen = [], set[str]()
    curves = plate.curves
    assert curves is not None
    for row, well in zip(curves.corrected, plate.wells, strict=True):
        cycles = np.arange(1, row.size + 1)
        shown = row > 0
        if well.cycles is not None and shown.any():
            label = "" if well.target in seen else well.target
            layers.append(Layer(kind="line", x=cycles[shown], y=row[shown], label=label))
            seen.add(well.target)
    rising = int(curves.amplified.sum())
    return Panel(
        title=f"Amplification {name}".rstrip(),
        x_label="cycle",
        y_label="fluorescence without baseline",
        layers=tuple(layers),
        alt=f"{len(layers)} amplification curves; {rising} of them rise exponentially.",
        y_log=True,
    )


def _melting(plate: Plate, name: str) -> Panel | None:
    layers, seen = [], set[str]()
    for well in plate.wells:
        if well.temperatures is None or well.melt is None:
            continue
        curve = melting(well.temperatures, well.melt)
        if curve is not None:
            label = "" if well.target in seen else well.target
            layers.append(Layer(kind="line", x=curve.temperature, y=curve.derivative, label=label))
            seen.add(well.target)
    if not layers:
        return None
    return Panel(
        title=f"Melting {name}".rstrip(),
        x_label="temperature, C",
        y_label="-dF/dT",
        layers=tuple(layers),
        alt=f"Negative derivative of {len(layers)} melting curves of {len(seen)} targets.",
    )


def _standards(plate: Plate, curves: Mapping[str, StandardCurve], name: str) -> Panel:
    layers: list[Layer] = []
    for target, curve in curves.items():
        wells = standards_of(plate, target)
        amounts = np.array([well.amount or np.nan for well in wells])
        ends = np.array([amounts.min(), amounts.max()])
        line = curve.intercept + curve.slope * np.log10(ends)
        layers += [
            Layer(kind="points", x=amounts, y=np.array([well.cq for well in wells]), label=target),
            Layer(kind="line", x=ends, y=line),
        ]
    told = "; ".join(
        f"{target} slope {curve.slope:.2f}, R2 {curve.r2:.3f}" for target, curve in curves.items()
    )
    return Panel(
        title=f"Standards {name}".rstrip(),
        x_label="amount",
        y_label="Cq",
        layers=tuple(layers),
        alt=f"Dilution series: {told}.",
        x_log=True,
    )


def standards_of(plate: Plate, target: str) -> list[QpcrWell]:
    """The target's wells with a known amount and a quantification cycle."""
    return [
        well
        for well in plate.wells
        if well.target == target and well.role == "standard" and well.found and well.amount
    ]
