"""One result of a release test against its limit: good, outside, beyond the floor, missing or not to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.laboratory.moments import last_moment, read_moment
from firstdose.protocol.checking_product import IN_DATE
from firstdose.values.number import NotANumber, read_number
from firstdose.values.quantity import DifferentDimension, Quantity
from firstdose.values.units import NoSuchUnit, read_unit
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from decimal import Decimal

    from firstdose.protocol.model_of_product import Limit, ReleaseAttribute

Found = Literal["good", "outside", "beyond", "unreadable", "missing"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a result is, how it is told (`80 %`), and why it cannot be judged."""

    verdict: Found
    told: str
    why: str = ""


def judge_result(asked: ReleaseAttribute, result: str, unit: str, time: str) -> Judged:
    """A result as it was reported. A number in another unit of the same kind is converted; no unit is guessed."""
    told = " ".join(filter(None, [result, unit]))
    if not result:
        return Judged("missing", "")
    if asked.limit.words == (IN_DATE,):
        return _in_date(result, time)
    if asked.limit.words:
        good = any(_same(result, word) for word in asked.limit.words)
        return Judged("good" if good else "outside", told)
    sign, number, unit = _apart(result, unit)
    try:
        value = _converted(read_number(number), unit, asked.limit.unit)
    except (NotANumber, NoSuchUnit, DifferentDimension) as why:
        return Judged("unreadable", told, why.message.rstrip("."))
    except _NoUnit as why:
        return Judged("unreadable", told, str(why))
    if sign and not _is_sure(sign, value, asked.limit):
        return Judged("unreadable", told, f"{quoted(result)} leaves open whether it is {asked.limit.written}")
    if asked.limit.holds(value) or (sign == "<" and value == asked.limit.high):
        return Judged("good", told)
    return Judged("beyond" if asked.floor and not _above_floor(asked, value) else "outside", told)


class _NoUnit(Exception):
    """A number without the unit that its limit has, or with one that the limit lacks."""


def _apart(result: str, unit: str) -> tuple[str, str, str]:
    """('<', '0.1', 'EU/mL') of '< 0.1' in that unit, or of '< 0.1 EU/mL' without one."""
    sign = result[0] if result[0] in "<>" else ""
    number = result.removeprefix(sign).strip()
    if not unit:
        number, _, unit = number.partition(" ")
    return sign, number, unit.strip()


def _converted(value: Decimal, unit: str, wanted: str) -> Decimal:
    if bool(unit) != bool(wanted):
        said = f"the result has {'no unit' if not unit else f'the unit {unit}'}"
        raise _NoUnit(f"{said}, the limit {'has none' if not wanted else f'is in {wanted}'}")
    return Quantity(value, read_unit(unit)).to(wanted).value if unit else value


def _is_sure(sign: str, value: Decimal, limit: Limit) -> bool:
    """Whether every number below (or above) the value stands on one side of the limit."""
    if sign == "<":
        return limit.low is None and limit.high is not None and value <= limit.high
    return limit.high is None and limit.low is not None and value >= limit.low


def _above_floor(asked: ReleaseAttribute, value: Decimal) -> bool:
    """Whether a value in the limit's unit is within the floor, which may be written in another unit."""
    floor = asked.floor
    assert floor is not None
    if floor.unit and floor.unit != asked.limit.unit:
        value = Quantity(value, read_unit(asked.limit.unit)).to(floor.unit).value
    return floor.holds(value)


def _same(result: str, word: str) -> bool:
    return " ".join(result.casefold().split()) == word.casefold()


def _in_date(result: str, time: str) -> Judged:
    """A day until which the lot may be used, against the day of its release."""
    until, released = last_moment(result), read_moment(time)
    if until is None:
        return Judged("unreadable", result, f"{quoted(result)} is no day such as 2024-03-04")
    if released is None:
        return Judged("unreadable", result, "the time of release is missing")
    late = released > until
    return Judged("outside" if late else "good", f"usable until {result}")
