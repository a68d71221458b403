"""p values judged together. Every adjusted p is at most 1, and a hypothesis falls at alpha where it is at most alpha."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.drawing import affordable_signs, drawn_totals
from firstdose.methods._kernel.exact import ENUMERATED, on_grid, subset_sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative
    from firstdose.methods._kernel.results import Floats, Ints

_ROUND_OFF = 1e-9
_BLOCK = 8  # participants in one table of signs


def p_values(p: Sequence[float]) -> Floats:
    """As an array.

    Raises:
        ValueError: something else than probabilities; a test without p belongs in no family.
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"p values lie between 0 and 1; these are {[float(x) for x in values.ravel()]}")
    return values


def holm(p: Floats) -> list[float]:
    """Step down: the smallest p times m, the next times m - 1, never less than the one before."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _in_place(order, steps)


def hochberg(p: Floats) -> list[float]:
    """Step up: the largest p times 1, the next times 2, never more than the one before."""
    order = np.argsort(-p, kind="stable")
    return _in_place(order, np.minimum.accumulate(p[order] * np.arange(1, len(p) + 1)))


def hommel(p: Floats) -> list[float]:
    """The closure of Simes' test without its 2**m subsets.

    With a_s the Simes p of the s largest, a hypothesis falls where s p <= alpha for every s with a_s > alpha: its
    adjusted p is the largest over s of min(a_s, s p).
    """
    m, ordered = len(p), np.sort(p)
    simes = [float((s * ordered[m - s :] / np.arange(1, s + 1)).min()) for s in range(1, m + 1)]
    sizes = np.arange(1, m + 1)
    return [min(1.0, float(np.minimum(simes, sizes * each).max())) for each in p]


def fixed_sequence(p: Floats) -> list[float]:
    """Each in its turn at the full level, as long as all before it fell."""
    return [float(x) for x in np.maximum.accumulate(p)]


def fallback(p: Floats, weights: Sequence[float] | None) -> list[float]:
    """Each in its turn at its own share, and at that of its forerunner where that one fell."""
    return graph(p, weights, np.eye(len(p), k=1))


def graph(p: Floats, weights: Sequence[float] | None, shares: npt.ArrayLike) -> list[float]:
    """Adjusted p of the sequentially rejective graph (Bretz et al. 2009, Algorithm 2).

    `shares[i][j]`: which share of the level of i goes to j once i is rejected. A hypothesis that never receives any
    level keeps an adjusted p of 1.

    Raises:
        ValueError: weights or shares that no graph has; `reason_against` says why.
    """
    m = len(p)
    held = even(m) if weights is None else np.asarray(weights, dtype=np.float64)
    passed = np.asarray(shares, dtype=np.float64)
    if reason := reason_against(held, passed, m):
        raise ValueError(reason)
    adjusted, worst, left = np.ones(m), 0.0, list(range(m))
    while any(held[i] > 0 for i in left):
        first = min((i for i in left if held[i] > 0), key=lambda i: p[i] / held[i])
        worst = max(worst, min(1.0, float(p[first] / held[first])))
        adjusted[first] = worst
        left.remove(first)
        held, passed = _without(first, held, passed)
    return [float(x) for x in adjusted]


def _without(j: int, held: Floats, passed: Floats) -> tuple[Floats, Floats]:
    """The graph once j has fallen: its level has moved on, and ways through j lead past it."""
    moved = held + held[j] * passed[j]
    through = passed + np.outer(passed[:, j], passed[j])
    kept = 1.0 - passed[:, j] * passed[j]
    ways = np.divide(through, kept[:, None], out=np.zeros_like(passed), where=kept[:, None] > _ROUND_OFF)
    moved[j] = 0.0
    ways[j, :] = ways[:, j] = 0.0
    np.fill_diagonal(ways, 0.0)
    return moved, ways


def even(m: int) -> Floats:
    """The same share for each."""
    return np.full(m, 1.0 / max(m, 1))


def reason_against(weights: npt.ArrayLike, shares: npt.ArrayLike, m: int) -> str:
    """Why these are no weights and shares of m hypotheses, in one sentence; empty where they are."""
    held, passed = np.asarray(weights, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if held.shape != (m,) or passed.shape != (m, m):
        return f"{m} hypotheses need {m} weights and {m} x {m} shares, not {held.shape} and {passed.shape}."
    if not ((held >= 0).all() and held.sum() <= 1 + _ROUND_OFF):
        return "Weights are shares of alpha: none is negative, and their sum is at most 1."
    if not ((passed >= 0).all() and (passed.sum(axis=1) <= 1 + _ROUND_OFF).all()):
        return "No hypothesis passes on a negative share, or more than the whole of its level."
    return "No hypothesis passes its level on to itself." if np.diag(passed).any() else ""


def gated(adjusted: Sequence[float], earlier: Sequence[float]) -> list[float]:
    """Adjusted p of a family that is opened once every hypothesis of earlier families has fallen."""
    gate = max(earlier, default=0.0)
    return [max(float(p), gate) for p in adjusted]


def _in_place(order: npt.NDArray[np.intp], steps: Floats) -> list[float]:
    adjusted = np.empty(len(steps))
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(x) for x in adjusted]


# ------------------------------------------------------------------------------------------------- joint sign flips


def joint_sign_flip(
    changes: Floats,
    decimals: Sequence[int | None],
    alternatives: Sequence[Alternative],
    draws: int,
    seed: int,
) -> list[float]:
    """Step-down min-p over all joint sign flips, each endpoint judged by its sum of changes.

    For flips of the sign, t rises with the absolute sum, so both order the arrangements alike. Every arrangement gets
    its p in each endpoint; the smallest over the endpoints still in question is compared with that observed.
    """
    if not changes.shape[1]:
        return []
    known = changes[~np.isnan(changes).all(axis=1)]
    whole = [on_grid(*_column(column, places)) for column, places in zip(known.T, decimals, strict=True)]
    mirrored = all(way == "two-sided" for way in alternatives)
    sums = _signed_sums(np.column_stack([each for each, _ in whole]), mirrored, draws, seed)
    p = np.stack([_p_of_each(s, way) for s, way in zip(sums, alternatives, strict=True)])
    return _stepped_down(p)


def _column(column: Floats, places: int | None) -> tuple[Floats, int | None, float]:
    """A missing change adds nothing whatever its sign."""
    present = np.nan_to_num(column, nan=0.0)
    return present, places, float(np.abs(present).max(initial=0.0))


def _signed_sums(whole: Ints, mirrored: bool, draws: int, seed: int) -> Ints:  # noqa: FBT001
    """Sums of every endpoint in all arrangements, or in random ones; shape (m, arrangements), the observed first.

    Where every test is two-sided, an arrangement and its mirror image are one: the first participant stays.
    """
    n = len(whole)
    if n <= ENUMERATED:
        turned = np.stack([subset_sums(column[1:] if mirrored else column) for column in whole.T])
    else:
        some = drawn_totals(_tables(whole), affordable_signs(draws, n), seed)
        turned = np.concatenate([np.zeros((whole.shape[1], 1), dtype=np.int64), some], axis=1)
    observed: Ints = whole.sum(axis=0)[:, None]
    return observed - 2 * turned


def _tables(whole: Ints) -> Iterator[Ints]:
    """What turns of the sign in a few participants move in all endpoints at once, shape (m, choices)."""
    for start in range(0, len(whole), _BLOCK):
        yield np.stack([subset_sums(column) for column in whole[start : start + _BLOCK].T])


def _p_of_each(sums: Ints, alternative: Alternative) -> Floats:
    """Share of arrangements at least as extreme as each of them."""
    extreme = {"two-sided": np.abs(sums), "greater": sums, "less": -sums}[alternative]
    ordered = np.sort(extreme)
    return (len(ordered) - np.searchsorted(ordered, extreme, side="left")) / len(ordered)


def _stepped_down(p: Floats) -> list[float]:
    """From the largest observed p to the smallest; then none is less than the one before it."""
    m, arrangements = p.shape
    order = np.argsort(-p[:, 0], kind="stable")
    smallest, found = np.full(arrangements, math.inf), np.empty(m)
    for i in order:
        smallest = np.minimum(smallest, p[i])
        found[i] = (smallest <= p[i, 0] + 0.5 / arrangements).mean()
    upwards = order[::-1]
    found[upwards] = np.maximum.accumulate(found[upwards])
    return [float(x) for x in found]
