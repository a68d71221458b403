"""Looks at one arm and what they do: a boundary that rises with the information, calibrated on a grid, every characteristic exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.designs._kernel.real_beta import beta_below

if TYPE_CHECKING:
    from collections.abc import Sequence

_EDGE = 1e-12
RATES = tuple(percent / 100 for percent in range(50, 100))  # the grid of lambda
POWERS = tuple(part / 20 for part in range(1, 21))  # the grid of gamma


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Something counted in each participant. `null`: its rate where the treatment is not worth going on.

    `fewer`: fewer of them are better. The prior is a Beta with the null rate, worth one participant.
    """

    name: str
    null: float
    fewer: bool = False

    def worse(self, count: int, n: int) -> float:
        """Posterior probability that the rate is no better than the null rate."""
        below = beta_below(self.null + count, 1 - self.null + n - count, self.null)
        return 1 - below if self.fewer else below


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """Looks after so many participants, the last one at the end. `cutoff`: (lambda, gamma).

    At a look with n of N an endpoint fails where Pr(no better than null) > 1 - lambda (n / N)^gamma. The arm stops where
    all endpoints fail, or any one if `any_stops`.
    """

    endpoints: tuple[Endpoint, ...]
    looks: tuple[int, ...]
    cutoff: tuple[float, float]
    any_stops: bool = False

    @property
    def most(self) -> int:
        return self.looks[-1]

    def limit(self, n: int) -> float:
        """The probability of being no better than null above which an endpoint fails."""
        rate, power = self.cutoff
        return float(1 - rate * (n / self.most) ** power)

    def fails(self, endpoint: Endpoint, count: int, n: int) -> bool:
        return endpoint.worse(count, n) > self.limit(n) + _EDGE

    def boundary(self, endpoint: Endpoint) -> tuple[int | None, ...]:
        """For each look the count that fails: the most responses, or the fewest toxicities; None where no count does."""
        return tuple(self._edge(endpoint, n) for n in self.looks)

    def _edge(self, endpoint: Endpoint, n: int) -> int | None:
        failing = [count for count in range(n + 1) if self.fails(endpoint, count, n)]
        if not failing:
            return None
        return min(failing) if endpoint.fewer else max(failing)

    def stops(self, counts: Sequence[int], n: int) -> str:
        """Why the arm stops at this look, in words; empty where it goes on, and at places that are no look."""
        if n not in self.looks:
            return ""
        pairs = zip(self.endpoints, counts, strict=True)
        failed = [each.name for each, count in pairs if self.fails(each, count, n)]
        if not failed or (not self.any_stops and len(failed) < len(self.endpoints)):
            return ""
        return f"after {n} participants {' and '.join(failed)} no longer promising"

    def words(self) -> tuple[str, ...]:
        rate, power = self.cutoff
        which = "any" if self.any_stops and len(self.endpoints) > 1 else "every"
        of = f" for {which} endpoint" if len(self.endpoints) > 1 else ""
        tables = "; ".join(self._told(each) for each in self.endpoints)
        return (
            "The arm is looked at after "
            + ", ".join(map(str, self.looks))
            + f" participants and stops where{of} the posterior probability of a rate no better than the null exceeds"
            f" 1 - {rate:g} (n / {self.most})^{power:g}.",
            f"It stops at {tables}. Not stopped at the last look, the treatment is declared promising.",
        )

    def _told(self, endpoint: Endpoint) -> str:
        word = "at least" if endpoint.fewer else "at most"
        edges = zip(self.looks, self.boundary(endpoint), strict=True)
        rows = [f"{edge} of {n}" for n, edge in edges if edge is not None]
        return f"{endpoint.name} (null {endpoint.null:g}) {word} {', '.join(rows) or 'never'}"


@dataclass(frozen=True, slots=True)
class Arm:
    """Exact: `promising`, the probability of never stopping; `early`, of stopping before the last look; E(participants).

    `stopped`: probability of stopping at each look.
    """

    promising: float
    early: float
    participants: float
    stopped: tuple[float, ...]


