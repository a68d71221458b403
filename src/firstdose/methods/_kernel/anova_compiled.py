"""Counting arrangements one by one, compiled on first use: imported only by functions that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.methods._kernel.results import Floats, Ints

_compiled: Callable[..., Any] = njit(cache=True, nogil=True)


def _count_column_squares(first: Floats, second: Floats, least: float) -> int:
    """How many sums of a row of `first` (a, k) and a column of `second` (k, b) have squares of at least `least`."""
    hits = 0
    k, b = second.shape
    for i in range(len(first)):
        for j in range(b):
            square = 0.0
            for c in range(k):
                total = first[i, c] + second[c, j]
                square += total * total
            hits += square >= least
    return hits


def _order_sums(rows: Floats, orders: Ints) -> Floats:
    """Column totals of these rows in each combination of their orders, shape (orders ** rows, k)."""
    n, k = rows.shape
    sums = np.zeros((len(orders) ** n, k))
    filled = 1
    for row in rows:
        for choice in range(len(orders) - 1, -1, -1):  # the first block, from which others are made, last
            for i in range(filled):
                for c in range(k):
                    sums[choice * filled + i, c] = sums[i, c] + row[orders[choice, c]]
        filled *= len(orders)
    return sums


def _count_orders_of_many(centred: Floats, orders: Ints) -> Ints:
    """Arrangements at least as extreme in each data set (m, n, k), the first participant held fixed."""
    m, n, k = centred.shape
    hits = np.zeros(m, dtype=np.int64)
    half = 1 + n // 2
    for i in range(m):
        rows = centred[i]
        observed = 0.0
        for c in range(k):
            total = 0.0
            for row in range(n):
                total += rows[row, c]
            observed += total * total
        first = order_sums(rows[1:half], orders) + rows[0]
        second = np.ascontiguousarray(order_sums(rows[half:], orders).T)
        hits[i] = count_column_squares(first, second, observed * (1 - 1e-12))
    return hits


def _count_drawn_orders(centred: Floats, drawn: Ints) -> Ints:
    """How many of the drawn orders (draws, n, k) are at least as extreme in each data set (m, n, k)."""
    m, n, k = centred.shape
    hits = np.zeros(m, dtype=np.int64)
    for i in range(m):
        observed = 0.0
        for c in range(k):
            total = 0.0
            for row in range(n):
                total += centred[i, row, c]
            observed += total * total
        for draw in range(len(drawn)):
            square = 0.0
            for c in range(k):
                total = 0.0
                for row in range(n):
                    total += centred[i, row, drawn[draw, row, c]]
                square += total * total
            hits[i] += square >= observed * (1 - 1e-12)
    return hits


def _ratio_reached(sums: Floats, total: float, weights: Floats, sizes: Floats, observed: Floats) -> bool:
    """Whether hypothesis over error of these cell sums (cells, p) is at least that observed.

    `weights` (q, cells) are those of cell means; `total`: sum of all squares, `observed`: hypothesis and error.
    """
    hypothesis, error = 0.0, total
    cells, p = sums.shape
    for c in range(p):
        for cell in range(cells):
            error -= sums[cell, c] * sums[cell, c] / sizes[cell]
        for row in range(len(weights)):
            along = 0.0
            for cell in range(cells):
                along += weights[row, cell] * sums[cell, c] / sizes[cell]
            hypothesis += along * along
    slack = 1e-12 * total * (observed[0] + observed[1])
    return bool(hypothesis * observed[1] >= observed[0] * error - slack)


def _count_labellings(rows: Floats, cell: Ints, weights: Floats, sizes: Floats, observed: Floats) -> Ints:
    """Ways to tell participants to cells that are at least as extreme, and all of them; `cell` sorted at first."""
    n, p = rows.shape
    label = np.sort(cell)
    total = (rows * rows).sum()
    counted = np.zeros(2, dtype=np.int64)
    sums = np.zeros((len(sizes), p))
    while True:
        sums[:] = 0.0
        for i in range(n):
            for c in range(p):
                sums[label[i], c] += rows[i, c]
        counted[0] += ratio_reached(sums, total, weights, sizes, observed)
        counted[1] += 1
        place = n - 2  # the next order of the labels in the dictionary
        while place >= 0 and label[place] >= label[place + 1]:
            place -= 1
        if place < 0:
            return counted
        other = n - 1
        while label[other] <= label[place]:
            other -= 1
        label[place], label[other] = label[other], label[place]
        low, high = place + 1, n - 1
        while low < high:
            label[low], label[high] = label[high], label[low]
            low, high = low + 1, high - 1


def _count_choices(
    choices: Floats,
    squares: Floats,
    cell: Ints,
    weights: Floats,
    sizes: Floats,
    observed: Floats,
    fixed: int,
) -> Ints:
    """The same over all combinations of what each participant may add, choices (n, ways, p), squares (n, ways).

    The first `fixed` participants keep their first choice. Sums over the participants up to each are kept, so none
    collects the round-off of millions of steps.
    """
    n, ways, p = choices.shape
    at = np.zeros(n, dtype=np.int64)
    sums = np.zeros((n + 1, len(sizes), p))
    totals = np.zeros(n + 1)
    counted = np.zeros(2, dtype=np.int64)
    changed = 0
    while True:
        for i in range(changed, n):
            sums[i + 1] = sums[i]
            totals[i + 1] = totals[i] + squares[i, at[i]]
            for c in range(p):
                sums[i + 1, cell[i], c] += choices[i, at[i], c]
        counted[0] += ratio_reached(sums[n], totals[n], weights, sizes, observed)
        counted[1] += 1
        changed = n - 1
        while changed >= fixed and at[changed] == ways - 1:
            at[changed] = 0
            changed -= 1
        if changed < fixed:
            return counted
        at[changed] += 1


count_column_squares = _compiled(_count_column_squares)
order_sums = _compiled(_order_sums)
count_orders_of_many = _compiled(_count_orders_of_many)
count_drawn_orders = _compiled(_count_drawn_orders)
ratio_reached = _compiled(_ratio_reached)
count_labellings = _compiled(_count_labellings)
count_choices = _compiled(_count_choices)
