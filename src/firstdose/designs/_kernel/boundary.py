"""Stopping boundaries over counts: so many events after so many participants; their characteristics by recursion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.catalogue.rule import State

Bounds = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBoundary:
    """Dosing rests once the events reach `bounds[n]` of n participants (None: never there).

    `pooled`: over all levels, else at each level by itself.
    """

    bounds: Bounds
    sentences: tuple[str, ...]
    pooled: bool = True

    def boundary(self, n: int) -> int | None:
        """Fewest events that halt after n participants; beyond the table its last row holds on."""
        return self.bounds[min(n, len(self.bounds) - 1)]

    def holds(self, state: State) -> str:
        pairs = (
            [(state.total, state.events)]
            if self.pooled
            else list(zip(state.participants, state.dlts, strict=True))
        )
        for n, y in pairs:
            least = self.boundary(n) if n else None
            if least is not None and y >= least:
                return f"{y} of {n} participants with an event; the boundary there is {least}"
        return ""

    def words(self) -> tuple[str, ...]:
        return self.sentences


@dataclass(frozen=True, slots=True)
class Stopping:
    """P(stop), expected participants and expected events of a boundary under one true rate, exact."""

    stop: float
    participants: float
    events: float


def characteristics(bounds: Sequence[int | None], rate: float) -> Stopping:
    """One participant after the other, looked at after each."""
    alive = {0: 1.0}
    stop = participants = events = 0.0
    last = len(bounds) - 1
    for n in range(1, last + 1):
        after: dict[int, float] = {}
        for y, p in alive.items():
            after[y] = after.get(y, 0.0) + p * (1 - rate)
            after[y + 1] = after.get(y + 1, 0.0) + p * rate
        least = bounds[n]
        ended = {y: p for y, p in after.items() if least is not None and y >= least}
        stop += sum(ended.values())
        done = ended if n < last else after
        participants += n * sum(done.values())
        events += sum(y * p for y, p in done.items())
        alive = {y: p for y, p in after.items() if y not in ended}
    return Stopping(stop, participants, events)


def monotone(bounds: Sequence[int | None]) -> Bounds:
    """A boundary that needs more events than there are participants halts nowhere."""
    return tuple(None if b is None or b > n else b for n, b in enumerate(bounds))


def calibrated(
    make: Callable[[float], Bounds], levels: Sequence[float], rate: float, alpha: float
) -> tuple[float, Bounds] | None:
    """The last of the levels, from strict to loose, whose boundary stops with at most alpha under the rate."""
    found = None
    for level in levels:
        bounds = make(level)
        if characteristics(bounds, rate).stop > alpha + 1e-12:
            break
        found = level, bounds
    return found


@cache
def binomial_tail(n: int, rate: float, y: int) -> float:
    """Pr(Bin(n, rate) >= y), from the shorter side."""
    return sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(y, n + 1))


def told(bounds: Bounds) -> str:
    """`2 of 2 to 5, 3 of 6`."""
    runs: list[list[int]] = []
    for n, b in enumerate(bounds):
        if b is None:
            continue
        if runs and runs[-1][0] == b and runs[-1][2] == n - 1:
            runs[-1][2] = n
        else:
            runs.append([b, n, n])
    parts = [f"{b} of {first}" if first == last else f"{b} of {first} to {last}" for b, first, last in runs]
    return ", ".join(parts) or "none can be reached"


def halting(bounds: Bounds, counts: str, sentence: str) -> CountBoundary:
    """The rule of a boundary; `counts`: `all` levels together or `each` by itself."""
    where = "over all levels" if counts == "all" else "at each level by itself"
    return CountBoundary(
        bounds=bounds,
        pooled=counts == "all",
        sentences=(
            f"Dosing rests for a review once the events counted {where} reach the boundary: {told(bounds)}.",
            sentence,
        ),
    )


def at_rate(bounds: Bounds, rate: float) -> str:
    """The exact probability of stopping under the acceptable rate, in words."""
    stop = characteristics(bounds, rate).stop
    return (
        f"Looked at after each of {len(bounds) - 1} participants it halts with probability {stop:.4f}"
        f" if the true rate is {rate:g}"
    )
