"""Gates and axes of one sample of a FlowJo workspace."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.flow import (
    Axis,
    Biex,
    BooleanGate,
    EllipsoidGate,
    Linear,
    Log,
    PolygonGate,
    RectangleGate,
)
from firstdose.readers.gate_elements import (
    NotGated,
    number_in,
    optional_number,
    scale_of,
    vertices_of,
)
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Gate, Spillover, Transform
    from firstdose.readers.reader import Source

GRID = 256  # cells of an axis of FlowJo's display
_OPERATIONS: dict[str, Literal["and", "or", "not"]] = {"AndNode": "and", "OrNode": "or", "NotNode": "not"}


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the gates of a sample refer to; `not_gated` gathers what cannot be gated again."""

    source: Source
    transforms: dict[str, Transform]
    spillover: Spillover | None
    not_gated: list[str]


def scale_in(source: Source, sample: Element) -> dict[str, Transform]:
    """Channel as FlowJo names it > its transform."""
    found: dict[str, Transform] = {}
    for element in sample.findall("Transformations/*"):
        parameter = element.find("parameter")
        name = parameter.get("name", "") if parameter is not None else ""
        if scale := _scale(source, element, name):
            found[name] = scale
    return found


def _scale(source: Source, element: Element, name: str) -> Transform | None:
    def told(key: str) -> float:
        return number_in(source, element, key, name)

    match element.tag:
        case "linear":
            low, high = told("minRange"), told("maxRange")
            return _possible(source, name, Linear(high, -low), good=high > low)
        case "log":
            offset, decades = told("offset"), told("decades")
            good = offset > 0 and 0 < decades < 100
            return _possible(source, name, Log(offset * 10.0 ** min(decades, 100.0), decades), good=good)
        case "biex":
            scale = Biex(told("maxRange"), told("neg"), told("width"), told("pos"))
            return _possible(source, name, scale, good=_sound(scale))
    return scale_of(source, element, name)


def _sound(scale: Biex) -> bool:
    """The axis has positive decades beside its linear part."""
    half = math.log10(-scale.width) / 2.0 if scale.width < -1e-9 else 0.0
    return scale.most > 0 and 0 <= scale.negative < 10 and 0 <= half < scale.positive < 20


def _possible(source: Source, name: str, scale: Transform, *, good: bool) -> Transform:
    if not good:
        raise NotGated(refusals.damaged(source.place, f"the transform of {quoted(name)} cannot be: {scale}"))
    return scale


def gate_of(lookup: Lookup, node: Element, path: tuple[str, ...], parent: str) -> Gate | None:
    """The gate of a population, None for a kind that FlowJo alone can gate.

    Raises:
        NotGated: its numbers are not those of a gate.
    """
    if node.tag in _OPERATIONS:
        return _boolean(node, path, parent)
    shape = next(iter(node.findall("Gate/*")), None)
    name = "/".join(path)
    inside = shape is not None and shape.get("eventsInside", "1") == "1"
    if shape is None or shape.tag not in {"RectangleGate", "PolygonGate", "EllipsoidGate"}:
        return None
    axes = [_axis(lookup, each, name) for each in shape.findall("dimension")]
    if not axes or (len(axes) != 2 and shape.tag != "RectangleGate"):
        raise NotGated(
            refusals.damaged(lookup.source.place, f"the gate {quoted(name)} has {len(axes)} dimensions")
        )
    if shape.tag == "RectangleGate":
        plain = tuple(_plain(axis, lookup.transforms.get(axis.transform)) for axis in axes)
        return RectangleGate(id=name, name=path[-1], parent=parent, inside=inside, axes=plain)
    if any(not axis.transform for axis in axes):
        return None
    if shape.tag == "PolygonGate":
        return _polygon(lookup, shape, path, parent, inside=inside, axes=axes)
    return _ellipse(lookup, shape, path, parent, inside=inside, axes=axes)


