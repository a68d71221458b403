"""Hours of the day at a site, asked of the database, which knows UTC only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q
from django.db.models.functions import Substr

from firstdose.web.audit.clock import read_stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.web.audit.study import Study

DAY_BEGINS, DAY_ENDS = 6, 20  # hours at the site
_CLOCK: Final = slice(11, 16)  # HH:MM of a stamp
_MINUTE: Final = timedelta(minutes=1)


def zones_of(study: Study) -> dict[str, ZoneInfo]:
    """Site > its time zone; '' for every other place."""
    return {"": ZoneInfo("UTC")} | {site.site: ZoneInfo(site.time_zone) for site in study.sites}


def outside_of_day(rows: Any, zones: Mapping[str, ZoneInfo]) -> Q:
    """The condition of an event before DAY_BEGINS or from DAY_ENDS on, by the clock of its site then."""
    ends = rows.order_by().aggregate(first=Min("at"), last=Max("at"))
    if ends["first"] is None:
        return Q(pk__in=())
    first, last = read_stamp(ends["first"]), read_stamp(ends["last"])
    found = Q()
    for site, zone in zones.items():
        here = Q(site=site) if site else ~Q(site__in=[name for name in zones if name])
        for begin, end, offset in _offsets(zone, first, last):
            found |= here & Q(at__gte=stamp(begin), at__lt=stamp(end)) & _outside(offset)
    return found


def _offsets(
    zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """(from, to, what the clock is ahead of UTC): the times between changes of the clock."""
    begin = at = first.replace(second=0, microsecond=0)
    end = last + timedelta(days=1)
    while at < end:
        later = min(at + timedelta(days=1), end)
        if _ahead(zone, later) != _ahead(zone, begin):
            change = _change(zone, at, later)
            yield begin, change, _ahead(zone, begin)
            begin = change
        at = later
    yield begin, end, _ahead(zone, begin)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute with the clock of `after`."""
    while after - before > _MINUTE:
        middle = before + ((after - before) / 2 // _MINUTE) * _MINUTE
        before, after = (middle, after) if _ahead(zone, middle) == _ahead(zone, before) else (before, middle)
    return after


def _ahead(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _outside(offset: timedelta) -> Q:
    """By the text HH:MM of the stamp; the day at the site may go over midnight of UTC."""
    begins, ends = (_clock(hour, offset) for hour in (DAY_BEGINS, DAY_ENDS))
    if begins < ends:
        return Q(clock__lt=begins) | Q(clock__gte=ends)
    return Q(clock__gte=ends, clock__lt=begins)


def _clock(hour: int, offset: timedelta) -> str:
    return (datetime(2000, 1, 2, hour, tzinfo=UTC) - offset).strftime("%H:%M")


def with_clock(rows: Any) -> Any:
    """The events with their time of day in UTC, HH:MM, as `clock`."""
    return rows.annotate(clock=Substr("at", _CLOCK.start + 1, _CLOCK.stop - _CLOCK.start))
