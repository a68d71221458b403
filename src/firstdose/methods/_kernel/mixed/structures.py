"""Covariances of k times as functions of their parameters, with first and second derivatives.

All but the unstructured are exp(l_s + l_t) r_st: logarithms of standard deviations, one or k, then correlations.
The entries (s, t), s <= t, are counted row by row. ROOTED is unstructured by its Cholesky factor, the diagonal as
logarithms: slower, and sure where the optimum is nearly singular.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.methods._kernel.mixed.compiling import compiled

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats

UNSTRUCTURED, CS, CSH, AR1, AR1H, TOEPLITZ, TOEPLITZ_H, ANTE, ROOTED = range(9)
SAME_VARIANCES = (CS, AR1, TOEPLITZ)


@compiled
def variances(kind: int, k: int) -> int:
    """How many variances a structure has."""
    return 1 if kind in SAME_VARIANCES else k


@compiled
def correlation(kind: int, s: int, t: int, rho: Floats, slope: Floats, bend: Floats) -> float:
    """r_st with its derivatives by each correlation parameter, s < t."""
    slope[:] = 0.0
    bend[:] = 0.0
    lag = t - s
    if kind in (CS, CSH):
        slope[0] = 1.0
        return float(rho[0])
    if kind in (AR1, AR1H):
        slope[0] = lag * rho[0] ** (lag - 1)
        bend[0, 0] = lag * (lag - 1) * rho[0] ** (lag - 2) if lag > 1 else 0.0
        return float(rho[0] ** lag)
    if kind in (TOEPLITZ, TOEPLITZ_H):
        slope[lag - 1] = 1.0
        return float(rho[lag - 1])
    for i in range(s, t):
        slope[i] = product(rho, s, t, i, i)
        for j in range(s, t):
            bend[i, j] = product(rho, s, t, i, j) if i != j else 0.0
    return product(rho, s, t, -1, -1)


@compiled
def product(rho: Floats, s: int, t: int, one: int, other: int) -> float:
    """Of rho_s to rho_(t-1) without two of them: no division, a correlation may be zero."""
    total = 1.0
    for u in range(s, t):
        left_out = u in (one, other)
        total *= 1.0 if left_out else rho[u]
    return total


@compiled
def spread(
    kind: int,
    theta: Floats,
    sigma: Floats,
    jacobian: Floats,
    hessian: Floats,
    slope: Floats,
    bend: Floats,
) -> None:
    """Fill sigma (k, k), d entry / d theta (d, q) and its second derivatives (d, q, q)."""
    k, q = len(sigma), len(theta)
    v = variances(kind, k)
    rho = theta[v:]
    jacobian[:] = 0.0
    hessian[:] = 0.0
    a = 0
    for s in range(k):
        for t in range(s, k):
            one, other = (0, 0) if v == 1 else (s, t)
            size = math.exp(theta[one] + theta[other])
            r = 1.0
            slope[:] = 0.0
            bend[:] = 0.0
            if s < t:
                r = correlation(kind, s, t, rho, slope, bend)
            sigma[s, t] = sigma[t, s] = size * r
            jacobian[a, one] += size * r
            jacobian[a, other] += size * r
            for i in range(q - v):
                jacobian[a, v + i] = size * slope[i]
                for j in range(q - v):
                    hessian[a, v + i, v + j] = size * bend[i, j]
            curve(hessian[a], one, other, v, size, r, slope)
            a += 1


@compiled
def curve(hessian: Floats, one: int, other: int, v: int, size: float, r: float, slope: Floats) -> None:
    """Second derivatives by the logarithms of the standard deviations, and mixed with the correlations."""
    for left in (one, other):
        for right in (one, other):
            hessian[left, right] += size * r
        for i in range(len(slope)):
            hessian[left, v + i] += size * slope[i]
            hessian[v + i, left] += size * slope[i]


@compiled
def rooted(theta: Floats, root: Floats, sigma: Floats, jacobian: Floats, hessian: Floats) -> None:
    """Sigma = root root'; parameters of the root row by row, i >= j."""
    k = len(sigma)
    jacobian[:] = 0.0
    hessian[:] = 0.0
    place = 0
    for i in range(k):
        for j in range(i + 1):
            root[i, j] = math.exp(theta[place]) if i == j else theta[place]
            place += 1
    a = 0
    for s in range(k):
        for t in range(s, k):
            total = 0.0
            for j in range(s + 1):
                total += root[s, j] * root[t, j]
                _rooted_entry(s, t, j, root, jacobian[a], hessian[a])
            sigma[s, t] = total
            sigma[t, s] = total
            a += 1


@compiled
def _rooted_entry(s: int, t: int, j: int, root: Floats, slope: Floats, bend: Floats) -> None:
    """Derivatives of root_sj root_tj; that by the logarithm of a diagonal is the diagonal times that by itself."""
    one, other = s * (s + 1) // 2 + j, t * (t + 1) // 2 + j
    ours = root[s, s] if s == j else 1.0
    theirs = root[t, t] if t == j else 1.0
    slope[one] += root[t, j] * ours
    slope[other] += root[s, j] * theirs
    bend[one, other] += ours * theirs
    bend[other, one] += ours * theirs
    if s == j:
        bend[one, one] += root[t, j] * ours
    if t == j:
        bend[other, other] += root[s, j] * theirs
