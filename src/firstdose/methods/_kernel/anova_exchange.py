"""Exchanging participants, times or signs: the share of arrangements whose ratio F is at least that observed.

All arrangements are counted while they are at most 5 million, else random ones are drawn from a seed and the observed
one is counted among them (Phipson & Smyth 2010).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.arrangements import TIMES, number_of_labellings
from firstdose.methods._kernel.drawing import LEAST
from firstdose.methods._kernel.results import power

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from firstdose.methods._kernel.anova_design import Design, Part
    from firstdose.methods._kernel.results import Floats, Ints

MOST = 5_000_000
_AT_ONCE = 1024
_SMALL = 30  # participants up to whom every draw asked for is made
_MOVED = 10_000_000  # values moved for more participants
_SLACK = 1e-12  # of sums of squares, for their last digits
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Drawing:
    """How many random arrangements where all are too many, and their seed."""

    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An effect between cells of participants: scaled `weights` (q, cells) of the means, `cell` of each, `sizes`."""

    weights: Floats
    cell: Ints
    sizes: Floats

    def squares(self, sums: Floats, total: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Hypothesis and error of cell sums (..., cells, p) with this sum of all squares."""
        means = sums / self.sizes[:, None]
        hypothesis = (np.matmul(self.weights, means) ** 2).sum(axis=(-1, -2))
        return hypothesis, np.asarray(total) - (sums * means).sum(axis=(-1, -2))

    def sums(self, rows: Floats) -> Floats:
        """Sums in each cell, (cells, p), of rows (n, p)."""
        found = np.zeros((len(self.sizes), rows.shape[1]))
        np.add.at(found, self.cell, rows)
        return found


def hypothesis_of(design: Design, between: Part) -> Hypothesis:
    """That the weighted cell means of this effect are zero."""
    return Hypothesis(between.rows, design.cell, design.sizes.astype(np.float64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """p, the smallest that there could be, F and its share of the variation (None: nothing varies).

    `drawn`: random arrangements, None where all `arrangements` were counted.
    """

    p: float
    smallest: float
    f: float | None
    pes: float | None
    arrangements: float
    drawn: int | None = None


_Counting = tuple[float, float, "int | None"]  # p, smallest p, random arrangements


def exchange_participants(rows: Floats, of: Hypothesis, drawing: Drawing, alike: int = 1) -> Exchanged:
    """Rows (n, p) change participants; `alike`: arrangements that every arrangement shares its ratio with."""
    sizes = tuple(of.sizes.astype(int).tolist())
    number = _as_float(number_of_labellings(sizes))

    def counted(observed: Floats) -> _Counting:
        if number <= MOST:
            from firstdose.methods._kernel import anova_compiled as compiled

            hits, every = compiled.count_labellings(rows, of.cell, of.weights, of.sizes, observed)
            return hits / every, alike / number, None
        return _drawn(_labelled_sums(rows, of, drawing), of, observed)

    return _exchanged(rows, of, number, counted)


def orders_alike(sizes: Ints) -> int:
    """How many ways there are to rename groups of the same sizes."""
    return math.prod(math.factorial(count) for count in Counter(sizes.tolist()).values())


def exchange_times(
    rows: Floats, contrasts: Floats, of: Hypothesis, drawing: Drawing, *, fixed: bool
) -> Exchanged:
    """The columns of rows (n, k) change places within each participant; contrasts (p, k) are tested.

    `fixed`: one order for everybody changes nothing, so the first participant keeps his.
    """
    n, k = rows.shape
    number = power(float(math.factorial(k)), n - fixed)

    def counted(observed: Floats) -> _Counting:
        if number <= MOST and k <= TIMES:
            orders = np.array(list(permutations(range(k))))
            return _every_choice(rows[:, orders] @ contrasts.T, of, observed, fixed=fixed)
        return _drawn(_ordered_sums(rows, contrasts, of, drawing), of, observed)

    return _exchanged(rows @ contrasts.T, of, number, counted)


def exchange_signs(rows: Floats, of: Hypothesis, drawing: Drawing) -> Exchanged:
    """Each participant's row (n, p) keeps or changes its sign."""
    number = power(2.0, len(rows) - 1)

    def counted(observed: Floats) -> _Counting:
        if number <= MOST:
            return _every_choice(np.stack([rows, -rows], axis=1), of, observed, fixed=True)
        return _drawn(_signed_sums(rows, of, drawing), of, observed)

    return _exchanged(rows, of, number, counted)


def _exchanged(
    rows: Floats, of: Hypothesis, number: float, counted: Callable[[Floats], _Counting]
) -> Exchanged:
    """The observed ratio and its p; nothing that varies is no evidence."""
    total = float((rows**2).sum())
    hypothesis, error = map(float, of.squares(of.sums(rows), total))
    observed = np.array([hypothesis, max(error, 0.0)])
    p, smallest, drawn = counted(observed)
    q, left = len(of.weights), len(rows) - len(of.sizes)
    varies = error > _NOTHING * total
    return Exchanged(
        p=p,
        smallest=smallest,
        f=hypothesis / q / (error / left) if varies and left > 0 else None,
        pes=hypothesis / (hypothesis + error)
        if total > 0 and hypothesis + error > _NOTHING * total
        else None,
        arrangements=number,
        drawn=drawn,
    )


def _every_choice(choices: Floats, of: Hypothesis, observed: Floats, *, fixed: bool) -> _Counting:
    from firstdose.methods._kernel import anova_compiled as compiled

    found = np.ascontiguousarray(choices)
    hits, every = compiled.count_choices(
        found, (found**2).sum(axis=2), of.cell, of.weights, of.sizes, observed, int(fixed)
    )
    return hits / every, 1.0 / every, None


def _drawn(
    arrangements: Iterator[tuple[Floats, npt.ArrayLike]], of: Hypothesis, observed: Floats
) -> _Counting:
    hits = made = 0
    for sums, totals in arrangements:
        hypothesis, error = of.squares(sums, totals)
        slack = _SLACK * np.asarray(totals) * observed.sum()
        hits += int((hypothesis * observed[1] >= observed[0] * error - slack).sum())
        made += len(sums)
    return (hits + 1) / (made + 1), 1.0 / (made + 1), made


def _chunks(drawing: Drawing, n: int, k: int) -> Iterator[int]:
    """Sizes of the blocks of random arrangements, fewer in all for hundreds of participants."""
    m = drawing.draws if n <= _SMALL else min(drawing.draws, max(LEAST, _MOVED // (n * k)))
    at_once = max(1, min(_AT_ONCE, _MOVED // (n * k)))
    return (min(at_once, m - start) for start in range(0, m, at_once))


def _labelled_sums(rows: Floats, of: Hypothesis, drawing: Drawing) -> Iterator[tuple[Floats, float]]:
    generator, total = np.random.default_rng(drawing.seed), float((rows**2).sum())
    for size in _chunks(drawing, *rows.shape):
        labels = generator.permuted(np.broadcast_to(of.cell, (size, len(rows))), axis=1)
        yield _cell_sums(labels, rows, len(of.sizes)), total


def _cell_sums(labels: Ints, rows: Floats, cells: int) -> Floats:
    """Sums (draws, cells, p) of rows (n, p) told to cells by labels (draws, n)."""
    return np.stack([(labels == cell).astype(np.float64) @ rows for cell in range(cells)], axis=1)


def _ordered_sums(
    rows: Floats, contrasts: Floats, of: Hypothesis, drawing: Drawing
) -> Iterator[tuple[Floats, Floats]]:
    generator = np.random.default_rng(drawing.seed)
    for size in _chunks(drawing, *rows.shape):
        drawn = generator.permuted(np.broadcast_to(rows, (size, *rows.shape)), axis=2) @ contrasts.T
        yield _sums_of(drawn, of), (drawn**2).sum(axis=(1, 2))


def _signed_sums(rows: Floats, of: Hypothesis, drawing: Drawing) -> Iterator[tuple[Floats, float]]:
    generator, total = np.random.default_rng(drawing.seed), float((rows**2).sum())
    for size in _chunks(drawing, *rows.shape):
        signs = generator.integers(0, 2, size=(size, len(rows))) * 2.0 - 1.0
        yield _sums_of(signs[:, :, None] * rows, of), total


def _sums_of(drawn: Floats, of: Hypothesis) -> Floats:
    """Cell sums (draws, cells, p) of rows (draws, n, p)."""
    cells = range(len(of.sizes))
    return np.stack([drawn[:, of.cell == cell].sum(axis=1) for cell in cells], axis=1)


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf
