"""Restricted likelihood, score and information of the marginal model, by the entries of its covariance.

With V_a = d Sigma / d entry a the derivative matrices have one or two ones, so that every trace is a sum of a few
products (formulas: Kenward & Roger 1997). Other structures follow by the chain rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled
from firstdose.methods._kernel.mixed.small import inverse

if TYPE_CHECKING:
    from firstdose.methods._kernel.mixed.sample import Sample
    from firstdose.methods._kernel.results import Floats, Ints


class Work(NamedTuple):
    """What is overwritten at every evaluation.

    M (patterns, k, k): inverses, zero where there is a gap, M = K'K; XL inverse of the Cholesky factor of X'MX; A (classes, k, p) = M X; Y: what the information is a
    trace of, observed and expected, by pattern; Phi, P = -X'M V_a M X, u = X'M V_a M r, F = Phi P by stratum.
    """

    M: Floats
    K: Floats
    XL: Floats
    A: Floats
    Y: Floats
    Ye: Floats
    G: Floats
    XMX: Floats
    XMy: Floats
    Phi: Floats
    b: Floats
    P: Floats
    u: Floats
    F: Floats
    score: Floats
    observed: Floats
    expected: Floats
    part: Floats
    part_inverse: Floats
    low: Floats
    vector: Floats
    square: Floats


def room_to_work(n: int, k: int, p: int, strata: int) -> Work:
    """Empty rooms; `low` is as large as any matrix that is inverted."""
    d = k * (k + 1) // 2
    largest = max(d, k, p)
    return Work(
        M=np.zeros((n + 2, k, k)),
        K=np.zeros((n + 2, k, k)),
        XL=np.zeros((strata, p, p)),
        A=np.zeros((n, k, p)),
        Y=np.zeros((n + 2, k, k)),
        Ye=np.zeros((n + 2, k, k)),
        G=np.zeros((k, k)),
        XMX=np.zeros((strata, p, p)),
        XMy=np.zeros((strata, p)),
        Phi=np.zeros((strata, p, p)),
        b=np.zeros((strata, p)),
        P=np.zeros((strata, d, p, p)),
        u=np.zeros((strata, d, p)),
        F=np.zeros((d, p, p)),
        score=np.zeros(d),
        observed=np.zeros((d, d)),
        expected=np.zeros((d, d)),
        part=np.zeros((k, k)),
        part_inverse=np.zeros((k, k)),
        low=np.zeros((largest, largest)),
        vector=np.zeros((3, largest)),
        square=np.zeros((3, max(k, p), max(k, p))),
    )


@compiled
def evaluate(sigma: Floats, of: Sample, work: Work, reml: float) -> float:
    """-2 log (restricted) likelihood without its constant, NaN outside the parameters; fills score and informations.

    `reml` is 1, or 0 for full likelihood.
    """
    total = _inverses(sigma, of, work)
    if np.isnan(total):
        return np.nan
    _normal_equations(of, work)
    determinant = _solve(of, work)
    if np.isnan(determinant):
        return np.nan
    total += reml * determinant
    work.Y[:] = 0.0
    work.Ye[:] = 0.0
    work.G[:] = 0.0
    work.P[:] = 0.0
    work.u[:] = 0.0
    for c in range(of.used[0]):
        total += _residuals(c, of, work, reml)
    _informations(of, work)
    for stratum in range(len(of.exists)):
        _traces_of_coefficients(stratum, work, reml)
    return total


@compiled
def _inverses(sigma: Floats, of: Sample, work: Work) -> float:
    """The inverse of each pattern's part; log determinants times participants."""
    total = 0.0
    for number in range(of.used[1]):
        size = of.size[number]
        for i in range(size):
            for j in range(size):
                work.part[i, j] = sigma[of.columns[number, i], of.columns[number, j]]
        determinant = inverse(work.part, size, work.part_inverse, work.low)
        if np.isnan(determinant):
            return np.nan
        work.M[number] = 0.0
        work.K[number] = 0.0
        for i in range(size):
            for j in range(size):
                work.M[number, of.columns[number, i], of.columns[number, j]] = work.part_inverse[i, j]
                if j <= i:
                    work.K[number, of.columns[number, i], of.columns[number, j]] = work.low[i, j]
        for c in range(of.used[0]):
            if of.pattern[c] == number:
                total += of.number[c] * determinant
    return total


