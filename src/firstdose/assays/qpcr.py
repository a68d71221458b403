"""RT-qPCR: relative expression against reference genes, with undetermined wells as limits and never as numbers."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.assays._kernel.qpcr.declared import OPTIONS, RULES, YIELDS
from firstdose.assays._kernel.qpcr.deltas import (
    Delta,
    Key,
    Setting,
    calibrated,
    delta_of,
    prepare,
    references_of,
)
from firstdose.assays._kernel.qpcr.expression import Spread, delta_cq, livak, mean_of, pfaffl
from firstdose.assays._kernel.qpcr.judging import (
    Judge,
    melting_points,
    of_controls,
    of_curve,
    of_group,
    of_melting,
    of_references,
)
from firstdose.assays._kernel.qpcr.pictures import panels_of
from firstdose.assays._kernel.qpcr.wells import Way, plates_of
from firstdose.catalogue.assay import Assay, Example, Measured, Run, limits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue.assay import Comparator, Finding, Request


def measure(readings: Sequence[Any], request: Request) -> Run:
    """Every sample and target of the files; see the options for what they are held against."""
    judge = Judge({rule.name: rule for rule in RULES}, request)
    plates = plates_of(readings, request)
    limit = limits_of(judge.rules["replicate_sd"], request)[1]
    way = Way(
        limit=math.inf if limit is None else limit,
        drop_one=request.words.get("replicates", "one of three may go") != "all",
        by_quantity=request.words.get("averaging") == "quantities",
    )
    setting = prepare(plates, references_of(plates, request), request, way)
    deltas = {key: delta_of(setting, key) for key in setting.groups}
    findings = _findings(setting, judge)
    measured = [
        value
        for key in setting.groups
        if _is_wanted(setting, key)
        for value in _values(setting, deltas, key, findings.get(key, ()))
    ]
    panels = [
        panel
        for plate, curves in zip(plates, setting.curves, strict=True)
        for panel in panels_of(plate, curves)
    ]
    return Run(
        measured=tuple(measured),
        findings=tuple(_of_run(setting, judge)),
        panels=tuple(panels),
        facts=tuple(_facts(setting)),
    )


def _is_wanted(setting: Setting, key: Key) -> bool:
    wanted = {name.casefold() for name in setting.request.analytes}
    return bool(setting.groups[key].all) and (not wanted or key[2].casefold() in wanted)


def _values(
    setting: Setting, deltas: dict[Key, Delta], key: Key, findings: Sequence[Finding]
) -> Iterator[Measured]:
    number, sample, target = key
    group = setting.groups[key]
    empty = Measured(
        sample=sample, quantity="cq", analyte=target, value=math.nan, unit="cycles", comparator="",
        replicates=len(group.used), file=setting.plates[number].file, place=group.place, findings=tuple(findings),
    )  # fmt: skip
    yield _cycle(setting, key, empty)
    if target in setting.curves[number]:
        yield _amount(setting, key, empty)
    if target in setting.of_plate(number) or not (setting.of_plate(number) or setting.request.samples):
        return
    delta = deltas[key]
    yield _limited(replace(empty, quantity="delta_cq"), delta)
    yield _folded(
        replace(empty, quantity="relative_quantity"), delta.fold_sign, _minus(delta.cq), delta.reason
    )
    against = calibrated(setting, deltas, key)
    if against is not None:
        yield _limited(replace(empty, quantity="log2_fold"), against)
        yield _folded(replace(empty, quantity="fold_change"), against.sign, against.cq, against.reason)


def _minus(cq: Spread) -> Spread:
    return Spread(-cq.value, cq.sd)


def _cycle(setting: Setting, key: Key, empty: Measured) -> Measured:
    group, last = setting.groups[key], setting.plates[key[0]].last_cycle
    if group.cq is not None:
        return replace(empty, value=group.cq.value, comparator="=", spread=group.cq.sd)
    if group.undetermined and last is not None:
        return replace(empty, value=last, comparator=">", uloq=last)
    return replace(empty, reason=group.why)


def _amount(setting: Setting, key: Key, empty: Measured) -> Measured:
    group, curve = setting.groups[key], setting.curves[key[0]][key[2]]
    last = setting.plates[key[0]].last_cycle
    shown = replace(empty, quantity="amount", unit="")
    if group.cq is not None:
        value = curve.amount(group.measured)
        spread = abs(math.log(10) / curve.slope) * value * group.cq.sd
        return replace(shown, value=value, comparator="=", spread=spread)
    if group.undetermined and last is not None:
        return replace(shown, value=curve.amount(last), comparator="<", lloq=curve.amount(last))
    return replace(shown, reason=group.why)


def _limited(empty: Measured, delta: Delta) -> Measured:
    """A value on the scale of cycles, or the limit that it lies beyond."""
    if not delta.sign:
        return replace(empty, reason=delta.reason)
    value = delta.cq.value
    return replace(
        empty, value=value, comparator=delta.sign, spread=delta.cq.sd if delta.sign == "=" else math.nan,
        lloq=value if delta.sign == "<" else None, uloq=value if delta.sign == ">" else None,
    )  # fmt: skip


def _folded(empty: Measured, sign: Comparator, log2: Spread, reason: str) -> Measured:
    """2 to a logarithm; the deviation by its derivative."""
    if not sign:
        return replace(empty, unit="fold", reason=reason)
    if abs(log2.value) > 1000:
        return replace(empty, unit="fold", reason="too far from 1 for a number")
    value = 2.0**log2.value
    shown = _limited(replace(empty, unit="fold"), Delta(sign=sign, cq=Spread(value)))
    return replace(shown, spread=math.log(2) * value * log2.sd if sign == "=" else math.nan)


def _findings(setting: Setting, judge: Judge) -> dict[Key, list[Finding]]:
    """What is found of each sample and target."""
    points = [melting_points(plate) for plate in setting.plates]
    found: dict[Key, list[Finding]] = {}
    for key, group in setting.groups.items():
        number, sample, target = key
        plate = setting.plates[number]
        own = found.setdefault(key, [])
        if not group.all:
            continue
        own += [*of_group(group, judge), *of_controls(plate, sample, group, judge)]
        own += of_melting(plate, group, points[number], judge)
        curve = setting.curves[number].get(target)
        if curve is not None:
            own += of_curve(target, curve, judge)
            if group.cq is not None:
                later = group.measured - curve.last
                told = f"Cq {group.measured:.2f}, last standard at {curve.last:.2f}"
                own.append(judge("last_standard", later, told, group.place))
    for key, finding in _reference_shifts(setting, judge):
        found[key].append(finding)
    return found


def _reference_shifts(setting: Setting, judge: Judge) -> Iterator[tuple[Key, Finding]]:
    """Reference genes of a participant's later samples against those of the first in the list."""
    first: dict[tuple[str, str, str], float] = {}
    for listed in setting.request.samples:
        for number in range(len(setting.plates)):
            for name in setting.of_plate(number):
                group = setting.groups.get((number, listed.sample, name))
                if listed.role != "sample" or not listed.participant or group is None or group.cq is None:
                    continue
                start = first.setdefault((listed.participant, listed.lesion, name.casefold()), group.cq.value)
                shift = abs(group.cq.value - start)
                told = f"{name} {group.cq.value:.2f}, in the first sample {start:.2f}"
                finding = judge("reference_shift", shift, told, group.place)
                yield from ((key, finding) for key in setting.groups if key[:2] == (number, listed.sample))


