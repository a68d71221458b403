"""Traced outlines: shapes with their exact parameters, as drawn; areas and verdicts come later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point = tuple[float, float]
Unit = Literal["px", "cm"]


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """Corners in their order, shape (n, 2), joined by straight edges and closed; the first is not repeated."""

    points: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ellipse:
    """centre + cos(t) first + sin(t) second: two half axes as vectors, not necessarily at right angles."""

    centre: Point
    first: Point
    second: Point


@dataclass(frozen=True, slots=True)
class Line:
    """A straight piece to its end."""

    end: Point


@dataclass(frozen=True, slots=True)
class Cubic:
    """A cubic Bezier piece: two control points and the end."""

    first: Point
    second: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Arc:
    """Part of an ellipse from the angle `start` over `sweep` radians; `end` is its last point."""

    ellipse: Ellipse
    start: float
    sweep: float
    end: Point


Piece = Line | Cubic | Arc


@dataclass(frozen=True, slots=True)
class Curve:
    """A closed path with curved pieces; a last straight edge back to the start is understood."""

    start: Point
    pieces: tuple[Piece, ...]


Shape = Ring | Ellipse | Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One outline: all its closed paths, the inside by the even-odd rule over all of them.

    `unit` is that of the coordinates: cm, or px that only a scale makes physical; `cm_per_unit` where the file itself
    says the scale. `kind`: polygon, freehand, oval, ellipse, rectangle, composite, path. `role`: annotation,
    detection or cell where the program says so. y points down, as in pictures.
    """

    name: str
    kind: str
    shapes: tuple[Shape, ...]
    unit: Unit = "px"
    cm_per_unit: float | None = None
    classification: str = ""
    role: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """A line of an ImageJ table of results; None where the table has no such column."""

    label: str
    area: float | None
    perimeter: float | None
    length: float | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageJResults:
    """An ImageJ table of results. It does not say its unit: the image's calibration is not part of it."""

    rows: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiameterRow:
    """Two diameters in cm, longest first as typed; None where a cell is no number. `form`: ellipse or rectangle."""

    lesion: str
    long: float | None
    short: float | None
    form: str
    reader: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiameterTable:
    """Lesions measured with a ruler: two diameters each, one line a reading."""

    rows: tuple[DiameterRow, ...]
