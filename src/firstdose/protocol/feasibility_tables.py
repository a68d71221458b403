"""The feasibility page as tables: what the planned participants can and cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstdose.catalogue import Alternative
    from firstdose.catalogue.entries import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one test can show with n participants. None: the method has no such number.

    `test`: endpoint or sensitivity analysis; `times` that are compared; `alpha`: level of its family, else of its
    interval, else .05; detectable effects are standardised. `groups`: compared groups of participants, 1 for none.
    """

    test: str
    endpoint: str
    method: str
    label: str
    n: int
    design: Design
    times: int
    alternative: Alternative
    alpha: float
    family: str = ""
    smallest_p: float | None = None
    detectable_80: float | None = None
    detectable_90: float | None = None
    groups: int = 1
    is_directed: bool = True

    @property
    def can_reject(self) -> bool:
        """Whether some outcome would reject at alpha."""
        return self.smallest_p is None or self.smallest_p <= self.alpha

    @property
    def sided(self) -> str:
        """`two-sided p`, `one-sided p`; several times together have no direction: `p`."""
        if not self.is_directed:
            return "p"
        return "two-sided p" if self.alternative == "two-sided" else "one-sided p"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyReach:
    """What a family cannot reject with n participants, even where each of its tests gives its smallest p.

    `unreachable`: members that stay above alpha then; `adjusted`: the smallest of their adjusted p; `smallest`: the
    smallest p of all members before.
    """

    family: str
    method: str
    n: int
    alpha: float
    members: tuple[str, ...]
    unreachable: tuple[str, ...]
    adjusted: float
    smallest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """The expected half width of the t interval of a mean of n values, in standard deviations of one value."""

    n: int
    level: float
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroEvents:
    """Upper 95 % bounds of a rate after 0 events in n participants."""

    n: int
    one_sided: float
    two_sided: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """How many independent participants n with so many lesions each are worth at this intraclass correlation."""

    n: int
    lesions: int
    icc: float
    effective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """The feasibility page as tables, and what they say in words; each n from planned to the last allowed."""

    participants: int
    dropouts: int
    reaches: tuple[Reach, ...]
    zero_events: tuple[ZeroEvents, ...]
    nested: tuple[Nested, ...]
    sentences: tuple[str, ...]
    families: tuple[FamilyReach, ...] = ()
    precision: tuple[Precision, ...] = ()
