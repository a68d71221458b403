"""What capture needs to know beyond the schedule, as frozen values: sites, skip logic, who rates blind, what is verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.model_of_safety import LATER

if TYPE_CHECKING:
    from decimal import Decimal


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
class Usual:
    """What is usual of an item; whatever else comes is asked about, and never refused.

    `item`: activity.item. `values`: smallest and largest, of a date days from the day of the record. From one visit to the
    next at most `times` as much or as little, and at most `by` more or less, in the item's own unit.
    """

    item: str
    values: tuple[Decimal, Decimal] | None = None
    times: Decimal | None = None
    by: Decimal | None = None

    @property
    def activity(self) -> str:
        return self.item.partition(".")[0]

    @property
    def name(self) -> str:
        """The item without its activity."""
        return self.item.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Duties of capture.

    `blind`: activities rated by the evaluator who does not know the dose; `critical`: `activity` or `activity.item`
    whose values are compared with the source one by one; `signed`: visits that the investigator signs;
    `unit_of_lock`: what is frozen and locked first; `idle`: minutes without a request until a login ends;
    `twice`: activities or items whose numbers and dates are typed twice; `entered_within`: days from a visit to its entry,
    None where nobody says; `usual`: finer limits than those of the forms.
    """

    blind: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    unit_of_lock: Literal["visit", "participant"] = "visit"
    idle: int = 30
    twice: tuple[str, ...] = field(default=(), metadata=LATER)
    entered_within: int | None = field(default=None, metadata=LATER)
    usual: tuple[Usual, ...] = field(default=(), metadata=LATER)

    def limits(self, activity: str, item: str) -> Usual | None:
        """What the protocol calls usual of this item."""
        return next((row for row in self.usual if row.item == f"{activity}.{item}"), None)