def _axis(lookup: Lookup, element: Element, gate: str) -> Axis:
    inner = element.find("fcs-dimension")
    name = inner.get("name", "") if inner is not None else ""
    detector = _detector(name, lookup.spillover)
    return Axis(
        channel=detector or name,
        compensation=lookup.spillover.name if detector and lookup.spillover else "",
        transform=name if name in lookup.transforms else "",
        low=optional_number(lookup.source, element, "min", gate),
        high=optional_number(lookup.source, element, "max", gate),
    )


def _plain(axis: Axis, scale: Transform | None) -> Axis:
    """The range in units of the data; a side drawn at the edge of the display takes in what lies beyond it."""
    low, high = axis.low, axis.high
    if isinstance(scale, Linear):
        low = None if low is not None and low <= -scale.A else low
        high = None if high is not None and high >= scale.T else high
    if isinstance(scale, Biex):
        high = None if high is not None and high >= scale.most else high
    return Axis(
        channel=axis.channel, compensation=axis.compensation, shown=axis.transform, low=low, high=high
    )


def _detector(name: str, spillover: Spillover | None) -> str:
    """The channel that a compensated name stands for, '' where it is none."""
    if spillover is None:
        return ""
    prefix, _, suffix = spillover.name.partition("|")
    bare = name[len(prefix) : len(name) - len(suffix)]
    return bare if f"{prefix}{bare}{suffix}" == name != bare and bare in spillover.detectors else ""


def _polygon(
    lookup: Lookup, shape: Element, path: tuple[str, ...], parent: str, *, inside: bool, axes: Sequence[Axis]
) -> PolygonGate:
    name = "/".join(path)
    vertices = vertices_of(lookup.source, shape.findall("vertex"), name, 3)
    resolution = optional_number(lookup.source, shape, "gateResolution", name)
    grid = int(resolution) if resolution and 2 <= resolution <= 65536 else GRID
    return PolygonGate(
        id=name,
        name=path[-1],
        parent=parent,
        inside=inside,
        axes=tuple(axes),
        vertices=vertices,
        drawn=True,
        grid=grid,
    )


def _ellipse(
    lookup: Lookup, shape: Element, path: tuple[str, ...], parent: str, *, inside: bool, axes: Sequence[Axis]
) -> EllipsoidGate:
    """The ends of both axes on FlowJo's display of 256 cells; here on axes from 0 to 1.

    The attribute `distance` is not the long axis and is not used.
    """
    name = "/".join(path)
    ends = vertices_of(lookup.source, shape.findall("edge/vertex"), name, 4)[:4] / GRID
    halves = (ends[1] - ends[0]) / 2.0, (ends[3] - ends[2]) / 2.0
    if min(float(np.hypot(*half)) for half in halves) <= 0:
        raise NotGated(refusals.damaged(lookup.source.place, f"the ellipse {quoted(name)} has no width"))
    return EllipsoidGate(
        id=name,
        name=path[-1],
        parent=parent,
        inside=inside,
        axes=tuple(axes),
        mean=ends.mean(axis=0),
        covariance=_covariance(*halves),
        grid=GRID,
    )


def _covariance(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the ellipse with the first half axis as drawn and one across it as long as the second."""
    along = first / np.hypot(*first)
    across = np.array([-along[1], along[0]])
    long, short = float(first @ first), float(second @ second)
    return np.asarray(long * np.outer(along, along) + short * np.outer(across, across))


def _boolean(node: Element, path: tuple[str, ...], parent: str) -> BooleanGate | None:
    operands = [each.get("name", "") for each in node.findall("Dependents/Dependent")]
    if not operands or (node.tag == "NotNode" and len(operands) != 1):
        return None
    name = "/".join(path)
    return BooleanGate(
        id=name,
        name=path[-1],
        parent=parent,
        operation=_OPERATIONS[node.tag],
        operands=tuple((operand, False) for operand in operands),
    )
