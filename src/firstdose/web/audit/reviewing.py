"""Lists for whoever reviews the trail: what is unusual about entries, by rules that are told with each list.

The database finds the rows; no more than MOST of a list are read with what they say, however long the log is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Count, Max, Min, Q, Value, When
from django.utils.translation import gettext_lazy as _

from firstdose.web.audit import models
from firstdose.web.audit.clock import read_stamp
from firstdose.web.audit.hours import outside_of_day, with_clock, zones_of
from firstdose.web.audit.trail import Filters, Scope, found, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from firstdose.web.audit.study import Study

LATE: Final = 7  # days between the day of a record and its first entry
MANY: Final = 3  # changes after the first entry
MOST: Final = 200  # rows of a list that are shown
LOOK: Final = "look "  # begins the idem of a look at the dose by somebody whose role sees it
_VALUES: Final = ("value.set", "value.cleared")
_RECORD: Final = ("participant", "visit", "form", "repeat")
_AT_ONCE: Final = 50  # records that are asked for in one query
_Row = dict[str, "Any"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A list: its name, its rule and its rows. `more`: there are others than those."""

    name: str
    words: Any
    rule: Any
    rows: list[_Row] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filtered trail as a query, the entries of values among it, and who asks."""

    rows: Any
    entries: Any
    study: Study
    scope: Scope

    def told(self, rows: Any) -> list[_Row]:
        """These events with what they say, as many as are shown and one more."""
        return list(lines(rows[: MOST + 1], blind=self.scope.blind))


def lists(filters: Filters, scope: Scope, study: Study) -> list[Finding]:
    """The five lists over the filtered trail."""
    rows = found(filters, scope)
    asked = _Asked(rows, rows.filter(kind__in=_VALUES), study, scope)
    return [_finding(name, words, rule, which(asked)) for name, words, rule, which in _LISTS]


def _finding(name: str, words: Any, rule: Any, rows: Iterable[_Row]) -> Finding:
    part = list(islice(rows, MOST + 1))
    return Finding(name, words, rule, part[:MOST], len(part) > MOST)


def last_review() -> models.Event | None:
    """The last review of the trail that is on record."""
    return models.Event.objects.filter(kind="trail.reviewed").order_by("-seq").first()


def _after_hours(asked: _Asked) -> Iterator[_Row]:
    zones = zones_of(asked.study)
    for row in asked.told(with_clock(asked.entries).filter(outside_of_day(asked.entries, zones))):
        there = _moment(row).astimezone(zones.get(row["site"], zones[""]))
        yield row | {"more": f"{there:%Y-%m-%d %H:%M %Z}"}


def _changed_often(asked: _Asked) -> Iterator[_Row]:
    places = asked.entries.order_by().values(*_RECORD, "item").annotate(times=Count("seq"), last=Max("seq"))
    often = places.filter(times__gt=MANY).order_by("-times", "last")[: MOST + 1]
    times = {place["last"]: place["times"] for place in often}
    rows = {row["seq"]: row for row in asked.told(asked.rows.filter(seq__in=list(times)))}
    yield from (rows[seq] | {"more": str(many)} for seq, many in times.items())


def _late(asked: _Asked) -> list[_Row]:
    """First entries only: a correction comes later by its nature and has a reason."""
    first = asked.entries.filter(seq__in=models.CurrentValue.objects.values("first"))
    days = _days()
    late: list[_Row] = []
    records = _late_records(first, days)
    while part := list(islice(records, _AT_ONCE)):
        meant = Q()
        for record, limit in part:
            meant |= Q(**dict(zip(_RECORD, record, strict=True)), at__gte=limit)
        late += asked.told(first.filter(meant))
        if len(late) > MOST:
            break
    return [row | {"more": str(_days_late(row, days))} for row in sorted(late, key=lambda row: row["seq"])]


_Record = tuple[str, str, str, str]


def _late_records(first: Any, days: dict[_Record, str]) -> Iterator[tuple[_Record, str]]:
    """(record, the day from which on an entry is late) of records with an entry that late."""
    last = first.order_by().values_list(*_RECORD).annotate(last=Max("at")).order_by(*_RECORD)
    for *record, at in last:
        limit = _limit(_day_of(tuple(record), days))
        if limit and at >= limit:
            yield tuple(record), limit


def _days() -> dict[_Record, str]:
    rows = models.CurrentValue.objects.filter(item="date").values_list(*_RECORD, "text")
    return {(who, visit, form, repeat): text for who, visit, form, repeat, text in rows}


def _day_of(record: tuple[Any, ...], days: dict[_Record, str]) -> str:
    """The day of a record, or of its visit."""
    who, visit, _form, _repeat = record
    return days.get(record) or days.get((who, visit, "visits", ""), "")


def _limit(day: str) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=LATE + 1)).isoformat()
    except (ValueError, OverflowError):  # no day, or one of which only the month is known
        return ""


def _days_late(row: _Row, days: dict[_Record, str]) -> int:
    day = _day_of(tuple(row[name] for name in _RECORD), days)
    return (date.fromisoformat(row["at"][:10]) - date.fromisoformat(day)).days


def _after_work(asked: _Asked) -> list[_Row]:
    return asked.told(asked.rows.filter(kind__in=("sdv.voided", "sign.voided")))


def _after_unblinding(asked: _Asked) -> list[_Row]:
    """After an unblinding with a reason, every entry; after a look that the role allows, those made in another role."""
    reason = Case(When(idem__startswith=LOOK, then=Value(0)), default=Value(1))
    seen = models.Event.objects.filter(kind="view.unblinded").order_by().values("actor", "role")
    meant = Q()
    for each in seen.annotate(told=reason, first=Min("seq")):
        entries = Q(actor=each["actor"], seq__gt=each["first"])
        meant |= entries if each["told"] else entries & ~Q(role=each["role"])
    return asked.told(asked.entries.filter(meant)) if meant else []


def _moment(row: _Row) -> Any:
    return read_stamp(f"{row['at'][:10]}T{row['at'][11:19]}.000000Z")


_LISTS: tuple[tuple[str, Any, Any, Callable[[_Asked], Iterable[_Row]]], ...] = (
    ("after-hours", _("Entries outside of the day"), _("before 6:00 or from 20:00 on, by the site's clock"), _after_hours),
    ("many-changes", _("Values changed often"), _("more than three entries of one value; their number is given"), _changed_often),
    ("late", _("Late entries"), _("more than seven days after the day of the record; the days are given"), _late),
    ("after-work", _("Changes after verification or signature"), _("the verification or signature lapsed"), _after_work),
    ("after-unblinding", _("Entries after unblinding"), _("by somebody who had seen the dose before"), _after_unblinding),
)  # fmt: skip
