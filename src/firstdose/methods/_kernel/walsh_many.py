"""The shifts that the signed rank test does not reject, for many data sets at once.

Of a shift half-way between neighbouring Walsh averages g lie below it, so the doubled ranks of the negative shifted
differences sum to 2 g: p is the share of subsets of the doubled ranks whose sum is no larger. From below, g is small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.paired_many import blocks, distinct, ranks_of_many
from firstdose.methods._kernel.walsh import first_kept_without_ties, left_out, shifts_left_out, unlimited

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints

MOST = 30  # participants for whom every shift is tried


def exact_intervals(whole: Ints, level: float) -> Floats | None:
    """`walsh.exact_interval` of each row (m, n): low, high, attained, shape (3, m). None: unlimited, whatever the row."""
    m, n = whole.shape
    alpha = left_out(level)
    if unlimited(n, level):
        return None
    ordered, found = np.sort(whole, axis=1), np.empty((3, m))
    first, second = np.triu_indices(n)
    for block in blocks(m, n * (n + 1)):
        some = ordered[block]
        sums = np.sort(some[:, first] + some[:, second], axis=1)
        low, below = _first_kept(some, sums, alpha)
        high, above = _first_kept(-some[:, ::-1], -sums[:, ::-1], alpha)
        found[:, block] = low, -high, 1.0 - below - above
    return found


def _first_kept(ordered: Ints, sums: Ints, alpha: float) -> tuple[Floats, Floats]:
    """The lowest shift kept in each row, and the largest one-sided p below it."""
    limits, rejected = first_kept_without_ties(sums, ordered.shape[1], alpha)
    found, p = limits.astype(np.float64), rejected
    tied = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
    found[tied], p[tied] = _tried(ordered[tied], sums[tied], alpha)
    return found, p


def _tried(ordered: Ints, sums: Ints, alpha: float) -> tuple[Floats, Floats]:
    """As many shifts at a time as would be left out without ties."""
    m, pairs = sums.shape
    limits, rejected = np.full(m, np.nan), np.zeros(m)
    left, step = np.arange(m), shifts_left_out(ordered.shape[1], alpha) + 1
    for start in range(0, pairs + 1, step):
        p = _p_of_shifts(ordered[left], sums[left], np.arange(start, min(start + step, pairs + 1)))
        kept = p > alpha
        here, at = np.asarray(kept.any(axis=1)), kept.argmax(axis=1)
        before = np.where((np.arange(p.shape[1]) < at[:, None]) | ~here[:, None], p, 0.0)
        rejected[left] = np.maximum(rejected[left], before.max(axis=1))
        limits[left[here]] = sums[left[here], start + at[here] - 1]
        left = left[~here]
        if not len(left):
            break
    return limits, rejected


def _p_of_shifts(ordered: Ints, sums: Ints, below: Ints) -> Floats:
    """P(V+ >= observed) with so many Walsh averages below the shift (m, shifts); 0 where no shift has so many."""
    ends = np.concatenate([sums[:, :1] - 1, sums, sums[:, -1:] + 1], axis=1)
    p = np.zeros((len(sums), len(below)))
    real = (ends[:, below] < ends[:, below + 1]) | (below == 0)
    rows, shifts = np.nonzero(real)
    g = below[shifts]
    moved = 4 * ordered[rows] - (ends[rows, g] + ends[rows, g + 1])[:, None]
    p[rows, shifts] = _share_of_subsets(ranks_of_many(np.abs(moved)), 2 * g)
    return p


def _share_of_subsets(weights: Ints, most: Ints) -> Floats:
    """The share of all subsets of each row of weights whose sum is at most this."""
    patterns, which = distinct(np.sort(weights, axis=1))
    width = int(most.max(initial=0)) + 1
    reached = np.empty((len(patterns), width))
    for block in blocks(len(patterns), 4 * width):
        reached[block] = np.cumsum(_counts(patterns[block], width), axis=1)
    found: Floats = reached[which, most] / 2.0 ** weights.shape[1]
    return found


def _counts(weights: Ints, width: int) -> Floats:
    """How many subsets of each row of weights have the sum 0, 1, ..., width - 1."""
    m, n = weights.shape
    # Sums from 0; left of them zeros, from which a weight that is too large counts.
    counts = np.zeros((m, 2 * width))
    counts[:, width] = 1.0
    places = np.arange(width, 2 * width)
    for i in range(n):
        moved = places - np.minimum(weights[:, i, None], width)
        counts[:, width:] += np.take_along_axis(counts, moved, axis=1)
    return counts[:, width:]
