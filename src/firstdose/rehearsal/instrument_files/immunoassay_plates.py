"""An invented plate of an immunoassay: which wells hold what, and the signals that its true curves give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
INVENTED = "Invented for a rehearsal: nobody was measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedAnalyte:
    """A true curve y = background + top / (1 + (x/middle)^slope)^skew, slope < 0; its highest standard in pg/mL."""

    name: str
    region: int
    highest: float
    middle: float
    slope: float = -1.1
    skew: float = 0.8
    top: float = 18_000.0
    background: float = 18.0

    def signal(self, x: Floats) -> Floats:
        """What the instrument would count above the background."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.top / (1 + (x / self.middle) ** self.slope) ** self.skew)

    def concentration(self, net: Floats) -> Floats:
        """The curve read backwards; NaN where it has no concentration."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.middle * ((self.top / net) ** (1 / self.skew) - 1) ** (1 / self.slope))


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedSample:
    """A serum: the laboratory's name, the true concentrations in pg/mL in the order of the analytes, the dilution."""

    name: str
    concentrations: tuple[float, ...]
    dilution: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPlate:
    """A plate of 96 wells: a dilution series of standards in duplicate, blanks, three controls, samples."""

    name: str
    date: str
    analytes: tuple[InventedAnalyte, ...]
    samples: tuple[InventedSample, ...]
    levels: int = 8
    fold: float = 3.0
    error: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedWell:
    """A well: its name, what lies in it, the concentration of every analyte in the well, the dilution."""

    well: str
    sample: str
    role: str
    concentrations: tuple[float, ...]
    dilution: float = 1.0


SERUM_CYTOKINES = (
    InventedAnalyte(name="IL-17A", region=25, highest=5000.0, middle=1200.0),
    InventedAnalyte(name="IL-23", region=63, highest=8000.0, middle=2500.0, slope=-1.0),
    InventedAnalyte(name="TNF", region=45, highest=6000.0, middle=1500.0, slope=-1.2, skew=0.9),
    InventedAnalyte(name="IL-10", region=28, highest=4000.0, middle=1000.0, top=16_000.0),
)
CONTROLS = (0.3, 0.03, 0.006)  # of the highest standard


def wells_of(plate: InventedPlate) -> tuple[InventedWell, ...]:
    """The wells in order, down the columns; as many samples in duplicate as 96 wells hold.

    Raises:
        ValueError: the plate has no room for its samples.
    """
    contents = list(_standards(plate))
    zero = (0.0,) * len(plate.analytes)
    contents += [("Background0", "blank", zero, 1.0)] * 2
    for k, share in enumerate(CONTROLS, 1):
        amounts = tuple(each.highest * share for each in plate.analytes)
        contents += [(f"Control{k}", "control", amounts, 1.0)] * 2
    for sample in plate.samples:
        inside = tuple(x / sample.dilution for x in sample.concentrations)
        contents += [(sample.name, "sample", inside, sample.dilution)] * 2
    if len(contents) > 96:
        raise ValueError(f"{len(contents)} wells do not fit on a plate of 96.")
    names = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]
    return tuple(
        InventedWell(well=well, sample=sample, role=role, concentrations=inside, dilution=dilution)
        for well, (sample, role, inside, dilution) in zip(names, contents, strict=False)
    )


def _standards(plate: InventedPlate) -> list[tuple[str, str, tuple[float, ...], float]]:
    listed = []
    for k in range(plate.levels):
        amounts = tuple(each.highest / plate.fold**k for each in plate.analytes)
        listed += [(f"Standard{k + 1}", "standard", amounts, 1.0)] * 2
    return listed


def counted(plate: InventedPlate, wells: Sequence[InventedWell], random: np.random.Generator) -> Floats:
    """Signals with the plate's relative error, (n wells, n analytes), background included."""
    inside = np.array([well.concentrations for well in wells])
    clean = np.stack([each.signal(inside[:, j]) for j, each in enumerate(plate.analytes)], axis=1)
    background = np.array([each.background for each in plate.analytes])
    noise = np.exp(plate.error * random.standard_normal(clean.shape))
    return np.asarray(clean * noise + background * np.exp(0.03 * random.standard_normal(clean.shape)))


def blank_mean(values: Floats, wells: Sequence[InventedWell]) -> Floats:
    """The mean signal of the blank wells, one an analyte."""
    return np.asarray(values[[well.role == "blank" for well in wells]].mean(axis=0))
