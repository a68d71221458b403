"""Random numbers that belong to a participant: keyed by seed, participant and activity, and by nothing else.

A participant's values therefore stay the same when others are added, and an activity's when others are invented
before it. Only the raw stream of Philox and SeedSequence is used, which numpy promises not to change.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Bools: TypeAlias = NDArray[np.bool_]


def uniforms(seed: int, participants: int, activity: str, shape: tuple[int, ...]) -> Floats:
    """Numbers strictly between 0 and 1, shape (participants, *shape); row i is that of participant i + 1."""
    key = int.from_bytes(hashlib.sha256(activity.encode()).digest()[:8], "big")
    count = int(np.prod(shape, dtype=np.int64))
    raw = np.empty((participants, count), dtype=np.uint64)
    for row in range(participants):
        source = np.random.SeedSequence(seed, spawn_key=(row + 1, key))
        raw[row] = np.random.Philox(source).random_raw(count)
    return (((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53).reshape((participants, *shape))


def normals(uniform: Floats) -> Floats:
    """Standard normal numbers from uniform ones, by the inverse of the distribution function."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform), dtype=np.float64)


def poisson(uniform: Floats, mean: float, most: int) -> Ints:
    """Counts with this mean from uniform numbers, cut at `most`."""
    from scipy.special import pdtr

    return np.searchsorted(pdtr(np.arange(most), mean), uniform).astype(np.int64)


def chosen(uniform: Floats, weights: tuple[float, ...]) -> Ints:
    """Places in a list, each as often as its weight says."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(edges, uniform, side="right"), len(weights) - 1).astype(np.int64)


def picked(uniform: Floats, count: int | Ints) -> Ints:
    """Places in a list of `count`, each as often as the others."""
    return np.minimum(np.floor(uniform * count), count - 1).astype(np.int64)
