"""From averaged wells to delta Cq and its difference to a calibrator; what was not found stays a limit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.qpcr.expression import Spread, delta_cq, delta_cq_paired
from firstdose.assays._kernel.qpcr.pictures import standards_of
from firstdose.assays._kernel.qpcr.standards import StandardCurve, run_factors, standard_curve
from firstdose.assays._kernel.qpcr.wells import Group, Plate, Way, group_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from firstdose.catalogue.assay import Comparator, Request

Key = tuple[int, str, str]  # number of the plate, sample, target


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A delta Cq, or a difference of two. `sign` '>': at least this; '<': at most; '': none, see `reason`."""

    sign: Comparator = "="
    cq: Spread = field(default_factory=lambda: Spread(math.nan))
    reason: str = ""
    base: float = 2.0

    @property
    def fold_sign(self) -> Comparator:
        """The sign of the quantity, which falls where the cycle rises."""
        return {">": "<", "<": ">"}.get(self.sign, self.sign)  # type: ignore[return-value]


@dataclass(slots=True)
class Setting:
    """All that the values of a run are computed from. `shared`: inter-run calibrators before any shift."""

    plates: list[Plate]
    references: tuple[str, ...]
    request: Request
    way: Way
    curves: list[dict[str, StandardCurve]] = field(default_factory=list)
    bases: list[dict[str, float]] = field(default_factory=list)
    groups: dict[Key, Group] = field(default_factory=dict)
    shared: dict[Key, Group] = field(default_factory=dict)
    shifts: dict[tuple[int, str], float] = field(default_factory=dict)

    def reference_groups(self, plate: int, sample: str) -> list[Group]:
        return [self.groups[plate, sample, name] for name in self.of_plate(plate)]

    def of_plate(self, plate: int) -> list[str]:
        """The reference genes as this plate writes them."""
        wanted = {name.casefold() for name in self.references}
        return [name for name in self.plates[plate].targets if name.casefold() in wanted]


def prepare(plates: list[Plate], references: tuple[str, ...], request: Request, way: Way) -> Setting:
    """Standard curves, amplification bases, averages and the shifts between runs."""
    setting = Setting(plates=plates, references=references, request=request, way=way)
    for number, plate in enumerate(plates):
        setting.curves.append(_curves(plate))
        setting.bases.append(_bases(setting, number))
        for sample in plate.samples:
            for target in plate.targets:
                base = setting.bases[number].get(target, 2.0)
                setting.groups[number, sample, target] = group_of(plate, sample, target, way, base)
    setting.shared = _calibrators(setting)
    if request.words.get("inter_run") == "divide":
        setting.shifts = _shifts(setting)
        for key, group in setting.groups.items():
            shift = setting.shifts.get((key[0], key[2]), 0.0)
            if group.cq is not None and shift:
                cq = Spread(group.cq.value + shift, group.cq.sd)
                setting.groups[key] = replace(group, cq=cq, shift=shift)
    return setting


def references_of(plates: Sequence[Plate], request: Request) -> tuple[str, ...]:
    """The reference genes: as the protocol says, as the list of samples says, else as the files say."""
    said = [name.strip() for name in request.words.get("references", "").split(",") if name.strip()]
    listed = [sample.sample for sample in request.samples if sample.role in {"reference", "reference gene"}]
    files = [target.name for plate in plates for target in plate.run.targets if target.is_reference]
    return tuple(dict.fromkeys(said or listed or files))


def _curves(plate: Plate) -> dict[str, StandardCurve]:
    found = {}
    for target in plate.targets:
        wells = standards_of(plate, target)
        curve = (
            standard_curve([well.amount or 1.0 for well in wells], [well.cq for well in wells])
            if wells
            else None
        )
        if curve is not None:
            found[target] = curve
    return found


def _bases(setting: Setting, number: int) -> dict[str, float]:
    """Amplification base of every target that has one, from where the option says."""
    way = setting.request.words.get("efficiency", "two")
    plate = setting.plates[number]
    if way == "standards":
        return {target: curve.base for target, curve in setting.curves[number].items()}
    if way == "curves" and plate.curves is not None:
        pairs = zip(plate.wells, plate.curves.mean_base, strict=True)
        return {well.target: float(base) for well, base in pairs if not math.isnan(base)}
    if way == "file":
        return {
            target.name: target.efficiency for target in plate.run.targets if target.efficiency is not None
        }
    return dict.fromkeys(plate.targets, 2.0) if way == "two" else {}


def _shifts(setting: Setting) -> dict[tuple[int, str], float]:
    """Cycles to add to each target of each run, so that the inter-run calibrators agree."""
    shared, found = setting.shared, {}
    for target in dict.fromkeys(target for _, _, target in shared):
        runs = sorted({plate for plate, _, own in shared if own == target})
        quantities: list[Mapping[Hashable, Sequence[float]]] = [
            {
                sample: [2.0**-group.cq.value]
                for (plate, sample, own), group in shared.items()
                if plate == run and own == target and group.cq is not None
            }
            for run in runs
        ]
        if len(runs) > 1:
            factors = run_factors(quantities)
            for run, factor in zip(runs, factors, strict=True):
                if not math.isnan(factor):
                    found[run, target] = float(np.log2(factor))
    return found


