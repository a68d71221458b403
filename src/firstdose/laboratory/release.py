"""Whether a lot may be given: its results held against the release table of the protocol.

A result that is missing is no pass; an override needs two persons and a reason; the worst result of an attribute counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.laboratory import issues_of_product as issues
from firstdose.laboratory.moments import last_moment
from firstdose.laboratory.product_forms import RELEASE, place_of, rows_of
from firstdose.laboratory.results import Judged, judge_result
from firstdose.protocol.checking_product import IN_DATE
from firstdose.protocol.telling_words import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstdose.laboratory.product_forms import Row, Tables
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_product import ReleaseAttribute
    from firstdose.values.issue import Issue, Place

Standing = Literal["pass", "flag", "overridden", "fail", "missing"]
_GRAVE: dict[Standing, int] = {"pass": 0, "flag": 1, "overridden": 2, "fail": 3, "missing": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeResult:
    """One result of one attribute of a lot: what the table of release shows. `why`: in words, where it is no pass."""

    lot: str
    attribute: str
    result: str
    limit: str
    standing: Standing
    why: str
    person: str
    time: str
    place: Place
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRelease:
    """A lot with its results in the order of the protocol. `expiry`: the earliest day or moment until which it may be given."""

    lot: str
    results: tuple[AttributeResult, ...]
    expiry: datetime | None = None

    @property
    def released(self) -> bool:
        """Whether it may be given."""
        return all(each.standing in {"pass", "flag", "overridden"} for each in self.results)

    @property
    def why_not(self) -> str:
        """What keeps it from being given, in words; '' where nothing does."""
        return "; ".join(each.why for each in self.results if each.standing in {"fail", "missing"})

    def worst(self, attribute: str) -> Standing:
        """The gravest standing of an attribute; `missing` where it has no result."""
        found = [each.standing for each in self.results if each.attribute == attribute]
        return max(found, key=_GRAVE.__getitem__, default="missing")


def derive_releases(protocol: Protocol, tables: Tables) -> dict[str, LotRelease]:
    """Lot > its release, of every lot that has a result; empty where the protocol releases nothing."""
    if protocol.product is None or not protocol.product.release:
        return {}
    by_lot: dict[str, list[Row]] = {}
    for row in rows_of(tables, RELEASE):
        if row["lot"]:
            by_lot.setdefault(row["lot"], []).append(row)
    return {lot: _release(protocol.product.release, lot, rows, tables) for lot, rows in by_lot.items()}


def check_release(protocol: Protocol, tables: Tables) -> Iterator[Issue]:
    """FD-R230 to FD-R234: everything that keeps lots from being given, and what was overridden."""
    for release in derive_releases(protocol, tables).values():
        for result in release.results:
            yield from result.issues


def _release(asked: tuple[ReleaseAttribute, ...], lot: str, rows: list[Row], tables: Tables) -> LotRelease:
    results: list[AttributeResult] = []
    expiries: list[datetime] = []
    for attribute in asked:
        own = [row for row in rows if row["attribute"] == attribute.attribute]
        results += [_result(attribute, lot, row, tables) for row in own] or [
            _missing(attribute, lot, rows, tables)
        ]
        if attribute.limit.words == (IN_DATE,):
            expiries += [moment for row in own if (moment := last_moment(row["result"]))]
    return LotRelease(lot=lot, results=tuple(results), expiry=min(expiries, default=None))


def _missing(asked: ReleaseAttribute, lot: str, rows: list[Row], tables: Tables) -> AttributeResult:
    """No row at all: told at the lot's first row. It blocks even where a breach would only be flagged."""
    place = place_of(tables, RELEASE, rows[0], "attribute")
    word = spaced(asked.attribute)
    return AttributeResult(
        lot=lot,
        attribute=asked.attribute,
        result="",
        limit=asked.limit.written,
        standing="missing",
        why=f"{word} has no result",
        person="",
        time="",
        place=place,
        issues=(issues.attribute_missing(place, lot, word),),
    )


def _result(asked: ReleaseAttribute, lot: str, row: Row, tables: Tables) -> AttributeResult:
    place = place_of(tables, RELEASE, row, "result")
    judged = judge_result(asked, row["result"], row["unit"], row["time"])
    standing, why, found = _stand(asked, lot, row, judged, place)
    return AttributeResult(
        lot=lot,
        attribute=asked.attribute,
        result=judged.told,
        limit=asked.limit.written,
        standing=standing,
        why=why,
        person=row["person"],
        time=row["time"],
        place=place,
        issues=found,
    )


def _stand(
    asked: ReleaseAttribute, lot: str, row: Row, judged: Judged, place: Place
) -> tuple[Standing, str, tuple[Issue, ...]]:
    """(standing, why in words, Issues) of a result; an override lifts a breach and a result that cannot be judged."""
    word, limit = spaced(asked.attribute), asked.limit.written
    if judged.verdict == "good":
        return "pass", "", ()
    if judged.verdict == "missing":
        return "missing", f"{word} has no result", (issues.attribute_missing(place, lot, word),)
    if asked.breach == "flag":
        return "flag", "", (issues.flagged(place, lot, word, judged.told, limit),)
    reason = f"{word} is {judged.told}, the limit {limit}"
    told: Issue = issues.outside_limit(place, lot, word, judged.told, limit, floor=judged.verdict == "beyond")
    if judged.verdict == "unreadable":
        reason = f"{word} cannot be judged"
        told = issues.not_comparable(place, lot, word, judged.why)
    if judged.verdict == "beyond":
        return "fail", reason, (told,)
    return _overridden(row, lot, word, judged.told, place, reason, told)


def _overridden(
    row: Row, lot: str, word: str, result: str, place: Place, reason: str, told: Issue
) -> tuple[Standing, str, tuple[Issue, ...]]:
    persons = [row["override_by_1"], row["override_by_2"]]
    if not any([*persons, row["override_reason"]]):
        return "fail", reason, (told,)
    if why := why_no_override(persons[0], persons[1], row["override_reason"]):
        return "fail", reason, (issues.override_incomplete(place, lot, f"{word} ({result})", why),)
    who = " and ".join(persons)
    return "overridden", "", (issues.overridden(place, lot, word, result, who, row["override_reason"]),)


def why_no_override(first: str, second: str, reason: str) -> str:
    """What an override lacks; '' where two different persons gave a reason."""
    if not first or not second:
        return "only one person is named" if first or second else "nobody is named"
    if " ".join(first.casefold().split()) == " ".join(second.casefold().split()):
        return "it is the same person twice"
    return "" if reason else "there is no reason"


def why_not_released(releases: dict[str, LotRelease], lot: str) -> str:
    """Why a dose of this lot may not be given; '' where it may."""
    if not lot:
        return "no lot is named"
    found = releases.get(lot)
    return "it has no release on record" if found is None else found.why_not
