"""The product section as frozen values: what releases a lot, how it is followed to the lesion, how long it is stable."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.model_of_safety import LATER
from firstdose.values.number import plain

if TYPE_CHECKING:
    from firstdose.values.quantity import Quantity

Breach = Literal["reject", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is good: at least `low` and at most `high` in `unit` ('' without one), or one of these `words`.

    `open_low`, `open_high`: the end itself is not good any more.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    open_low: bool = False
    open_high: bool = False
    unit: str = ""
    words: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """As it stands in the protocol file."""
        if self.words:
            return " or ".join(self.words)
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"{plain(self.low)} .. {plain(self.high)}{unit}"
        if self.low is not None:
            return f"{'>' if self.open_low else '>='} {plain(self.low)}{unit}"
        return f"{'<' if self.open_high else '<='} {plain(self.high or Decimal(0))}{unit}"

    def holds(self, value: Decimal) -> bool:
        """Whether a value in the limit's own unit is good."""
        above = self.low is None or value > self.low or (value == self.low and not self.open_low)
        below = self.high is None or value < self.high or (value == self.high and not self.open_high)
        return above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAttribute:
    """A quality that a lot must have before it is given. `reject`: two persons may override a breach, with a reason.

    `floor`: beyond it nobody overrides. `flag`: a breach is told and the lot may be given.
    """

    attribute: str
    limit: Limit
    method: str = ""
    breach: Breach = "reject"
    floor: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProduct:
    """Release, chain of custody (kinds of links, the source first and the lesion last) and stability after thaw or harvest.

    `check_characters`: whether every id of the chain ends in a check character (ISO 7064, MOD 37-2).
    """

    release: tuple[ReleaseAttribute, ...] = ()
    custody: tuple[str, ...] = ()
    stability: Quantity | None = None
    check_characters: bool = field(default=False, metadata=LATER)
