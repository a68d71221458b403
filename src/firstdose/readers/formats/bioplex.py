"""Bio-Rad Bio-Plex Manager: the whole document as XML, samples with their member wells and analytes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import InstrumentCurve
from firstdose.readers.plain_text import number_of
from firstdose.readers.plate_cells import Cell, plates_of_cells
from firstdose.readers.plates import well_at
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.xml_tree import read_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from firstdose.readers.contents.immunoassay import Role
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_ROLES: dict[str, Role] = {
    "Blank": "blank",
    "Standard": "standard",
    "Control": "control",
    "Unknown": "sample",
}
_EXPECTED = ("ExpConc", "ExpectedConc", "MWExpConc")


def _recognises(source: Source) -> bool:
    return b"BioPlexManager" in source.start[:2048] and b"<" in source.start[:16]


def _read(source: Source) -> Reading:
    root, issues = read_xml(source)
    if root is None:
        return refused(*issues)
    samples = root.find("Samples")
    if samples is None:
        return refused(refusals.missing_part(source.place, ["Samples"], "element"))
    cells = list(
        _cells(samples, _beads(root), root.findtext("NativeDocumentName", "").strip(), source, issues)
    )
    plates, more = plates_of_cells(
        cells, source, signal="MFI", label="Median", units=_units(root), curves=_curves(root)
    )
    if more or not plates:
        return refused(*(more or [refusals.missing_part(source.place, ["MemberWell"], "element")]))
    return Reading(
        contents=tuple(plates),
        issues=tuple(issues),
        instrument=" ".join(
            filter(None, ["Bio-Plex", root.findtext(".//MachineInfo/SerialNumber", "").strip()])
        ),
        software=f"Bio-Plex Manager {root.get('BioPlexManagerVersion', '')}".strip(),
        run_date=root.findtext(".//AcquisitionTime", "").strip(),
        operator=root.findtext(".//Well/User", "").strip(),
    )


def _cells(
    samples: Element, beads: dict[tuple[str, str], float], plate: str, source: Source, issues: list[Issue]
) -> Iterator[Cell]:
    for group in samples:
        for sample in group:
            role = _ROLES.get(sample.tag)
            for member in sample.iterfind("MemberWells/MemberWell") if role else ():
                well = _well(member, source, issues)
                for analyte in member.iterfind("MWAnalytes/MWAnalyte") if well and role else ():
                    yield _cell(sample, role or "unknown", well or "", analyte, beads, plate, source, issues)


def _cell(
    sample: Element,
    role: Role,
    well: str,
    analyte: Element,
    beads: dict[tuple[str, str], float],
    plate: str,
    source: Source,
    issues: list[Issue],
) -> Cell:
    reading, observed = analyte.find("Reading"), analyte.find("MWObsConc")
    region = analyte.get("RegionNumber", "")
    outlier = reading is not None and reading.get("OutlierType", "None") != "None"
    expected = next((node for name in _EXPECTED if (node := analyte.find(name)) is not None), None)
    printed = _number(observed, source, issues) if _is_ok(observed) else math.nan
    dilution = _number(sample.find("Dilution"), source, issues)
    return Cell(
        plate=plate,
        well=well,
        analyte=analyte.findtext("AnalyteName", "").strip() or f"region {region}",
        signal=_number(reading, source, issues) if not outlier else math.nan,
        beads=beads.get((well, region), math.nan),
        sample=sample.findtext("Label", "").strip(),
        role=role,
        dilution=1.0 if role in {"standard", "blank"} and math.isnan(dilution) else dilution,
        nominal=_number(expected, source, issues),
        printed=printed,
        comparator="" if math.isnan(printed) else "=",
        remark="outlier" if outlier else "" if observed is None else observed.get("ReadError", ""),
    )


def _is_ok(observed: Element | None) -> bool:
    """The program writes 0 with ReadingOK=false where it has no concentration: that is not a zero."""
    return observed is not None and observed.get("ReadingOK") == "true"


def _number(node: Element | None, source: Source, issues: list[Issue]) -> float:
    text = "" if node is None or node.text is None else node.text.strip()
    value = number_of(text)
    if value is None and text and node is not None:
        issues.append(refusals.unreadable_value(source.place, text, f"a number of <{node.tag}>"))
    return math.nan if value is None else value


def _well(node: Element, source: Source, issues: list[Issue]) -> str | None:
    row, column = (number_of(node.get(name, "")) for name in ("RowNo", "ColNo"))
    if row is None or column is None or not (1 <= row <= 16 and 1 <= column <= 24):
        told = f"{node.get('RowNo')}, {node.get('ColNo')}"
        issues.append(refusals.unreadable_value(source.place, told, "row and column of a well"))
        return None
    return well_at(int(row) - 1, int(column) - 1)


def _beads(root: Element) -> dict[tuple[str, str], float]:
    """(well, region) > beads counted, where the wells say them."""
    found = {}
    for node in root.iterfind("Wells/Well"):
        row, column = number_of(node.get("RowNo", "")), number_of(node.get("ColNo", ""))
        for region in node.iterfind(".//RegionsOfInterest/Region"):
            count = number_of((region.text or "").strip())
            if row and column and row <= 16 and count is not None:
                found[well_at(int(row) - 1, int(column) - 1), region.get("RegionNumber", "")] = count
    return found


def _units(root: Element) -> dict[str, str]:
    nodes = root.iterfind("StandardCurves/Interpolators/Interpolator")
    return {
        node.findtext("AnalyteName", "").strip(): node.findtext("ConcentrationUnits", "").strip()
        for node in nodes
    }


def _curves(root: Element) -> dict[str, InstrumentCurve]:
    nodes = root.iterfind("StandardCurves/Interpolators/Interpolator")
    return {
        node.findtext("AnalyteName", "").strip(): InstrumentCurve(
            label=node.findtext("Regression", "").strip()
        )
        for node in nodes
    }


ENTRY = Reader(
    name="bioplex",
    label="Bio-Rad Bio-Plex Manager (.xml)",
    source="XML exports of Bio-Plex Manager 6.2, as the program writes them",
    yields=("PlateSignals",),
    extensions=("xml",),
    recognises=_recognises,
    read=_read,
)
