"""What files of real-time PCR hold: one plate or rotor at a time, well by well."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Missing = Literal["", "undetermined", "empty", "outside the cycles", "not a number"]
Role = Literal["sample", "standard", "ntc", "no_rt", "control", "calibrator", "inter_run"]

_POSITION = re.compile(r"([A-Z]{1,2})0*([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QpcrWell:
    """One reaction: a well and one target in it. Nothing is judged.

    `cq`: quantification cycle, NaN where `missing` says why. `amount`: nominal of a standard in `unit`;
    `quantity`: starting quantity as the instrument's program computed it; `efficiency`: base, 2 is doubling.
    `cycles`, `fluorescence` and `temperatures`, `melt`: shapes (n,) and (m,), empty where the file has none.
    `excluded`: the operator's reason to leave it out, '' where it is in. `line`: where it stands in the file.
    """

    well: str
    sample: str
    target: str
    cq: float
    missing: Missing = ""
    role: Role = "sample"
    dye: str = ""
    plate: str = ""
    amount: float | None = None
    unit: str = ""
    quantity: float | None = None
    efficiency: float | None = None
    excluded: str = ""
    cycles: NDArray[float64] | None = None
    fluorescence: NDArray[float64] | None = None
    temperatures: NDArray[float64] | None = None
    melt: NDArray[float64] | None = None
    line: int = 0

    @property
    def found(self) -> bool:
        """Whether there is a quantification cycle that may be averaged."""
        return not self.missing and not self.excluded and not math.isnan(self.cq)


@dataclass(frozen=True, slots=True, kw_only=True)
class QpcrTarget:
    """What a file says of a target: whether it is a reference gene, dye, and its amplification base."""

    name: str
    is_reference: bool = False
    dye: str = ""
    efficiency: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QpcrWells:
    """One run. `cycle_count`: number of cycles, None where the file does not say; `shape`: rows and columns, or None."""

    run: str
    wells: tuple[QpcrWell, ...]
    targets: tuple[QpcrTarget, ...] = ()
    cycle_count: int | None = None
    shape: tuple[int, int] | None = None


def position_of(well: str, shape: tuple[int, int] | None) -> tuple[int, int] | None:
    """(row, column) from 0 of 'B03', or of a number counted along the rows of a plate of this shape; else None."""
    if found := _POSITION.fullmatch(well.strip().upper()):
        letters, column = found.groups()
        row = 0
        for letter in letters:
            row = row * 26 + ord(letter) - 64
        return row - 1, int(column) - 1
    if shape and shape[1] > 0 and re.fullmatch(r"[1-9][0-9]{0,4}", well.strip()):
        return divmod(int(well) - 1, shape[1])
    return None
