"""Exact null distributions over times and over groups: who could have had which value."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.exact import common_step
from firstdose.methods._kernel.results import power

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats, Ints

STATES = 3_000_000  # rank sums held at once
TIMES = 8
_ANY_TIES = 30  # participants up to whom only the states themselves decide, not their prediction
_EMPTY_CELLS = 16  # cells of a table a state, up to which none is sorted
_ALL_STATES = 4_000_000  # predicted rank sums over all participants


def smallest_p_of_orders(n: int, k: int) -> float:
    """One order of k times for all n participants, whichever it is."""
    return float(math.factorial(k)) ** -(n - 1)


def ranks_within(whole: Ints) -> Ints:
    """Doubled mid-ranks in each row."""
    ranks = np.ones(whole.shape, dtype=np.int64)
    for other in whole.T[:, :, None]:
        ranks += 2 * (whole > other)
        ranks += whole == other
    return ranks


def predicted_states(n: int, k: int) -> float:
    """Rank sums that n participants without ties run through, each as often as a row has orders.

    After i participants, the whole points of a permutohedron of side i: about k**(k - 2) i**(k - 1).
    """
    return power(float(k), k - 2) * power(float(n), k) / k


def friedman_tail(ranks: Ints) -> float | None:
    """P(sum of squared rank sums >= observed) given the ties of each row; None where it is too large."""
    found = friedman_distribution(ranks)
    if found is None:
        return None
    squares, tails = found
    observed = int((ranks.sum(axis=0) ** 2).sum())
    return float(tails[np.searchsorted(squares, observed)])


def friedman_distribution(ranks: Ints) -> tuple[Ints, Floats] | None:
    """Sums of squared rank sums in rising order, and P(sum >= each), given the ties of each row of ranks.

    Participant by participant; only the sorted rank sums matter, because every row is permuted in every way. The
    order of rows and of values in a row makes no difference. None where it is too large.
    """
    n, k = ranks.shape
    base = int(ranks.sum()) + 1
    too_long = n > _ANY_TIES and predicted_states(n, k) > _ALL_STATES
    if k > TIMES or too_long or base**k >= 2**62:
        return None
    step = common_step(ranks.ravel())
    rows = np.sort(ranks // step, axis=1)
    rows = rows[np.lexsort(rows.T)]
    states, chance = rows[:1].T, np.ones(1)
    for row in rows[1:]:
        orders = distinct_orders(row)
        if len(chance) * len(orders) > STATES:
            return None
        states, chance = _merged(states, chance, orders)
    squares, where = np.unique((states**2).sum(axis=0) * step**2, return_inverse=True)
    chances = np.bincount(where.reshape(-1), weights=chance)
    return squares, np.minimum(1.0, np.cumsum(chances[::-1])[::-1])


def _merged(states: Ints, chance: Floats, orders: Ints) -> tuple[Ints, Floats]:
    """Every state, shape (k, states), with every order of one more row, equal ones added up."""
    k = len(states)
    reached = (states[:, :, None] + orders.T[:, None, :]).reshape(k, -1)
    _sort_columns(reached)
    least = reached.min(axis=1)
    widths = [int(width) for width in reached.max(axis=1) - least + 1]
    keys = np.zeros(reached.shape[1], dtype=np.int64)
    for place in range(k - 1, 0, -1):  # the first place is what the others leave
        keys = keys * widths[place] + (reached[place] - least[place])
    found, added = _added_up(keys, np.repeat(chance / len(orders), len(orders)), math.prod(widths[1:]))
    total, merged = int(reached[:, 0].sum()), np.empty((k, len(found)), dtype=np.int64)
    for place in range(1, k):
        found, rest = np.divmod(found, widths[place])
        merged[place] = rest + least[place]
    merged[0] = total - merged[1:].sum(axis=0)
    return merged, added


def _sort_columns(reached: Ints) -> None:
    """In place: every column in rising order, by comparing rows."""
    for last in range(len(reached) - 1, 0, -1):
        for place in range(last):
            larger = np.maximum(reached[place], reached[place + 1])
            np.minimum(reached[place], reached[place + 1], out=reached[place])
            reached[place + 1] = larger


def _added_up(keys: Ints, chance: Floats, cells: int) -> tuple[Ints, Floats]:
    """The different keys in rising order with the sum of their chances; `cells`: keys lie below it."""
    if cells > _EMPTY_CELLS * len(keys):
        found, where = np.unique(keys, return_inverse=True)
        return found, np.asarray(np.bincount(where, weights=chance), dtype=np.float64)
    added = np.asarray(np.bincount(keys, weights=chance), dtype=np.float64)
    reached = np.flatnonzero(added).astype(np.int64)
    return reached, added[reached]


def distinct_orders(row: Ints) -> Ints:
    """Every different order of these values."""
    return np.array(sorted(set(permutations(row.tolist()))), dtype=np.int64)


def column_squares(totals: Floats) -> Floats:
    """Sum of squared column totals, the statistic that F rises with."""
    return np.asarray((totals**2).sum(axis=-1))


def count_orders(centred: Floats) -> tuple[int, int]:
    """Arrangements at least as extreme, and all of them, the first participant held fixed.

    Rows are whole numbers with mean zero; sums of squares are compared with room for their last digits.
    """
    k = centred.shape[1]
    orders = np.array(list(permutations(range(k))))
    least = float(column_squares(centred.sum(axis=0))) * (1 - 1e-12)
    if len(centred) == 1:
        return 1, 1
    totals = centred[:1]
    for row in centred[1:-1]:
        totals = (totals[:, None, :] + row[orders][None, :, :]).reshape(-1, k)
    hits = sum(int((column_squares(totals + last) >= least).sum()) for last in centred[-1][orders])
    return hits, len(totals) * len(orders)


def draw_orders(centred: Floats, m: int, seed: int) -> int:
    """How many of m random arrangements are at least as extreme; every value is moved."""
    generator = np.random.default_rng(seed)
    least = float(column_squares(centred.sum(axis=0))) * (1 - 1e-12)
    hits = 0
    for start in range(0, m, 1024):
        drawn = np.broadcast_to(centred, (min(1024, m - start), *centred.shape))
        hits += int((column_squares(generator.permuted(drawn, axis=2).sum(axis=1)) >= least).sum())
    return hits


def number_of_labellings(sizes: Sequence[int]) -> int:
    """In how many ways people can be told to groups of these sizes."""
    return math.factorial(sum(sizes)) // math.prod(map(math.factorial, sizes))


def labellings(sizes: Sequence[int]) -> npt.NDArray[np.int8]:
    """All of them, one row each; person by person, as long as the group has room."""
    rows = np.zeros((1, 0), dtype=np.int8)
    room = np.array([sizes], dtype=np.int64)
    for _ in range(sum(sizes)):
        chosen = [(np.flatnonzero(room[:, group] > 0), group) for group in range(len(sizes))]
        taken = np.concatenate([np.full(len(where), group, dtype=np.int8) for where, group in chosen])
        kept = np.concatenate([where for where, _ in chosen])
        rows, room = np.column_stack([rows[kept], taken]), room[kept]
        room[np.arange(len(kept)), taken] -= 1
    return rows
