"""BD FACSDiva experiments (.xml): the tree of populations of every tube with the counts recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.flow import Population, PopulationCounts
from firstdose.readers.fcs_segments import whole_number
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.xml_tree import read_xml
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_ALL = "All Events"
_NOT_RECORDED = "FACSDiva recorded no event of this tube"


def _read(source: Source) -> Reading:
    root, issues = read_xml(source)
    if root is None:
        return refused(*issues)
    program = f"BD FACSDiva {root.get('version', '')}".strip()
    contents: list[PopulationCounts] = []
    for index, tube in enumerate(root.iter("tube")):
        counts = _tube(source, tube, index, program)
        if not isinstance(counts, PopulationCounts):
            return refused(counts)
        contents.append(counts)
    if not contents:
        return refused(refusals.missing_part(source.place, ["tube"], "element"))
    return Reading(
        contents=tuple(contents),
        instrument=_first(root, "data_instrument_name"),
        software=program,
        run_date=_first(root, "experiment/date").partition("T")[0],
        operator=_first(root, "experiment/owner_name"),
    )


def _first(root: Element, path: str) -> str:
    found = root.find(path) if "/" in path else next(root.iter(path), None)
    return ((found.text or "") if found is not None else "").strip()


def _tube(source: Source, tube: Element, index: int, program: str) -> PopulationCounts | Issue:
    name = tube.get("name", "")
    told: dict[tuple[str, ...], int] = {}
    for gate in tube.findall("gates/gate"):
        full, text = gate.get("fullname", ""), (gate.findtext("num_events") or "").strip()
        path = tuple(full.split("\\")[1:])
        if (count := whole_number(text)) is None:
            what = f"tube {quoted(name)}, gate {quoted(full)}: the number of events is {quoted(text)}"
            return refusals.damaged(source.place, what)
        if path in told:
            return refusals.twice(source.place, f"gate of tube {quoted(name)}", full)
        told[path] = count
    if () not in told:
        return refusals.missing_part(source.place, [_ALL], f"tube {quoted(name)}: gate")
    if larger := _larger_than_parent(told):
        what = f"tube {quoted(name)}, gate {quoted(' / '.join(larger))} holds more events than its parent"
        return refusals.contradiction(source.place, what)
    empty = told[()] == 0
    populations = tuple(
        Population(path, None if empty else count, _NOT_RECORDED if empty else "")
        for path, count in told.items()
    )
    return PopulationCounts(sample=name, populations=populations, program=program, index=index)


def _larger_than_parent(told: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    return next((path for path, count in told.items() if path and count > told.get(path[:-1], count)), ())


def _recognises(source: Source) -> bool:
    return b"<bdfacs" in source.start[:4096]


ENTRY = Reader(
    name="facsdiva",
    label="BD FACSDiva experiment (XML)",
    source="BD FACSDiva 6 to 9: export of an experiment as XML",
    yields=("PopulationCounts",),
    extensions=("xml",),
    recognises=_recognises,
    read=_read,
)
