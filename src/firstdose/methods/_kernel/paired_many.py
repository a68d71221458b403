"""Many sets of pairs at once: the arrays of `Many`, computed over all of them, some only when somebody asks.

Null distributions are enumerated or convolved for as many data sets together as fit into a processor's cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.many import Many
from firstdose.methods._kernel import exact
from firstdose.methods._kernel.results import LARGEST, Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative, Result

_AT_ONCE = 2**18  # numbers in a block


class Arrays(Mapping[str, Any]):
    """Arrays by name; those of `later` are computed when first asked for."""

    def __init__(self, now: Mapping[str, Any], later: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
        self._found = dict(now)
        self._later = dict(later)

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found.update(self._later[name]())
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._found, *self._later)))

    def __len__(self) -> int:
        return len({*self._found, *self._later})


@dataclass(frozen=True, slots=True)
class Stack:
    """m sets of n pairs, (m, n, 2), as given and with one number for all values of a set that is not `usable`."""

    given: Floats
    pairs: Floats
    usable: npt.NDArray[np.bool_]

    @property
    def m(self) -> int:
        """Number of data sets."""
        return len(self.pairs)

    @property
    def n(self) -> int:
        """Participants in each."""
        return int(self.pairs.shape[1])

    def or_none(self, values: npt.ArrayLike, where: npt.NDArray[np.bool_] | None = None) -> Floats:
        """The values, NaN for data sets that are not usable, or not `where`."""
        kept = self.usable if where is None else self.usable & where
        return np.where(kept, np.asarray(values, dtype=np.float64), np.nan)

    def each(
        self, of_one: Callable[[int], tuple[float | None, ...]], names: tuple[str, ...]
    ) -> dict[str, Any]:
        """Several numbers of each usable data set, one data set at a time."""
        found = np.full((len(names), self.m), np.nan)
        for i in np.flatnonzero(self.usable):
            found[:, i] = [np.nan if value is None else value for value in of_one(int(i))]
        return dict(zip(names, found, strict=True))


def as_stack(y: npt.ArrayLike, *, positive: bool = False) -> Stack:
    """m sets of pairs, (m, n, 2); `positive`: a set with a value of zero or below is not usable.

    Raises:
        ValueError: another shape.
    """
    given = np.asarray(y, dtype=np.float64)
    if given.ndim != 3 or given.shape[2] != 2:
        raise ValueError(f"one row a participant is needed, shape (m, n, 2); this is {given.shape}")
    sound = (np.abs(given) <= LARGEST) & ((given > 0) | (not positive))
    usable = sound.all(axis=(1, 2)) & (given.shape[1] > 0)
    return Stack(given, given if usable.all() else np.where(usable[:, None, None], given, 1.0), usable)


def answers(
    arrays: Mapping[str, Any],
    at: Callable[[int], Result],
    later: Mapping[str, Callable[[], Mapping[str, Any]]] | None = None,
) -> Many:
    """Many, with some arrays computed when asked for."""
    return Many(Arrays(arrays, later or {}), at)


def whole_differences(stack: Stack, decimals: int | None) -> tuple[Ints, Floats]:
    """After - before in whole units (m, n), and units in one of the variable (m,); as `exact.differences`."""
    d, places = stack.pairs[:, :, 1] - stack.pairs[:, :, 0], decimal_places(stack, decimals)
    found = np.unique(places)
    units = np.array([10.0 ** int(p) for p in found])[np.searchsorted(found, places)]
    return np.rint(d * units[:, None]).astype(np.int64), units


def decimal_places(stack: Stack, decimals: int | None) -> Floats:
    """As declared, or as many as the floats of a data set can answer for (m,)."""
    largest = np.abs(stack.pairs).max(axis=(1, 2), initial=0.0)
    with np.errstate(divide="ignore"):
        digits = np.ceil(np.log10(largest))
    digits = np.maximum(np.where(largest > 0, digits, 0.0), exact.FEWEST_DIGITS)
    bearable = np.minimum(exact.MOST_PLACES - np.minimum(digits, 0), exact.DIGITS - digits)
    places: Floats = bearable if decimals is None else np.minimum(decimals, bearable)
    return places


def p_values(less: Floats, greater: Floats, alternative: Alternative) -> Floats:
    """`p_value` of every data set."""
    tails = {"less": less, "greater": greater, "two-sided": 2.0 * np.minimum(less, greater)}
    found: Floats = np.minimum(tails[alternative], 1.0)
    return found


def blocks(m: int, size: int) -> Iterator[slice]:
    """So many data sets at a time, each of which writes `size` numbers, that they stay in the cache."""
    step = max(1, _AT_ONCE // max(1, size))
    return (slice(start, start + step) for start in range(0, m, step))


def subset_sums_of_many(whole: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Sums of all subsets of each row, (m, 2**n), the empty one first."""
    m, n = whole.shape
    sums = np.zeros((m, 2**n), dtype=whole.dtype)
    for i in range(n):
        np.add(sums[:, : 2**i], whole[:, i, None], out=sums[:, 2**i : 2 ** (i + 1)])
    return sums


