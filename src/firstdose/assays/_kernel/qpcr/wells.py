"""Wells of all files of a run as the list of samples calls them, and their replicates averaged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from firstdose.assays._kernel.qpcr.amplification import Amplification, analyse
from firstdose.assays._kernel.qpcr.expression import Spread, mean_of, mean_quantity
from firstdose.readers.contents.qpcr import QpcrWells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy import float64
    from numpy.typing import NDArray

    from firstdose.catalogue.assay import Request, Sample
    from firstdose.readers.contents.qpcr import QpcrWell, Role

FEWEST_CYCLES, MOST_CYCLES = 8, 500
_ROLES: Mapping[str, Role] = {
    "sample": "sample", "standard": "standard", "ntc": "ntc", "no-template control": "ntc", "no_rt": "no_rt",
    "no-RT control": "no_rt", "control": "control", "calibrator": "calibrator", "inter_run": "inter_run",
    "inter-run calibrator": "inter_run",
}  # fmt: skip
_OF_SAMPLES = ("sample", "calibrator", "inter_run", "control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """One run of one file. `last_cycle`: beyond it nothing was looked for; None: not known. `curves`: by well."""

    file: str
    run: QpcrWells
    wells: tuple[QpcrWell, ...]
    last_cycle: float | None
    curves: Amplification | None = None

    @property
    def samples(self) -> tuple[str, ...]:
        """Names of what is measured, in the order of the wells."""
        return tuple(
            dict.fromkeys(well.sample for well in self.wells if well.role in _OF_SAMPLES and well.sample)
        )

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(well.target for well in self.wells if well.target))

    def role(self, sample: str) -> Role:
        """What the sample is for: of its wells the first."""
        return next(well.role for well in self.wells if well.sample == sample and well.role in _OF_SAMPLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The replicates of a sample and target. `cq`: their average, None where none was found, then see `why`.

    `used` of `all` were averaged; `left_out` was dropped as the one of three; `shift`: cycles in `cq` that bring runs together.
    """

    all: tuple[QpcrWell, ...]
    used: tuple[QpcrWell, ...] = ()
    left_out: QpcrWell | None = None
    cq: Spread | None = None
    why: str = "not measured"
    shift: float = 0.0

    @property
    def measured(self) -> float:
        """The average as this run measured it; NaN where none was found."""
        return math.nan if self.cq is None else self.cq.value - self.shift

    @property
    def undetermined(self) -> bool:
        """Whether every well that can be judged had no quantification cycle."""
        return self.cq is None and self.why == "undetermined"

    @property
    def place(self) -> str:
        return " ".join(dict.fromkeys(well.well for well in (self.used or self.all)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How wells are averaged: largest good deviation, whether one of three may go, and cycles or quantities."""

    limit: float
    drop_one: bool
    by_quantity: bool


def plates_of(readings: Sequence[object], request: Request) -> list[Plate]:
    """Every run of every file, wells named and called by their role as the list of samples says."""
    last = _last_cycle(request)
    found = []
    for reading in readings:
        file = str(getattr(reading, "file", ""))
        listed = {sample.sample: sample for sample in request.samples if _is_of(sample, file)}
        for run in getattr(reading, "contents", ()):
            if isinstance(run, QpcrWells):
                wells = tuple(_named(well, listed) for well in run.wells)
                limit = last if last is not None else run.cycle_count
                plate = Plate(file=file, run=run, wells=wells, last_cycle=limit)
                found.append(_analysed(plate, use=request.words.get("cq") == "curves"))
    return [replace(plate, wells=tuple(_within(well, last) for well in plate.wells)) for plate in found]


def _last_cycle(request: Request) -> float | None:
    word = request.words.get("last_cycle", "")
    return float(word) if word else None


def _is_of(sample: Sample, file: str) -> bool:
    return not file or sample.file == file or file.endswith(f"/{sample.file}")


def _named(well: QpcrWell, listed: Mapping[str, Sample]) -> QpcrWell:
    sample = listed.get(well.sample)
    if sample is None:
        return well
    role = _ROLES.get(sample.role, well.role)
    if role == "sample" and well.role in {"ntc", "no_rt", "standard"}:
        role = well.role  # a control stays one although the list calls its name a sample
    amount = sample.nominal if role == "standard" and sample.nominal is not None else well.amount
    name = sample.facts.get("replicate_of", well.sample)
    return replace(well, role=role, amount=amount, sample=name)


def _within(well: QpcrWell, last: float | None) -> QpcrWell:
    """A cycle beyond the last that is believed in was not found."""
    if last is None or not well.found or well.cq <= last:
        return well
    return replace(well, cq=math.nan, missing="undetermined")


def _analysed(plate: Plate, *, use: bool) -> Plate:
    """The plate with its curves analysed; `use`: their TD0 and efficiency in place of the file's own."""
    matrix = curve_matrix(plate.wells)
    if matrix is None:
        return plate
    names = plate.targets
    codes = np.array([names.index(well.target) if well.target in names else -1 for well in plate.wells])
    aside = np.array([well.role in {"ntc", "no_rt"} or bool(well.excluded) for well in plate.wells])
    curves = analyse(matrix, codes, aside | np.array([well.cycles is None for well in plate.wells]))
    plate = replace(plate, curves=curves)
    if not use:
        return plate
    return replace(plate, wells=tuple(_by_curve(well, curves, at) for at, well in enumerate(plate.wells)))


def _by_curve(well: QpcrWell, curves: Amplification, at: int) -> QpcrWell:
    if well.cycles is None:
        return replace(well, cq=math.nan, missing="empty")
    base = float(curves.mean_base[at])
    efficiency = None if math.isnan(base) else base
    if not curves.amplified[at]:
        return replace(well, cq=math.nan, missing="undetermined", efficiency=efficiency)
    return replace(well, cq=float(curves.td0[at]), missing="", efficiency=efficiency)


def curve_matrix(wells: Sequence[QpcrWell]) -> NDArray[float64] | None:
    """Raw fluorescence, a row a well and a column a cycle, NaN where there is none; None without enough cycles."""
    last = max((float(well.cycles.max()) for well in wells if well.cycles is not None), default=0.0)
    if not FEWEST_CYCLES <= last <= MOST_CYCLES:
        return None
    matrix = np.full((len(wells), math.ceil(last)), np.nan)
    for row, well in zip(matrix, wells, strict=True):
        if well.cycles is not None:
            at = np.ceil(well.cycles).astype(np.int64) - 1
            inside = at >= 0
            row[at[inside]] = cast("NDArray[float64]", well.fluorescence)[inside]
    return matrix


def group_of(plate: Plate, sample: str, target: str, way: Way, base: float = 2.0) -> Group:
    """The sample's wells of a target, averaged; controls and standards are not among them."""
    wells = [
        well
        for well in plate.wells
        if well.sample == sample and well.target == target and well.role in _OF_SAMPLES
    ]
    return averaged(wells, way, base)


def averaged(wells: Sequence[QpcrWell], way: Way, base: float = 2.0) -> Group:
    """What is found is averaged; one of three or more goes where the rest then agrees and the way allows it."""
    found = [well for well in wells if well.found]
    if not found:
        return Group(all=tuple(wells), why=_why(wells))
    used, left_out = _agreeing(found, way)
    cycles = [well.cq for well in used]
    cq = mean_quantity(cycles, base) if way.by_quantity else mean_of(cycles)
    return Group(all=tuple(wells), used=tuple(used), left_out=left_out, cq=cq, why="")


def _agreeing(found: list[QpcrWell], way: Way) -> tuple[list[QpcrWell], QpcrWell | None]:
    cycles = np.array([well.cq for well in found])
    if not way.drop_one or len(found) < 3 or cycles.std(ddof=1) <= way.limit:
        return found, None
    without = [float(np.delete(cycles, at).std(ddof=1)) for at in range(len(found))]
    at = int(np.argmin(without))
    if without[at] > way.limit:
        return found, None
    return [well for well in found if well is not found[at]], found[at]


def _why(wells: Sequence[QpcrWell]) -> str:
    """Undetermined where any well that is in says so; else the first reason there is."""
    inside = [well for well in wells if not well.excluded]
    if any(well.missing == "undetermined" for well in inside):
        return "undetermined"
    if inside:
        return inside[0].missing or "not a number"
    return "left out by the operator" if wells else "not measured"
