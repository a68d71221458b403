"""Units: a closed list of symbols, products and quotients of them, each with its dimension and exact factor."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from firstdose.values.issue import did_you_mean
from firstdose.values.unreadable import Unreadable, quoted

Dimension = tuple[tuple[str, int], ...]

# Each base and the symbol in which its quantities are computed. A month has no fixed number of days, so it is
# a base of its own; enzyme, endotoxin and international units do not convert into each other.
BASES = {
    "length": "mm", "mass": "g", "time": "s", "calendar": "months", "amount": "mol", "temperature": "C",
    "pressure": "Pa", "energy": "J", "cells": "cells", "copies": "copies", "activity": "IU", "enzyme": "U",
    "endotoxin": "EU", "score": "points", "ratio": "fraction", "fold": "fold", "limit": "x ULN", "beats": "beats",
    "breaths": "breaths", "cycles": "cycles", "arbitrary": "AU",
}  # fmt: skip

# base: (symbol, factor to the base symbol) ...
_OF_ONE_BASE: dict[str, tuple[tuple[str, str], ...]] = {
    "length": (("nm", "1/1000000"), ("um", "1/1000"), ("mm", "1"), ("cm", "10"), ("m", "1000")),
    "mass": (
        ("pg", "1e-12"), ("ng", "1e-9"), ("ug", "1e-6"), ("mg", "1e-3"), ("g", "1"), ("kg", "1000"),
    ),
    "time": (("s", "1"), ("min", "60"), ("h", "3600"), ("days", "86400"), ("weeks", "604800")),
    "calendar": (("months", "1"), ("years", "12")),
    "amount": (("pmol", "1e-12"), ("nmol", "1e-9"), ("umol", "1e-6"), ("mmol", "1e-3"), ("mol", "1")),
    "temperature": (("C", "1"),),
    "pressure": (("Pa", "1"), ("kPa", "1000"), ("mmHg", "133.322387415")),
    "energy": (("mJ", "1e-3"), ("J", "1")),
    "cells": (("cells", "1"),),
    "copies": (("copies", "1"),),
    "activity": (("mIU", "1e-3"), ("IU", "1"), ("kIU", "1000")),
    "enzyme": (("mU", "1e-3"), ("U", "1"), ("kU", "1000")),
    "endotoxin": (("EU", "1"),),
    "score": (("points", "1"),),
    "ratio": (("%", "1/100"), ("fraction", "1")),
    "fold": (("fold", "1"),),
    "limit": (("x ULN", "1"),),
    "beats": (("beats", "1"),),
    "breaths": (("breaths", "1"),),
    "cycles": (("cycles", "1"),),
    "arbitrary": (("AU", "1"),),
}  # fmt: skip

_OTHER: dict[str, tuple[Dimension, Fraction]] = {
    "1": ((), Fraction(1)),
    "uL": ((("length", 3),), Fraction(1)),
    "mL": ((("length", 3),), Fraction(1000)),
    "dL": ((("length", 3),), Fraction(100_000)),
    "L": ((("length", 3),), Fraction(1_000_000)),
    "Hz": ((("time", -1),), Fraction(1)),
    "kHz": ((("time", -1),), Fraction(1000)),
    "MHz": ((("time", -1),), Fraction(1_000_000)),
    "bpm": ((("beats", 1), ("time", -1)), Fraction(1, 60)),
}

_ATOMS: dict[str, tuple[Dimension, Fraction]] = {
    symbol: (((base, 1),), Fraction(factor))
    for base, symbols in _OF_ONE_BASE.items()
    for symbol, factor in symbols
} | _OTHER

_SPELLINGS = {
    "cell": "cells", "copy": "copies", "point": "points", "ml": "mL", "ul": "uL", "dl": "dL", "l": "L", "mcg": "ug",
    "sec": "s", "minute": "min", "minutes": "min", "hour": "h", "hours": "h", "day": "days", "d": "days",
    "week": "weeks", "wk": "weeks", "month": "months", "year": "years", "percent": "%", "ULN": "x ULN",
    "xULN": "x ULN", "degC": "C", "cycle": "cycles",
}  # fmt: skip

# Signs that keyboards and spreadsheets put in place of the ordinary ones: the two micro signs among them.
_SIGNS = str.maketrans({
    "\u00b5": "u", "\u03bc": "u", "\u00b2": "2", "\u00b3": "3", "\u00d7": "x", "\u00b7": "*", "\u00b0": "deg",
})  # fmt: skip

_DIMENSION_NAMES: dict[Dimension, str] = {
    (): "a plain number",
    (("length", 1),): "a length",
    (("length", 2),): "an area",
    (("length", 3),): "a volume",
    (("mass", 1),): "a mass",
    (("time", 1),): "a time",
    (("time", -1),): "a frequency",
    (("calendar", 1),): "months or years",
    (("amount", 1),): "an amount of substance",
    (("temperature", 1),): "a temperature",
    (("pressure", 1),): "a pressure",
    (("cells", 1),): "a number of cells",
    (("score", 1),): "a score",
    (("ratio", 1),): "a percentage",
    (("cells", 1), ("length", -2)): "a number of cells per area",
    (("cells", 1), ("length", -3)): "a concentration of cells",
    (("length", -3), ("mass", 1)): "a mass per volume",
    (("amount", 1), ("length", -3)): "an amount per volume",
    (("beats", 1), ("time", -1)): "a heart rate",
}


class NoSuchUnit(Unreadable):
    """The text names no unit of the closed list."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its canonical symbol, its dimension (bases with exponents, sorted) and the factor to the bases.

    The factor is a Fraction, because 1/60 is no decimal. Temperatures are degrees Celsius and nothing else.
    """

    symbol: str
    dimension: Dimension
    factor: Fraction

    def __str__(self) -> str:
        return self.symbol

    def same_dimension(self, other: Unit) -> bool:
        """Whether quantities in both units can be compared."""
        return self.dimension == other.dimension

    def __mul__(self, other: Unit) -> Unit:
        """The unit of a product, in base symbols; a ratio is absorbed."""
        return base_unit(_product(self.dimension, other.dimension, 1))

    def __truediv__(self, other: Unit) -> Unit:
        """The unit of a quotient, in base symbols; a ratio is absorbed."""
        return base_unit(_product(self.dimension, other.dimension, -1))


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Unit:
    """The unit of 'cells/cm2', '10^6 cells/mL', 'µL', 'mg/dL', '%', '1'; NoSuchUnit says what was meant.

    '10^9/L' and its like count cells, as in a blood count.
    """
    bare = re.sub(r"(?<![A-Za-z])x ?(?=10\^)", "", text.strip(" ").translate(_SIGNS))
    if not bare:
        raise NoSuchUnit("There is no unit here.", "Write it; '1' stands for a plain number.")
    above, *below = bare.split("/")
    cells = bool(below) and re.fullmatch(r"10\^[0-9]{1,2}", above.strip(" ")) is not None
    parts = [_product_of_atoms(part, text) for part in (above, *below)]
    dimension: Dimension = (("cells", 1),) if cells else ()
    dimension, factor = _product(dimension, parts[0][1], 1, absorb=False), parts[0][2]
    for _, under, divisor in parts[1:]:
        dimension, factor = _product(dimension, under, -1, absorb=False), factor / divisor
    return Unit("/".join(symbol for symbol, _, _ in parts), dimension, factor)


@lru_cache(maxsize=1024)
def base_unit(dimension: Dimension) -> Unit:
    """The unit of factor 1 in which products and quotients of this dimension are computed."""
    above = "*".join(_base_power(base, power) for base, power in dimension if power > 0)
    below = "".join("/" + _base_power(base, -power) for base, power in dimension if power < 0)
    return Unit((above or "1") + below, dimension, Fraction(1))


def dimension_words(dimension: Dimension) -> str:
    """What a dimension is, for a sentence: 'a number of cells per area', or its base unit."""
    return _DIMENSION_NAMES.get(dimension) or f"a quantity in {base_unit(dimension)}"


def unit_symbols() -> tuple[str, ...]:
    """The symbols of the closed list, canonical spelling, in alphabetical order."""
    return tuple(sorted(_ATOMS))


def _base_power(base: str, power: int) -> str:
    symbol = BASES[base]
    return f"{symbol}{power}" if base == "length" and 1 < power < 4 else "*".join([symbol] * power)


def _product(one: Dimension, other: Dimension, sign: int, *, absorb: bool = True) -> Dimension:
    powers = Counter(dict(one))
    for base, power in other:
        powers[base] += sign * power
    return tuple(sorted((b, n) for b, n in powers.items() if n and not (absorb and b == "ratio")))


def _product_of_atoms(part: str, whole: str) -> tuple[str, Dimension, Fraction]:
    """(symbol, dimension, factor) of one side of a '/': '10^6 cells', 'points*days'."""
    found = re.fullmatch(r"(?:10\^(?P<power>[0-9]{1,2})(?: +|$))?(?P<atoms>.*)", part.strip(" "))
    factor = Fraction(1)
    dimension: Dimension = ()
    symbols: list[str] = []
    power, atoms = (found["power"], found["atoms"]) if found else (None, part)
    for word in atoms.split("*") if atoms or not power else ():
        symbol, (of_atom, scale) = _atom(word.strip(" "), whole)
        symbols.append(symbol)
        dimension, factor = _product(dimension, of_atom, 1, absorb=False), factor * scale
    if power:
        factor *= Fraction(10) ** int(power)
        return " ".join([f"10^{int(power)}", *filter(None, ["*".join(symbols)])]), dimension, factor
    return "*".join(symbols), dimension, factor


def _atom(word: str, whole: str) -> tuple[str, tuple[Dimension, Fraction]]:
    symbol = _SPELLINGS.get(word, word)
    if symbol in _ATOMS:
        return symbol, _ATOMS[symbol]
    raised = re.fullmatch(r"(?P<length>nm|um|mm|cm|m)(?P<power>[23])", word)
    if not raised:
        raise _no_such(word, whole)
    power = int(raised["power"])
    return word, ((("length", power),), _ATOMS[raised["length"]][1] ** power)


def _no_such(word: str, whole: str) -> NoSuchUnit:
    names = [*_SPELLINGS, *_ATOMS, "mm2", "cm2", "m2", "mm3", "cm3"]
    inside = "" if word == whole.strip(" ") else f" (in {quoted(whole)})"
    if not word:
        return NoSuchUnit(f"A unit is missing beside '/' or '*' in {quoted(whole)}.", "Write it.")
    remedy = (
        did_you_mean(word, names) or "Write a unit such as cells/cm2, mL, mm, days or %; '1' stands for none."
    )
    return NoSuchUnit(f"No unit is called {quoted(word)}{inside}.", remedy.rstrip())
