"""Lesions in participants: values become blocks of lesion (or participant) means and what is left within them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.ascent import REACHED, climb, invert_free
from firstdose.methods._kernel.mixed.by_time import compress_by_time
from firstdose.methods._kernel.mixed.compiling import compiled, opened
from firstdose.methods._kernel.mixed.components import Blocks, Desk, room_to_blocks, room_to_desk
from firstdose.methods._kernel.mixed.small import copy, copy_matrix

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints


class Manner(NamedTuple):
    """Whether lesions, and participants from time to time, vary at random; which information; zero known or not."""

    lesions: bool
    by_time: bool
    observed: bool
    known_zero: bool


class ComponentFits(NamedTuple):
    """m answers: coefficients, their covariances before and after adjustment, P, W, the components.

    `told`: status, steps, score length, -2 log likelihood without its constant, values, rows that carry any,
    1 where the observed information had no inverse and the expected one was taken.
    """

    b: Floats
    Phi: Floats
    adjusted: Floats
    P: Floats
    W: Floats
    theta: Floats
    exists: Floats
    told: Floats


def empty_fits(m: int, p: int, q: int) -> ComponentFits:
    """NaN until a fit is reached."""
    return ComponentFits(
        b=np.full((m, 1, p), np.nan),
        Phi=np.full((m, 1, p, p), np.nan),
        adjusted=np.full((m, 1, p, p), np.nan),
        P=np.full((m, 1, q, p, p), np.nan),
        W=np.full((m, q, q), np.nan),
        theta=np.full((m, q), np.nan),
        exists=np.zeros((m, 1, p)),
        told=np.zeros((m, 7)),
    )


def fit_blocks(of: Blocks, *, observed: bool = False, known_zero: bool = False) -> ComponentFits:
    """Any model with V linear in its components, one data set. Rows of `of` are those of its blocks."""
    q, rows, largest = of.G.shape
    p = of.X.shape[1]
    out = empty_fits(1, p, q)
    manner = Manner(lesions=False, by_time=False, observed=observed, known_zero=known_zero)
    _fit_one(0, of, room_to_desk(rows, rows, max(largest, q), p, q), manner, out)
    return out


def fit_nested(
    y: Floats,
    group: Ints,
    unit: Ints,
    groups: int,
    *,
    lesions: bool,
    by_time: bool = False,
    observed: bool = False,
    known_zero: bool = False,
) -> ComponentFits:
    """m data sets (m, N, k), rows sorted by `unit` (N,); cell means of `group` (N,) by time; random lesion or not.

    `by_time`, with lesions: what lesions of a participant share at one time varies as well.
    `known_zero`: a variance estimated as zero counts as known in W, else as estimated.
    """
    m, N, k = y.shape
    p, q = groups * k, 2 + lesions + by_time
    largest = int(np.bincount(unit).max()) if lesions or k == 1 else 1
    rows = N
    if by_time:
        largest, rows = largest * k, N * k
    of, desk = room_to_blocks(rows, largest, p, q), room_to_desk(2 * N, rows, max(largest, q), p, q)
    out = empty_fits(m, p, q)
    _fit_many(y, group, unit, Manner(lesions, by_time, observed, known_zero), of, desk, out)
    return out


@opened
def _fit_many(
    y: Floats,
    group: Ints,
    unit: Ints,
    manner: Manner,
    of: Blocks,
    desk: Desk,
    out: ComponentFits,
) -> None:
    for i in range(len(y)):
        if manner.by_time:
            compress_by_time(y[i], group, unit, desk.rest[0, : y.shape[2]], of)
        else:
            _compress(y[i], group, unit, manner, of)
        _fit(i, of, desk, manner, out)


@opened
def _fit_one(i: int, of: Blocks, desk: Desk, manner: Manner, out: ComponentFits) -> None:
    _fit(i, of, desk, manner, out)


@compiled
def _fit(i: int, of: Blocks, desk: Desk, manner: Manner, out: ComponentFits) -> None:
    """One data set: start, climb, keep."""
    status, steps, norm, deviance = climb(of, desk)
    copy(of.exists, out.exists[i, 0])
    told = out.told[i]
    told[0] = status
    told[1] = steps
    told[2] = norm
    told[3] = deviance
    told[4] = of.counts[2]
    told[5] = of.counts[3]
    if status == REACHED:
        told[6] = _inverse_information(desk, manner, out.W[i])
        _keep(i, desk, out)


@compiled
def _inverse_information(desk: Desk, manner: Manner, W: Floats) -> float:
    """W; 1 where the observed information was asked for and has no inverse, so the expected one was taken."""
    q = len(desk.theta)
    n = 0
    for j in range(q):
        if not manner.known_zero or desk.theta[j] != 0.0:
            desk.free[n] = j
            n += 1
    instead = 0.0
    singular = np.nan
    if manner.observed:
        singular = invert_free(desk.observed, n, desk)
    if np.isnan(singular):
        instead = 1.0 if manner.observed else 0.0
        invert_free(desk.expected, n, desk)
    W[:] = 0.0
    for a in range(n):
        for b in range(n):
            W[desk.free[a], desk.free[b]] = desk.W[a, b]
    return instead


@compiled
def _keep(i: int, desk: Desk, out: ComponentFits) -> None:
    """Copies, and Phi_A = Phi + 2 Phi [sum W_jk (Q_jk - P_j Phi P_k)] Phi."""
    copy(desk.theta, out.theta[i])
    copy(desk.b, out.b[i, 0])
    copy_matrix(desk.Phi, out.Phi[i, 0])
    for j in range(len(desk.theta)):
        copy_matrix(desk.P[j], out.P[i, 0, j])
    p = len(desk.b)
    K, half, W = desk.XMX, desk.F[0], out.W[i]
    K[:] = 0.0
    for j in range(len(W)):
        for h in range(len(W)):
            later, earlier = max(j, h), min(j, h)
            for v in range(p):
                for w in range(p):
                    total = 0.5 * (desk.Q[later, earlier, v, w] + desk.Q[later, earlier, w, v])
                    K[v, w] += W[j, h] * total
            _less_product(desk.P[j], desk.Phi, desk.P[h], W[j, h], half, K)
    _congruent_sum(desk.Phi, K, half, out.adjusted[i, 0])


@compiled
def _less_product(left: Floats, Phi: Floats, right: Floats, weight: float, half: Floats, K: Floats) -> None:
    """K -= weight x left Phi right."""
    p = len(K)
    for v in range(p):
        for w in range(p):
            total = 0.0
            for r in range(p):
                total += Phi[v, r] * right[r, w]
            half[v, w] = total
    for v in range(p):
        for w in range(p):
            total = 0.0
            for r in range(p):
                total += left[v, r] * half[r, w]
            K[v, w] -= weight * total


@compiled
def _congruent_sum(Phi: Floats, K: Floats, half: Floats, out: Floats) -> None:
    """out = Phi + 2 Phi K Phi."""
    p = len(K)
    for v in range(p):
        for w in range(p):
            total = 0.0
            for r in range(p):
                total += K[v, r] * Phi[r, w]
            half[v, w] = total
    for v in range(p):
        for w in range(p):
            total = 0.0
            for r in range(p):
                total += Phi[v, r] * half[r, w]
            out[v, w] = Phi[v, w] + 2.0 * total


@compiled
def _compress(y: Floats, group: Ints, unit: Ints, manner: Manner, of: Blocks) -> None:
    """Rows of the blocks: root of the number times the mean; what is left within them is spare."""
    k, p = y.shape[1], of.X.shape[1]
    of.X[:] = 0.0
    of.y[:] = 0.0
    of.spare[:] = 0.0
    of.exists[:] = 0.0
    of.counts[:] = 0
    row = -1
    block = -1
    for i in range(len(y)):
        values = 0
        for t in range(k):
            values += 0 if np.isnan(y[i, t]) else 1
        if values == 0:
            continue
        of.counts[3] += 1
        fresh = block < 0 or of.counts[1] != unit[i]
        if fresh:
            block += 1
            of.counts[1] = unit[i]  # for now, whose block it is
            of.start[block] = row + 1
        if fresh or manner.lesions or k == 1:
            row += 1
        _add(y[i], group[i] * k, of, row)
    of.start[block + 1] = row + 1
    of.counts[0] = block + 1
    of.counts[1] = of.counts[2] - (row + 1)
    _finish(row + 1, manner, p, of)


@compiled
def _add(values: Floats, first: int, of: Blocks, row: int) -> None:
    """Sums of one lesion into its row and the cross-products."""
    p = of.X.shape[1]
    for t in range(len(values)):
        if not np.isnan(values[t]):
            j = first + t
            of.counts[2] += 1
            of.exists[j] = 1.0
            of.X[row, j] += 1.0
            of.y[row] += values[t]
            of.spare[j, j] += 1.0
            of.spare[j, p] += values[t]
            of.spare[p, p] += values[t] ** 2


@compiled
def _finish(rows: int, manner: Manner, p: int, of: Blocks) -> None:
    """From sums to root-weighted means, their G, and cross-products within."""
    for block in range(of.counts[0]):
        first = of.start[block]
        n = of.start[block + 1] - first
        for s in range(n):
            for t in range(n):
                one, other = _size(of.X[first + s]), _size(of.X[first + t])
                of.G[0, first + s, t] = math.sqrt(one * other)
                of.G[1, first + s, t] = 0.0
                of.G[-1, first + s, t] = 1.0 if s == t else 0.0
            if manner.lesions:
                of.G[1, first + s, s] = _size(of.X[first + s])
    for row in range(rows):
        size = _size(of.X[row])
        for j in range(p):
            of.X[row, j] /= math.sqrt(size)
        of.y[row] /= math.sqrt(size)
        for j in range(p):
            of.spare[j, p] -= of.X[row, j] * of.y[row]
            for i in range(p):
                of.spare[i, j] -= of.X[row, i] * of.X[row, j]
        of.spare[p, p] -= of.y[row] ** 2


@compiled
def _size(row: Floats) -> float:
    total = 0.0
    for j in range(len(row)):
        total += row[j]
    return total