@compiled
def _normal_equations(of: Sample, work: Work) -> None:
    k, p = of.X.shape[1], of.X.shape[2]
    work.XMX[:] = 0.0
    work.XMy[:] = 0.0
    for c in range(of.used[0]):
        M, X = work.M[of.pattern[c]], of.X[of.design[c]]
        A, n = work.A[c], of.number[c]
        stratum = of.stratum[of.design[c]]
        for s in range(k):
            for j in range(p):
                total = 0.0
                for t in range(k):
                    total += M[s, t] * X[t, j]
                A[s, j] = total
        for i in range(p):
            for s in range(k):
                work.XMy[stratum, i] += n * A[s, i] * of.mean[c, s]
                for j in range(p):
                    work.XMX[stratum, i, j] += n * X[s, i] * A[s, j]


@compiled
def _solve(of: Sample, work: Work) -> float:
    """Coefficients and Phi by stratum; log determinant of X'MX. A coefficient without values is 0, and no part of it."""
    p = of.X.shape[2]
    total = 0.0
    for stratum in range(len(of.exists)):
        for j in range(p):
            if of.exists[stratum, j] == 0.0:
                work.XMX[stratum, j, j] = 1.0
        determinant = inverse(work.XMX[stratum], p, work.Phi[stratum], work.low)
        if np.isnan(determinant):
            return np.nan
        total += determinant
        for i in range(p):
            for j in range(i + 1):
                work.XL[stratum, i, j] = work.low[i, j]
            work.b[stratum, i] = 0.0
            for j in range(p):
                work.b[stratum, i] += work.Phi[stratum, i, j] * work.XMy[stratum, j]
    return total


@compiled
def _residuals(c: int, of: Sample, work: Work, reml: float) -> float:
    """Adds what one class says to G, Y, P and u; answers its weighted sum of squares."""
    pattern, n = of.pattern[c], of.number[c]
    stratum = of.stratum[of.design[c]]
    M, A, X = work.M[pattern], work.A[c], of.X[of.design[c]]
    size, index = of.size[pattern], of.columns[pattern]
    rest, weighted = work.vector[0], work.vector[1]
    for i in range(size):
        s = index[i]
        rest[s] = of.mean[c, s]
        for j in range(X.shape[1]):
            rest[s] -= X[s, j] * work.b[stratum, j]
    for i in range(size):
        s = index[i]
        weighted[s] = 0.0
        for j in range(size):
            weighted[s] += M[s, index[j]] * rest[index[j]]
    squares = _both(c, of, work)
    for i in range(size):
        s = index[i]
        for j in range(size):
            t = index[j]
            B, R = n * reml * work.square[0, s, t], work.square[1, s, t] + n * weighted[s] * weighted[t]
            work.G[s, t] += n * M[s, t] - B - R
            work.Y[pattern, s, t] += B + R - 0.5 * n * M[s, t]
            work.Ye[pattern, s, t] += 0.5 * n * M[s, t] - B
        squares += n * rest[s] * weighted[s]
    _slopes(of.entry, index[:size], n, A, weighted, work.P[stratum], work.u[stratum])
    return squares


@compiled
def _both(c: int, of: Sample, work: Work) -> float:
    """B = A Phi A' and R = M scatter M by Cholesky factors, which keep their digits; answers tr(M scatter)."""
    pattern = of.pattern[c]
    A, K, XL = work.A[c], work.K[pattern], work.XL[of.stratum[of.design[c]]]
    size, index = of.size[pattern], of.columns[pattern]
    p = A.shape[1]
    U = work.square[2]
    for i in range(size):
        for j in range(p):
            total = 0.0
            for r in range(j + 1):
                total += A[index[i], r] * XL[j, r]
            U[i, j] = total
    for i in range(size):
        for j in range(size):
            total = 0.0
            for r in range(p):
                total += U[i, r] * U[j, r]
            work.square[0, index[i], index[j]] = total
    return _scatter(of.scatter[c], K, index[:size], U, work.square[1])