def _of_run(setting: Setting, judge: Judge) -> Iterator[Finding]:
    """Reference genes as a whole, and inter-run calibrators."""
    if setting.references:
        yield from of_references(setting.references, _reference_table(setting), judge)
    shared = setting.shared
    for (number, sample, target), group in shared.items():
        same = [
            each.cq.value
            for key, each in shared.items()
            if key[1:] == (sample, target) and each.cq is not None
        ]
        if len(same) > 1 and group.cq is not None:
            far = abs(group.cq.value - sum(same) / len(same))
            told = (
                f"{sample} {target} in run {number + 1}: {far:.2f} cycles from the mean of {len(same)} runs"
            )
            yield judge("inter_run_calibrator", far, told, group.place)


def _reference_table(setting: Setting) -> np.ndarray:
    """log2 quantities of the reference genes, a row a sample that has them all: (samples, genes)."""
    rows = []
    for number, plate in enumerate(setting.plates):
        names, bases = setting.of_plate(number), setting.bases[number]
        for sample in plate.samples:
            groups = setting.reference_groups(number, sample)
            cycles = [group.cq.value for group in groups if group.cq is not None]
            if len(cycles) == len(setting.references):
                rows.append(
                    [-cq * math.log2(bases.get(name, 2.0)) for name, cq in zip(names, cycles, strict=True)]
                )
    return np.array(rows).reshape(len(rows), len(setting.references))


