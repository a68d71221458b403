"""Participant, participant by time, and lesion: values become blocks of means of lesions that are alike.

Lesions of one participant with the same group and the same gaps are alike. Their mean of each time stands in the
participant's block; what tells them apart is free of participant, time and coefficients: one row of its own for each
lesion after the first, which the lesion and the residual move, and the rest, which is spare.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled

if TYPE_CHECKING:
    from firstdose.methods._kernel.mixed.components import Blocks
    from firstdose.methods._kernel.results import Floats, Ints

PARTICIPANT, BY_TIME, LESION, RESIDUAL = range(4)


@compiled
def compress_by_time(y: Floats, group: Ints, unit: Ints, before: Floats, of: Blocks) -> None:
    """Fill the blocks with y (N, k), its rows sorted by `unit`; `before`: room for k numbers."""
    of.X[:] = 0.0
    of.y[:] = 0.0
    of.G[:] = 0.0
    of.spare[:] = 0.0
    of.exists[:] = 0.0
    of.counts[:] = 0
    of.start[0] = 0
    first = 0
    while first < len(y):
        last = first + 1
        while last < len(y) and unit[last] == unit[first]:
            last += 1
        _participant(first, last, y, group, before, of)
        first = last


@compiled
def _participant(first: int, last: int, y: Floats, group: Ints, before: Floats, of: Blocks) -> None:
    """One block of means, then the rows that tell lesions apart."""
    begin = of.start[of.counts[0]]
    row = begin
    for i in range(first, last):
        if _is_first(i, first, y, group):
            row = _means(i, last, begin, row, y, group, of)
    if row == begin:
        return
    _finish(begin, row - begin, y.shape[1], of)
    _close(row, of)
    for i in range(first, last):
        if _is_first(i, first, y, group):
            _apart(i, last, y, group, before, of)


@compiled
def _close(row: int, of: Blocks) -> None:
    """The block ends before this row."""
    of.counts[0] += 1
    of.start[of.counts[0]] = row


@compiled
def _alike(i: int, j: int, y: Floats, group: Ints) -> bool:
    same = bool(group[i] == group[j])
    for t in range(y.shape[1]):
        same = same and np.isnan(y[i, t]) == np.isnan(y[j, t])
    return same


@compiled
def _is_first(i: int, first: int, y: Floats, group: Ints) -> bool:
    """Whether this lesion has values, and none before it is like it."""
    found = _times(i, y) > 0
    for j in range(first, i):
        found = found and not _alike(i, j, y, group)
    return found


@compiled
def _times(i: int, y: Floats) -> int:
    found = 0
    for t in range(y.shape[1]):
        found += 0 if np.isnan(y[i, t]) else 1
    return found


@compiled
def _means(i: int, last: int, begin: int, row: int, y: Floats, group: Ints, of: Blocks) -> int:
    """Root of the number times the mean of each time, of all lesions like the i-th; the next free row."""
    k = y.shape[1]
    number = 0
    for j in range(i, last):
        number += 1 if _alike(i, j, y, group) else 0
    of.counts[3] += number
    of.counts[2] += number * _times(i, y)
    here = row
    for t in range(k):
        if np.isnan(y[i, t]):
            continue
        total = 0.0
        for j in range(i, last):
            if _alike(i, j, y, group):
                total += y[j, t]
        of.exists[group[i] * k + t] = 1.0
        of.X[here, group[i] * k + t] = math.sqrt(number)
        of.y[here] = total / math.sqrt(number)
        here += 1
    for s in range(row, here):
        for t in range(row, here):
            of.G[LESION, s, t - begin] = 1.0
    return here


@compiled
def _finish(begin: int, n: int, k: int, of: Blocks) -> None:
    """What the lesions of the block share: the participant, and the participant at that time."""
    for s in range(n):
        for t in range(n):
            one, time = _place(of.X[begin + s], k)
            other, same = _place(of.X[begin + t], k)
            of.G[PARTICIPANT, begin + s, t] = one * other
            of.G[BY_TIME, begin + s, t] = one * other if time == same else 0.0
        of.G[RESIDUAL, begin + s, s] = 1.0


@compiled
def _place(row: Floats, k: int) -> tuple[float, int]:
    """The only number that is not zero, and the time it belongs to."""
    for j in range(len(row)):
        if row[j] != 0.0:
            return row[j], j % k
    return 0.0, 0


@compiled
def _apart(i: int, last: int, y: Floats, group: Ints, before: Floats, of: Blocks) -> None:
    """Each lesion like the i-th against the mean of those before it (Helmert), shared out to its mean and the rest."""
    times, number = _times(i, y), 0
    before[:] = 0.0
    for j in range(i, last):
        if not _alike(i, j, y, group):
            continue
        if number > 0:
            _against(y[j], before, number, times, of)
        number += 1
        for t in range(y.shape[1]):
            if not np.isnan(y[j, t]):
                before[t] += (y[j, t] - before[t]) / number


@compiled
def _against(values: Floats, before: Floats, number: int, times: int, of: Blocks) -> None:
    mean, squares = 0.0, 0.0
    for t in range(len(values)):
        if not np.isnan(values[t]):
            mean += (values[t] - before[t]) / times
    for t in range(len(values)):
        if not np.isnan(values[t]):
            squares += (values[t] - before[t] - mean) ** 2
    share = number / (number + 1.0)
    row, p = of.start[of.counts[0]], len(of.exists)
    of.y[row] = mean * math.sqrt(share * times)
    of.G[LESION, row, 0] = times
    of.G[RESIDUAL, row, 0] = 1.0
    of.counts[1] += times - 1
    of.spare[p, p] += squares * share
    _close(row + 1, of)
