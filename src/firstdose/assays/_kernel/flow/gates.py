"""Events inside gates, one truth value for each event, parents taken into account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow.binned import to_cells
from firstdose.assays._kernel.flow.compensation import compensate, unmixing_weights
from firstdose.assays._kernel.flow.shapes import all_of, inside_ellipsoid, inside_polygon
from firstdose.assays._kernel.flow.transforms import ratio_of, transform_scale
from firstdose.readers.contents.flow import (
    BooleanGate,
    EllipsoidGate,
    PolygonGate,
    QuadrantGate,
    RectangleGate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Axis, Events, Gate, GateSet, Spillover, Transform

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]


class NoSuchChannel(LookupError):
    """A gate uses a channel that the events do not have; the text names it."""


class Columns:
    """Columns of one data set as its gates see them, each computed once."""

    def __init__(self, events: Events, gates: GateSet) -> None:
        self._events, self._gates = events, gates
        self._kept: dict[tuple[str, str, str], Floats] = {}
        self._weights: dict[str, Floats] = {}

    def along(self, axis: Axis) -> Floats:
        """The axis's column on its transformed scale.

        Raises:
            NoSuchChannel: the events have no such channel.
        """
        key = (axis.channel, axis.compensation, axis.transform)
        if key not in self._kept:
            plain = self.untransformed(axis)
            scale = self.scale(axis)
            self._kept[key] = plain if scale is None else transform_scale(plain, scale)
        return self._kept[key]

    def scale(self, axis: Axis) -> Transform | None:
        """The axis's transform, None where it has none."""
        return self._gates.transforms.get(axis.transform)

    def untransformed(self, axis: Axis) -> Floats:
        """The axis's column, compensated, before any transform.

        Raises:
            NoSuchChannel: the events have no such channel.
        """
        key = (axis.channel, axis.compensation, "")
        if key not in self._kept:
            self._kept[key] = self._ratio(axis) if axis.ratio else self._compensated(axis)
        return self._kept[key]

    def _ratio(self, axis: Axis) -> Floats:
        ratio = self._gates.ratios[axis.channel]
        return ratio_of(self._plain(ratio.above), self._plain(ratio.below), ratio)

    def _compensated(self, axis: Axis) -> Floats:
        spillover = spillover_of(self._events, self._gates, axis.compensation)
        if spillover is None or axis.channel not in spillover.fluorochromes:
            return self._plain(axis.channel)
        if spillover.name not in self._weights:
            self._weights[spillover.name] = unmixing_weights(spillover.matrix)
        weights = self._weights[spillover.name][:, spillover.fluorochromes.index(axis.channel)]
        return compensate([self._plain(name) for name in spillover.detectors], weights)

    def _plain(self, name: str) -> Floats:
        key = (name, "", "")
        if key not in self._kept:
            index = self._events.index(name)
            if index is None:
                raise NoSuchChannel(name)
            self._kept[key] = self._events.scaled(index, gain=self._gates.gain)
        return self._kept[key]


def spillover_of(events: Events, gates: GateSet, name: str) -> Spillover | None:
    """The compensation of that name; 'FCS' is the file's own."""
    return events.spillover if name == "FCS" else gates.spillovers.get(name)


def apply_gates(events: Events, gates: GateSet, *, binned: bool = True) -> dict[str, Truths]:
    """Gate id > (events,) truth values. `binned`: as the program gated that wrote them, where it gates binned events.

    Raises:
        NoSuchChannel: a gate uses a channel that the events do not have.
    """
    columns = Columns(events, gates)
    found: dict[str, Truths] = {}
    for gate in gates.gates:
        inside = _inside(gate, columns, found, binned=binned)
        if not gate.inside:
            inside = ~inside
        found[gate.id] = inside & found[gate.parent] if gate.parent else inside
    return found


def _inside(gate: Gate, columns: Columns, found: dict[str, Truths], *, binned: bool) -> Truths:
    match gate:
        case RectangleGate():
            return all_of(_in_range(columns.along(axis), axis.low, axis.high) for axis in gate.axes)
        case PolygonGate():
            return _in_polygon(gate, columns, binned=binned)
        case EllipsoidGate():
            points = [columns.along(axis) for axis in gate.axes]
            if binned and gate.grid:
                scales = [columns.scale(axis) for axis in gate.axes]
                points = [
                    to_cells(x, scale, gate.grid) / gate.grid for x, scale in zip(points, scales, strict=True)
                ]
            return inside_ellipsoid(points, gate.mean, gate.covariance, gate.distance_square)
        case QuadrantGate():
            return all_of(
                _same_interval(columns.along(cut.axis), cut.values, at) for cut, at in gate.positions
            )
    return _joined(gate, [found[name] ^ complement for name, complement in gate.operands])


def _joined(gate: BooleanGate, parts: list[Truths]) -> Truths:
    if gate.operation == "or":
        return ~all_of(~part for part in parts)
    return ~parts[0] if gate.operation == "not" else all_of(parts)


def _in_polygon(gate: PolygonGate, columns: Columns, *, binned: bool) -> Truths:
    points = [columns.along(axis) for axis in gate.axes]
    corners = [np.ascontiguousarray(column) for column in gate.vertices.T]
    scales = [columns.scale(axis) for axis in gate.axes]
    if gate.drawn:
        corners = [
            x if scale is None else transform_scale(x, scale)
            for x, scale in zip(corners, scales, strict=True)
        ]
    if binned and gate.grid:
        points = [to_cells(x, scale, gate.grid) for x, scale in zip(points, scales, strict=True)]
        corners = [to_cells(x, scale, gate.grid) for x, scale in zip(corners, scales, strict=True)]
    return inside_polygon(points[0], points[1], np.stack(corners, axis=1))


def _in_range(column: Floats, low: float | None, high: float | None) -> Truths:
    above = column >= (-np.inf if low is None else low)
    return above if high is None else above & (column < high)


def _same_interval(column: Floats, cuts: tuple[float, ...], location: float) -> Truths:
    """Events between the same neighbouring cuts as the location."""
    limits = (-np.inf, *cuts, np.inf)
    interval = int(np.searchsorted(np.array(cuts), location, side="right"))
    return (column >= limits[interval]) & (column < limits[interval + 1])
