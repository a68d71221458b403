"""Association of two quantities measured together several times in each participant.

Arrays y (..., n, t, 2), NaN where one of a pair is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.distributions import normal_quantile

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats, Ints

NIL = 1e-24  # of the squared values: what rounding leaves of a sum of squares
PERFECT = 1e-13


def as_pairs(y: npt.ArrayLike, axes: int = 3) -> Floats:
    """Participants x times x (x, y).

    Raises:
        ValueError: another shape; the caller chose the wrong design.
    """
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != axes or values.shape[-1] != 2:
        raise ValueError(
            f"two quantities at each time of a participant, shape (n, t, 2); this is {values.shape}"
        )
    gap = np.isnan(values).any(axis=-1, keepdims=True)
    return np.where(gap, np.nan, values)


def numbers_of_pairs(y: Floats) -> Ints:
    """Complete pairs of each participant: (..., n, t, 2) > (..., n)."""
    return np.asarray((~np.isnan(y[..., 0])).sum(axis=-1), dtype=np.int64)


def means_of_pairs(y: Floats) -> Floats:
    """Each participant's means over complete pairs, NaN without any: (..., n, t, 2) > (..., n, 2)."""
    counts = numbers_of_pairs(y)[..., None]
    return np.asarray(np.nansum(y, axis=-2) / np.where(counts > 0, counts, np.nan), dtype=np.float64)


def centred(y: Floats) -> Floats:
    """Less the participant's means; 0 where missing."""
    return np.nan_to_num(y - means_of_pairs(y)[..., None, :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Sums of squares and products within participants, each (...), and the df N - n - 1."""

    xx: Floats
    yy: Floats
    xy: Floats
    df: Floats
    varies: npt.NDArray[np.bool_]

    @property
    def r(self) -> Floats:
        """The correlation; NaN where a quantity does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            r = self.xy / np.sqrt(self.xx * self.yy)
        return np.where(self.varies, np.clip(r, -1.0, 1.0), np.nan)


def within(y: Floats) -> Within:
    """The analysis of covariance with participants as factor: (..., n, t, 2) > (...)."""
    z, counts = centred(y), numbers_of_pairs(y)
    x, v = z[..., 0], z[..., 1]
    largest = np.nan_to_num(np.abs(y)).max(axis=(-3, -2), initial=0.0)
    xx, yy = (x * x).sum(axis=(-2, -1)), (v * v).sum(axis=(-2, -1))
    used = counts > 1
    return Within(
        xx=xx,
        yy=yy,
        xy=(x * v).sum(axis=(-2, -1)),
        df=np.asarray(np.where(used, counts - 1, 0).sum(axis=-1) - 1, dtype=np.float64),
        varies=(xx > NIL * largest[..., 0] ** 2) & (yy > NIL * largest[..., 1] ** 2),
    )


def t_of(r: Floats, df: Floats) -> Floats:
    """t of a correlation; NaN where it is exactly 1 or there are no df."""
    usable = (df > 0) & (1 - r * r > PERFECT)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(usable, r * np.sqrt(df / (1 - r * r)), np.nan)


def fisher_limits(
    r: Floats, df: Floats, level: float, inflation: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """By Fisher's z with variance inflation / (df - 1), NaN without: for a plain correlation df = n - 2."""
    z = normal_quantile(1 - (1 - level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = np.where(df > 1, z * np.sqrt(inflation / (df - 1)), np.nan)
        centre = np.where(1 - r * r > PERFECT, np.arctanh(r), np.nan)
    return np.tanh(centre - half), np.tanh(centre + half)


def weighted_correlation(x: Floats, y: Floats, weights: Floats) -> float | None:
    """Of participants' means, each with its weight (Bland & Altman 1995); None where one does not vary."""
    total = weights.sum()
    a, b = x - weights @ x / total, y - weights @ y / total
    xx, yy = float(weights @ a**2), float(weights @ b**2)
    if min(xx / max(float(weights @ x**2), 1e-300), yy / max(float(weights @ y**2), 1e-300)) <= NIL:
        return None
    return min(1.0, max(-1.0, float(weights @ (a * b)) / math.sqrt(xx * yy)))


def doubled_midranks(values: Floats) -> Ints:
    """Twice the mid-ranks of values already at their precision."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return np.asarray((2 * below + counts + 1)[where.reshape(values.shape)], dtype=np.int64)


def sums_of_products(a: Ints, b: Ints) -> tuple[Ints, Floats]:
    """Every sum of a times b over all orders of b, with its probability: set by set, place by place."""
    n = len(a)
    widest = int(np.sort(a) @ np.sort(b)) + 1
    chance = {0: np.zeros(widest)}
    chance[0][0] = 1.0
    for place in range(n):
        further: dict[int, Floats] = {}
        for taken, before in chance.items():
            for other in (k for k in range(n) if not taken >> k & 1):
                shift = int(a[place] * b[other])
                into = further.setdefault(taken | 1 << other, np.zeros(widest))
                into[shift:] += before[: widest - shift] / (n - place)
        chance = further
    (found,) = chance.values()
    return np.arange(widest), found
