"""Gating-ML 2.0: gates, transforms and compensation as the ISAC standard writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.flow import (
    Axis,
    BooleanGate,
    Divider,
    EllipsoidGate,
    GateSet,
    PolygonGate,
    QuadrantGate,
    Ratio,
    RectangleGate,
    Spillover,
)
from firstdose.readers.gate_elements import (
    NotGated,
    coordinates,
    digest_of,
    in_order,
    number_in,
    optional_number,
    scale_of,
    vertices_of,
)
from firstdose.readers.plain_text import number_of
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.xml_tree import read_xml
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal
    from xml.etree.ElementTree import Element

    from firstdose.readers.contents.flow import Gate, Transform
    from firstdose.readers.reader import Source

_NONE = {"", "uncompensated"}
_OPERATIONS: dict[str, Literal["and", "or", "not"]] = {"and": "and", "or": "or", "not": "not"}


def _read(source: Source) -> Reading:
    root, issues = read_xml(source)
    if root is None:
        return refused(*issues)
    try:
        return Reading(contents=(_gate_set(source, root),), software="Gating-ML 2.0")
    except NotGated as why:
        return refused(why.issue)


def _gate_set(source: Source, root: Element) -> GateSet:
    if any("eventsInside" in element.attrib for element in root):
        what = "FlowJo's own gates in Gating-ML lack names, scales and compensation"
        raise NotGated(refusals.variant_not_read(source.place, what, "Give the workspace itself (.wsp)."))
    transforms, ratios = _transforms(source, root)
    spillovers = {each.name: each for each in (_matrix(source, one) for one in root.iter("spectrumMatrix"))}
    gates = in_order(source, [gate for element in root for gate in _gates(source, element)])
    if not gates:
        raise NotGated(refusals.missing_part(source.place, ["Gate"], "element"))
    _check_names(source, gates, transforms, ratios, spillovers)
    digest = digest_of(gates, transforms, ratios, spillovers)
    return GateSet(
        gates=gates,
        transforms=transforms,
        ratios=ratios,
        spillovers=spillovers,
        program="Gating-ML 2.0",
        digest=digest,
    )


def _transforms(source: Source, root: Element) -> tuple[dict[str, Transform], dict[str, Ratio]]:
    transforms: dict[str, Transform] = {}
    ratios: dict[str, Ratio] = {}
    for element in root.iter("transformation"):
        name = element.get("id", "")
        for inner in element:
            if inner.tag == "fratio":
                ratios[name] = _ratio(source, inner, name)
            elif scale := scale_of(source, inner, name):
                transforms[name] = scale
    return transforms, ratios


def _ratio(source: Source, element: Element, name: str) -> Ratio:
    channels = [each.get("name", "") for each in element.iter("fcs-dimension")]
    if len(channels) != 2:
        raise NotGated(
            refusals.damaged(source.place, f"the ratio {quoted(name)} has {len(channels)} channels")
        )
    A, B, C = (number_in(source, element, key, name) for key in ("A", "B", "C"))
    return Ratio(A, B, C, channels[0], channels[1])


def _matrix(source: Source, element: Element) -> Spillover:
    name = element.get("id", "")
    rows, columns = (
        tuple(each.get("name", "") for part in element.iter(tag) for each in part.iter("fcs-dimension"))
        for tag in ("fluorochromes", "detectors")
    )
    told = [
        [number_in(source, one, "value", name) for one in row.iter("coefficient")]
        for row in element.iter("spectrum")
    ]
    if not rows or len(told) != len(rows) or any(len(row) != len(columns) for row in told):
        what = f"the matrix {quoted(name)} is not of {len(rows)} rows and {len(columns)} columns"
        raise NotGated(refusals.damaged(source.place, what))
    return Spillover(name, rows, columns, np.array(told, dtype=np.float64))


def _gates(source: Source, element: Element) -> Iterator[Gate]:
    name, parent = element.get("id", ""), element.get("parent_id", "")
    match element.tag:
        case "RectangleGate":
            yield RectangleGate(id=name, name=name, parent=parent, axes=_axes(source, element, name))
        case "PolygonGate":
            axes = _axes(source, element, name, 2)
            vertices = vertices_of(source, element.findall("vertex"), name, 3)
            yield PolygonGate(id=name, name=name, parent=parent, axes=axes, vertices=vertices)
        case "EllipsoidGate":
            yield _ellipsoid(source, element, name, parent)
        case "QuadrantGate":
            yield from _quadrants(source, element, parent)
        case "BooleanGate":
            yield _boolean(source, element, name, parent)


def _axes(source: Source, element: Element, gate: str, count: int = 0) -> tuple[Axis, ...]:
    axes = tuple(_axis(source, each, gate) for each in element.findall("dimension"))
    if not axes or (count and len(axes) != count):
        raise NotGated(refusals.damaged(source.place, f"the gate {quoted(gate)} has {len(axes)} dimensions"))
    return axes


def _axis(source: Source, element: Element, gate: str) -> Axis:
    reference = element.get("compensation-ref", "")
    plain, new = element.find("fcs-dimension"), element.find("new-dimension")
    if plain is None and new is None:
        raise NotGated(
            refusals.damaged(source.place, f"a dimension of the gate {quoted(gate)} has no channel")
        )
    return Axis(
        channel=plain.get("name", "")
        if plain is not None
        else new.get("transformation-ref", "")
        if new is not None
        else "",
        compensation="" if reference in _NONE else reference,
        transform=element.get("transformation-ref", ""),
        ratio=plain is None,
        low=optional_number(source, element, "min", gate),
        high=optional_number(source, element, "max", gate),
    )


def _ellipsoid(source: Source, element: Element, name: str, parent: str) -> EllipsoidGate:
    axes = _axes(source, element, name)
    mean = coordinates(source, element.find("mean"), name)
    rows = [
        [number_in(source, one, "value", name) for one in row.iter("entry")] for row in element.iter("row")
    ]
    squares = [number_in(source, one, "value", name) for one in element.findall("distanceSquare")]
    if len(squares) != 1 or {len(mean), len(rows), *map(len, rows)} != {len(axes)}:
        what = f"the ellipsoid {quoted(name)} of {len(axes)} dimensions lacks numbers"
        raise NotGated(refusals.damaged(source.place, what))
    covariance = np.array(rows, dtype=np.float64)
    if not abs(np.linalg.det(covariance)) > 0:
        raise NotGated(refusals.damaged(source.place, f"the covariance of {quoted(name)} has no inverse"))
    return EllipsoidGate(
        id=name,
        name=name,
        parent=parent,
        axes=axes,
        mean=np.array(mean),
        covariance=covariance,
        distance_square=squares[0],
    )


def _quadrants(source: Source, element: Element, parent: str) -> Iterator[QuadrantGate]:
    dividers = {each.get("id", ""): _divider(source, each) for each in element.findall("divider")}
    for quadrant in element.findall("Quadrant"):
        name = quadrant.get("id", "")
        positions = []
        for position in quadrant.findall("position"):
            reference = position.get("divider_ref", "")
            if reference not in dividers:
                what = (
                    f"the quadrant {quoted(name)} names the divider {quoted(reference)}, which is not there"
                )
                raise NotGated(refusals.damaged(source.place, what))
            positions.append((dividers[reference], number_in(source, position, "location", name)))
        if not positions:
            raise NotGated(refusals.damaged(source.place, f"the quadrant {quoted(name)} has no position"))
        yield QuadrantGate(id=name, name=name, parent=parent, positions=tuple(positions))


def _divider(source: Source, element: Element) -> Divider:
    name = element.get("id", "")
    values = [number_of(each.text or "") for each in element.findall("value")]
    told = tuple(sorted(value for value in values if value is not None))
    if not told or len(told) != len(values):
        raise NotGated(
            refusals.damaged(source.place, f"the divider {quoted(name)} has a value that is no number")
        )
    return Divider(name, _axis(source, element, name), told)


def _boolean(source: Source, element: Element, name: str, parent: str) -> BooleanGate:
    inner = next((each for each in element if each.tag in _OPERATIONS), None)
    operands = [
        (each.get("ref", ""), each.get("use-as-complement", "false").lower() in {"true", "1"})
        for each in (inner if inner is not None else ())
        if each.tag == "gateReference"
    ]
    if inner is None or not operands or (inner.tag == "not") != (len(operands) == 1):
        raise NotGated(refusals.damaged(source.place, f"the gate {quoted(name)} joins {len(operands)} gates"))
    return BooleanGate(
        id=name, name=name, parent=parent, operation=_OPERATIONS[inner.tag], operands=tuple(operands)
    )


def _check_names(
    source: Source,
    gates: tuple[Gate, ...],
    transforms: dict[str, Transform],
    ratios: dict[str, Ratio],
    spillovers: dict[str, Spillover],
) -> None:
    """Every name that an axis uses is there."""
    for gate in gates:
        for axis in _axes_of(gate):
            wanted = (
                (axis.transform, {"", *transforms}, "transform"),
                (axis.compensation, {"", "FCS", *spillovers}, "compensation"),
                (axis.channel if axis.ratio else "", {"", *ratios}, "ratio"),
            )
            for name, known, what in wanted:
                if name not in known:
                    told = f"the gate {quoted(gate.id)} names the {what} {quoted(name)}, which is not there"
                    raise NotGated(refusals.damaged(source.place, told))


def _axes_of(gate: Gate) -> Iterator[Axis]:
    if isinstance(gate, QuadrantGate):
        yield from (divider.axis for divider, _ in gate.positions)
    elif not isinstance(gate, BooleanGate):
        yield from gate.axes


def _recognises(source: Source) -> bool:
    start = source.start
    return b"Gating-ML/v2.0" in start and b"Gating-ML" in start[:4096] and b"<Workspace" not in start


ENTRY = Reader(
    name="gatingml",
    label="Gating-ML 2.0",
    source="ISAC Gating-ML 2.0 (Cytometry A 2015;87:683)",
    yields=("GateSet",),
    extensions=("xml", "gatingml"),
    recognises=_recognises,
    read=_read,
)
