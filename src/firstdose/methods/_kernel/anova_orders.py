"""Exact tests over times of many data sets at once: ranks, orders, and the distributions that several share."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import exact
from firstdose.methods._kernel.arrangements import friedman_distribution
from firstdose.methods._kernel.results import LARGEST

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats, Ints

COMPILED_TIMES = 8  # 8! = 40,320
_DRAWN_AT_ONCE = 1024


def usable_of_many(y: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Data sets (m, n, k), zeros in place of those that are not usable, and which are.

    Raises:
        ValueError: another shape.
    """
    given = np.asarray(y, dtype=np.float64)
    if given.ndim != 3 or given.shape[2] < 2:
        raise ValueError(f"one row a participant is needed, shape (m, n, k); this is {given.shape}")
    usable = (np.abs(given) <= LARGEST).all(axis=(1, 2)) & (given.shape[1] > 0)
    return given if usable.all() else np.where(usable[:, None, None], given, 0.0), usable


def whole_of_many(y: Floats, decimals: int | None) -> tuple[Ints, Ints]:
    """`whole_numbers` of each data set (m, n, k), and the decimal places of each, (m,)."""
    largest = np.abs(y).max(axis=(1, 2), initial=0.0)
    with np.errstate(divide="ignore"):
        digits = np.where(largest > 0, np.ceil(np.log10(largest)), 0.0)
    digits = np.maximum(digits, exact.FEWEST_DIGITS)
    bearable = np.minimum(exact.MOST_PLACES - np.minimum(digits, 0), exact.DIGITS - digits)
    places = (bearable if decimals is None else np.minimum(decimals, bearable)).astype(np.int64)
    found = np.unique(places)
    units = np.array([10.0 ** int(p) for p in found])[np.searchsorted(found, places)]
    return np.rint(y * units[:, None, None]).astype(np.int64), places


def ranks_of_many(whole: Ints) -> Ints:
    """Doubled mid-ranks in each row, (m, n, k)."""
    ranks = np.ones(whole.shape, dtype=np.int64)
    for other in range(whole.shape[2]):
        than = whole[:, :, other, None]
        ranks += 2 * (whole > than)
        ranks += whole == than
    return ranks


def friedman_tails(ranks: Ints) -> Floats:
    """`friedman_tail` of each data set, NaN where it is too large; one distribution for each pattern of ties."""
    m, _, k = ranks.shape
    patterns = np.sort(ranks, axis=2)
    ties = (np.diff(patterns, axis=2) == 0) @ (1 << np.arange(k - 1))  # which neighbours are tied
    found, which = np.unique(np.sort(ties, axis=1), axis=0, return_inverse=True)
    observed = (ranks.sum(axis=1) ** 2).sum(axis=1)
    tails = np.full(m, np.nan)
    for number in range(len(found)):
        some = np.flatnonzero(which.reshape(m) == number)
        distribution = friedman_distribution(patterns[some[0]])
        if distribution is not None:
            squares, chance = distribution
            tails[some] = chance[np.searchsorted(squares, observed[some])]
    return tails


def shares_of_orders(centred: Floats) -> Floats:
    """Share of all arrangements at least as extreme in each data set (m, n, k), counted one by one."""
    from firstdose.methods._kernel import anova_compiled

    orders = np.array(list(permutations(range(centred.shape[2]))), dtype=np.int64)
    hits: Ints = anova_compiled.count_orders_of_many(np.ascontiguousarray(centred), orders)
    return np.asarray(hits / float(len(orders)) ** (centred.shape[1] - 1))


def drawn_hits(centred: Floats, m: int, seed: int) -> Ints:
    """`draw_orders` of each data set (sets, n, k), with the same m random arrangements for all."""
    from firstdose.methods._kernel import anova_compiled

    generator = np.random.default_rng(seed)
    n, k = centred.shape[1:]
    hits = np.zeros(len(centred), dtype=np.int64)
    for start in range(0, m, _DRAWN_AT_ONCE):
        places = np.broadcast_to(np.arange(k), (min(_DRAWN_AT_ONCE, m - start), n, k))
        drawn = generator.permuted(places, axis=2)
        hits += anova_compiled.count_drawn_orders(np.ascontiguousarray(centred), drawn)
    return hits
