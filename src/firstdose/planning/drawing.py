"""Random numbers found by counting: keyed by seed and stream, placed by block, and by nothing else.

Whoever draws a block, in whatever order, gets the same numbers. Only the raw stream of Philox is used, which numpy
promises not to change.
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

_WORD = 2**64


def uniforms(seed: int, stream: str, block: int, shape: tuple[int, ...]) -> Floats:
    """Numbers strictly between 0 and 1."""
    name = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big")
    key = np.array([seed % _WORD, name], dtype=np.uint64)
    counter = np.array([0, 0, block, 0], dtype=np.uint64)
    raw = np.random.Philox(key=key, counter=counter).random_raw(int(np.prod(shape, dtype=np.int64)))
    return ((raw >> np.uint64(11)).astype(np.float64) + 0.5).reshape(shape) * 2.0**-53


def normals(seed: int, stream: str, block: int, shape: tuple[int, ...]) -> Floats:
    """Standard normal numbers, by the inverse of the distribution function."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, stream, block, shape)), dtype=np.float64)
