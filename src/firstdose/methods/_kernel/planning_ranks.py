"""Power of the exact paired tests for normal changes: signed rank and sign test without simulation, sign flip with.

Effects are dz: the mean change in standard deviations of the changes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.binomial import fair_tails
from firstdose.methods._kernel.distributions import binomial_chances, normal_cdf
from firstdose.methods._kernel.exact import convolved
from firstdose.methods._kernel.paired_many import subset_means_of_many
from firstdose.methods._kernel.planning import smallest_effect

if TYPE_CHECKING:
    from firstdose.catalogue.result import Alternative
    from firstdose.methods._kernel.results import Floats

TRIALS = 10_000  # simulated, always the same ones
_WRITTEN = 10  # participants whose arrangements are all written down in a simulated trial
_DRAWN = 1_023  # arrangements of more participants in a simulated trial
_REACH = 9.0  # standard deviations; beyond lies less than 1e-18
_LARGEST_DZ = 64.0
_PANEL, _NODES = 1.5, 20
_MOST_RANKED = 50
_AT_ONCE = 1_000


def _tail(level: float, alternative: Alternative) -> float:
    return (1.0 - level) / 2.0 if alternative == "two-sided" else 1.0 - level


def power_signed_rank(
    n: int, dz: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the exact signed rank test for normal changes with this dz; None for 0 or above 50 participants.

    The largest of j absolute changes has rank j, so the joint distribution of that change and V+ follows from
    the one of j - 1: an integral by Gauss-Legendre panels for each j, and no simulation.
    """
    if not 0 < n <= _MOST_RANKED:
        return None
    if alternative == "less":
        dz = -dz
    chance = convolved(np.arange(1, n + 1))
    rejected = np.cumsum(chance[::-1])[::-1] <= _tail(level, alternative) + 1e-12
    found = _signed_rank_sums(n, float(dz))
    lower = float(found[rejected[::-1]].sum()) if alternative == "two-sided" else 0.0
    return float(found[rejected].sum()) + lower


@lru_cache(maxsize=64)
def _signed_rank_sums(n: int, dz: float) -> Floats:
    """P(V+ = v) of n normal changes with mean dz and standard deviation 1."""
    low, high = max(0.0, abs(dz) - _REACH), abs(dz) + _REACH
    panels = math.ceil((high - low) / _PANEL)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = (high - low) / panels / 2
    x = low + half * (2 * np.arange(panels)[:, None] + nodes + 1)
    rises, falls = (np.exp(-0.5 * (side * x - dz) ** 2) / math.sqrt(2 * math.pi) for side in (1.0, -1.0))
    inside, below = half * _integrals(nodes), np.ones((*x.shape, 1))
    for rank in range(1, n):
        density = _with_next(below, rank, rises, falls)
        before = np.cumsum(half * (weights @ density), axis=0)
        below = inside @ density
        below[1:] += before[:-1, None, :]
    return np.asarray(half * (weights @ _with_next(below, n, rises, falls)).sum(axis=0))


def _with_next(below: Floats, rank: int, rises: Floats, falls: Floats) -> Floats:
    """Density of the largest of `rank` absolute changes at each x, with V+; `below`: that of the others up to x."""
    panels, nodes, sums = below.shape
    density = np.zeros((panels, nodes, sums + rank))
    density[:, :, :-rank] = (rank * falls)[:, :, None] * below
    density[:, :, rank:] += (rank * rises)[:, :, None] * below
    return density


def _integrals(nodes: Floats) -> Floats:
    """Integrals from -1 to each node of the polynomials that are 1 at one node and 0 at the others."""
    basis = np.linalg.inv(np.polynomial.legendre.legvander(nodes, len(nodes) - 1))
    columns = [np.polynomial.legendre.legint(column, lbnd=-1) for column in basis.T]
    return np.array([np.polynomial.legendre.legval(nodes, column) for column in columns]).T


def power_sign_test(
    n: int, dz: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the sign test for normal changes with this dz; None without participants."""
    if n < 1:
        return None
    if alternative == "less":
        dz = -dz
    rises = binomial_chances(n, normal_cdf(dz))
    rejected = np.array([fair_tails(k, n)[1] for k in range(n + 1)]) <= _tail(level, alternative) + 1e-12
    lower = float(rises[rejected[::-1]].sum()) if alternative == "two-sided" else 0.0
    return float(rises[rejected].sum()) + lower


def power_sign_flip(
    n: int, dz: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the exact sign flip test for normal changes with this dz; None without participants.

    Exact where the test rejects one sign pattern a side alone (n up to 6 at .05), else from 10,000 simulated
    trials, always the same ones (standard error at most .005): the test rejects where its lower limit is above 0.
    """
    if n < 1:
        return None
    if alternative == "less":
        dz = -dz
    kept = math.floor(2.0**n * _tail(level, alternative) + 1e-9)
    sides = (dz, -dz) if alternative == "two-sided" else (dz,)
    if kept <= 1:
        return kept * sum(normal_cdf(side) ** n for side in sides)
    limits = _lower_limits(n, _tail(level, alternative))
    return float(sum(np.mean(limits > -side) for side in sides))


@lru_cache(maxsize=64)
def _lower_limits(n: int, tail: float) -> Floats:
    """Lower limits of the sign flip test in simulated trials of n standard normal changes, sorted."""
    changes = np.random.default_rng(n).standard_normal((TRIALS, n))
    if n <= _WRITTEN:
        return np.sort(subset_means_of_many(changes, math.floor(2.0**n * tail + 1e-9))[0])
    kept = np.random.default_rng(n).integers(0, 2, (n, _DRAWN)).astype(np.float64)
    shares = kept / np.maximum(kept.sum(axis=0), 1.0)
    rank = max(0, math.floor((_DRAWN + 1) * tail + 1e-9) - 1)
    blocks = (changes[start : start + _AT_ONCE] @ shares for start in range(0, TRIALS, _AT_ONCE))
    return np.sort(np.concatenate([np.partition(means, rank, axis=1)[:, rank] for means in blocks]))


@lru_cache(maxsize=256)
def detectable_signed_rank(n: int, power: float, level: float = 0.95, k: int = 2) -> float | None:  # noqa: ARG001
    """The smallest dz that the two-sided signed rank test finds with this power; None where none is found."""
    return smallest_effect(lambda dz: power_signed_rank(n, dz, level), power, _LARGEST_DZ)


@lru_cache(maxsize=256)
def detectable_sign_test(n: int, power: float, level: float = 0.95, k: int = 2) -> float | None:  # noqa: ARG001
    """The smallest dz that the two-sided sign test finds with this power; None where none is found."""
    return smallest_effect(lambda dz: power_sign_test(n, dz, level), power, _LARGEST_DZ)


@lru_cache(maxsize=256)
def detectable_sign_flip(n: int, power: float, level: float = 0.95, k: int = 2) -> float | None:  # noqa: ARG001
    """The smallest dz that the two-sided sign flip test finds with this power; None where none is found.

    Above 6 participants it carries the error of the simulation, about one hundredth of a standard deviation.
    """
    return smallest_effect(lambda dz: power_sign_flip(n, dz, level), power, _LARGEST_DZ)
