"""Gates as pictures: a fixed subsample of the parent's events and the gate's outline, on the gate's own axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow.quality import axes_of
from firstdose.assays._kernel.flow.transforms import transform_scale
from firstdose.catalogue.assay import Layer, Panel
from firstdose.readers.contents.flow import EllipsoidGate, PolygonGate, RectangleGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from firstdose.assays._kernel.flow.tubes import Tube
    from firstdose.readers.contents.flow import Axis, Gate, Transform

    Floats = NDArray[np.float64]

_MOST_POINTS = 2000
_MOST_PANELS = 20


def panels_of(tube: Tube) -> Iterator[Panel]:
    """A picture for each gate of two dimensions, the first twenty."""
    gates = [
        gate for gate in (tube.gates.gates if tube.inside and tube.gates else ()) if len(axes_of(gate)) == 2
    ]
    for gate in gates[:_MOST_PANELS]:
        yield _panel(tube, gate)


def _panel(tube: Tube, gate: Gate) -> Panel:
    axes = axes_of(gate)
    inside, parent = tube.inside[gate.id], tube.inside.get(gate.parent)
    rows = _subsample(np.arange(len(inside)) if parent is None else np.flatnonzero(parent))
    x, y = (_shown(tube, axis)[rows] for axis in axes)
    within = inside[rows]
    layers = [
        Layer(kind="points", x=x[~within], y=y[~within], label="outside"),
        Layer(kind="points", x=x[within], y=y[within], label=gate.name),
    ]
    if outline := _outline(tube, gate, (x, y)):
        layers.append(Layer(kind="outline", x=outline[0], y=outline[1], label=gate.name))
    count, total = (
        int(np.count_nonzero(inside)),
        len(inside) if parent is None else int(np.count_nonzero(parent)),
    )
    return Panel(
        title=f"{tube.sample}: {gate.name}",
        x_label=_label(tube, axes[0]),
        y_label=_label(tube, axes[1]),
        layers=tuple(layers),
        alt=f"{count} of {total} events lie in the gate {gate.name}; {len(rows)} of them are drawn.",
    )


def _subsample(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every k-th event: the same picture every time."""
    return rows[:: max(1, -(-len(rows) // _MOST_POINTS))]


def _scale(tube: Tube, axis: Axis) -> Transform | None:
    return tube.gates.transforms.get(axis.transform or axis.shown) if tube.gates else None


def _shown(tube: Tube, axis: Axis) -> Floats:
    if tube.columns is None:
        raise AssertionError("a tube whose gates were applied has columns")
    scale, plain = _scale(tube, axis), tube.columns.untransformed(axis)
    return plain if scale is None else transform_scale(plain, scale)


def _on_picture(tube: Tube, axis: Axis, values: Floats, *, scaled: bool) -> Floats:
    scale = _scale(tube, axis)
    return values if scaled or scale is None else transform_scale(values, scale)


def _outline(tube: Tube, gate: Gate, points: tuple[Floats, Floats]) -> tuple[Floats, Floats] | None:
    if isinstance(gate, PolygonGate):
        x, y = (
            _on_picture(tube, axis, np.ascontiguousarray(column), scaled=not gate.drawn)
            for axis, column in zip(gate.axes, gate.vertices.T, strict=True)
        )
        return x, y
    if isinstance(gate, EllipsoidGate):
        angle = np.linspace(0.0, 2.0 * np.pi, 65)[:-1]
        root = np.linalg.cholesky((gate.covariance + gate.covariance.T) / 2.0) if _is_ellipse(gate) else None
        if root is None:
            return None
        ring = root @ np.stack([np.cos(angle), np.sin(angle)]) * np.sqrt(gate.distance_square)
        return ring[0] + gate.mean[0], ring[1] + gate.mean[1]
    if isinstance(gate, RectangleGate):
        sides = [_sides(tube, axis, column) for axis, column in zip(gate.axes, points, strict=True)]
        (left, right), (low, high) = sides
        return np.array([left, right, right, left]), np.array([low, low, high, high])
    return None


def _is_ellipse(gate: EllipsoidGate) -> bool:
    return bool(np.all(np.linalg.eigvalsh((gate.covariance + gate.covariance.T) / 2.0) > 0))


def _sides(tube: Tube, axis: Axis, points: Floats) -> tuple[float, float]:
    """The range on the picture; an open side ends where the points end."""
    finite = points[np.isfinite(points)]
    ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    scaled = bool(axis.transform)
    told = [
        end if limit is None else float(_on_picture(tube, axis, np.array([limit]), scaled=scaled)[0])
        for limit, end in zip((axis.low, axis.high), ends, strict=True)
    ]
    return told[0], told[1]


def _label(tube: Tube, axis: Axis) -> str:
    index = tube.events.index(axis.channel) if tube.events else None
    label = tube.events.channels[index].label if tube.events and index is not None else ""
    return f"{axis.channel} {label}".strip()
