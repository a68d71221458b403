"""Restricted likelihood, informations and Kenward-Roger with whole matrices, as the formulas are printed.

Kenward & Roger 1997, 2009; Fai & Cornelius 1996. Slow and plain: what the compiled code is held against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Plain:
    """Everything at one covariance; score and informations by its parameters."""

    deviance: float
    score: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    b: np.ndarray
    phi: np.ndarray
    P: np.ndarray
    Q: np.ndarray


def evaluate(y, X, V, slopes, curves=None, *, reml=True) -> Plain:
    """y (N,), X (N, p), V (N, N), slopes (q, N, N), curves (q, q, N, N): second derivatives, none where V is linear."""
    M = np.linalg.inv(V)
    phi = np.linalg.inv(X.T @ M @ X)
    b = phi @ X.T @ M @ y
    r = y - X @ b
    projection = M - M @ X @ phi @ X.T @ M
    inner = projection if reml else M
    score = np.array([-0.5 * np.trace(inner @ D) + 0.5 * r @ M @ D @ M @ r for D in slopes])
    q = len(slopes)
    expected, observed = np.empty((q, q)), np.empty((q, q))
    for j, D in enumerate(slopes):
        for k, E in enumerate(slopes):
            expected[j, k] = 0.5 * np.trace(inner @ D @ inner @ E)
            observed[j, k] = -expected[j, k] + r @ M @ D @ projection @ E @ M @ r
            if curves is not None:
                C = curves[j, k]
                observed[j, k] += 0.5 * np.trace(inner @ C) - 0.5 * r @ M @ C @ M @ r
    deviance = np.linalg.slogdet(V)[1] + r @ M @ r
    if reml:
        deviance += np.linalg.slogdet(X.T @ M @ X)[1] + (len(y) - X.shape[1]) * np.log(2 * np.pi)
    else:
        deviance += len(y) * np.log(2 * np.pi)
    P = np.array([-X.T @ M @ D @ M @ X for D in slopes])
    Q = np.array([[X.T @ M @ D @ M @ E @ M @ X for E in slopes] for D in slopes])
    return Plain(float(deviance), score, observed, expected, b, phi, P, Q)


def adjusted(of: Plain, W):
    """Kenward & Roger's covariance without the second derivatives of V."""
    inner = sum(
        W[j, k] * (of.Q[j, k] - of.P[j] @ of.phi @ of.P[k]) for j in range(len(W)) for k in range(len(W))
    )
    return of.phi + 2 * of.phi @ inner @ of.phi


def kenward_roger(of: Plain, W, L):
    """F and its denominator degrees of freedom, for l rows of L (l, p)."""
    size = len(L)
    within = L @ of.phi @ L.T
    H = L.T @ np.linalg.inv(within) @ L
    turned = [H @ of.phi @ P @ of.phi for P in of.P]
    a1 = sum(W[j, k] * np.trace(A) * np.trace(B) for j, A in enumerate(turned) for k, B in enumerate(turned))
    a2 = sum(W[j, k] * np.trace(A @ B) for j, A in enumerate(turned) for k, B in enumerate(turned))
    b = (a1 + 6 * a2) / (2 * size)
    g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2)
    below = 3 * size + 2 * (1 - g)
    c1, c2, c3 = g / below, (size - g) / below, (size + 2 - g) / below
    mean = 1 / (1 - a2 / size)
    variance = 2 / size * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    df = 4 + (size + 2) / (size * variance / (2 * mean**2) - 1)
    value = L @ of.b
    quadratic = value @ np.linalg.solve(L @ adjusted(of, W) @ L.T, value)
    return df / (mean * (df - 2)) * quadratic / size, df


def satterthwaite(of: Plain, W, one):
    """Degrees of freedom of one combination (p,)."""
    v = one @ of.phi @ one
    g = np.array([-one @ of.phi @ P @ of.phi @ one for P in of.P])
    return 2 * v**2 / (g @ W @ g)


def fai_cornelius(of: Plain, W, L):
    """F without adjustment, and its denominator degrees of freedom."""
    within = L @ of.phi @ L.T
    _, vectors = np.linalg.eigh(within)
    nu = np.array([satterthwaite(of, W, v @ L) for v in vectors.T])
    total = (nu[nu > 2] / (nu[nu > 2] - 2)).sum()
    value = L @ of.b
    # One line is a t squared with its own degrees of freedom, also where an F of so few has no mean to be matched.
    df = nu[0] if len(L) == 1 else 2 * total / (total - len(L))
    return value @ np.linalg.solve(within, value) / len(L), df


def hotelling(rows):
    """T2 of equal means of n complete rows: F, and p."""
    n, k = rows.shape
    C = np.hstack([np.eye(k - 1), -np.ones((k - 1, 1))])
    d = rows @ C.T
    t2 = n * d.mean(0) @ np.linalg.solve(np.cov(d.T), d.mean(0))
    f = (n - k + 1) / ((n - 1) * (k - 1)) * t2
    return f, stats.f.sf(f, k - 1, n - k + 1)


def stacked(y, designs):
    """Rows with gaps as one vector: y (n, k), designs (n, k, p) to y (N,), X (N, p), and which (row, time) each is."""
    where = np.argwhere(~np.isnan(y))
    return y[~np.isnan(y)], designs[where[:, 0], where[:, 1]], where


def whole(matrix, where):
    """A matrix (k, k) of the times as one of all values: zero between rows."""
    same = where[:, None, 0] == where[None, :, 0]
    return np.where(same, matrix[np.ix_(where[:, 1], where[:, 1])], 0.0)


def entries(k, where):
    """The derivatives of an unstructured covariance by its entries (s, t), s <= t."""
    found = []
    for s in range(k):
        for t in range(s, k):
            E = np.zeros((k, k))
            E[s, t] = E[t, s] = 1.0
            found.append(whole(E, where))
    return np.array(found)


def nested_components(units, where):
    """Participant, participant by time, lesion, residual of rows of lesions."""
    participant = (units[where[:, 0], None] == units[None, where[:, 0]]).astype(float)
    by_time = participant * (where[:, None, 1] == where[None, :, 1])
    lesion = (where[:, None, 0] == where[None, :, 0]).astype(float)
    return np.array([participant, by_time, lesion, np.eye(len(where))])
