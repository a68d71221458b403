"""Linear combinations of the coefficients of m fits: estimates, variances, degrees of freedom, scaled F."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled, opened
from firstdose.methods._kernel.mixed.small import inverse, multiply

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats


class Covariances(NamedTuple):
    """As in `inference.Fitted`, m in front: phi, adjusted (S, p, p), P (S, d, p, p), W (d, d)."""

    b: Floats
    phi: Floats
    adjusted: Floats
    P: Floats
    W: Floats
    exists: Floats


class Table(NamedTuple):
    """Rooms for l combinations: w (l, S, p) = Phi L', G (d, l, l), squares (5, l, l), g (d,)."""

    w: Floats
    G: Floats
    squares: Floats
    g: Floats


def room_to_table(rows: int, strata: int, p: int, d: int) -> Table:
    """Empty rooms."""
    return Table(
        w=np.zeros((rows, strata, p)),
        G=np.zeros((d, rows, rows)),
        squares=np.zeros((5, rows, rows)),
        g=np.zeros(d),
    )


@opened
def single(of: Covariances, L: Floats, table: Table, out: Floats) -> None:
    """out (3, m, r): estimate, adjusted variance, Satterthwaite df; NaN where a coefficient has no value."""
    for i in range(len(of.b)):
        for r in range(len(L)):
            if not stands(of.exists[i], L[r]):
                out[:, i, r] = np.nan
                continue
            w = table.w[0]
            turn(of.phi[i], L[r], w)
            v = dot(L[r], w)
            for a in range(len(table.g)):
                table.g[a] = between(of.P[i], a, w, w)
            spread = 0.0
            for a in range(len(table.g)):
                for c in range(len(table.g)):
                    spread += table.g[a] * of.W[i, a, c] * table.g[c]
            turn(of.adjusted[i], L[r], w)
            out[0, i, r] = dot(L[r], of.b[i])
            out[1, i, r] = dot(L[r], w)
            out[2, i, r] = 2.0 * v**2 / spread if spread > 0.0 else np.nan


@compiled
def stands(exists: Floats, L: Floats) -> bool:
    """Whether every coefficient with weight has values."""
    found = True
    for s in range(L.shape[0]):
        for j in range(L.shape[1]):
            found = found and (L[s, j] == 0.0 or exists[s, j] != 0.0)
    return found


@compiled
def turn(matrix: Floats, one: Floats, out: Floats) -> None:
    """out = matrix one, by stratum."""
    for s in range(one.shape[0]):
        for i in range(one.shape[1]):
            found = 0.0
            for j in range(one.shape[1]):
                found += matrix[s, i, j] * one[s, j]
            out[s, i] = found


@compiled
def dot(one: Floats, other: Floats) -> float:
    """The sum of products."""
    found = 0.0
    for s in range(one.shape[0]):
        for i in range(one.shape[1]):
            found += one[s, i] * other[s, i]
    return found


@compiled
def between(P: Floats, a: int, one: Floats, other: Floats) -> float:
    """one' P_a other."""
    found = 0.0
    for s in range(one.shape[0]):
        for i in range(one.shape[1]):
            for j in range(one.shape[1]):
                found += one[s, i] * P[s, a, i, j] * other[s, j]
    return found


@opened
def joint(of: Covariances, L: Floats, table: Table, out: Floats) -> None:
    """out (2, m): Kenward and Roger's F of all rows of L, and its denominator degrees of freedom.

    The moments are those that are exact for Hotelling's T2 and for one-way tables. NaN where F has no such moments:
    with next to no information on the covariance.
    """
    rows = len(L)
    for i in range(len(of.b)):
        out[0, i] = np.nan
        out[1, i] = np.nan
        there = True
        for r in range(rows):
            there = there and stands(of.exists[i], L[r])
        if not there or not _turned(i, of, L, table):
            continue
        a1, a2 = _moments(of.W[i], table)
        b = (a1 + 6.0 * a2) / (2.0 * rows)
        g = ((rows + 1) * a1 - (rows + 4) * a2) / ((rows + 2) * a2)
        below = 3.0 * rows + 2.0 * (1.0 - g)
        c1, c2, c3 = g / below, (rows - g) / below, (rows + 2 - g) / below
        mean = 1.0 / (1.0 - a2 / rows)
        variance = (2.0 / rows) * (1.0 + c1 * b) / ((1.0 - c2 * b) ** 2 * (1.0 - c3 * b))
        df = 4.0 + (rows + 2) / (rows * variance / (2.0 * mean**2) - 1.0)
        f = df / (mean * (df - 2.0)) * _squared(of.b[i], L, table) / rows
        if a2 < rows and df > 2.0 and f >= 0.0:
            out[0, i] = f
            out[1, i] = df


@compiled
def _turned(i: int, of: Covariances, L: Floats, table: Table) -> bool:
    """Phi L', the inverses of L Phi L' and of L Phi_A L'; False where they have none."""
    rows = len(L)
    w, squares = table.w, table.squares
    for r in range(rows):
        turn(of.adjusted[i], L[r], w[r])
    for r in range(rows):
        for q in range(rows):
            squares[0, r, q] = dot(L[r], w[q])
    if np.isnan(inverse(squares[0], rows, squares[1], squares[4])):
        return False
    for r in range(rows):
        turn(of.phi[i], L[r], w[r])
    for r in range(rows):
        for q in range(rows):
            squares[0, r, q] = dot(L[r], w[q])
    if np.isnan(inverse(squares[0], rows, squares[2], squares[4])):
        return False
    for a in range(len(table.G)):
        for r in range(rows):
            for q in range(rows):
                squares[3, r, q] = between(of.P[i], a, w[r], w[q])
        multiply(squares[2], squares[3], table.G[a], rows)
    return True


@compiled
def _moments(W: Floats, table: Table) -> tuple[float, float]:
    """A1 = sum W_ab tr(G_a) tr(G_b) and A2 = sum W_ab tr(G_a G_b), G_a = (L Phi L')^-1 L Phi P_a Phi L'."""
    d, rows, _ = table.G.shape
    a1, a2 = 0.0, 0.0
    for a in range(d):
        table.g[a] = 0.0
        for r in range(rows):
            table.g[a] += table.G[a, r, r]
    for a in range(d):
        for b in range(d):
            a1 += W[a, b] * table.g[a] * table.g[b]
            trace = 0.0
            for r in range(rows):
                for q in range(rows):
                    trace += table.G[a, r, q] * table.G[b, q, r]
            a2 += W[a, b] * trace
    return a1, a2


@compiled
def _squared(b: Floats, L: Floats, table: Table) -> float:
    """b' L' (L Phi_A L')^-1 L b."""
    rows = len(L)
    found = 0.0
    for r in range(rows):
        for q in range(rows):
            found += dot(L[r], b) * table.squares[1, r, q] * dot(L[q], b)
    return found
