"""Rows of release and custody for rehearsed lots: invented results that pass, and a chain to every lesion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from firstdose.laboratory.check_characters import check_character
from firstdose.laboratory.product_forms import CUSTODY_FORM, RELEASE_FORM
from firstdose.protocol.checking_product import CLOCKS, IN_DATE
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.protocol.model_of_product import CellProduct, Limit

RELEASE_COLUMNS = tuple(item.name for item in RELEASE_FORM.items)
CUSTODY_COLUMNS = (*(item.name for item in CUSTODY_FORM.items), "participant", "lesion")
QUALITY, PROCESSING, BEDSIDE = "Quality A", "Processing A", "Operator A"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLesion:
    """A lesion that receives cells of a lot, and when."""

    participant: str
    lesion: str
    time: datetime


def rows_of_release(
    product: CellProduct, lot: str, time: datetime, measured: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """A passing row for every attribute of the protocol; `measured`: results that are known, in the limit's unit.

    What is in date is usable for two days after `time`.
    """
    known = measured or {}
    return [
        dict.fromkeys(RELEASE_COLUMNS, "")
        | {
            "lot": lot,
            "attribute": row.attribute,
            "result": known.get(row.attribute) or _good(row.limit, time),
            "unit": row.limit.unit,
            "method": row.method,
            "person": QUALITY,
            "time": f"{time:%Y-%m-%dT%H:%M}",
        }
        for row in product.release
    ]


def _good(limit: Limit, time: datetime) -> str:
    """A result well inside a limit."""
    if limit.words == (IN_DATE,):
        return f"{time + timedelta(days=2):%Y-%m-%d}"
    if limit.words:
        return limit.words[0]
    if limit.low is not None and limit.high is not None:
        return plain((limit.low + limit.high) / 2)
    if limit.low is None:
        half = (limit.high or Decimal(0)) / 2
        return plain(
            half if limit.unit else half.to_integral_value(ROUND_FLOOR)
        )  # without a unit: a number of passages
    return plain(min(limit.low * Decimal("1.1"), Decimal(99))) if limit.unit == "%" else plain(limit.low * 2)


def rows_of_custody(product: CellProduct, lot: str, given: Sequence[GivenLesion]) -> list[dict[str, str]]:
    """The chain of one lot: one link a kind down to thaw, harvest or lot, then a branch a lesion.

    The lot's own link bears its name, the others names made of it; an hour and a half lie between clock and lesion.
    """
    if not given or not product.custody:
        return []
    forks = [product.custody.index(kind) for kind in (*CLOCKS, "lot") if kind in product.custody]
    fork = min(max(forks, default=0), len(product.custody) - 2)
    first = min(each.time for each in given)
    return list(_links(product, lot, given, fork, first))


def _links(
    product: CellProduct, lot: str, given: Sequence[GivenLesion], fork: int, first: datetime
) -> Iterator[dict[str, str]]:
    parent = ""
    for step, kind in enumerate(product.custody[: fork + 1]):
        name = lot if kind == "lot" else _named(product, f"{lot}-{kind[:1].upper()}{step}")
        is_clock = kind in CLOCKS
        back = timedelta(minutes=90) if is_clock else timedelta(days=30 * (fork + 1 - step))
        yield _row(name, kind, parent, first - back, PROCESSING if is_clock else QUALITY, None)
        parent = name
    for number, each in enumerate(given, start=1):
        above = parent
        left = len(product.custody) - fork - 1
        for step, kind in enumerate(product.custody[fork + 1 :], start=1):
            name = _named(product, f"{lot}-{kind[:1].upper()}{fork + step}-{number}")
            person = BEDSIDE if step == left else PROCESSING
            yield _row(name, kind, above, each.time - timedelta(minutes=20 * (left - step)), person, each)
            above = name


def _named(product: CellProduct, name: str) -> str:
    return f"{name}-{check_character(name)}" if product.check_characters else name


def _row(
    name: str, kind: str, parent: str, time: datetime, person: str, whose: GivenLesion | None
) -> dict[str, str]:
    cells = (name, kind, parent, f"{time:%Y-%m-%dT%H:%M}", person)
    own = (whose.participant, whose.lesion) if whose else ("", "")
    return dict(zip(CUSTODY_COLUMNS, (*cells, *own), strict=True))