def arm(monitoring: Monitoring, cells: Sequence[float]) -> Arm:
    """The characteristics under these true probabilities of one participant's outcome.

    One endpoint: its rate. Two: (both, only the first, only the second, neither).
    """
    going = _begun(monitoring, cells)
    last, stopped = 0, []
    for n in monitoring.looks:
        for _ in range(n - last):
            going = _one_more(going, cells)
        ends = going * _stopping(monitoring, n)
        stopped.append(float(ends.sum()))
        going, last = going - ends, n
    participants = sum(p * n for p, n in zip(stopped, monitoring.looks, strict=True))
    promising = float(going.sum())
    return Arm(
        promising=promising,
        early=float(sum(stopped[:-1])),
        participants=float(participants + promising * monitoring.most),
        stopped=tuple(stopped),
    )


def _begun(monitoring: Monitoring, cells: Sequence[float]) -> np.ndarray:
    """Nobody treated: (count,) of one endpoint or (count, count) of two > probability."""
    if len(cells) != (1 if len(monitoring.endpoints) == 1 else 4):
        raise ValueError("one endpoint has one rate, two have four probabilities")
    if len(cells) == 4 and abs(sum(cells) - 1) > 1e-9:
        raise ValueError("the four probabilities of two endpoints have the sum 1")
    going = np.zeros((monitoring.most + 1,) * len(monitoring.endpoints))
    going.flat[0] = 1.0
    return going


def _one_more(going: np.ndarray, cells: Sequence[float]) -> np.ndarray:
    if going.ndim == 1:
        after = going * (1 - cells[0])
        after[1:] += going[:-1] * cells[0]
        return after
    both, first, second, neither = cells
    after = going * neither
    after[1:, 1:] += going[:-1, :-1] * both
    after[1:, :] += going[:-1, :] * first
    after[:, 1:] += going[:, :-1] * second
    return np.asarray(after)


def _stopping(monitoring: Monitoring, n: int) -> np.ndarray:
    """Whether each count, or pair of counts, stops at this look."""
    fails = []
    for each in monitoring.endpoints:
        edge = monitoring.boundary(each)[monitoring.looks.index(n)]
        counts = np.arange(monitoring.most + 1)
        none = np.zeros(len(counts), np.bool_)
        fails.append(none if edge is None else counts >= edge if each.fewer else counts <= edge)
    if len(fails) == 1:
        return fails[0]
    first, second = fails[0][:, None], fails[1][None, :]
    return np.asarray(first | second if monitoring.any_stops else first & second)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The best boundary of a grid, with its exact type I error and power."""

    monitoring: Monitoring
    error: float
    power: float


def calibrate(
    endpoints: tuple[Endpoint, ...],
    looks: tuple[int, ...],
    null: Sequence[float],
    alternative: Sequence[float],
    alpha: float,
    *,
    any_stops: bool = False,
    rates: Sequence[float] = RATES,
    powers: Sequence[float] = POWERS,
) -> Calibrated | None:
    """The (lambda, gamma) of the grid with the greatest power of those whose type I error is at most alpha.

    On equal power the one that expects fewer participants under the null; None where no pair keeps alpha. Pairs with the
    same boundary are evaluated once.
    """
    best: tuple[tuple[float, float], Calibrated] | None = None
    known: set[tuple[tuple[int | None, ...], ...]] = set()
    for rate in rates:
        for power in powers:
            found = Monitoring(endpoints=endpoints, looks=looks, cutoff=(rate, power), any_stops=any_stops)
            edges = tuple(found.boundary(each) for each in endpoints)
            if edges in known:
                continue
            known.add(edges)
            under_null = arm(found, null)
            if under_null.promising > alpha + _EDGE:
                continue
            gained = arm(found, alternative).promising
            if gained <= _EDGE:  # it always stops: no error, and no use
                continue
            rank = (round(gained, 12), -under_null.participants)
            if best is None or rank > best[0]:
                best = rank, Calibrated(found, under_null.promising, gained)
    return best[1] if best else None
