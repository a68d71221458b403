"""Variance components: V = sum theta_j G_j, one block a participant, and its restricted likelihood.

Values that only the residual variance moves may be given as their cross-products: `spare` (p + 1, p + 1) of [X y]
and the number of such values. The last component is the residual, with G = I.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled
from firstdose.methods._kernel.mixed.small import inverse

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints


class Blocks(NamedTuple):
    """Rows X (N, p), y (N,) by block; G (q, N, largest): row i of block c in columns 0 to its size.

    `start` (blocks + 1). `counts`: blocks, spare values, values in all, lesions. `signed` (q,): 1 for a covariance,
    which may be negative.
    """

    X: Floats
    y: Floats
    G: Floats
    start: Ints
    spare: Floats
    counts: Ints
    exists: Floats
    signed: Floats


class Desk(NamedTuple):
    """What is overwritten at every evaluation; A = M X, MG = M G_j of one block, Q (q, q, p, p)."""

    theta: Floats
    trial: Floats
    step: Floats
    score: Floats
    observed: Floats
    expected: Floats
    W: Floats
    free: Ints
    V: Floats
    M: Floats
    MG: Floats
    A: Floats
    GA: Floats
    rest: Floats
    XMX: Floats
    XMy: Floats
    Phi: Floats
    b: Floats
    P: Floats
    Q: Floats
    F: Floats
    u: Floats
    low: Floats


def room_to_blocks(rows: int, largest: int, p: int, q: int) -> Blocks:
    """Empty rooms for at most so many rows."""
    return Blocks(
        X=np.zeros((rows, p)),
        y=np.zeros(rows),
        G=np.zeros((q, rows, largest)),
        start=np.zeros(rows + 1, np.int64),
        spare=np.zeros((p + 1, p + 1)),
        counts=np.zeros(4, np.int64),
        exists=np.ones(p),
        signed=np.zeros(q),
    )


def room_to_desk(blocks: int, rows: int, largest: int, p: int, q: int) -> Desk:
    """Empty rooms for at most so many blocks and rows."""
    most = max(largest, p, q)
    return Desk(
        theta=np.zeros(q),
        trial=np.zeros(q),
        step=np.zeros(q),
        score=np.zeros(q),
        observed=np.zeros((q, q)),
        expected=np.zeros((q, q)),
        W=np.zeros((q, q)),
        free=np.zeros(q, np.int64),
        V=np.zeros((largest, largest)),
        M=np.zeros((blocks, largest, largest)),
        MG=np.zeros((q, largest, largest)),
        A=np.zeros((rows, p)),
        GA=np.zeros((q, largest, p)),
        rest=np.zeros((q + 2, max(largest, p))),
        XMX=np.zeros((p, p)),
        XMy=np.zeros(p),
        Phi=np.zeros((p, p)),
        b=np.zeros(p),
        P=np.zeros((q, p, p)),
        Q=np.zeros((q, q, p, p)),
        F=np.zeros((q, p, p)),
        u=np.zeros((q, p)),
        low=np.zeros((most, most)),
    )


@compiled
def evaluate(theta: Floats, of: Blocks, desk: Desk) -> float:
    """-2 log restricted likelihood without its constant, NaN outside the parameters; fills score and informations."""
    desk.score[:] = 0.0
    desk.observed[:] = 0.0
    desk.P[:] = 0.0
    desk.Q[:] = 0.0
    desk.u[:] = 0.0
    total = _spare(theta[-1], of, desk)
    for c in range(of.counts[0]):
        determinant = _block(c, theta, of, desk)
        if np.isnan(determinant):
            return np.nan
        total += determinant
    determinant = _solve(of, desk)
    if np.isnan(determinant):
        return np.nan
    total += determinant
    for j in range(len(theta)):
        for i in range(j + 1):
            desk.expected[j, i] = desk.observed[j, i]
            desk.observed[j, i] = -desk.observed[j, i]
    for c in range(of.counts[0]):
        total += _residuals(c, of, desk)
    total += _spare_residuals(theta[-1], of, desk)
    _traces(desk)
    return total


@compiled
def _spare(residual: float, of: Blocks, desk: Desk) -> float:
    """What the residual variance alone moves: M = I / residual."""
    p, last, n = of.X.shape[1], len(desk.theta) - 1, of.counts[1]
    if not residual > 0.0:
        return np.nan
    for i in range(p):
        desk.XMy[i] = of.spare[i, p] / residual
        for j in range(p):
            desk.XMX[i, j] = of.spare[i, j] / residual
            desk.P[last, i, j] = -of.spare[i, j] / residual**2
            desk.Q[last, last, i, j] = of.spare[i, j] / residual**3
    desk.score[last] = -0.5 * n / residual
    desk.observed[last, last] = 0.5 * n / residual**2
    return float(n * math.log(residual))


@compiled
def _block(c: int, theta: Floats, of: Blocks, desk: Desk) -> float:
    """Adds X'MX, X'My, P_j, Q_jk, traces; answers the log determinant of one block."""
    first, n, p, q = of.start[c], of.start[c + 1] - of.start[c], of.X.shape[1], len(theta)
    for s in range(n):
        for t in range(n):
            desk.V[s, t] = 0.0
            for j in range(q):
                desk.V[s, t] += theta[j] * of.G[j, first + s, t]
    M = desk.M[c]
    determinant = inverse(desk.V, n, M, desk.low)
    if np.isnan(determinant):
        return np.nan
    for s in range(n):
        for i in range(p):
            total = 0.0
            for t in range(n):
                total += M[s, t] * of.X[first + t, i]
            desk.A[first + s, i] = total
    for s in range(n):
        for i in range(p):
            desk.XMy[i] += desk.A[first + s, i] * of.y[first + s]
            for j in range(p):
                desk.XMX[i, j] += desk.A[first + s, i] * of.X[first + s, j]
    for j in range(q):
        _derivative(j, first, n, M, of, desk)
    for j in range(q):
        for i in range(j + 1):
            for s in range(n):
                for t in range(n):
                    desk.observed[j, i] += 0.5 * desk.MG[j, s, t] * desk.MG[i, t, s]
            _second(j, i, n, M, desk)
    return determinant


@compiled
def _derivative(j: int, first: int, n: int, M: Floats, of: Blocks, desk: Desk) -> None:
    """M G_j, G_j A, and P_j -= A' G_j A."""
    p = of.X.shape[1]
    for s in range(n):
        for t in range(n):
            total = 0.0
            for r in range(n):
                total += M[s, r] * of.G[j, first + r, t]
            desk.MG[j, s, t] = total
        desk.score[j] -= 0.5 * desk.MG[j, s, s]
        for i in range(p):
            total = 0.0
            for t in range(n):
                total += of.G[j, first + s, t] * desk.A[first + t, i]
            desk.GA[j, s, i] = total
    for s in range(n):
        for i in range(p):
            for r in range(p):
                desk.P[j, i, r] -= desk.A[first + s, i] * desk.GA[j, s, r]


