"""The contents of all files of a run, side by side, and what the list of samples says of a slide."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from firstdose.readers.contents.histology import (
    AnnotationTable,
    DetectionTable,
    FieldCounts,
    SlideScores,
    ThicknessLines,
)
from firstdose.readers.contents.outline import ImageJResults, Outline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from firstdose.catalogue.assay import Request, Sample

Row = TypeVar("Row")


@dataclass(slots=True)
class Slides:
    """Contents with the name of their file."""

    annotations: list[tuple[str, AnnotationTable]] = field(default_factory=list)
    detections: list[tuple[str, DetectionTable]] = field(default_factory=list)
    outlines: dict[str, list[Outline]] = field(default_factory=dict)
    lines: list[tuple[str, ThicknessLines]] = field(default_factory=list)
    results: list[tuple[str, ImageJResults]] = field(default_factory=list)
    scores: list[tuple[str, SlideScores]] = field(default_factory=list)
    fields: list[tuple[str, FieldCounts]] = field(default_factory=list)

    def facts(self) -> Iterator[tuple[str, str]]:
        """How much there is, and how many detections lie outside every annotation."""
        if self.annotations:
            yield "annotations", str(sum(len(table.rows) for _, table in self.annotations))
        if self.detections:
            yield "detections", str(sum(len(table.image) for _, table in self.detections))
            outside = sum(int(inside_or_not(table, outside=True).sum()) for _, table in self.detections)
            yield "detections outside every annotation, not counted", str(outside)
        if self.scores:
            yield "weights of the signs", "those in general use; compare them with the protocol's own table"


def slides_of(readings: Sequence[Any]) -> Slides:
    """All contents of the readings by kind."""
    slides = Slides()
    for reading in readings:
        for contents in reading.contents:
            if isinstance(contents, Outline):
                slides.outlines.setdefault(reading.file, []).append(contents)
            elif (place := _place(slides, contents)) is not None:
                place.append((reading.file, contents))
    return slides


def _place(slides: Slides, contents: Any) -> list[tuple[str, Any]] | None:
    places: dict[type, list[Any]] = {
        AnnotationTable: slides.annotations,
        DetectionTable: slides.detections,
        ThicknessLines: slides.lines,
        ImageJResults: slides.results,
        SlideScores: slides.scores,
        FieldCounts: slides.fields,
    }
    return places.get(type(contents))


def inside_or_not(table: DetectionTable, *, outside: bool) -> NDArray[np.bool_]:
    """A mark for each detection: whether it lies outside every annotation, or inside one. Shape (n,)."""
    marks = np.asarray(table.outside, dtype=bool)[table.parent]
    return marks if outside else ~marks


def sample_of(request: Request, file: str, slide: str) -> Sample | None:
    """The row of the list of samples that speaks of this slide: by its name, else the one for its whole file."""
    own = [sample for sample in request.samples if sample.file == file]
    named = next((sample for sample in own if sample.sample == slide), None)
    return named or next((sample for sample in own if not sample.sample), None)


def fact(sample: Sample | None, name: str, otherwise: str = "") -> str:
    """A further column of the list of samples."""
    return sample.facts.get(name, otherwise) if sample else otherwise


def grouped(rows: Iterable[Row], by: Callable[[Row], str]) -> dict[str, list[Row]]:
    """The rows of each key, in the order of the first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


def stem(file: str) -> str:
    """The name of a file without folders and ending."""
    return PurePosixPath(file).stem
