"""FlowJo workspaces (.wsp, version 10): gates, compensation and transforms of each sample, and the counts recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.flow import (
    BooleanGate,
    GateSet,
    Population,
    PopulationCounts,
    Spillover,
)
from firstdose.readers.flowjo_gates import Lookup, gate_of, scale_in
from firstdose.readers.gate_elements import NotGated, digest_of, in_order, number_in
from firstdose.readers.plain_text import number_of
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.xml_tree import read_xml
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from firstdose.readers.contents.flow import Gate
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_NOT_COMPUTED = "FlowJo computed no count"
_NODES = {"Population", "AndNode", "OrNode", "NotNode"}


def _read(source: Source) -> Reading:
    root, issues = read_xml(source)
    if root is None:
        return refused(*issues)
    program = f"FlowJo {root.get('flowJoVersion', '')}".strip()
    unread: list[Issue] = []
    contents: list[GateSet | PopulationCounts] = []
    try:
        for index, sample in enumerate(root.findall("SampleList/Sample")):
            contents += _sample(source, root, sample, index, program, unread)
    except NotGated as why:
        return refused(why.issue)
    if not contents:
        return refused(refusals.missing_part(source.place, ["SampleList", "Sample"], "element"))
    return Reading(contents=tuple(contents), issues=tuple(unread), software=program)


def _sample(
    source: Source, root: Element, sample: Element, index: int, program: str, unread: list[Issue]
) -> Iterator[GateSet | PopulationCounts]:
    node = sample.find("SampleNode")
    if node is None:
        raise NotGated(refusals.missing_part(source.place, ["SampleNode"], "element"))
    name = _file_name(sample, node)
    yield PopulationCounts(
        sample=name, populations=tuple(_counts(source, node, ())), program=program, index=index
    )
    spillover = _spillover(source, sample)
    lookup = Lookup(source, scale_in(source, sample), spillover, [])
    gates = in_order(source, _known(_gates(lookup, node, "", ()), lookup))
    unread += [refusals.closed_for_you(source.place, f"{name}: {what}") for what in lookup.not_gated]
    if not gates:
        return
    spillovers = {spillover.name: spillover} if spillover else {}
    uses_gain = any(each.get("useGain") == "1" for each in root.iter("Cytometer"))
    yield GateSet(
        gates=gates,
        transforms=lookup.transforms,
        spillovers=spillovers,
        sample=name,
        program=program,
        digest=digest_of(gates, lookup.transforms, spillovers),
        gain=uses_gain,
    )


def _file_name(sample: Element, node: Element) -> str:
    """The name of the FCS file: FlowJo keeps it in the keyword $FIL, in its address and as the sample's name."""
    address = sample.find("DataSet")
    path = unquote(address.get("uri", "")) if address is not None else ""
    return node.get("name", "") or path.replace("\\", "/").rpartition("/")[2]


def _counts(source: Source, node: Element, path: tuple[str, ...]) -> Iterator[Population]:
    yield _population(source, node, path)
    for child in node.findall("Subpopulations/*"):
        if child.tag in _NODES:
            yield from _counts(source, child, (*path, child.get("name", "")))


def _population(source: Source, node: Element, path: tuple[str, ...]) -> Population:
    text = node.get("count", "-1")
    value = number_of(text)
    if value is None or value != int(value):
        what = f"the count of {quoted('/'.join(path) or 'all events')} is {quoted(text)}, which is no whole number"
        raise NotGated(refusals.damaged(source.place, what))
    if value <= 0:
        return Population(path, None, f"{_NOT_COMPUTED} (it wrote {text})")
    return Population(path, int(value))


def _gates(lookup: Lookup, node: Element, parent: str, path: tuple[str, ...]) -> Iterator[Gate]:
    for child in node.findall("Subpopulations/*"):
        if child.tag not in _NODES:
            continue
        below = (*path, child.get("name", ""))
        gate = gate_of(lookup, child, below, parent)
        if gate is not None:
            yield gate
            yield from _gates(lookup, child, gate.id, below)
        else:
            lookup.not_gated.append(
                f"the gate {quoted('/'.join(below))} is of a kind that is not gated again"
            )


def _known(gates: Iterator[Gate], lookup: Lookup) -> list[Gate]:
    """Boolean nodes whose operands were not gated are left out, and said."""
    waiting, kept = list(gates), []
    known, there = {gate.id for gate in waiting}, {""}
    for gate in waiting:
        if isinstance(gate, BooleanGate) and not {name for name, _ in gate.operands} <= known:
            lookup.not_gated.append(f"the gate {quoted(gate.id)} joins gates that are not gated again")
        elif gate.parent in there:
            kept.append(gate)
            there.add(gate.id)
    return kept


def _spillover(source: Source, sample: Element) -> Spillover | None:
    matrix = sample.find("spilloverMatrix")
    if matrix is None:
        return None
    names = [each.get("name", "") for each in matrix.findall("parameters/parameter")]
    rows = []
    for row in matrix.findall("spillover"):
        told = {each.get("parameter", ""): number_in(source, each, "value", "matrix") for each in row}
        rows.append([told.get(name, 0.0) for name in names])
    if not names or len(rows) != len(names):
        what = f"the spillover matrix has {len(rows)} rows for {len(names)} channels"
        raise NotGated(refusals.damaged(source.place, what))
    told_name = f"{matrix.get('prefix', '')}|{matrix.get('suffix', '')}"
    return Spillover(told_name, tuple(names), tuple(names), np.array(rows, dtype=np.float64))


def _recognises(source: Source) -> bool:
    start = source.start[:8192]
    return b"<Workspace" in start and (b"flowJoVersion" in start or b"flowjo" in start.lower())


ENTRY = Reader(
    name="flowjo",
    label="FlowJo workspace, version 10",
    source="FlowJo 10 writes Gating-ML elements with gates in the units of the data",
    yields=("GateSet", "PopulationCounts"),
    extensions=("wsp",),
    recognises=_recognises,
    read=_read,
)