@compiled
def _second(j: int, i: int, n: int, M: Floats, desk: Desk) -> None:
    """Q_ji += (G_j A)' M (G_i A)."""
    p = desk.GA.shape[2]
    for s in range(n):
        for v in range(p):
            total = 0.0
            for t in range(n):
                total += M[s, t] * desk.GA[i, t, v]
            for w in range(p):
                desk.Q[j, i, w, v] += desk.GA[j, s, w] * total


@compiled
def _solve(of: Blocks, desk: Desk) -> float:
    """Coefficients, Phi, log determinant of X'MX. A coefficient without values is 0, and no part of it."""
    p = len(desk.b)
    for i in range(p):
        if of.exists[i] == 0.0:
            desk.XMX[i, i] = 1.0
    determinant = inverse(desk.XMX, p, desk.Phi, desk.low)
    if np.isnan(determinant):
        return np.nan
    for i in range(p):
        desk.b[i] = 0.0
        for j in range(p):
            desk.b[i] += desk.Phi[i, j] * desk.XMy[j]
    return determinant


@compiled
def _residuals(c: int, of: Blocks, desk: Desk) -> float:
    """Adds what the residuals of one block say to the score, the observed information and u_j."""
    first, n, p, q = of.start[c], of.start[c + 1] - of.start[c], of.X.shape[1], len(desk.theta)
    rest, m = desk.rest[q], desk.rest[q + 1]
    M = desk.M[c]
    squares = 0.0
    for s in range(n):
        rest[s] = of.y[first + s]
        for i in range(p):
            rest[s] -= of.X[first + s, i] * desk.b[i]
    for s in range(n):
        m[s] = 0.0
        for t in range(n):
            m[s] += M[s, t] * rest[t]
        squares += rest[s] * m[s]
    for j in range(q):
        for s in range(n):
            total = 0.0
            for t in range(n):
                total += of.G[j, first + s, t] * m[t]
            desk.rest[j, s] = total
            desk.score[j] += 0.5 * m[s] * total
            for i in range(p):
                desk.u[j, i] += desk.A[first + s, i] * total
    for j in range(q):
        for i in range(j + 1):
            for s in range(n):
                for t in range(n):
                    desk.observed[j, i] += desk.rest[j, s] * M[s, t] * desk.rest[i, t]
    return squares


@compiled
def _spare_residuals(residual: float, of: Blocks, desk: Desk) -> float:
    p, last = of.X.shape[1], len(desk.theta) - 1
    squares = of.spare[p, p]
    for i in range(p):
        left = of.spare[i, p]
        for j in range(p):
            left -= of.spare[i, j] * desk.b[j]
        desk.u[last, i] += left / residual**2
        squares -= desk.b[i] * (of.spare[i, p] + left)
    desk.score[last] += 0.5 * squares / residual**2
    desk.observed[last, last] += squares / residual**3
    return float(squares / residual)


@compiled
def _traces(desk: Desk) -> None:
    """What the estimation of the coefficients takes: traces of Phi P_j, Phi Q_jk, Phi P_j Phi P_k, and u_j' Phi u_k."""
    q, p, _ = desk.P.shape
    for j in range(q):
        for v in range(p):
            for w in range(p):
                total = 0.0
                for r in range(p):
                    total += desk.Phi[v, r] * desk.P[j, r, w]
                desk.F[j, v, w] = total
            desk.score[j] -= 0.5 * desk.F[j, v, v]
        for i in range(j + 1):
            both, product, square = 0.0, 0.0, 0.0
            for v in range(p):
                for w in range(p):
                    both += desk.Phi[v, w] * desk.Q[j, i, w, v]
                    square += desk.F[j, v, w] * desk.F[i, w, v]
                    product += desk.u[j, v] * desk.Phi[v, w] * desk.u[i, w]
            desk.observed[j, i] += both - 0.5 * square - product
            desk.expected[j, i] += 0.5 * square - both
            desk.observed[i, j] = desk.observed[j, i]
            desk.expected[i, j] = desk.expected[j, i]
