"""Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011), keyed by seed and trial, counted by participant.

Each number depends only on (seed, trial, draw), so results do not depend on workers, batches or order.
"""

from __future__ import annotations

import numba
import numpy as np

_fast = numba.njit(cache=True, nogil=True, inline="never")

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)


@_fast
def philox(seed, trial, draw):  # type: ignore[no-untyped-def]
    """Four 32-bit words of the counter (draw, trial) under the key `seed`."""
    k0, k1 = np.uint64(seed) & _LOW, np.uint64(seed) >> _32
    c0, c1 = np.uint64(draw) & _LOW, np.uint64(draw) >> _32
    c2, c3 = np.uint64(trial) & _LOW, np.uint64(trial) >> _32
    for _ in range(10):
        first, second = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (second >> _32) ^ c1 ^ k0, second & _LOW, (first >> _32) ^ c3 ^ k1, first & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@_fast
def uniform(seed, trial, draw):  # type: ignore[no-untyped-def]
    """A number in [0, 1) with 53 bits."""
    c0, c1, _, _ = philox(seed, trial, draw)
    return ((c0 >> np.uint64(5)) * 67108864.0 + (c1 >> np.uint64(6))) / 9007199254740992.0
