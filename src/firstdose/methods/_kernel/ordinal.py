"""Ordinal scores: relative effects of two paired samples, and the proportional odds model of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.distributions import normal_quantile, root

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints

SCORE_NORM = 1e-8
_STEPS = 200
_HALVINGS = 40
_CHUNK = 8_000_000
_FARTHEST = 60.0  # a log odds ratio beyond any
_LEAST = 1e-300


def win_scores(whole: Floats) -> Floats:
    """How much each after beats all befores, less how much its before beats all afters: (m, n, 2) > (m, n).

    In parts of n, ties half. Their mean is 2p - 1, their variance that of the estimate times n (Munzel & Brunner 2002).
    """
    m, n, _ = whole.shape
    step = max(1, _CHUNK // max(1, n * n))
    scores = np.empty((m, n))
    for start in range(0, m, step):
        before, after = whole[start : start + step, :, 0], whole[start : start + step, :, 1]
        wins = np.sign(after[:, :, None] - before[:, None, :])
        scores[start : start + step] = (wins.sum(axis=2) + wins.sum(axis=1)) / (2 * n)
    return scores


def win_scores_of_one(whole: Floats) -> Floats:
    """The same for one data set (n, 2) of any length, by sorting."""
    before, after, n = whole[:, 0], whole[:, 1], len(whole)

    def beaten(x: Floats, others: Floats) -> Ints:
        ordered = np.sort(others)
        low, high = (np.searchsorted(ordered, x, side=side) for side in ("left", "right"))
        return np.asarray(low + high - n, dtype=np.int64)

    return np.asarray((beaten(after, before) - beaten(before, after)) / (2 * n), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """logit P(Y <= j) = thresholds[j] - slope x at the maximum: log-likelihood, its score norm, covariance."""

    thresholds: Floats
    slope: float
    covariance: Floats
    loglik: float
    score_norm: float

    @property
    def se(self) -> float:
        """Of the slope, from the observed information."""
        return math.sqrt(float(self.covariance[-1, -1]))


def count_table(codes: Ints, categories: Ints) -> Floats:
    """Groups x categories."""
    shape = int(codes.max()) + 1, int(categories.max()) + 1
    cells = np.bincount(codes * shape[1] + categories, minlength=shape[0] * shape[1])
    return np.asarray(cells.reshape(shape), dtype=np.float64)


def is_separated(table: Floats) -> bool:
    """No two participants of different groups are in one order, or none in the other: the slope is infinite."""
    higher = table[:, ::-1].cumsum(axis=1)[:, ::-1] - table
    lower = table.cumsum(axis=1) - table
    rises, falls = (
        sum(float(table[x] @ side[x + 1 :].sum(axis=0)) for x in range(len(table) - 1))
        for side in (higher, lower)
    )
    return rises == 0 or falls == 0


def fit_odds(table: Floats, slope: float | None = None) -> Odds | None:
    """Maximum likelihood by Newton steps, x = 0, 1, ... for the groups; with a fixed `slope`, of the thresholds.

    None where the score norm does not fall below 1e-8.
    """
    free = slope is None
    share = table.sum(axis=0).cumsum()[:-1] / table.sum()
    centre = float(table.sum(axis=1) @ np.arange(len(table)) / table.sum())
    start = slope or 0.0
    at = np.append(np.log(share / (1 - share)) + start * centre, start)
    value, score, information = _likelihood(table, at)
    used = slice(None) if free else slice(0, -1)
    for _ in range(_STEPS):
        norm = float(np.linalg.norm(score[used]))
        if norm < SCORE_NORM:
            covariance = np.asarray(np.linalg.inv(information[used, used]), dtype=np.float64)
            return Odds(
                thresholds=at[:-1], slope=float(at[-1]), covariance=covariance, loglik=value, score_norm=norm
            )
        step = np.zeros_like(at)
        step[used] = np.linalg.solve(information[used, used], score[used])
        for _ in range(_HALVINGS):
            found = _likelihood(table, at + step)
            if found[0] >= value - 1e-12 * abs(value):
                break
            step /= 2
        at, (value, score, information) = at + step, found
        if abs(at[-1]) > _FARTHEST:
            return None
    return None


def _likelihood(table: Floats, at: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, score and observed information; minus infinity where thresholds are out of order.

    A cell has the probability F(a) - F(b), a and b its upper and lower threshold less slope x.
    """
    g, j = table.shape
    if (np.diff(at[:-1]) <= 0).any():
        return -math.inf, np.zeros(j), np.eye(j)
    eta = np.clip(at[None, :-1] - at[-1] * np.arange(g)[:, None], -_FARTHEST * g, _FARTHEST * g)
    F = np.hstack([np.zeros((g, 1)), 1 / (1 + np.exp(-eta)), np.ones((g, 1))])
    density = F * (1 - F)
    curve = density * (1 - 2 * F)
    P = np.maximum(np.diff(F, axis=1), _LEAST)
    value = float((table[table > 0] * np.log(P[table > 0])).sum())
    up, down = density[:, 1:] / P, density[:, :-1] / P
    bends = curve[:, 1:] / P - up**2, -curve[:, :-1] / P - down**2, up * down
    score, information = np.zeros(j), np.zeros((j, j))
    for x in range(g):
        upper, lower = _dependence(j, x)
        score += (table[x] * up[x]) @ upper - (table[x] * down[x]) @ lower
        a, b, both = ((table[x] * bend[x])[:, None] for bend in bends)
        mixed = upper.T @ (both * lower)
        information -= upper.T @ (a * upper) + lower.T @ (b * lower) + mixed + mixed.T
    return value, score, information


def _dependence(j: int, x: int) -> tuple[Floats, Floats]:
    """How the upper and the lower end of each cell move with thresholds and slope."""
    upper, lower = np.zeros((j, j)), np.zeros((j, j))
    upper[:-1, :-1] = lower[1:, :-1] = np.eye(j - 1)
    upper[:-1, -1] = lower[1:, -1] = -x
    return upper, lower


def profile_limits(table: Floats, best: Odds, level: float) -> tuple[float, float] | tuple[None, None]:
    """Slopes whose likelihood ratio reaches the chi-squared quantile, on either side."""
    quantile = normal_quantile(1 - (1 - level) / 2) ** 2

    def excess(slope: float) -> float:
        found = fit_odds(table, slope)
        return math.inf if found is None else 2 * (best.loglik - found.loglik) - quantile

    limits = []
    for side in (-1.0, 1.0):
        reach = 2 * best.se
        while excess(best.slope + side * reach) < 0 and reach < _FARTHEST:
            reach *= 1.5
        if not 0 < excess(best.slope + side * reach) < math.inf:
            return None, None
        limits.append(root(excess, *sorted((best.slope, best.slope + side * reach))))
    return limits[0], limits[1]