def flipped_tails(whole: Ints) -> tuple[Floats, Floats]:
    """P(S <= observed) and P(S >= observed) over all signs of each row; S is the sum."""
    m, n = whole.shape
    less, greater = np.empty(m), np.empty(m)
    totals = whole.sum(axis=1, keepdims=True)
    for block in blocks(m, 2**n):
        sums = subset_sums_of_many(whole[block])
        less[block] = np.count_nonzero(sums <= totals[block], axis=1)
        greater[block] = np.count_nonzero(sums >= totals[block], axis=1)
    return less / 2.0**n, greater / 2.0**n


def subset_means_of_many(whole: Ints | Floats, rank: int) -> tuple[Floats, Floats]:
    """The mean at this rank, from 1, among those of all non-empty subsets of each row: from below and from above."""
    m, n = whole.shape
    sizes = subset_sums_of_many(np.ones((1, n)))[0, 1:]
    ends = np.empty((m, 2))
    places = [rank - 1, len(sizes) - rank]
    for block in blocks(m, 2 ** (n + 3)):  # sums, means and their order are all written
        means = subset_sums_of_many(whole[block].astype(np.float64))[:, 1:] / sizes
        ends[block] = np.partition(means, places, axis=1)[:, places]
    return ends[:, 0], ends[:, 1]


def ranks_of_many(whole: Ints) -> Ints:
    """Twice the mid-ranks within each row."""
    m, n = whole.shape
    order = np.argsort(whole, axis=1, kind="stable")
    ordered = np.take_along_axis(whole, order, axis=1)
    new = np.ones((m, n + 1), dtype=bool)
    new[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
    places = np.arange(n)
    first = np.maximum.accumulate(np.where(new[:, :-1], places, 0), axis=1)
    last = np.minimum.accumulate(np.where(new[:, 1:], places, n)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty_like(whole)
    np.put_along_axis(ranks, order, first + last + 2, axis=1)
    return ranks


def signed_ranks_of_many(whole: Ints, *, pratt: bool) -> tuple[Ints, Ints]:
    """Doubled mid-ranks, 0 for a zero difference, and V+ of each row, doubled too."""
    zero = whole == 0
    ranks = ranks_of_many(np.abs(whole))
    if not pratt:
        ranks -= 2 * np.count_nonzero(zero, axis=1)[:, None]
    ranks[zero] = 0
    return ranks, np.where(whole > 0, ranks, 0).sum(axis=1)


def walsh_medians(whole: Ints) -> Floats:
    """The Hodges-Lehmann estimate of each row, in whole units."""
    m, n = whole.shape
    first, second = np.triu_indices(n)
    found = np.empty(m)
    for block in blocks(m, len(first)):
        found[block] = np.median(whole[block][:, first] + whole[block][:, second], axis=1)
    return found / 2


def by_pattern(
    weights: Ints, observed: Ints, tails: Callable[[Ints], tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    """Both tails of each row; `tails` gives those of every possible sum, once for each pattern of weights."""
    ordered = np.sort(weights, axis=1)
    patterns, which = distinct(ordered)
    less, greater = np.empty(len(weights)), np.empty(len(weights))
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=len(patterns)))
    for pattern, own in zip(patterns, np.split(order, ends[:-1]), strict=True):
        below, above = tails(pattern[pattern > 0])
        less[own], greater[own] = below[observed[own]], above[observed[own]]
    return less, greater


def distinct(rows: Ints) -> tuple[Ints, npt.NDArray[np.intp]]:
    """Different rows, and which of them each row is; found by their bytes, which is quicker than by order."""
    if not rows.size:
        return rows[:1], np.zeros(len(rows), dtype=np.intp)
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first], which.reshape(len(rows))
