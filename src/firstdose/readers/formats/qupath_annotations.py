"""QuPath: the table of annotations with counts inside, area and perimeter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.histology import AnnotationRow, AnnotationTable
from firstdose.readers.plain_text import number_of
from firstdose.readers.qupath_table import kind_of, read_table
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.shortening import shortened

if TYPE_CHECKING:
    from firstdose.readers.contents.histology import AreaUnit, LengthUnit
    from firstdose.readers.qupath_table import QuPathTable
    from firstdose.values.issue import Issue

_AREAS: dict[str, AreaUnit] = {"Area um^2": "um2", "Area mm^2": "mm2", "Area px^2": "px2"}
_LENGTHS: dict[str, LengthUnit] = {"um": "um", "mm": "mm", "px": "px"}
_MISSING = {"", "NaN"}
_MOST = 10**12


def _read(source: Source) -> Reading:
    table, issues = read_table(source, "annotations")
    if table is None:
        return refused(*issues)
    areas = [name for name in _AREAS if name in table.names]
    lengths = _length_units(table)
    if len(areas) > 1 or len(lengths) > 1:
        what = f"the columns {' and '.join(areas or lengths)} are of different units"
        return refused(refusals.contradiction(source.at(1), what))
    found: list[Issue] = []
    rows = _Rows(table, source, found).read(areas[0] if areas else "", lengths[0] if lengths else "")
    contents = AnnotationTable(
        rows=rows,
        area_unit=_AREAS[areas[0]] if areas else "",
        length_unit=lengths[0] if lengths else "",
    )
    return Reading(contents=(contents,), issues=shortened(found), software="QuPath")


def _length_units(table: QuPathTable) -> list[LengthUnit]:
    return [
        unit for end, unit in _LENGTHS.items() if {f"Perimeter {end}", f"Length {end}"} & set(table.names)
    ]


class _Rows:
    """The cells of a table, column by column; those that are no numbers are told."""

    def __init__(self, table: QuPathTable, source: Source, issues: list[Issue]) -> None:
        self.table, self.source, self.issues = table, source, issues

    def read(self, area: str, length: str) -> tuple[AnnotationRow, ...]:
        table = self.table
        counted = [name for name in table.names if name.startswith("Num ") and " per " not in name]
        printed = [name for name in table.names if " per " in name or name.endswith("%")]
        counts = {name.removeprefix("Num "): self._counts(name) for name in counted}
        shares = {name: self._numbers(name) for name in printed}
        detections = counts.pop("Detections", [None] * len(table.rows))
        columns = zip(
            table.column("Image"), table.column("Name"), table.classes, table.column("Parent"),
            table.column("ROI"), detections, self._numbers(area), self._numbers(f"Perimeter {length}"),
            self._numbers(f"Length {length}"), table.lines,
            strict=True,
        )  # fmt: skip
        return tuple(
            AnnotationRow(
                image=image, name=name, classification=kind, parent=parent, roi=roi, detections=all_inside,
                counts={each: found[row] for each, found in counts.items()},
                area=size, perimeter=around, length=long, line=line,
                printed={each: value for each, found in shares.items() if (value := found[row]) is not None},
            )
            for row, (image, name, kind, parent, roi, all_inside, size, around, long, line) in enumerate(columns)
        )  # fmt: skip

    def _numbers(self, name: str, *, whole: bool = False) -> list[float | None]:
        if name not in self.table.names:
            return [None] * len(self.table.rows)
        found: list[float | None] = []
        for line, cell in zip(self.table.lines, self.table.column(name), strict=True):
            number = number_of(cell)
            if number is None and cell in _MISSING:
                found.append(None)
            elif number is None or not _is_possible(number, whole=whole):
                wanted = "a number of cells" if whole else "a number that this column can hold"
                self.issues.append(refusals.unreadable_value(self.source.at(line), cell, wanted))
                found.append(None)
            else:
                found.append(number)
        return found

    def _counts(self, name: str) -> list[int | None]:
        return [None if each is None else int(each) for each in self._numbers(name, whole=True)]


def _is_possible(number: float, *, whole: bool) -> bool:
    """No count, area or length is below 0."""
    return 0 <= number <= _MOST and (not whole or number.is_integer())


ENTRY = Reader(
    name="qupath_annotations",
    label="QuPath table of annotations",
    source="QuPath, Measure > Export measurements, export type Annotations",
    yields=("AnnotationTable",),
    extensions=("tsv", "csv", "txt"),
    recognises=lambda source: kind_of(source) == "annotations",
    read=_read,
)
