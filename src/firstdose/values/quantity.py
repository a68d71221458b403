"""A number with its unit: converted exactly, compared only within one dimension."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import total_ordering

from firstdose.values.number import DecimalMark, NotANumber, plain, read_number
from firstdose.values.units import Unit, base_unit, dimension_words, read_unit
from firstdose.values.unreadable import Unreadable, quoted

# Conversions that end (almost all) are exact; one that does not end keeps this many digits.
_DIGITS = Context(prec=40)


class NotAQuantity(Unreadable):
    """The text is not a number, a blank and a unit."""


class DifferentDimension(Unreadable):
    """Two quantities that cannot be compared, added or converted into each other."""

    def __init__(self, one: Unit, other: Unit) -> None:
        message = f"{one} is {dimension_words(one.dimension)}, {other} is {dimension_words(other.dimension)}."
        super().__init__(message, "Write a unit of the same kind.")


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """An exact value and its unit. 1 mL equals 1000 uL; kinds that differ are unequal and have no order."""

    value: Decimal
    unit: Unit

    def to(self, unit: Unit | str) -> Quantity:
        """The same quantity in another unit of its dimension, else DifferentDimension."""
        target = read_unit(unit) if isinstance(unit, str) else unit
        self._same(target)
        if target.factor == self.unit.factor:
            return Quantity(self.value, target)
        return Quantity(_decimal(self._in_base() / target.factor), target)

    def same_dimension(self, other: Quantity | Unit) -> bool:
        """Whether both can be compared."""
        return self.unit.same_dimension(other.unit if isinstance(other, Quantity) else other)

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.same_dimension(other) and self._in_base() == other._in_base()

    def __hash__(self) -> int:
        return hash((self.unit.dimension, self._in_base()))

    def __lt__(self, other: Quantity) -> bool:
        self._same(other.unit)
        return self._in_base() < other._in_base()

    def __neg__(self) -> Quantity:
        return Quantity(self.value.copy_negate(), self.unit)

    def __add__(self, other: Quantity) -> Quantity:
        """The sum in the unit of the first."""
        self._same(other.unit)
        return Quantity(_decimal((self._in_base() + other._in_base()) / self.unit.factor), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        """The difference in the unit of the first."""
        return self + -other

    def __mul__(self, other: Quantity | Decimal | int) -> Quantity:
        """A multiple keeps the unit; a product of quantities is given in base units (see `Unit`)."""
        if isinstance(other, Quantity):
            return _in_base_unit(self._in_base() * other._in_base(), self.unit * other.unit)
        return Quantity(_decimal(Fraction(self.value) * Fraction(other)), self.unit)

    def __truediv__(self, other: Quantity | Decimal | int) -> Quantity:
        """A part keeps the unit; a quotient of quantities is given in base units. ZeroDivisionError at 0."""
        if isinstance(other, Quantity):
            return _in_base_unit(self._in_base() / other._in_base(), self.unit / other.unit)
        return Quantity(_decimal(Fraction(self.value) / Fraction(other)), self.unit)

    def _in_base(self) -> Fraction:
        return Fraction(self.value) * self.unit.factor

    def _same(self, unit: Unit) -> None:
        if not self.unit.same_dimension(unit):
            raise DifferentDimension(self.unit, unit)


def read_quantity(text: str, *, decimal_mark: DecimalMark = ".") -> Quantity:
    """The quantity of '1e6 cells/cm2'. NotAQuantity, NotANumber or NoSuchUnit say what is wrong."""
    number, _, unit = text.strip(" ").partition(" ")
    if not unit:
        raise _without_unit(text, number, decimal_mark)
    if re.match(r" *[0-9]{3}(?![0-9^])(?!/)", unit):
        raise NotANumber(f"{quoted(text)} has a blank inside the number.", "Write the number without blanks.")
    return Quantity(read_number(number, decimal_mark=decimal_mark), read_unit(unit.strip(" ")))


def _without_unit(text: str, number: str, decimal_mark: DecimalMark) -> Unreadable:
    try:
        read_number(number, decimal_mark=decimal_mark)
    except NotANumber as unreadable:
        refusal: Unreadable = unreadable
    else:
        return NotAQuantity(f"{quoted(text)} has no unit.", f"Write one after a blank, such as {number} mm.")
    glued = re.fullmatch(r"([+-]?[0-9.,]+(?:[eE][+-]?[0-9]+)?)([^0-9.,+-].*)", number)
    if glued:
        return NotAQuantity(f"{quoted(text)} has no blank before its unit.", f"Write {glued[1]} {glued[2]}.")
    return refusal


def _in_base_unit(value: Fraction, unit: Unit) -> Quantity:
    return Quantity(_decimal(value), base_unit(unit.dimension))


def _decimal(value: Fraction) -> Decimal:
    """The fraction as a Decimal: exact where it ends within 40 digits, else rounded half even."""
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
