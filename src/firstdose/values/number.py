"""Numbers as people type them, read strictly: what is accepted is held exactly, the rest is told why not."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    import polars as pl

DecimalMark = Literal[".", ","]

# float64 returns every decimal of up to 15 significant digits unchanged.
MOST_DIGITS = 15
LARGEST = Decimal("1e16")  # not reached
SMALLEST = Decimal("1e-15")

# Two conditions a regex cannot hold come on top: at most 15 significant digits (trailing zeros count), and a
# value that is 0 or lies from 1e-15 up to, not including, 1e16. Read by Python and by Rust the same way.
NUMBER_PATTERN = r"^ *[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})? *$"

_MINUS_SIGNS = "\u2212\u2012\u2013\u2014\ufe63\uff0d\u2010\u2011"


class NotANumber(Unreadable):
    """The text is not a number as a number field takes it."""


def number_pattern(decimal_mark: DecimalMark = ".") -> str:
    """NUMBER_PATTERN for a column whose decimal mark is declared."""
    return NUMBER_PATTERN if decimal_mark == "." else NUMBER_PATTERN.replace(r"\.", ",")


def read_number(text: str, *, decimal_mark: DecimalMark = ".") -> Decimal:
    """The number exactly as typed; NotANumber says what is wrong with the text and what to write."""
    if not re.fullmatch(number_pattern(decimal_mark)[1:-1], text):
        raise _why_not(text, decimal_mark)
    typed = text.strip(" ").replace(",", ".")
    digits = re.sub(r"[eE].*|[^0-9]", "", typed).lstrip("0")
    if len(digits) > MOST_DIGITS:
        raise NotANumber(
            f"{quoted(text)} has {len(digits)} digits.",
            f"Write at most {MOST_DIGITS}; more cannot be held exactly.",
        )
    number = Decimal(typed)
    if number == 0:
        return abs(number)  # -0 is 0
    if not SMALLEST <= abs(number) < LARGEST:
        raise NotANumber(f"{quoted(text)} is too large or too small.", "Check the exponent and the unit.")
    return number


def read_number_column(column: pl.Series, decimal_mark: DecimalMark = ".") -> tuple[pl.Series, pl.Series]:
    """(numbers as Float64, null where not readable; readable as Boolean): `read_number` for a whole column."""
    import polars as pl

    typed = column.cast(pl.String)
    fits = typed.str.contains(number_pattern(decimal_mark)).fill_null(value=False)
    long = typed.str.len_bytes() > MOST_DIGITS
    if long.any():
        digits = typed.str.replace_all(r"[eE].*|[^0-9]", "").str.strip_chars_start("0").str.len_bytes()
        fits &= (digits <= MOST_DIGITS).fill_null(value=False)
    frame = pl.DataFrame({"text": typed, "fits": fits})
    stripped = pl.col("text").str.strip_chars(" ").str.replace(",", ".", literal=True)
    value = pl.when("fits").then(stripped).cast(pl.Float64, strict=False)
    size = pl.col("value").abs()
    within = (size == 0) | ((size >= float(SMALLEST)) & (size < float(LARGEST)))
    read = frame.select(value=value).with_columns(readable=within.fill_null(value=False))
    positive_zero = pl.when(pl.col("value") == 0).then(0.0).otherwise("value")
    return read.select(pl.when("readable").then(positive_zero)).to_series().alias(column.name), read[
        "readable"
    ]


def plain(number: Decimal) -> str:
    """The canonical plain text of a number: '1000000' for 1E6, no trailing zeros, no '-0'."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _why_not(text: str, mark: DecimalMark) -> NotANumber:
    """The first of the known mistakes that the text shows."""
    said, bare = quoted(text), text.strip(" ")
    if not bare:
        return NotANumber(
            "There is no number here.", "Write it, or say why it is missing (ND, UNK, REF, NA)."
        )
    return (
        _foreign_character(said, bare)
        or _other_notation(said, bare)
        or _wrong_mark(said, bare, mark)
        or NotANumber(
            f"{said} is not a number.", f"Write digits with '{mark}' before the decimals, such as 12{mark}5."
        )
    )


def _foreign_character(said: str, bare: str) -> NotANumber | None:
    if any(sign in bare for sign in _MINUS_SIGNS):
        return NotANumber(f"{said} has a dash that is not the minus sign.", "Write '-' as on the keyboard.")
    if any(c.isnumeric() and not c.isascii() for c in bare):
        ordinary = unicodedata.normalize("NFKC", bare)
        remedy = (
            f"Write {ordinary}."
            if re.fullmatch(NUMBER_PATTERN[1:-1], ordinary)
            else "Write the digits 0 to 9."
        )
        return NotANumber(f"{said} has digits that are not 0 to 9.", remedy)
    if re.search(r"[0-9]\s+[0-9]", bare):
        grouped = re.fullmatch(r"[+-]?[0-9]{1,3}(\s[0-9]{3})+", bare)
        remedy = f"Write {''.join(bare.split())}." if grouped else "Write one number, without blanks."
        return NotANumber(f"{said} has a blank inside the number.", remedy)
    if bare != bare.strip() or not bare.isprintable():
        return NotANumber(
            f"{said} has a tab, line end or special blank.", "Delete it and type the number again."
        )
    return None


def _other_notation(said: str, bare: str) -> NotANumber | None:
    if "_" in bare:
        return NotANumber(f"{said} has an underscore.", "Write the digits without it.")
    if re.fullmatch(r"[+-]?(nan|inf|infinity)", bare, re.IGNORECASE):
        return NotANumber(f"{said} is not a number.", "Say why it is missing (ND, UNK, REF, NA).")
    if re.fullmatch(r"[+-]?0[xXbBoO][0-9a-fA-F]+", bare):
        return NotANumber(f"{said} is not in the decimal system.", "Write a decimal number.")
    if re.fullmatch(r"[<>≤≥=]{1,2} *[0-9].*", bare):
        return NotANumber(
            f"{said} has a comparator.", "Only a quantity declared with a limit takes '<' or '>'."
        )
    if re.fullmatch(r"[+-]{2,}.*", bare):
        return NotANumber(f"{said} has two signs.", "Write one.")
    if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]{3,}", bare):
        return NotANumber(f"{said} is too large or too small.", "Check the exponent and the unit.")
    return None


def _wrong_mark(said: str, bare: str, mark: DecimalMark) -> NotANumber | None:
    if re.fullmatch(r"[+-]?[.,][0-9]+", bare):
        return NotANumber(
            f"{said} has no digit before the mark.", f"Write {re.sub(r'[.,]', f'0{mark}', bare)}."
        )
    if re.fullmatch(r"[+-]?[0-9]+[.,]", bare):
        return NotANumber(f"{said} has no digit after the mark.", f"Write {bare[:-1]}.")
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]{1,2})?", bare) and mark == ".":
        point = bare.replace(",", ".")
        return NotANumber(
            f"{said} has a decimal comma.", f"Write {point}, or declare decimal_comma in the mapping."
        )
    if re.fullmatch(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]{1,2})?", bare) and mark == ",":
        comma = bare.replace(".", ",")
        return NotANumber(f"{said} has a point, but a decimal comma is declared.", f"Write {comma}.")
    if re.fullmatch(r"[+-]?[0-9]+([.,'][0-9]+)+", bare):
        return NotANumber(
            f"{said} has marks between thousands.", f"Write the digits with at most one '{mark}'."
        )
    if re.match(r"[+-]?[0-9]", bare) and bare.isascii():
        return NotANumber(f"{said} has more than a number.", "Write the number alone; the unit is declared.")
    return None
