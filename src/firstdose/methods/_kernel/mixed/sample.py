"""Participants with the same gaps and the same design are one class: its size, mean and scatter say all of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints


class Sample(NamedTuple):
    """Rooms for n participants at k times; `classes` and `patterns` say how many are in use.

    X (designs, k, p), `stratum` of each design: strata share the covariance and no coefficient. `entry[s, t]`: number
    of the entry of the covariance. Pattern 0 has no gap. `exists`: coefficients with any value.
    """

    X: Floats
    stratum: Ints
    entry: Ints
    number: Floats
    pattern: Ints
    design: Ints
    mean: Floats
    scatter: Floats
    columns: Ints
    size: Ints
    exists: Floats
    found: Ints  # the class of each participant; -1: no value
    used: Ints  # classes, patterns, values, complete participants


def room(n: int, X: Floats, stratum: Ints, strata: int) -> Sample:
    """Empty rooms."""
    k, p = X.shape[1], X.shape[2]
    return Sample(
        X=X,
        stratum=stratum,
        entry=_numbered(k),
        number=np.zeros(n),
        pattern=np.zeros(n, np.int64),
        design=np.zeros(n, np.int64),
        mean=np.zeros((n, k)),
        scatter=np.zeros((n, k, k)),
        columns=np.zeros((n + 2, k), np.int64),
        size=np.zeros(n + 2, np.int64),
        exists=np.zeros((strata, p)),
        found=np.zeros(n, np.int64),
        used=np.zeros(4, np.int64),
    )


@cache
def _numbered(k: int) -> Ints:
    """The number of each entry of a covariance, row by row of its upper triangle."""
    entry = np.zeros((k, k), np.int64)
    entry[np.triu_indices(k)] = np.arange(k * (k + 1) // 2)
    return np.maximum(entry, entry.T)


@compiled
def classify(y: Floats, design: Ints, of: Sample) -> None:
    """Fill the rooms with the values (n, k) of one data set."""
    n, k = y.shape
    _empty(of, k)
    found = of.found
    for i in range(n):
        pattern = _pattern(y[i], of)
        found[i] = _class(pattern, design[i], of) if pattern >= 0 else -1
        if found[i] >= 0:
            c = found[i]
            of.number[c] += 1.0
            for t in range(k):
                if not np.isnan(y[i, t]):
                    of.mean[c, t] += y[i, t]
    for c in range(of.used[0]):
        for t in range(k):
            of.mean[c, t] /= of.number[c]
    for i in range(n):
        if found[i] >= 0:
            _scatter(y[i], found[i], of)


@compiled
def _empty(of: Sample, k: int) -> None:
    of.used[:] = 0
    of.used[1] = 1
    of.number[:] = 0.0
    of.mean[:] = 0.0
    of.scatter[:] = 0.0
    of.exists[:] = 0.0
    of.size[0] = k
    for t in range(k):
        of.columns[0, t] = t


@compiled
def _pattern(row: Floats, of: Sample) -> int:
    """The number of the pattern of this row; -1 where it has no value at all."""
    place = of.used[1]
    size = 0
    for t in range(len(row)):
        if not np.isnan(row[t]):
            of.columns[place, size] = t
            size += 1
    if size == 0:
        return -1
    of.used[2] += size
    of.used[3] += 1 if size == len(row) else 0
    for number in range(place):
        if of.size[number] != size:
            continue
        same = True
        for i in range(size):
            same = same and of.columns[number, i] == of.columns[place, i]
        if same:
            return int(number)
    of.size[place] = size
    of.used[1] += 1
    return int(place)


@compiled
def _class(pattern: int, design: int, of: Sample) -> int:
    for c in range(of.used[0]):
        if of.pattern[c] == pattern and of.design[c] == design:
            return int(c)
    c = of.used[0]
    of.pattern[c] = pattern
    of.design[c] = design
    of.used[0] += 1
    stratum = of.stratum[design]
    for i in range(of.size[pattern]):
        for j in range(of.X.shape[2]):
            if of.X[design, of.columns[pattern, i], j] != 0.0:
                of.exists[stratum, j] = 1.0
    return int(c)


@compiled
def _scatter(row: Floats, c: int, of: Sample) -> None:
    pattern = of.pattern[c]
    for i in range(of.size[pattern]):
        s = of.columns[pattern, i]
        for j in range(of.size[pattern]):
            t = of.columns[pattern, j]
            of.scatter[c, s, t] += (row[s] - of.mean[c, s]) * (row[t] - of.mean[c, t])


@compiled
def variation(of: Sample, out: Floats) -> None:
    """A first guess of each time's variance: about the mean of its stratum, whatever is missing."""
    k = of.X.shape[1]
    out[:] = 0.0
    for t in range(k):
        free = 0.0
        for stratum in range(len(of.exists)):
            count, total, squares = 0.0, 0.0, 0.0
            for c in range(of.used[0]):
                if of.stratum[of.design[c]] == stratum and _seen(of, of.pattern[c], t):
                    count += of.number[c]
                    total += of.number[c] * of.mean[c, t]
                    squares += of.scatter[c, t, t] + of.number[c] * of.mean[c, t] ** 2
            if count > 0:
                out[t] += squares - total**2 / count
                free += count - 1.0
        out[t] = out[t] / free if free > 0 else 0.0


@compiled
def _seen(of: Sample, pattern: int, t: int) -> bool:
    found = False
    for i in range(of.size[pattern]):
        found = found or of.columns[pattern, i] == t
    return found
