"""What a method answers: one frozen Result, the same for every method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Alternative = Literal["two-sided", "greater", "less"]


@dataclass(frozen=True, slots=True)
class Caveat:
    """A warning of a method, by stable code, in one sentence for the report."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Numbers of one analysis with everything needed to judge them. None: not computable, a caveat says why."""

    method: str
    variant: str = ""
    estimate_name: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float | None = None
    attained_level: float | None = None
    statistic_name: str = ""
    statistic: float | None = None
    df: tuple[float, ...] = ()
    p: float | None = None
    alternative: Alternative = "two-sided"
    exact: bool = False
    n_participants: int = 0
    n_units: int = 0
    more: tuple[tuple[str, float | None], ...] = ()
    caveats: tuple[Caveat, ...] = ()
    seed: int | None = None
    draws: int | None = None

    def value(self, name: str) -> float | None:
        """A further number of this Result by its operation id, e.g. `dz` or `epsilon_gg`."""
        return dict(self.more)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a method asks of its data; 0 or None: no limit."""

    times: int = 0
    times_most: int | None = None
    groups: int = 0
    participants: int = 1
    binary: bool = False
