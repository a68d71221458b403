"""Small symmetric matrices, inverted without allocating anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats

LEAST_PIVOT = 1e-13  # of the diagonal: below, a matrix counts as singular


@compiled
def inverse(a: Floats, n: int, out: Floats, low: Floats) -> float:
    """The inverse of the leading n x n into `out`; its log determinant, or NaN if not positive definite."""
    determinant = factor(a, n, low)
    if math.isnan(determinant):
        return np.nan
    for i in range(n):
        low[i, i] = 1.0 / low[i, i]
        for j in range(i):
            total = 0.0
            for r in range(j, i):
                total -= low[i, r] * low[r, j]
            low[i, j] = total * low[i, i]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for r in range(i, n):
                total += low[r, i] * low[r, j]
            out[i, j] = total
            out[j, i] = total
    return determinant


@compiled
def factor(a: Floats, n: int, low: Floats) -> float:
    """The Cholesky factor into the lower triangle of `low`; the log determinant, or NaN."""
    determinant = 0.0
    for i in range(n):
        for j in range(i + 1):
            rest = a[i, j]
            for r in range(j):
                rest -= low[i, r] * low[j, r]
            if i > j:
                low[i, j] = rest / low[j, j]
                continue
            if not rest > LEAST_PIVOT * a[i, i]:
                return np.nan
            low[i, i] = math.sqrt(rest)
            determinant += math.log(rest)
    return determinant


@compiled
def length(w: Floats, x: Floats, n: int, step: Floats) -> float:
    """step = w x; answers x' w x, the squared length of x in the metric of w."""
    total = 0.0
    for i in range(n):
        step[i] = 0.0
        for j in range(n):
            step[i] += w[i, j] * x[j]
        total += step[i] * x[i]
    return total


@compiled
def multiply(a: Floats, b: Floats, out: Floats, n: int) -> None:
    """out = a b of their leading n x n."""
    for i in range(n):
        for j in range(n):
            total = 0.0
            for r in range(n):
                total += a[i, r] * b[r, j]
            out[i, j] = total


@compiled
def congruent(J: Floats, inner: Floats, half: Floats, out: Floats, d: int) -> None:
    """out = J' inner J, J with d rows."""
    q = J.shape[1]
    for a in range(d):
        for j in range(q):
            total = 0.0
            for b in range(d):
                total += inner[a, b] * J[b, j]
            half[a, j] = total
    for i in range(q):
        for j in range(q):
            total = 0.0
            for a in range(d):
                total += J[a, i] * half[a, j]
            out[i, j] = total


@compiled
def copy(source: Floats, target: Floats) -> None:
    """One row; written out, since an assignment of arrays makes room for a copy."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def copy_matrix(source: Floats, target: Floats) -> None:
    """A matrix, row by row."""
    for i in range(len(source)):
        copy(source[i], target[i])
