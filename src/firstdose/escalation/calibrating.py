"""A stopping boundary before it is chosen: what each level of it costs, and the best of all that never fall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from firstdose.catalogue import load
from firstdose.designs._kernel.boundary import Stopping, characteristics, told
from firstdose.escalation.planned import stop_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.designs._kernel.boundary import Bounds
    from firstdose.protocol.model import PlannedStop

ALPHAS = (0.01, 0.025, 0.05, 0.10, 0.15, 0.20)
RATES = (0.05, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50)
MOST = 16  # participants up to which every boundary is looked at
_ALLOWANCE = 1e-12
Aim = Literal["power", "participants"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A boundary of one kind at one level: its words, and the probability of stopping under each rate."""

    alpha: float
    bounds: Bounds
    stops: tuple[float, ...]

    @property
    def words(self) -> str:
        return told(self.bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best boundary under its limits; `acceptable`, `toxic`: its characteristics under both rates.

    `considered`: how many boundaries that differ in what they do kept the level.
    """

    bounds: Bounds
    acceptable: Stopping
    toxic: Stopping
    considered: int

    @property
    def words(self) -> str:
        return told(self.bounds)


def calibrate(
    planned: PlannedStop, most: int, rates: Sequence[float] = RATES, alphas: Sequence[float] = ALPHAS
) -> tuple[Calibrated, ...]:
    """The declared kind of boundary at each level alpha; empty where this kind has no such key.

    Raises:
        ValueError: words that do not go together.
    """
    entry = load("designs.stopping").get(planned.rule)
    if entry is None or "alpha" not in {key.name for key in entry.keys}:
        return ()
    rows = []
    for alpha in alphas:
        options = dict(planned.options) | {"alpha": f"{alpha:g}"}
        bounds = bounds_of(replace(planned, options=tuple(options.items())), most)
        stops = tuple(characteristics(bounds, rate).stop for rate in rates)
        rows.append(Calibrated(alpha=alpha, bounds=bounds, stops=stops))
    return tuple(rows)


def bounds_of(planned: PlannedStop, most: int) -> Bounds:
    """The boundary of a planned rule as a row, place n for n participants."""
    stop = stop_of(planned, most)
    return (None, *(stop.boundary(n) for n in range(1, most + 1)))


def key_of(planned: PlannedStop, name: str) -> float | None:
    """A number that the rule says, or its declared default; None where it has none."""
    entry = load("designs.stopping")[planned.rule]
    word = words_of(entry.keys, dict(planned.options)).get(name)
    return float(word) if word else None


def best_boundary(
    most: int, acceptable: float, alpha: float, toxic: float, power: float = 0.0, aim: Aim = "power"
) -> Best | None:
    """The best of all boundaries that never fall and stop with at most `alpha` under the acceptable rate.

    `aim`: `power`, the surest stop under the toxic rate; or `participants`, the fewest expected under it among those that
    stop with at least `power`. Of equals the other aim decides. Looked at after each participant. None where `power`
    cannot be reached.

    What a boundary does after n participants depends only on whether the lowest count that no path has passed so far
    stops there, so every boundary that never falls is one of 2^most rows of yes and no; rows that spend more than
    `alpha` are left as soon as they do.

    Raises:
        ValueError: more than `MOST` participants, or rates out of order.
    """
    if not (1 <= most <= MOST and 0 < acceptable < toxic < 1 and 0 < alpha < 1):
        raise ValueError(f"1 to {MOST} participants and rates 0 < acceptable < toxic < 1 are needed.")
    rows = _Rows.start(most)
    for n in range(1, most + 1):
        rows = rows.after(n, acceptable, toxic, alpha)
    stops = np.round(rows.stopped[:, 1], 12)
    spent = np.round(most * (1 - rows.stopped[:, 1]) + rows.participants, 12)
    strong = np.flatnonzero(stops >= power - _ALLOWANCE)
    if len(strong) == 0:
        return None
    order = np.lexsort([spent[strong], -stops[strong]] if aim == "power" else [-stops[strong], spent[strong]])
    bounds = _bounds(rows.stops_at[strong[order[0]]])
    return Best(
        bounds=bounds,
        acceptable=characteristics(bounds, acceptable),
        toxic=characteristics(bounds, toxic),
        considered=len(rows.next),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Boundaries begun: the count that stops next, where they stop, what is still alive under both rates."""

    next: np.ndarray
    stops_at: np.ndarray
    alive: np.ndarray
    stopped: np.ndarray
    participants: np.ndarray

    @classmethod
    def start(cls, most: int) -> _Rows:
        alive = np.zeros((1, 2, most + 2))
        alive[0, :, 0] = 1
        return cls(
            np.ones(1, np.int64), np.zeros((1, most + 1), np.bool_), alive, np.zeros((1, 2)), np.zeros(1)
        )

    def after(self, n: int, acceptable: float, toxic: float, alpha: float) -> _Rows:
        """One participant more: each row goes on without a stop here, and with one where the level allows it."""
        rate = np.array([acceptable, toxic])[None, :, None]
        alive = self.alive * (1 - rate)
        alive[:, :, 1:] += self.alive[:, :, :-1] * rate
        here = alive[np.arange(len(alive)), :, self.next]
        may = self.stopped[:, 0] + here[:, 0] <= alpha + _ALLOWANCE
        kept = alive[may].copy()
        kept[np.arange(len(kept)), :, self.next[may]] = 0
        stops_at = self.stops_at[may].copy()
        stops_at[:, n] = True
        return _Rows(
            np.concatenate([self.next + 1, self.next[may]]),
            np.concatenate([self.stops_at, stops_at]),
            np.concatenate([alive, kept]),
            np.concatenate([self.stopped, (self.stopped + here)[may]]),
            np.concatenate([self.participants, (self.participants + n * here[:, 1])[may]]),
        )


def _bounds(stops_at: np.ndarray) -> Bounds:
    """A row of yes and no as counts; where it does not stop, the count that nobody can have."""
    bounds: list[int | None] = [None]
    count = 1
    for n in range(1, len(stops_at)):
        count += not stops_at[n]
        bounds.append(count if count <= n else None)
    return tuple(bounds)