def _calibrators(setting: Setting) -> dict[Key, Group]:
    """The averaged wells of inter-run calibrators, as they were measured."""
    return {
        key: group
        for key, group in setting.groups.items()
        if group.cq is not None and setting.plates[key[0]].role(key[1]) == "inter_run"
    }


def delta_of(setting: Setting, key: Key) -> Delta:
    """Delta Cq of a sample's target against the reference genes of the same sample and plate, times log2 of the bases."""
    number, sample, target = key
    names, bases = setting.of_plate(number), setting.bases[number]
    if not names:
        return Delta(sign="", reason="no reference gene is named")
    if lacking := [name for name in (target, *names) if name not in bases]:
        return Delta(sign="", reason=f"no efficiency of {', '.join(lacking)}")
    for name, group in zip(names, setting.reference_groups(number, sample), strict=True):
        if group.cq is None:
            return Delta(sign="", reason=f"reference {name}: {group.why}")
    group = setting.groups[key]
    references = [each.cq for each in setting.reference_groups(number, sample) if each.cq is not None]
    every = [bases[target], *(bases[name] for name in names)]
    if group.cq is not None:
        return Delta(cq=_separate_or_duplex(setting, key, references, every), base=every[0])
    last = setting.plates[number].last_cycle
    if not group.undetermined:
        return Delta(sign="", reason=group.why)
    if last is None:
        return Delta(sign="", reason="undetermined, and the number of cycles is not known")
    limit = Spread(last + setting.shifts.get((number, target), 0.0), 0.0)
    return Delta(sign=">", cq=Spread(delta_cq(limit, references, every).value), base=every[0])


def _separate_or_duplex(setting: Setting, key: Key, references: list[Spread], bases: list[float]) -> Spread:
    number, sample, _ = key
    group = setting.groups[key]
    assert group.cq is not None
    separate = delta_cq(group.cq, references, bases)
    names = setting.of_plate(number)
    if setting.request.words.get("tubes") != "duplex" or len(names) != 1:
        return separate
    theirs = {well.well: well.cq for well in setting.groups[number, sample, names[0]].used}
    pairs = [(well.cq, theirs[well.well]) for well in group.used if well.well in theirs]
    if len(pairs) < 2:
        return Spread(separate.value)
    own, other = (
        np.array(each) * math.log2(base) for each, base in zip(zip(*pairs, strict=True), bases, strict=True)
    )
    return Spread(separate.value, delta_cq_paired(own, other).sd)


def calibrated(setting: Setting, deltas: Mapping[Key, Delta], key: Key) -> Delta | None:
    """Minus delta delta Cq (a log2 fold) against the calibrator that the option names; None where it names none."""
    way = setting.request.words.get("calibrator", "listed")
    keys = list(_calibrator_keys(setting, key, way))
    if not keys:
        if way == "baseline":
            return Delta(sign="", reason="no sample of the participant's baseline")
        return None
    own, theirs = deltas[key], [deltas[each] for each in keys]
    for each in (own, *theirs):
        if not each.sign:
            return Delta(sign="", reason=each.reason)
    if any(each.sign == ">" for each in theirs):
        if own.sign == ">" or len(theirs) > 1:
            return Delta(sign="", reason="undetermined in the calibrator")
        return Delta(sign=">", cq=Spread(theirs[0].cq.value - own.cq.value))
    value = sum(each.cq.value for each in theirs) / len(theirs) - own.cq.value
    return Delta(sign="<" if own.sign == ">" else "=", cq=Spread(value, own.cq.sd))


def _calibrator_keys(setting: Setting, key: Key, way: str) -> Iterator[Key]:
    number, sample, target = key
    if way == "baseline":
        wanted = _baseline(setting, sample)
        yield from (each for each in setting.groups if each[1] == wanted and each[2] == target)
    elif way == "listed":
        every = [
            each
            for each in setting.groups
            if each[2] == target and setting.plates[each[0]].role(each[1]) == "calibrator"
        ]
        yield from [each for each in every if each[0] == number] or every


def _baseline(setting: Setting, sample: str) -> str | None:
    """The participant's sample that the list calls the baseline, else the first of the list."""
    listed = [each for each in setting.request.samples if each.role == "sample" and each.sample]
    own = next((each for each in listed if each.sample == sample), None)
    if own is None or not own.participant:
        return None
    same = [each for each in listed if each.participant == own.participant and each.lesion == own.lesion]
    said = [each for each in same if each.facts.get("baseline", "").lower() in {"yes", "true", "1"}]
    return (said or same)[0].sample
