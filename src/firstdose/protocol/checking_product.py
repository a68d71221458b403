"""The product section: limits that fit their attributes, a chain that holds, a stability that can be counted."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import ADMINISTRATION
from firstdose.protocol.telling_words import listed, spaced
from firstdose.values.issue import did_you_mean
from firstdose.values.units import dimension_words, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_product import CellProduct, Limit, ReleaseAttribute
    from firstdose.values.issue import Issue

# The clock of stability starts at the first of these links that the chain has.
CLOCKS = ("thaw", "harvest")
LOT, PRODUCT_FORM, IN_DATE = "lot", "cell_product", "in date"
# Attribute -> (units that fit, '' without one; what it is; an example). None: words.
_NUMBERS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "viability": (("%",), "a percentage", ">= 80 %"),
    "purity": (("%",), "a percentage", ">= 95 %"),
    "concentration": (("cells/mL",), "a concentration of cells", ">= 1e6 cells/mL"),
    "endotoxin": (
        ("EU/kg/h", "EU/kg", "EU/mL"),
        "endotoxin by weight, by weight and time, or by volume",
        "<= 5 EU/kg/h",
    ),
    "passage": (("",), "a number of passages", "<= 5"),
    "doublings": (("",), "a number of doublings", "<= 20"),
    "volume": (("mL",), "a volume", "0.9 .. 1.1 mL"),
}
_WORDED = {
    "sterility": "no growth",
    "mycoplasma": "negative",
    "karyotype": "normal or reviewed",
    "donor": "eligible",
    "appearance": "no clumps",
    "gram": "negative",
    "virus": "negative",
    "expiry": IN_DATE,
}
KNOWN = (*_NUMBERS, *_WORDED, "identity", "potency")
CORE = ("viability", "identity", "sterility", "endotoxin", "mycoplasma")


def check_product(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """FD-P180 to FD-P189."""
    product = protocol.product
    if product is None:
        return
    for row in product.release:
        yield from _attribute(row, places)
        yield from _floor(row, places)
    yield from _whole(protocol, product, places)
    yield from _chain(protocol, product, places)
    yield from _stability(product, places)


def _attribute(row: ReleaseAttribute, places: Places) -> Iterator[Issue]:
    path = ("product", "release", row.attribute)
    guess = "" if row.attribute in KNOWN else did_you_mean(row.attribute, KNOWN)
    if guess:
        yield problem("FD-P186", places.of(*path), name=row.attribute, guess=guess)
    place, written = places.of(*path, "limit"), row.limit.written
    facts = {"attribute": spaced(row.attribute), "limit": written}
    if row.attribute in _NUMBERS:
        units, needs, example = _NUMBERS[row.attribute]
        if row.limit.words or not any(_fits(row.limit.unit, unit) for unit in units):
            yield problem("FD-P187", place, needs=needs, example=example, **facts)
    elif row.attribute in _WORDED and not row.limit.words:
        example = _WORDED[row.attribute]
        yield problem("FD-P187", place, needs="told in words", example=f"'{example}'", **facts)


def _fits(unit: str, wanted: str) -> bool:
    if not unit or not wanted:
        return unit == wanted
    return read_unit(unit).same_dimension(read_unit(wanted))


def _floor(row: ReleaseAttribute, places: Places) -> Iterator[Issue]:
    if row.floor is None:
        return
    place = places.of("product", "release", row.attribute, "floor")
    if row.breach == "flag":
        yield problem("FD-P189", place, attribute=spaced(row.attribute))
    elif not _is_beyond(row.floor, row.limit):
        facts = {"attribute": spaced(row.attribute), "floor": row.floor.written, "limit": row.limit.written}
        yield problem("FD-P180", place, **facts)


def _is_beyond(floor: Limit, limit: Limit) -> bool:
    """Whether the floor is a number of the same kind that allows more than the limit, and not less anywhere."""
    if floor.words or limit.words or not _fits(floor.unit, limit.unit):
        return False
    (low, high), (good_low, good_high) = _ends(floor), _ends(limit)
    if (low, high) == (good_low, good_high):
        return False
    below = low is None or (good_low is not None and low <= good_low)
    above = high is None or (good_high is not None and high >= good_high)
    return below and above


def _ends(limit: Limit) -> tuple[Fraction | None, Fraction | None]:
    """Both ends in the base of their unit."""
    factor = read_unit(limit.unit).factor if limit.unit else Fraction(1)
    low, high = (None if end is None else Fraction(end) * factor for end in (limit.low, limit.high))
    return low, high


def _whole(protocol: Protocol, product: CellProduct, places: Places) -> Iterator[Issue]:
    if not product.release:
        return
    place = places.of("product", "release")
    judged = {row.attribute for row in product.release}
    if missing := [spaced(name) for name in CORE if name not in judged]:
        yield problem("FD-P188", place, missing=listed(missing, "nor"))
    told = any(protocol.activity(name) for name in (ADMINISTRATION, PRODUCT_FORM))
    if not told and not product.custody:
        yield problem("FD-P185", place)


def _chain(protocol: Protocol, product: CellProduct, places: Places) -> Iterator[Issue]:
    if not product.custody:
        return
    place = places.of("product", "custody")
    last, lesion = product.custody[-1], protocol.lesion_word
    if last not in {lesion, "lesion"}:
        yield problem("FD-P183", place, last=last, lesion=lesion)
    if LOT not in product.custody and product.release:
        yield problem("FD-P184", place)


def _stability(product: CellProduct, places: Places) -> Iterator[Issue]:
    if product.stability is None:
        return
    place = places.of("product", "stability")
    if not product.stability.same_dimension(read_unit("h")):
        what = dimension_words(product.stability.unit.dimension)
        yield problem("FD-P181", place, value=product.stability, what=what)
    elif not any(clock in product.custody for clock in CLOCKS):
        yield problem("FD-P182", place)