@compiled
def _scatter(scatter: Floats, K: Floats, index: Ints, half: Floats, out: Floats) -> float:
    """out = K'(K scatter K')K; answers the trace of what stands in the brackets."""
    n = len(index)
    for i in range(n):
        for j in range(n):
            total = 0.0
            for r in range(i + 1):
                total += K[index[i], index[r]] * scatter[index[r], index[j]]
            half[i, j] = total
    trace = 0.0
    for i in range(n):
        for j in range(n):
            total = 0.0
            for r in range(j + 1):
                total += half[i, r] * K[index[j], index[r]]
            out[index[i], index[j]] = total
        trace += out[index[i], index[i]]
    for i in range(n):
        for j in range(n):
            total = 0.0
            for r in range(i, n):
                total += K[index[r], index[i]] * out[index[r], index[j]]
            half[i, j] = total
    for i in range(n):
        for j in range(n):
            total = 0.0
            for r in range(j, n):
                total += half[i, r] * K[index[r], index[j]]
            out[index[i], index[j]] = total
    return trace


@compiled
def _slopes(entry: Ints, index: Ints, n: float, A: Floats, m: Floats, P: Floats, u: Floats) -> None:
    """P_a -= n sym(A_s A_t'), u_a += n sym(A_s m_t)."""
    p = A.shape[1]
    for left in range(len(index)):
        s = index[left]
        for right in range(left, len(index)):
            t = index[right]
            a = entry[s, t]
            twice = 1.0 if s == t else 2.0
            for i in range(p):
                u[a, i] += 0.5 * twice * n * (A[s, i] * m[t] + A[t, i] * m[s])
                for j in range(p):
                    P[a, i, j] -= 0.5 * twice * n * (A[s, i] * A[t, j] + A[t, i] * A[s, j])


@compiled
def _informations(of: Sample, work: Work) -> None:
    """Score -tr(V_a G)/2, and tr(V_a M V_b Y) of every pattern, observed and expected."""
    k = of.X.shape[1]
    for s in range(k):
        for t in range(s, k):
            work.score[of.entry[s, t]] = -0.5 * work.G[s, t] if s == t else -work.G[s, t]
    work.observed[:] = 0.0
    work.expected[:] = 0.0
    for number in range(of.used[1]):
        if number == 0 and of.used[3] == 0:
            continue
        size, index = of.size[number], of.columns[number]
        for i in range(size):
            for j in range(i, size):
                _against(index[i], index[j], index[:size], of.entry, number, work)
    for a in range(len(work.score)):
        for b in range(a):
            work.observed[a, b] = work.observed[b, a]
            work.expected[a, b] = work.expected[b, a]


@compiled
def _against(s: int, t: int, index: Ints, entry: Ints, number: int, work: Work) -> None:
    """One entry against all after it."""
    a = entry[s, t]
    M, Y, Ye = work.M[number], work.Y[number], work.Ye[number]
    for left in range(len(index)):
        u = index[left]
        for right in range(left, len(index)):
            v = index[right]
            b = entry[u, v]
            if b < a:
                continue
            observed = Y[v, s] * M[t, u]
            expected = Ye[v, s] * M[t, u]
            if u != v:
                observed += Y[u, s] * M[t, v]
                expected += Ye[u, s] * M[t, v]
            if s != t:
                observed += Y[v, t] * M[s, u]
                expected += Ye[v, t] * M[s, u]
            if s != t and u != v:
                observed += Y[u, t] * M[s, v]
                expected += Ye[u, t] * M[s, v]
            work.observed[a, b] += observed
            work.expected[a, b] += expected


@compiled
def _traces_of_coefficients(stratum: int, work: Work, reml: float) -> None:
    """tr(Phi P_a Phi P_b) and u_a' Phi u_b."""
    Phi, P, u, F = work.Phi[stratum], work.P[stratum], work.u[stratum], work.F
    d, p = u.shape
    v = work.vector[2]
    for a in range(d):
        for i in range(p):
            v[i] = 0.0
            for r in range(p):
                v[i] += Phi[i, r] * u[a, r]
            for j in range(p):
                total = 0.0
                for r in range(p):
                    total += Phi[i, r] * P[a, r, j]
                F[a, i, j] = total
        for b in range(a + 1):
            trace, product = 0.0, 0.0
            for i in range(p):
                product += v[i] * u[b, i]
                for j in range(p):
                    trace += F[a, i, j] * F[b, j, i]
            work.observed[a, b] -= 0.5 * reml * trace + product
            work.expected[a, b] += 0.5 * reml * trace
            if a != b:
                work.observed[b, a] = work.observed[a, b]
                work.expected[b, a] = work.expected[a, b]
