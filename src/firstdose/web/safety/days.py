"""Days at a site: the log is in UTC, a day of the trial is one of the place where people are treated."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstdose.web.audit.clock import now, read_stamp
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from datetime import date, datetime


def zone_of(site: str) -> ZoneInfo:
    """The time zone of a site; of the first one where the name is unknown or empty."""
    sites = current().sites
    found = next((each for each in sites if each.site == site), sites[0])
    return ZoneInfo(found.time_zone)


def today_at(site: str) -> date:
    """The day it is now at a site."""
    return now().astimezone(zone_of(site)).date()


def day_at(stamp: str, site: str) -> date:
    """The day at a site of a moment of the log."""
    return moment_at(stamp, site).date()


def moment_at(stamp: str, site: str) -> datetime:
    """A moment of the log on the clock of a site."""
    return read_stamp(stamp).astimezone(zone_of(site))
