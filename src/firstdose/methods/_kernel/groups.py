"""Groups of participants: sizes, ranks, and what every method between groups must ask first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.arrangements import labellings, number_of_labellings
from firstdose.methods._kernel.results import Floats, Ints, as_values, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

_LABELLINGS = 200_000
_WORK = 200_000_000  # comparisons of two participants in one labelling; 30 participants need fewer
_PAIR = 4_000  # what turning to a pair costs, in labellings


@dataclass(frozen=True, slots=True)
class Groups:
    """Values and their group: codes 0, 1, ... without empty groups; `declared`: their places, from 1."""

    values: Floats
    codes: Ints
    sizes: tuple[int, ...]
    declared: tuple[int, ...]

    @property
    def g(self) -> int:
        """Number of groups."""
        return len(self.sizes)

    def each(self) -> Iterator[Floats]:
        """The values of each group."""
        return (self.values[self.codes == group] for group in range(self.g))


def as_groups(y: npt.ArrayLike, groups: npt.ArrayLike | None) -> Groups:
    """One value and one group code a participant.

    Raises:
        ValueError: shapes differ, or no groups were given.
    """
    values = as_values(y)
    if groups is None or np.shape(groups) != values.shape:
        raise ValueError("one group code a participant is needed")
    present, codes, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    places = tuple((present.astype(np.int64) + 1).tolist())
    return Groups(values, codes.astype(np.int64).reshape(len(values)), tuple(sizes.tolist()), places)


def reasons_against(of: Groups) -> tuple[Caveat, ...]:
    """Why these groups cannot be compared; empty where they can."""
    if reasons := unusable(of.values):
        return reasons
    return (say.no_comparison("all participants are in one group"),) if of.g < 2 else ()


def by_group(of: Groups) -> dict[str, float | None]:
    """n, mean, sd and median of each group by its declared place: `mean_1` is that of code 0."""
    found: dict[str, float | None] = {}
    for number, values in zip(of.declared, of.each(), strict=True):
        found[f"n_{number}"] = len(values)
        found[f"mean_{number}"] = float(values.mean())
        found[f"sd_{number}"] = float(values.std(ddof=1)) if len(values) > 1 else None
        found[f"median_{number}"] = float(np.median(values))
    return found


def labelled(
    of: Groups, statistic: Callable[[npt.NDArray[np.int8]], Ints]
) -> tuple[float, float] | tuple[None, None]:
    """P(S <= observed) and P(S >= observed) over all ways to form such groups; Nones where they are too many."""
    number = number_of_labellings(of.sizes)
    if number > _LABELLINGS or len(of.values) ** 2 * (number + _PAIR) > _WORK:
        return None, None
    observed = int(statistic(of.codes[None, :].astype(np.int8))[0])
    every = statistic(labellings(of.sizes))
    return float((every <= observed).mean()), float((every >= observed).mean())


def even_sizes(n: int, k: int) -> tuple[int, ...]:
    """n participants in k groups as even as can be."""
    return tuple((n + extra) // k for extra in range(k))


def share_of_labellings(count: int, sizes: tuple[int, ...]) -> float:
    """So many of all ways to form groups of these sizes."""
    return min(1.0, count / number_of_labellings(sizes))


def orders_alike(sizes: tuple[int, ...]) -> int:
    """How many complete separations share the largest H.

    All orders of the groups: the variation within a block of n consecutive ranks is (n^3 - n)/12 wherever it lies.
    """
    return math.factorial(sum(size > 0 for size in sizes))
