"""Areas of lesions, exactly: ellipse of two diameters, traced outline, rectangle, or an area given from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from firstdose.values.number import NotANumber, read_number
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit
from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PI = Decimal("3.141592653589793238462643383279502884197")
CM, CM2 = read_unit("cm"), read_unit("cm2")

Corner = tuple[Decimal, Decimal]
Method = Literal["outline", "given", "ellipse", "rectangle"]

_DIGITS = Context(prec=40)
_Whole = tuple[int, int]


class NotAnOutline(Unreadable):
    """The text is no closed, simple outline."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area in cm2 and what it was made from: `sizes` in cm (two diameters, two sides) or `corners` in cm.

    `uncertainty`: its own relative standard uncertainty, a share; None where it was not measured.
    """

    method: Method
    value: Quantity
    sizes: tuple[Quantity, ...] = ()
    corners: tuple[Corner, ...] = ()
    uncertainty: Decimal | None = None


def compute_ellipse(long: Quantity, short: Quantity) -> Area:
    """pi/4 a b of two diameters. DifferentDimension unless both are lengths, ValueError unless above 0."""
    sizes = _lengths(long, short)
    product = _DIGITS.multiply(sizes[0].value, sizes[1].value)
    return Area("ellipse", Quantity(_DIGITS.divide(_DIGITS.multiply(PI, product), Decimal(4)), CM2), sizes)


def compute_rectangle(long: Quantity, short: Quantity) -> Area:
    """a b of two sides: the box around an ellipse is 27 % more than the ellipse."""
    sizes = _lengths(long, short)
    return Area("rectangle", Quantity(_DIGITS.multiply(sizes[0].value, sizes[1].value), CM2), sizes)


def compute_given(area: Quantity, error: Quantity | None = None) -> Area:
    """An area measured elsewhere, in cm2, and its standard error where that was measured too.

    DifferentDimension unless both are areas, ValueError unless the area is above 0 and the error not below.
    """
    value = _above_zero(area if area.unit is CM2 else area.to(CM2))
    if error is None:
        return Area("given", value)
    spread = error.to(CM2).value
    if spread < 0:
        raise ValueError(f"a standard error of {error} is below 0")
    return Area("given", value, uncertainty=_DIGITS.divide(spread, value.value))


def compute_outline(corners: Iterable[Corner]) -> Area:
    """Area inside a closed outline by the shoelace formula; corners in cm, the last one equal to the first.

    NotAnOutline where it is open, has fewer than three corners, touches or crosses itself, or encloses nothing.
    """
    ring = tuple(corners)
    if len(ring) < 3 or ring[0] != ring[-1]:
        raise _open(ring)
    kept = _without_repeats(ring)
    if len(kept) < 3:
        raise NotAnOutline(
            "The outline has fewer than three corners.", "Trace the border of the lesion again."
        )
    points, scale = _whole_numbers(kept)
    if (at := _crossing(points)) is not None:
        x, y = kept[at]
        raise NotAnOutline(
            f"The outline crosses or touches itself near {x},{y}.", "Trace the border once around."
        )
    twice = abs(_shoelace(points))
    area = _DIGITS.divide(Decimal(twice).scaleb(-2 * scale, _DIGITS), Decimal(2))
    return Area("outline", Quantity(area, CM2), corners=kept)


def read_outline(text: str) -> tuple[Corner, ...]:
    """The corners of '0,0; 4,0; 4,3; 0,0' in cm. NotAnOutline says which corner cannot be read."""
    return tuple(_read_corner(part, text) for part in text.strip().rstrip(";").split(";"))


def _read_corner(part: str, text: str) -> Corner:
    x, comma, y = part.partition(",")
    try:
        if comma:
            return read_number(x.strip()), read_number(y.strip())
    except NotANumber as why:
        raise NotAnOutline(
            f"The corner {quoted(part.strip())} cannot be read: {why.message}", why.remedy
        ) from why
    said = quoted(part.strip()) if part.strip() else f"of {quoted(text)}"
    raise NotAnOutline(f"The corner {said} is no pair of numbers.", "Write corners as x,y; x,y; ... in cm.")


def _open(ring: tuple[Corner, ...]) -> NotAnOutline:
    if len(ring) < 3:
        return NotAnOutline(
            "The outline has fewer than three corners.", "Trace the border of the lesion again."
        )
    return NotAnOutline(
        "The outline is open: it does not end where it begins.", "Repeat the first corner at the end."
    )


def _lengths(*lengths: Quantity) -> tuple[Quantity, ...]:
    return tuple(_above_zero(length if length.unit is CM else length.to(CM)) for length in lengths)


def _above_zero(quantity: Quantity) -> Quantity:
    if quantity.value <= 0:
        raise ValueError(f"{quantity} is not above 0")
    return quantity


def _without_repeats(ring: tuple[Corner, ...]) -> tuple[Corner, ...]:
    """The corners once each: a pen that rests writes the same corner twice, and the last one is the first."""
    return tuple(here for here, following in pairwise(ring) if here != following)


def _whole_numbers(corners: tuple[Corner, ...]) -> tuple[list[_Whole], int]:
    """(corners as whole numbers, decimals they were shifted by): exact and quick."""
    exponents = [int(value.as_tuple().exponent) for corner in corners for value in corner]
    scale = max(0, -min(exponents))
    factor = 10**scale
    return [(int(Fraction(x) * factor), int(Fraction(y) * factor)) for x, y in corners], scale


def _shoelace(points: list[_Whole]) -> int:
    """Twice the area with its sign."""
    return sum(x * v - u * y for (x, y), (u, v) in _edges(points))


def _edges(points: list[_Whole]) -> Iterator[tuple[_Whole, _Whole]]:
    return pairwise([*points, points[0]])


def _crossing(points: list[_Whole]) -> int | None:
    """The corner where an edge begins that meets another edge, or None. Edges are compared from left to right."""
    edges = list(_edges(points))
    order = sorted(range(len(edges)), key=lambda i: min(edges[i][0][0], edges[i][1][0]))
    for place, i in enumerate(order):
        right = max(edges[i][0][0], edges[i][1][0])
        for j in order[place + 1 :]:
            if min(edges[j][0][0], edges[j][1][0]) > right:
                break
            if _meet(edges, min(i, j), max(i, j)):
                return max(i, j)
    return None


def _meet(edges: list[tuple[_Whole, _Whole]], i: int, j: int) -> bool:
    (a, b), (c, d) = edges[i], edges[j]
    if j == i + 1:
        return _folds_back(a, b, d)
    if i == 0 and j == len(edges) - 1:
        return _folds_back(c, d, b)
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _folds_back(a: _Whole, b: _Whole, c: _Whole) -> bool:
    """Two edges in a row a-b-c lie on each other."""
    inner = (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and inner > 0


def _turn(a: _Whole, b: _Whole, c: _Whole) -> int:
    """Left turn 1, right turn -1, straight 0."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _between(a: _Whole, b: _Whole, c: _Whole) -> bool:
    """Whether c, on the line through a and b, lies from a to b."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
