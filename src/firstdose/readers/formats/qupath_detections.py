"""QuPath: the table of detections, one row a cell; cells outside every annotation are in it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers.contents.histology import DetectionTable
from firstdose.readers.qupath_table import kind_of, read_table
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _read(source: Source) -> Reading:
    table, issues = read_table(source, "detections")
    if table is None:
        return refused(*issues)
    images, image = _coded(table.column("Image"))
    classes, classification = _coded(table.classes)
    parents, parent = _coded(table.column("Parent"))
    contents = DetectionTable(
        images=images, classes=classes, parents=parents, outside=tuple(map(_is_the_image, parents)),
        image=image, classification=classification, parent=parent,
    )  # fmt: skip
    return Reading(contents=(contents,), software="QuPath")


def _coded(cells: list[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """(the different cells in their order, the place of each row's cell among them)."""
    places = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
    return tuple(places), np.fromiter((places[cell] for cell in cells), np.int64, len(cells))


def _is_the_image(parent: str) -> bool:
    """Whether a parent is the image itself and no annotation, in the words of several versions."""
    return parent in {"", "Image", "Root object"} or parent.startswith("Root object (")


ENTRY = Reader(
    name="qupath_detections",
    label="QuPath table of detections",
    source="QuPath, Measure > Export measurements, export type Detections or Cells",
    yields=("DetectionTable",),
    extensions=("tsv", "csv", "txt"),
    recognises=lambda source: kind_of(source) == "detections",
    read=_read,
)
