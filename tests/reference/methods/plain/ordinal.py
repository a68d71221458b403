"""Win probability and proportional odds by their definitions."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats


def win_probability(pairs):
    """Estimate and its standard error from ranks, as Munzel & Brunner (2002) write them."""
    n, (before, after) = len(pairs), pairs.T
    together = stats.rankdata(np.concatenate([before, after]))
    first, second = together[:n], together[n:]
    z = (second - stats.rankdata(after)) - (first - stats.rankdata(before))
    estimate = (second.mean() - first.mean()) / (2 * n) + 0.5
    return estimate, np.sqrt(z.var(ddof=1) / n) / n


def proportional_odds(scores, groups):
    """(thresholds, slope) at the maximum of the likelihood, by a general optimiser."""
    levels = np.unique(scores)
    cell = np.searchsorted(levels, scores)

    def minus_loglik(at):
        cuts = np.concatenate([[-np.inf], np.cumsum([at[0], *np.exp(at[1:-1])]), [np.inf]])
        eta = at[-1] * groups
        p = 1 / (1 + np.exp(-(cuts[cell + 1] - eta))) - 1 / (1 + np.exp(-(cuts[cell] - eta)))
        return -np.log(np.maximum(p, 1e-300)).sum()

    start = np.concatenate([[-1.0], np.zeros(len(levels) - 2), [0.0]])
    with np.errstate(over="ignore"):
        found = optimize.minimize(
            minus_loglik,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000},
        )
    return np.cumsum([found.x[0], *np.exp(found.x[1:-1])]), found.x[-1], -found.fun
