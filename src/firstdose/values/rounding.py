"""Rounding and number format: full precision until the text is made, once, here."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Literal

RoundingMode = Literal["half_up", "half_even"]
Value = float | Decimal | Fraction

NOT_CALCULABLE = "NC"
# Wide enough for any float64 at any number of decimals that is printed.
_WIDE = Context(prec=400)
_MODE = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def rounded(value: Value, decimals: int, mode: RoundingMode = "half_up") -> Decimal:
    """The value at so many decimals; half_up is away from zero. Decimal, Fraction and int are taken exactly.

    A float is first written with 13 significant digits, which removes binary dust: a value within 1e-13
    (relative) of a tie counts as the tie. ValueError for NaN and infinity.
    """
    step = Decimal(1).scaleb(-decimals)
    result = _exact(value, decimals).quantize(step, rounding=_MODE[mode], context=_WIDE)
    return abs(result) if result == 0 else result


def printed(value: Value | None, decimals: int, mode: RoundingMode = "half_up") -> str:
    """The rounded value as text: 'NC' for None and NaN, 'inf' and '-inf', never '-0.0'."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOT_CALCULABLE
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{rounded(value, decimals, mode):f}"


def printed_p(p: float | None, mode: RoundingMode = "half_up") -> str:
    """A p-value with four decimals, '<0.0001', '>0.9999', or 'NC'. ValueError outside 0 to 1."""
    if p is None or math.isnan(p):
        return NOT_CALCULABLE
    if not 0 <= p <= 1 + 1e-12:
        raise ValueError(f"{p!r} is not a probability")
    exact = Decimal(f"{p:.12e}")
    if exact < Decimal("0.0001"):
        return "<0.0001"
    return ">0.9999" if exact > Decimal("0.9999") else printed(exact, 4, mode)


def printed_share(count: int, of: int, decimals: int = 1, mode: RoundingMode = "half_up") -> str:
    """'5/8 (62.5%)', '0/5', '5/5 (100%)': the percentage from the exact fraction."""
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is not a share")
    if count == 0:
        return f"0/{of}"
    return f"{count}/{of} ({printed_percent(count, of, decimals, mode)}%)"


def printed_percent(count: int, of: int, decimals: int = 1, mode: RoundingMode = "half_up") -> str:
    """'62.5' of 5 in 8, '100' of all, 'NC' of none in none: the percentage alone, without its sign."""
    if of == 0:
        return NOT_CALCULABLE
    return "100" if count == of else printed(Fraction(100 * count, of), decimals, mode)


def grouped(number: int | Decimal) -> str:
    """The exact number with commas between thousands: '1,000,000'."""
    return f"{Decimal(number):,f}"


def _exact(value: Value, decimals: int) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Fraction):
        return _beside_tie(value, decimals)
    if not math.isfinite(value):
        raise ValueError(f"{value!r} cannot be rounded")
    return Decimal(f"{float(value):.12e}")


def _beside_tie(value: Fraction, decimals: int) -> Decimal:
    """A Decimal that rounds as the fraction does: exact at a tie, else on the same side of it."""
    halves = abs(value) * 2 * 10**decimals
    whole, rest = divmod(halves.numerator, halves.denominator)
    near = Decimal(whole) + (Decimal("0.5") if rest else Decimal(0))
    return _WIDE.scaleb(_WIDE.divide(near, Decimal(2)), -decimals).copy_sign(Decimal(1 if value >= 0 else -1))
