"""Cluster-robust variance with the CR2 correction and Satterthwaite's degrees of freedom, for any design matrix.

Bell & McCaffrey 2002; Pustejovsky & Tipton 2018. Least squares, working covariance the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.methods._kernel.clusters import Nest
    from firstdose.methods._kernel.results import Floats

_NIL = 1e-9  # eigenvalues of I - H below it are zero: a participant who alone fixes a coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandwich:
    """What does not depend on the values: X (N, p), M = (X'X)^-1, contrasts L (q, p).

    `weights` (N, q): A_c X_c M l of each lesion; `df` (q,).
    """

    nest: Nest
    X: Floats
    M: Floats
    L: Floats
    weights: Floats
    df: Floats

    def fitted(self, values: Floats) -> tuple[Floats, Floats]:
        """Estimates and standard errors of the contrasts: values (..., N) > (..., q) each."""
        b = values @ self.X @ self.M
        rest = values - b @ self.X.T
        scores = np.add.reduceat(rest[..., None] * self.weights, self.nest.starts, axis=-2)
        return b @ self.L.T, np.sqrt((scores**2).sum(axis=-2))


def sandwich(nest: Nest, X: Floats, L: Floats) -> Sandwich:
    """CR2 for these contrasts. Effects of participants may be taken out of X and the values beforehand."""
    M = np.asarray(np.linalg.inv(X.T @ X), dtype=np.float64)
    target = M @ L.T
    weights = np.empty((len(X), len(L)))
    for start, lesions in zip(nest.starts.tolist(), nest.lesions.tolist(), strict=True):
        own = X[start : start + lesions]
        root = _inverse_root(np.eye(lesions) - own @ M @ own.T)
        weights[start : start + lesions] = root @ own @ target
    return Sandwich(nest=nest, X=X, M=M, L=L, weights=weights, df=_satterthwaite(nest, X, M, weights))


def _inverse_root(symmetric: Floats) -> Floats:
    """Symmetric, by the pseudo-inverse where it is singular."""
    found, vectors = np.linalg.eigh(symmetric)
    scale = np.where(found > _NIL, 1 / np.sqrt(np.maximum(found, _NIL)), 0.0)
    return np.asarray((vectors * scale) @ vectors.T, dtype=np.float64)


def _satterthwaite(nest: Nest, X: Floats, M: Floats, weights: Floats) -> Floats:
    """(sum lambda)^2 / sum lambda^2 of G'G = D - U M U', D the squared weights of each participant, U their X."""
    squares = np.add.reduceat(weights**2, nest.starts, axis=0)
    df = np.empty(weights.shape[1])
    for place in range(len(df)):
        U = np.add.reduceat(X * weights[:, place : place + 1], nest.starts, axis=0)
        d, between = squares[:, place], U.T @ U @ M
        diagonal = ((U @ M) * U).sum(axis=1)
        trace = float(d.sum() - np.trace(between))
        square = float((d**2).sum() - 2 * d @ diagonal + np.trace(between @ between))
        df[place] = trace**2 / square if square > 0 else np.nan
    return df
