"""What flow cytometers and their programs store: events, gates and counts of populations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One parameter of the events: $PnN, $PnS, $PnR, $PnG, and the log amplifier of $PnE (decades 0: linear).

    `mask`: bits of a stored integer that count, None where all do.
    """

    name: str
    label: str = ""
    range: float = float("nan")
    gain: float = 1.0
    decades: float = 0.0
    least: float = 1.0
    mask: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Spillover:
    """Observed = true x matrix: rows are fluorochromes, columns detectors."""

    name: str
    fluorochromes: tuple[str, ...]
    detectors: tuple[str, ...]
    matrix: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events:
    """One data set of a file: `values` as stored, of shape (events, channels), mostly a view of the file's bytes.

    `dataset` counts from 1 of `datasets`. `keywords`: those of TEXT, upper case, values as written.
    `time_step`: seconds of one tick of the time channel (NaN: not said).
    """

    name: str
    channels: tuple[Channel, ...]
    values: NDArray[Any]
    keywords: Mapping[str, str] = field(default_factory=dict)
    spillover: Spillover | None = None
    dataset: int = 1
    datasets: int = 1
    version: str = ""
    time_step: float = float("nan")

    def __len__(self) -> int:
        return len(self.values)

    def index(self, name: str) -> int | None:
        """The channel of that name; FlowJo writes '/' as '_'."""
        names = [channel.name for channel in self.channels]
        if name in names:
            return names.index(name)
        return next((i for i, each in enumerate(names) if each.replace("/", "_") == name), None)

    def stored(self, index: int) -> NDArray[np.float64]:
        """A column as stored, (events,); bits that do not count are removed."""
        mask = self.channels[index].mask
        column = np.empty(len(self.values))
        for start in range(0, len(column), _BLOCK):  # rows of one block stay in the processor's memory
            part = self.values[start : start + _BLOCK, index]
            column[start : start + _BLOCK] = part if mask is None else part & part.dtype.type(mask)
        return column

    def scaled(self, index: int, *, gain: bool = True) -> NDArray[np.float64]:
        """A column on its scale, (events,): amplifier and gain undone (FCS 3.1, section 3.2.20)."""
        channel, column = self.channels[index], self.stored(index)
        if channel.decades > 0:
            with np.errstate(over="ignore"):
                return np.asarray(channel.least * 10.0 ** (channel.decades / channel.range * column))
        return column / channel.gain if gain and channel.gain != 1 else column


@dataclass(frozen=True, slots=True)
class Linear:
    """(x + A) / (T + A)."""

    T: float
    A: float


@dataclass(frozen=True, slots=True)
class Log:
    """log10(x / T) / M + 1."""

    T: float
    M: float


@dataclass(frozen=True, slots=True)
class Asinh:
    """Inverse hyperbolic sine of Gating-ML 2.0."""

    T: float
    M: float
    A: float


@dataclass(frozen=True, slots=True)
class Logicle:
    """Logicle of Gating-ML 2.0."""

    T: float
    W: float
    M: float
    A: float


@dataclass(frozen=True, slots=True)
class Hyperlog:
    """Hyperlog of Gating-ML 2.0."""

    T: float
    W: float
    M: float
    A: float


@dataclass(frozen=True, slots=True)
class Biex:
    """FlowJo's biexponential: its axis of `length` channels up to `most`, as the workspace parametrises it."""

    most: float
    negative: float
    width: float
    positive: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """A (x - B) / (y - C) of two channels: a new dimension."""

    A: float
    B: float
    C: float
    above: str
    below: str


Transform = Linear | Log | Asinh | Logicle | Hyperlog | Biex


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One dimension of a gate: channel (or name of a Ratio), compensation ('' none, 'FCS' the file's own), transform.

    A range gate is half open: low <= y < high, on the transformed scale. `shown`: the transform of the program's own
    picture where gating needs none.
    """

    channel: str
    compensation: str = ""
    transform: str = ""
    shown: str = ""
    ratio: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    id: str
    name: str
    parent: str = ""
    inside: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RectangleGate(_Gate):
    """Ranges of one or more dimensions."""

    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolygonGate(_Gate):
    """A polygon of two dimensions, vertices (n, 2), its sides straight on the transformed axes.

    `drawn`: vertices are in the units of the data, not of the axes. `grid`: cells an axis has where the program gates
    binned events, 0 where it does not.
    """

    axes: tuple[Axis, ...]
    vertices: NDArray[np.float64]
    drawn: bool = False
    grid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EllipsoidGate(_Gate):
    """Points with (x - mean)' C^-1 (x - mean) <= distance_square. `grid` as of a polygon."""

    axes: tuple[Axis, ...]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    distance_square: float = 1.0
    grid: int = 0


@dataclass(frozen=True, slots=True)
class Divider:
    """The values that cut one axis into intervals."""

    id: str
    axis: Axis
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantGate(_Gate):
    """One cell of a quadrant gate: (divider, a location inside the wanted interval) pairs; `name` is the quadrant's."""

    positions: tuple[tuple[Divider, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanGate(_Gate):
    """Other gates joined; an operand with True is taken as its complement."""

    operation: Literal["and", "or", "not"]
    operands: tuple[tuple[str, bool], ...]


Gate = RectangleGate | PolygonGate | EllipsoidGate | QuadrantGate | BooleanGate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateSet:
    """The gates of one sample (`sample`: its file's name; '' for any), parents before children, with what they need.

    `digest`: of gates, transforms and compensation alone: equal digests gate alike. `gain`: whether $PnG is undone.
    """

    gates: tuple[Gate, ...]
    transforms: Mapping[str, Transform] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
    spillovers: Mapping[str, Spillover] = field(default_factory=dict)
    sample: str = ""
    program: str = ""
    digest: str = ""
    gain: bool = True

    def path(self, gate: Gate) -> tuple[str, ...]:
        """Names from the outermost parent down to the gate."""
        by_id = {each.id: each for each in self.gates}
        names = [gate.name]
        while gate.parent and len(names) <= len(by_id):
            gate = by_id[gate.parent]
            names.append(gate.name)
        return tuple(reversed(names))


@dataclass(frozen=True, slots=True)
class Population:
    """A population by its path of names (empty: all events); `count` None where the program computed none."""

    path: tuple[str, ...]
    count: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationCounts:
    """The tree of counts that a program wrote for one sample."""

    sample: str
    populations: tuple[Population, ...]
    program: str = ""
    index: int = 0

    def count(self, path: tuple[str, ...]) -> int | None:
        """The count under that path; None where there is none."""
        return next((each.count for each in self.populations if each.path == path), None)
