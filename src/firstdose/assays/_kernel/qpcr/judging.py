"""Quality rules of a run of real-time PCR: what is held against which limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.qpcr.melting import melting
from firstdose.assays._kernel.qpcr.stability import ge_norm, stability_m
from firstdose.catalogue.assay import Finding, QualityRule, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.assays._kernel.qpcr.standards import StandardCurve
    from firstdose.assays._kernel.qpcr.wells import Group, Plate
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.qpcr import QpcrWell


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules by name, under the limits that the request sets."""

    rules: Mapping[str, QualityRule]
    request: Request

    def __call__(self, name: str, value: float, message: str, place: str = "") -> Finding:
        return judge(self.rules[name], value, message, request=self.request, place=place)


def of_group(group: Group, to: Judge) -> Iterator[Finding]:
    """Replicates: their deviation, how many were found, cycles outside the run, late ones."""
    place = group.place
    if group.cq is not None and not math.isnan(group.cq.sd):
        told = f"SD of {len(group.used)} replicates {group.cq.sd:.2f} cycles"
        if group.left_out is not None:
            told += f", without {group.left_out.well} ({group.left_out.cq:.2f})"
        yield to("replicate_sd", float(np.std([well.cq for well in group.used], ddof=1)), told, place)
    inside = [well for well in group.all if not well.excluded]
    found = sum(well.found for well in inside)
    if 0 < found < len(inside):
        yield to("replicates_found", found / len(inside), f"{found} of {len(inside)} wells have a Cq", place)
    outside = [well.well for well in inside if well.missing == "outside the cycles"]
    if outside:
        told = f"Cq outside the cycles of the run in {' '.join(outside)}"
        yield to("cq_in_cycles", float(len(outside)), told, place)
    if group.cq is not None:
        yield to("late_cq", group.measured, f"mean Cq {group.measured:.2f}", place)


def of_controls(plate: Plate, sample: str, group: Group, to: Judge) -> Iterator[Finding]:
    """How many cycles after the sample a control without template, or without transcription, is seen."""
    if group.cq is None:
        return
    target = group.all[0].target
    blank = [well for well in plate.wells if well.target == target and well.role == "ntc"]
    yield from _after(blank, group, "no_template", to)
    same = [well for well in plate.wells if well.target == target and well.role == "no_rt"]
    own = [well for well in same if well.sample == sample]
    yield from _after(own or same, group, "no_rt", to)


def _after(wells: Sequence[QpcrWell], group: Group, rule: str, to: Judge) -> Iterator[Finding]:
    if not wells or group.cq is None:
        return
    first = min((well for well in wells if well.found), key=lambda well: well.cq, default=None)
    if first is None:
        places = " ".join(well.well for well in wells)
        yield Finding(rule=rule, verdict="pass", message="no Cq in the control", place=places)
        return
    later = first.cq - group.measured
    yield to(rule, later, f"Cq {first.cq:.2f} in {first.well}, {later:.2f} after the sample", first.well)


def of_curve(target: str, curve: StandardCurve, to: Judge) -> list[Finding]:
    """A dilution series: efficiency, fit, number of points and range."""
    base = f"{curve.low:.3f} to {curve.high:.3f}"
    told = (
        f"{target}: slope {curve.slope:.3f}, efficiency {curve.percent:.1f} % (base {curve.base:.3f}, {base})"
    )
    return [
        to("efficiency", curve.percent, told, target),
        to("curve_r2", curve.r2, f"{target}: R2 {curve.r2:.4f}", target),
        to("curve_points", float(curve.points), f"{target}: {curve.points} amounts", target),
        to("curve_decades", curve.decades, f"{target}: {curve.decades:.2f} powers of ten", target),
    ]


def of_references(names: Sequence[str], log2: np.ndarray, to: Judge) -> list[Finding]:
    """Number and stability of the reference genes. `log2`: quantities (samples, genes), complete rows only."""
    found = [to("reference_genes", float(len(names)), f"reference genes: {', '.join(names) or 'none'}")]
    if len(names) < 2 or len(log2) < 3:
        return found
    m = stability_m(log2)
    told = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, m, strict=True))
    found.append(to("reference_m", float(m.max()), f"geNorm M over {len(log2)} samples: {told}"))
    if len(names) > 2:
        v = float(ge_norm(log2).v[0])
        told = f"pairwise variation V {len(names) - 1}/{len(names)} is {v:.3f}"
        found.append(to("reference_v", v, told))
    return found


def melting_points(plate: Plate) -> dict[int, float]:
    """Number of the well > temperature of its highest melting peak."""
    found = {}
    for at, well in enumerate(plate.wells):
        if well.temperatures is not None and well.melt is not None and well.found:
            curve = melting(well.temperatures, well.melt)
            if curve is not None and curve.peaks.size:
                found[at] = float(curve.peaks[0])
    return found


def of_melting(plate: Plate, group: Group, points: Mapping[int, float], to: Judge) -> Iterator[Finding]:
    """How far the group's products melt from the target's usual temperature."""
    target = group.all[0].target
    usual = [points[at] for at, well in enumerate(plate.wells) if at in points and well.target == target]
    own = [(points[at], well) for at, well in enumerate(plate.wells) if at in points and well in group.used]
    if len(usual) < 3 or not own:
        return
    middle = float(np.median(usual))
    point, well = max(own, key=lambda each: abs(each[0] - middle))
    told = f"melts at {point:.1f} C, {target} usually at {middle:.1f} C"
    yield to("melting_point", abs(point - middle), told, well.well)
