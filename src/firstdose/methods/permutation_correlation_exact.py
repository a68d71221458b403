"""Exact permutation test of the correlation within participants: one quantity changes its order in each of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.arrangements import distinct_orders
from firstdose.methods._kernel.choices import Tails, drawn_tails, number_of_sums, tails_of_sum
from firstdose.methods._kernel.correlation import as_pairs, centred, numbers_of_pairs, within
from firstdose.methods._kernel.results import Draft, Floats, about_p, power, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = ("slope", "pairs", "arrangements", "smallest_p")
_ORDERED = 7  # times whose orders are written down


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001, of one quantity only
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Pairs (n, t, 2), NaN where missing: correlation within participants and its exact p, two-sided by |r|.

    Above what can be counted, `draws` random orders are drawn from `seed`.
    """
    pairs = as_pairs(y)
    counts = numbers_of_pairs(pairs)
    used, few = counts > 1, int((counts <= 1).sum())
    draft = Draft(method=ENTRY.name, n=int(used.sum()), level=level, alternative=alternative, further=FURTHER)
    told = (tell.one_pair_only(few),) if few else ()
    own = pairs[used]
    if reasons := unusable(own[~np.isnan(own)]):
        return draft.answer(caveats=(*told, *reasons))
    found = within(own)
    pieces = [each[~np.isnan(own[i, :, 0])] for i, each in enumerate(centred(own))]
    numbers: dict[str, float | None] = {"pairs": int(counts[used].sum())}
    if not found.varies:
        nothing = tell.nothing_varies("within participants")
        return draft.answer(numbers, (*told, nothing))
    tails, arrangements = _tested(pieces, float(found.xy), int(float(draws)), int(float(seed)))
    drawn = 1 / ((tails.draws or 0) + 1)
    smallest = _smallest(pieces, alternative, arrangements) if tails.exact else drawn
    numbers |= {"slope": float(found.xy / found.xx), "arrangements": arrangements, "smallest_p": smallest}
    return draft.answer(
        numbers,
        (*told, *about_p(alternative, level, smallest), *tails.caveats),
        estimate_name="correlation within participants",
        estimate=float(found.r),
        statistic_name="r",
        statistic=float(found.r),
        p=tails.p(alternative),
        exact=tails.exact,
        seed=tails.seed,
        draws=tails.draws,
    )


def _tested(pieces: list[Floats], observed: float, draws: int, seed: int) -> tuple[Tails, float]:
    """Sums of products over all orders of the second quantity in each participant."""
    if max(map(len, pieces)) <= _ORDERED:
        tables = [_orders(each[:, 1]) @ each[:, 0] for each in pieces]
        return tails_of_sum(tables, observed, draws, seed), number_of_sums(tables)

    def draw(generator: np.random.Generator, m: int) -> Floats:
        sums = np.zeros(m)
        for each in pieces:
            moved = generator.permuted(np.broadcast_to(each[:, 1], (m, len(each))), axis=1)
            sums += moved @ each[:, 0]
        return sums

    largest = sum(float(np.abs(each[:, 0]).max() * np.abs(each[:, 1]).sum()) for each in pieces)
    tails = drawn_tails(draw, observed, largest, sum(map(len, pieces)), draws, seed)
    return tails, math.exp(min(700.0, sum(math.lgamma(len(each) + 1) for each in pieces)))


def _orders(values: Floats) -> Floats:
    """Every different order, one row each; what differs by rounding only is a tie."""
    scale = float(np.abs(values).max()) or 1.0
    _, first, codes = np.unique(np.round(values / scale, 12), return_index=True, return_inverse=True)
    return np.asarray(values[first][distinct_orders(codes.astype(np.int64))], dtype=np.float64)


def _smallest(pieces: list[Floats], alternative: Alternative, arrangements: float) -> float:
    """One order of all, or two where the reverse order is as extreme."""
    mirrored = all(np.allclose(np.sort(each[:, 1]), np.sort(-each[:, 1])) for each in pieces)
    return min(1.0, (2 if alternative == "two-sided" and mirrored else 1) / arrangements)


def smallest_p(
    n: int,
    k: int = 2,
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """One of all orders of k times in n participants; with two times both ends are alike."""
    both = 2 if alternative == "two-sided" and k == 2 else 1
    return min(1.0, both / power(float(math.factorial(k)), n)) if n > 0 else 1.0


ENTRY = Method(
    name="permutation_correlation_exact",
    label="Exact permutation test of the correlation within participants",
    source="Fisher 1935; Bland & Altman 1995; Phipson & Smyth 2010",
    design="association",
    estimate=estimate,
    summaries=("correlation within participants",),
    need=Need(times=2),
    exact=True,
    options=(
        Option(name="draws", default="99999", meaning="random orders where all are too many"),
        Option(name="seed", default="1", meaning="start of the random numbers where all are too many"),
    ),
    refuses=("all visits of all participants as if they were as many participants",),
    smallest_p=smallest_p,
    sentence=(
        "The values of one quantity were put in every order within each participant; p is the share of all arrangements, or of random ones where it is marked so, whose correlation"
        " within participants is at least as far from zero. A common trend over visits is part of that correlation."
    ),
    reference="tests/reference/methods/test_association.py",
)
