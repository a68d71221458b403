"""Sums of which every part can take one of several values, all equally likely: signs, orders, labels.

Counted completely while the sums of each half fit into memory, which then meet in the middle; else drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.drawing import LEAST, drawn_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from firstdose.catalogue.result import Alternative, Caveat
    from firstdose.methods._kernel.results import Floats

MOST = 5_000_000  # arrangements that are written down one by one
_HALF = 2_000_000  # sums of one half
_TOGETHER = 720  # choices in one table when sums are drawn
_WORK = 100_000_000  # values looked up
_MOVING = 10  # what putting a value in another place costs, in look-ups
_CHUNK = 4_000_000  # values moved at a time
_SLACK = 1e-11  # what adding up decimals in another order leaves, in parts of the largest sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Tails:
    """P(S <= observed), P(S >= observed), P(|S| >= |observed|) and how they were found."""

    less: float
    greater: float
    both: float
    exact: bool = True
    draws: int | None = None
    seed: int | None = None
    caveats: tuple[Caveat, ...] = ()

    def p(self, alternative: Alternative) -> float:
        """The tail that the alternative asks for."""
        tails = {"less": self.less, "greater": self.greater, "two-sided": self.both}
        return min(1.0, tails[alternative])


def number_of_sums(tables: Sequence[Floats]) -> float:
    """Choices of all parts together; infinite where no float holds it."""
    logarithm = sum(math.log(len(table)) for table in tables)
    return float(math.prod(map(len, tables))) if logarithm < 700 else math.inf


def tails_of_sum(tables: Sequence[Floats], observed: float, draws: int, seed: int) -> Tails:
    """Of the sum of one value from each table: counted where it can be, else drawn."""
    slack = _SLACK * sum(float(np.abs(table).max()) for table in tables)
    parts = _halves(tables)
    if max(number_of_sums(part) for part in parts) <= _HALF:
        return _counted(parts, observed, slack)
    m = affordable(draws, len(tables))
    totals = drawn_totals(_pooled(tables), m, seed)[0]
    return tails_of_draws(totals, observed, slack, seed, draws)


def affordable(asked: int, parts: int) -> int:
    """The draws asked for, or as many as the work allows."""
    return min(asked, max(LEAST, _WORK // max(1, parts) - 1))


def tails_of_all(sums: Floats, observed: float) -> Tails:
    """The share of these sums, which are all there can be."""
    slack = _SLACK * float(np.abs(sums).max())
    less, greater = float((sums <= observed + slack).mean()), float((sums >= observed - slack).mean())
    return Tails(less=less, greater=greater, both=float((np.abs(sums) >= abs(observed) - slack).mean()))


def tails_of_draws(sums: Floats, observed: float, slack: float, seed: int, asked: int) -> Tails:
    """The observed sum is counted among the random ones (Phipson & Smyth 2010)."""
    m = len(sums)
    hits = (sums <= observed + slack, sums >= observed - slack, np.abs(sums) >= abs(observed) - slack)
    less, greater, both = ((int(hit.sum()) + 1) / (m + 1) for hit in hits)
    told = (say.monte_carlo(m, seed, asked),)
    return Tails(less=less, greater=greater, both=both, exact=False, draws=m, seed=seed, caveats=told)


def drawn_tails(
    draw: Callable[[np.random.Generator, int], Floats],
    observed: float,
    largest: float,
    size: int,
    draws: int,
    seed: int,
) -> Tails:
    """Of random sums, `draw(generator, m)` at a time; `size`: values moved for each of them."""
    m, generator = affordable(draws, _MOVING * size), np.random.default_rng(seed)
    step = max(1, _CHUNK // max(1, size))
    sums = np.concatenate([draw(generator, min(step, m - start)) for start in range(0, m, step)])
    return tails_of_draws(sums, observed, _SLACK * largest, seed, draws)


def all_sums(tables: Sequence[Floats]) -> Floats:
    """Every sum of one value from each table."""
    sums = np.zeros(1)
    for table in tables:
        sums = (sums[:, None] + table[None, :]).ravel()
    return sums


def labelled_sums(values: Floats, sizes: Sequence[int], weights: Floats) -> Floats:
    """Sum of weight x value over all ways to tell people to groups of these sizes."""
    reached = {tuple(sizes): [np.zeros(1)]}
    for value in values:
        further: dict[tuple[int, ...], list[Floats]] = {}
        for room, sums in reached.items():
            before = np.concatenate(sums)
            for group in (place for place, left in enumerate(room) if left):
                left = (*room[:group], room[group] - 1, *room[group + 1 :])
                further.setdefault(left, []).append(before + weights[group] * value)
        reached = further
    (sums,) = reached.values()
    return np.concatenate(sums)


def _halves(tables: Sequence[Floats]) -> tuple[list[Floats], list[Floats]]:
    """Two parts with about as many sums each."""
    first: list[Floats] = []
    second: list[Floats] = []
    lead = 0.0
    for table in sorted(tables, key=len, reverse=True):
        (first if lead <= 0 else second).append(table)
        lead += math.log(len(table)) if lead <= 0 else -math.log(len(table))
    return first, second


def _counted(parts: tuple[Sequence[Floats], Sequence[Floats]], observed: float, slack: float) -> Tails:
    first, second = np.sort(all_sums(parts[0])), np.sort(all_sums(parts[1]))
    every = len(first) * len(second)

    def at_most(limit: float) -> int:
        return int(np.searchsorted(second, limit - first, side="right").sum())

    far = abs(observed) - slack
    less, below = at_most(observed + slack), at_most(math.nextafter(observed - slack, -math.inf))
    both = every if far <= 0 else at_most(-far) + every - at_most(math.nextafter(far, -math.inf))
    return Tails(less=less / every, greater=(every - below) / every, both=both / every)


def _pooled(tables: Sequence[Floats]) -> Iterator[Floats]:
    """Small tables made into fewer, larger ones: one random number then stands for several parts."""
    some: list[Floats] = []
    for table in tables:
        if some and number_of_sums([*some, table]) > _TOGETHER:
            yield all_sums(some)[None, :]
            some = []
        some.append(table)
    yield all_sums(some)[None, :]
