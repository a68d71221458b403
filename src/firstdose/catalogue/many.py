"""The same method on many data sets at once: arrays now, Results when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from firstdose.catalogue.result import Result


@dataclass(frozen=True, slots=True)
class Many:
    """m answers. `arrays`: name > (m,) float array, NaN where there is none; always `estimate` and `p`, and
    `ci_low`, `ci_high`, `statistic` and further numbers where the method has them. `at(i)` makes the i-th Result,
    equal to what `estimate` says of that data set.
    """

    arrays: Mapping[str, Any]
    at: Callable[[int], Result]

    def __len__(self) -> int:
        return len(self.arrays["p"])

    def __getitem__(self, i: int) -> Result:
        if not -len(self) <= i < len(self):
            raise IndexError(i)
        return self.at(i % len(self))

    def __iter__(self) -> Iterator[Result]:
        return map(self.at, range(len(self)))
