"""What capture needs to know beyond the schedule, as frozen values: sites, skip logic, who rates blind, what is verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where participants are seen. `time_zone`: a name of the tz database, such as Asia/Tehran."""

    site: str
    label: str
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Skip logic: the item is asked only where the rule over the same form's items holds; unknown: it is asked."""

    activity: str
    item: str
    rule: str

    @property
    def named(self) -> str:
        """As the protocol file names it: activity.item."""
        return f"{self.activity}.{self.item}" if self.item else self.activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Duties of capture.

    `blind`: activities rated by the evaluator who does not know the dose; `critical`: `activity` or `activity.item`
    whose values are compared with the source one by one; `signed`: visits that the investigator signs;
    `unit_of_lock`: what is frozen and locked first; `idle`: minutes without a request until a login ends.
    """

    blind: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    unit_of_lock: Literal["visit", "participant"] = "visit"
    idle: int = 30
