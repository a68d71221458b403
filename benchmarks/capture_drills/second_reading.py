"""A second reading of a box, character by character, sharing no code with the strict fields: what their drill compares."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def in_one_script(typed: str, language: str) -> str | None:
    """Digits as 0 to 9 where all are of one script that the page reads, else None."""
    blocks = {"0": 0x30} | ({"p": 0x6F0, "a": 0x660} if language in {"fa", "ar"} else {})
    found, made = set(), []
    for each in typed:
        block = next((name for name, start in blocks.items() if start <= ord(each) <= start + 9), None)
        if block:
            found.add(block)
            made.append(str(ord(each) - blocks[block]))
        elif ord(each) == 0x66B and "p" in blocks:
            found.add("mark")
            made.append(".")
        else:
            made.append(each)
    eastern = found & {"p", "a"}
    mixed = len(found - {"mark"}) > 1 or ("mark" in found and "0" in found) or (eastern and "." in typed)
    return None if mixed else "".join(made)


def second_number(kind: str, typed: str, language: str) -> tuple[str, Decimal] | None:
    """(comparator, value) of a text that a number box may take; read from left to right, summed digit by digit."""
    text = in_one_script(typed.strip(" "), language)
    if not text:
        return None
    sign = text[0] if text[0] in "<>" and kind == "quantity" else ""
    text = text[len(sign) :]
    negative = text.startswith("-")
    whole, point, decimals = text[negative:].partition(".")
    if (
        not whole
        or any(each not in "0123456789" for each in whole + decimals)
        or bool(point) != bool(decimals)
    ):
        return None
    if len(whole) > 1 and whole[0] == "0":
        return None
    total = 0
    for each in whole + decimals:
        total = total * 10 + ord(each) - 48
    if (negative and total == 0) or len(typed) > 40 or len((whole + decimals).lstrip("0")) > 15:
        return None
    places = {"integer": 0, "ordinal": 0, "number": 2, "quantity": 1}[kind]
    if (
        len(decimals) > places
        or (kind == "ordinal" and not 0 <= total <= 10)
        or (negative and kind == "ordinal")
    ):
        return None
    if negative and sign:
        return None
    return sign, Decimal(-total if negative else total).scaleb(-len(decimals))


def second_date(typed: str, language: str) -> str | None:
    """The ISO text of a date; days of the Persian calendar by the closed form of its leap years."""
    text = in_one_script(typed.strip(" "), language)
    if text is None or len(typed) > 40:
        return None
    mark = "/" if "/" in text else "-"
    parts = text.split(mark)
    if not all(part and all(each in "0123456789" for each in part) for part in parts) or len(parts[0]) != 4:
        return None
    year = int(parts[0])
    if 1300 <= year <= 1500:
        whole = language == "fa" and len(parts) == 3 and all(len(part) <= 2 for part in parts[1:])
        return second_persian(year, int(parts[1]), int(parts[2])) if whole else None
    if mark == "/" or not 1900 <= year <= 2100 or len(parts) > 3 or any(len(part) != 2 for part in parts[1:]):
        return None
    try:
        dt.date(year, *(int(part) for part in [*parts[1:], "01", "01"][:2]))
    except ValueError:
        return None
    return text


def second_persian(year: int, month: int, day: int) -> str | None:
    """Counted in days: (8 y + 21) // 33 leap days lie before the year y, 1 Farvardin 1400 was 21 March 2021."""
    before = [0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336]
    leap = (8 * year + 29) % 33 < 8
    length = [31] * 6 + [30] * 5 + [30 if leap else 29]
    if not 1304 <= year <= 1478 or not 1 <= month <= 12 or not 1 <= day <= length[month - 1]:
        return None
    days = 365 * (year - 1400) + (8 * year + 21) // 33 - (8 * 1400 + 21) // 33 + before[month - 1] + day - 1
    return (dt.date(2021, 3, 21) + dt.timedelta(days)).isoformat()


def second_time(typed: str, language: str) -> str | None:
    text = in_one_script(typed.strip(" "), language)
    if text is None or len(text) != 5 or text[2] != ":" or len(typed) > 40:
        return None
    if any(each not in "0123456789" for each in text[:2] + text[3:]):
        return None
    return text if int(text[:2]) < 24 and int(text[3:]) < 60 else None


def second_moment(typed: str, language: str) -> str | None:
    """Day and time with a T or one blank between them, no blank inside either."""
    day, _, clock = typed.strip(" ").partition("T" if "T" in typed else " ")
    if " " in day + clock or len(typed) > 40:
        return None
    date, clock_time = second_date(day, language), second_time(clock, language)
    return f"{date}T{clock_time}" if date and clock_time and len(date) == 10 else None


MISSING_WORDS = {"nd", "not done", "unk", "unknown", "ref", "refused", "na", "n/a", "not applicable"}


def is_missing(text: str) -> bool:
    """Whether the cell would be read as a missing value."""
    word = text.partition(":")[0]
    return word.isascii() and word.strip(" ").lower() in MISSING_WORDS


def second_text(typed: str) -> str | None:
    """The same text but for composition, line ends and blanks around; nothing that cannot be seen."""
    text = typed.replace("\r\n", "\n")
    hidden = {"Cc", "Cs", "Zl", "Zp"}
    if any(unicodedata.category(each) in hidden and each != "\n" for each in text):
        return None
    text = unicodedata.normalize("NFC", text).strip()
    return None if is_missing(text) else text


def second(kind: str, typed: str, language: str, codes: Collection[str]) -> object:
    """What the box means, None where it must be refused: no box of these kinds takes a text of 60 characters."""
    if len(typed) > 60:
        return None
    if kind in {"integer", "ordinal", "number", "quantity"}:
        return second_number(kind, typed, language)
    if kind == "code":
        return typed.strip(" ") if typed.strip(" ") in codes else None
    if kind == "truth":
        return {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}.get(
            "".join(chr(ord(each) | 32) if "A" <= each <= "Z" else each for each in typed.strip(" "))
        )
    return {"date": second_date, "time": second_time, "moment": second_moment}[kind](typed, language)
