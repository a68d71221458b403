"""Lists for whoever reviews the trail: what is unusual about entries, by rules that are told with each list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from firstdose.web.audit import models
from firstdose.web.audit.clock import read_stamp
from firstdose.web.audit.trail import Filters, Scope, found, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from firstdose.web.audit.study import Study

DAY_BEGINS, DAY_ENDS = 6, 20  # hours at the site
LATE: Final = 7  # days between the day of a record and its first entry
MANY: Final = 3  # changes after the first entry
_VALUES: Final = frozenset({"value.set", "value.cleared"})
_Row = dict[str, "Any"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A list: its name, its rule and its rows."""

    name: str
    words: Any
    rule: Any
    rows: list[_Row] = field(default_factory=list)


def lists(filters: Filters, scope: Scope, study: Study) -> list[Finding]:
    """The five lists over the filtered trail."""
    rows = list(told(found(filters, scope), blind=scope.blind))
    entries = [row for row in rows if row["kind"] in _VALUES]
    return [
        Finding(name, words, rule, list(which(rows, entries, study))) for name, words, rule, which in _LISTS
    ]


def last_review() -> models.Event | None:
    """The last review of the trail that is on record."""
    return models.Event.objects.filter(kind="trail.reviewed").order_by("-seq").first()


def _after_hours(_rows: Sequence[_Row], entries: Sequence[_Row], study: Study) -> Iterator[_Row]:
    zones = {site.site: ZoneInfo(site.time_zone) for site in study.sites}
    for row in entries:
        there = _moment(row).astimezone(zones.get(row["site"], ZoneInfo("UTC")))
        if not DAY_BEGINS <= there.hour < DAY_ENDS:
            yield row | {"more": f"{there:%Y-%m-%d %H:%M %Z}"}


def _changed_often(_rows: Sequence[_Row], entries: Sequence[_Row], _study: Study) -> Iterator[_Row]:
    many = Counter(_place(row) for row in entries)
    last = {_place(row): row for row in entries}
    for place, times in many.most_common():
        if times > MANY:
            yield last[place] | {"more": str(times)}


def _late(_rows: Sequence[_Row], entries: Sequence[_Row], _study: Study) -> Iterator[_Row]:
    days = {
        (row[0], row[1], row[2], row[3]): row[4]
        for row in models.CurrentValue.objects.filter(item="date").values_list(
            "participant", "visit", "form", "repeat", "text"
        )
    }
    for row in entries:
        day = days.get(_place(row)[:4]) or days.get((row["participant"], row["visit"], "visits", ""), "")
        if not row["old"] and (gone := _days_between(day, row["at"][:10])) > LATE:
            yield row | {"more": str(gone)}


def _after_work(rows: Sequence[_Row], _entries: Sequence[_Row], _study: Study) -> Iterator[_Row]:
    yield from (row for row in rows if row["kind"] in {"sdv.voided", "sign.voided"})


def _after_unblinding(rows: Sequence[_Row], _entries: Sequence[_Row], _study: Study) -> Iterator[_Row]:
    unblinded: set[str] = set()
    for row in rows:
        if row["kind"] == "view.unblinded":
            unblinded.add(row["actor"])
        elif row["kind"] in _VALUES and row["actor"] in unblinded:
            yield row


def _place(row: _Row) -> tuple[str, str, str, str, str]:
    return row["participant"], row["visit"], row["form"], row["repeat"], row["item"]


def _moment(row: _Row) -> Any:
    return read_stamp(f"{row['at'][:10]}T{row['at'][11:19]}.000000Z")


def _days_between(day: str, entered: str) -> int:
    try:
        return (date.fromisoformat(entered) - date.fromisoformat(day)).days
    except ValueError:  # no day, or one of which only the month is known
        return 0


_LISTS: tuple[tuple[str, Any, Any, Callable[..., Iterator[_Row]]], ...] = (
    ("after-hours", _("Entries outside of the day"), _("before 6:00 or from 20:00 on, by the site's clock"), _after_hours),
    ("many-changes", _("Values changed often"), _("more than three entries of one value; their number is given"), _changed_often),
    ("late", _("Late entries"), _("more than seven days after the day of the record; the days are given"), _late),
    ("after-work", _("Changes after verification or signature"), _("the verification or signature lapsed"), _after_work),
    ("after-unblinding", _("Entries after unblinding"), _("by somebody who had seen the dose before"), _after_unblinding),
)  # fmt: skip
