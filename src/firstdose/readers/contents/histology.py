"""What programs and readers of slides write down: annotations with counts, detections, lines, scores, fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

AreaUnit = Literal["um2", "mm2", "px2", ""]
LengthUnit = Literal["um", "mm", "px", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationRow:
    """One annotation. `counts`: class > cells inside as the program counted them; `printed`: derived columns.

    `detections`: all cells inside; None where a cell of the table is empty or no number.
    """

    image: str
    name: str
    classification: str
    parent: str
    roi: str
    detections: int | None
    counts: Mapping[str, int | None]
    area: float | None
    perimeter: float | None
    length: float | None
    line: int
    printed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationTable:
    """Annotations of one or several images; px2 and px: the images had no pixel size. '': no such column."""

    rows: tuple[AnnotationRow, ...]
    area_unit: AreaUnit
    length_unit: LengthUnit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DetectionTable:
    """One row a detected cell, shape (n,): its image, class and parent as positions in the lists of names.

    A parent that is no annotation (`outside`, a mark for each parent) means a cell outside every annotation.
    """

    images: tuple[str, ...]
    classes: tuple[str, ...]
    parents: tuple[str, ...]
    outside: tuple[bool, ...]
    image: NDArray[np.int64]
    classification: NDArray[np.int64]
    parent: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThicknessLine:
    """One line across the epidermis in um: to the papilla's tip, to the rete ridge's tip, or `epidermis`."""

    slide: str
    field: str
    kind: str
    length: float | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThicknessLines:
    """Lines measured by hand, one row each."""

    rows: tuple[ThicknessLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideScore:
    """What one reader says of one slide: sign > points, None where missing; `blinded` None: not said."""

    slide: str
    reader: str
    blinded: bool | None
    points: Mapping[str, float | None]
    total: float | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideScores:
    """Scored slides, one row a slide and reader."""

    rows: tuple[SlideScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCount:
    """Cells of one class in one microscopic field; `area` in mm2, None where the form does not give it."""

    slide: str
    field: str
    classification: str
    cells: float | None
    area: float | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCounts:
    """Counts by hand, one row a field and class."""

    rows: tuple[FieldCount, ...]