def _facts(setting: Setting) -> Iterator[tuple[str, str]]:
    wells = [well for plate in setting.plates for well in plate.wells]
    counts = Counter(well.missing for well in wells if not well.excluded)
    excluded = sum(bool(well.excluded) for well in wells)
    yield "wells", str(len(wells))
    for missing in ("undetermined", "empty", "outside the cycles", "not a number"):
        if counts[missing]:
            yield f"wells {missing}", str(counts[missing])
    if excluded:
        yield "wells left out by the operator", str(excluded)
    gone = [group.left_out.well for group in setting.groups.values() if group.left_out is not None]
    if gone:
        yield "one of three left out", " ".join(gone)
    yield "reference genes", ", ".join(setting.references) or "none named"
    for number, (plate, bases) in enumerate(zip(setting.plates, setting.bases, strict=True)):
        if setting.request.words.get("efficiency", "two") != "two":
            told = ", ".join(f"{target} {base:.4f}" for target, base in sorted(bases.items()))
            yield f"amplification base, run {number + 1}", told or "none"
        if plate.last_cycle is None and counts["undetermined"]:
            yield f"cycles of run {number + 1}", "not known: what is undetermined has no limit"
    for (number, target), shift in sorted(setting.shifts.items()):
        yield f"inter-run shift of {target}, run {number + 1}", f"{shift:+.3f} cycles"


def _brain_and_kidney() -> float:
    """Table of c-myc and GAPDH in brain and kidney, six wells each."""
    wells = {
        "brain": ([30.72, 30.34, 30.58, 30.34, 30.50, 30.43], [23.70, 23.56, 23.47, 23.65, 23.69, 23.68]),
        "kidney": ([27.06, 27.03, 27.03, 27.10, 26.99, 26.94], [22.76, 22.61, 22.62, 22.60, 22.61, 22.76]),
    }
    brain, kidney = (delta_cq(mean_of(wells[name][0]), [mean_of(wells[name][1])], [2, 2]) for name in wells)
    return livak(kidney, brain)[0]


ENTRY = Assay(
    name="qpcr",
    label="RT-qPCR, relative expression",
    source=(
        "Livak and Schmittgen, Methods 2001;25:402-408; Pfaffl, Nucleic Acids Res 2001;29:e45; "
        "Vandesompele et al., Genome Biol 2002;3:research0034; Hellemans et al., Genome Biol 2007;8:R19"
    ),
    takes=("QpcrWells",),
    yields=YIELDS,
    rules=RULES,
    measure=measure,
    sentence=(
        "Expression was measured by RT-qPCR relative to reference genes (delta Cq); a target without quantification "
        "cycle is left-censored at the last cycle of its run."
    ),
    sdtm="GF",
    options=OPTIONS,
    examples=(
        Example(
            given="c-myc and GAPDH in brain and kidney, six wells each, ratio of kidney to brain",
            compute=_brain_and_kidney,
            value=5.6,
            tolerance=0.05,
            source="Livak and Schmittgen, Methods 2001;25:402-408",
        ),
        Example(
            given="cycles of the calibrator 30, 20, of the sample 25, 20, bases 2 and 1.9",
            compute=lambda: pfaffl((30.0, 25.0), (20.0, 20.0), (2.0, 1.9)),
            value=32.0,
            tolerance=1e-9,
            source="Pfaffl, Nucleic Acids Res 2001;29:e45, equation 1",
        ),
    ),
)
