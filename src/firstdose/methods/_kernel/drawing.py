"""Random arrangements of many participants: some people at a time, by a table of all they can add to the totals.

One random number then stands for up to nine participants. Every draw adds up the same tables, so as many draws
are made at once as are wanted.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from firstdose.methods._kernel.arrangements import column_squares
from firstdose.methods._kernel.exact import subset_sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.methods._kernel.results import Floats, Ints

_Table = TypeVar("_Table", npt.NDArray[np.int64], npt.NDArray[np.float64])

LEAST = 999
TABLED_TIMES = 6  # 6! = 720
_CHOICES = 720  # in one table, which then stays in the processor's first cache
_SIGNS = 8  # participants in one table of signs
_WORK = 110_000_000  # random numbers and values looked up


def affordable_signs(asked: int, n: int) -> int:
    """The draws asked for, or as many as the work allows; never below 999."""
    return _affordable(asked, 3 * math.ceil(n / _SIGNS))


def affordable_orders(asked: int, n: int, k: int) -> int:
    """The same where the values of k times change places."""
    return _affordable(asked, k * math.ceil(n / _people(k)))


def _affordable(asked: int, cost: int) -> int:
    return min(asked, max(LEAST, _WORK // cost - 1))


def _people(k: int) -> int:
    """So many participants in one table of orders."""
    return int(math.log(_CHOICES) / math.log(math.factorial(k)) + 1e-9)


def sign_tables(whole: Ints) -> Iterator[Ints]:
    """Sum and number of the differences that keep their sign, shape (2, choices), for eight people at a time."""
    for start in range(0, len(whole), _SIGNS):
        some = whole[start : start + _SIGNS]
        yield np.stack([subset_sums(some), subset_sums(np.ones_like(some))])


def order_tables(centred: Floats) -> Iterator[Floats]:
    """What some people's values add to all columns but the last, shape (k - 1, choices), in each of their orders."""
    k = centred.shape[1]
    orders = np.array(list(permutations(range(k))))[:, :-1].T
    together = _people(k)
    for start in range(0, len(centred), together):
        table = np.zeros((k - 1, 1))
        for row in centred[start : start + together]:
            table = (table[:, :, None] + row[orders][:, None, :]).reshape(k - 1, -1)
        yield table


def drawn_totals(tables: Iterator[_Table], m: int, seed: int) -> _Table:
    """Totals of m random arrangements, shape (rows of a table, m); every choice in a table is as likely."""
    generator = np.random.default_rng(seed)

    def drawn(table: _Table) -> _Table:
        chosen = generator.integers(0, table.shape[1], size=m, dtype=np.uint16).astype(np.intp)
        return np.take(table, chosen, axis=1)

    totals = drawn(next(tables))
    for table in tables:
        totals += drawn(table)
    return totals


def draw_tabled_orders(centred: Floats, m: int, seed: int) -> int:
    """How many of m random arrangements are at least as extreme; `draw_orders` with other random numbers."""
    totals = drawn_totals(order_tables(centred), m, seed)
    least = float(column_squares(centred.sum(axis=0))) * (1 - 1e-12)
    squares = (totals**2).sum(axis=0) + totals.sum(axis=0) ** 2  # the columns add up to zero
    return int((squares >= least).sum())
