"""How stable reference genes are: geNorm and NormFinder."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GeNorm:
    """`removed`: columns from the least stable on; `pair`: the two that are left.

    `mean_m[i]`: average M with all genes, then with one less each; `v[i]`: pairwise variation V n/n+1 of the same
    steps, from all genes down to 2/3.
    """

    removed: tuple[int, ...]
    pair: tuple[int, int]
    mean_m: NDArray[float64]
    v: NDArray[float64]


def stability_m(log2_quantities: NDArray[float64]) -> NDArray[float64]:
    """M of each gene: mean over the others of the standard deviation of log2 ratios. (samples, genes) > (genes,)."""
    y = np.asarray(log2_quantities, dtype=float)
    genes = y.shape[1]
    # sd of a difference from the covariances: one product instead of a loop over pairs
    covariance = np.atleast_2d(np.cov(y, rowvar=False))
    variance = np.diag(covariance)
    squares = variance[:, None] + variance[None, :] - 2 * covariance
    return np.asarray(np.sqrt(np.clip(squares, 0, None)).sum(axis=1) / (genes - 1))


def ge_norm(log2_quantities: ArrayLike) -> GeNorm:
    """The gene with the largest M goes, again and again. log2 quantities (samples, genes), at least 2 genes.

    Vandesompele et al., Genome Biol 2002;3:research0034.
    """
    y = np.asarray(log2_quantities, dtype=float)
    left, removed, means = list(range(y.shape[1])), [], []
    while True:
        m = stability_m(y[:, left])
        means.append(float(m.mean()))
        if len(left) == 2:
            break
        removed.append(left.pop(int(np.argmax(m))))
    ranked = [*left, *reversed(removed)]
    factors = [y[:, ranked[:count]].mean(axis=1) for count in range(2, len(ranked) + 1)]
    v = [float(np.std(smaller - larger, ddof=1)) for smaller, larger in pairwise(factors)]
    return GeNorm(
        removed=tuple(removed), pair=(left[0], left[1]), mean_m=np.array(means), v=np.array(v[::-1])
    )


def norm_finder(log2_quantities: ArrayLike, groups: ArrayLike) -> NDArray[float64]:
    """Stability value of each gene, small is stable. log2 quantities (samples, genes), a code a sample > (genes,).

    At least 3 genes, 2 groups and 2 samples in each. Andersen, Jensen and Orntoft, Cancer Res 2004;64:5245-5250.
    """
    y, codes = np.asarray(log2_quantities, dtype=float), np.asarray(groups)
    k = y.shape[1]
    parts = [y[codes == code] for code in np.unique(codes)]
    variances = np.array([_within(part) / len(part) for part in parts])
    means = np.array([part.mean(axis=0) for part in parts])
    between = means - means.mean(axis=0) - means.mean(axis=1, keepdims=True) + means.mean()
    gamma = max(0.0, float((between**2).sum()) / ((len(parts) - 1) * (k - 1)) - float(variances.mean()))
    share = gamma / (gamma + variances) if gamma else np.zeros_like(variances)
    own: NDArray[float64] = np.abs(between * share) + np.sqrt(variances + variances * share)
    return np.asarray(own.mean(axis=0))


def _within(part: NDArray[float64]) -> NDArray[float64]:
    """Variance of each gene inside one group, free of the samples' common movement."""
    k = part.shape[1]
    rest = part - part.mean(axis=0) - part.mean(axis=1, keepdims=True) + part.mean()
    squares = (rest**2).sum(axis=0) / (len(part) - 1)
    own: NDArray[float64] = np.clip((squares - squares.mean() / (k - 1)) / (1 - 2 / k), 0, None)
    return own
