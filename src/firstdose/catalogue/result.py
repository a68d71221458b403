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
class Effect:
    """One line of a Result that has several: a test of a factor, a contrast, a mean, a variance component.

    `name` is made of the names of the layout: `time`, `dose:time`, `M6 - BL`, `M6`, `DL1 M6`, `participant`.
    """

    name: str
    kind: Literal["test", "contrast", "mean", "component"]
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    statistic_name: str = ""
    statistic: float | None = None
    df: tuple[float, ...] = ()
    p: float | None = None
    more: tuple[tuple[str, float | None], ...] = ()

    def value(self, name: str) -> float | None:
        """A further number of this line by its operation id, e.g. `epsilon_gg`."""
        return dict(self.more)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Numbers of one analysis with everything needed to judge them. None: not computable, a caveat says why.

    The numbers at the top are the headline; `effects` has all lines where a method answers several questions.
    """

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
    effects: tuple[Effect, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    seed: int | None = None
    draws: int | None = None

    def value(self, name: str) -> float | None:
        """A further number of this Result by its operation id, e.g. `dz` or `epsilon_gg`."""
        return dict(self.more)[name]

    def effect(self, name: str) -> Effect:
        """The line of that name.

        Raises:
            LookupError: there is none.
        """
        for effect in self.effects:
            if effect.name == name:
                return effect
        raise LookupError(
            f"{self.method} has no effect {name!r}, only {[each.name for each in self.effects]}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a method asks of its data; 0 or None: no limit."""

    times: int = 0
    times_most: int | None = None
    groups: int = 0
    participants: int = 1
    binary: bool = False
