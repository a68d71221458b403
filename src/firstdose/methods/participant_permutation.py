"""Permutation test of doses, permuted where they were given: whole participants, or lesions within participants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.arrangements import labellings, number_of_labellings
from firstdose.methods._kernel.choices import (
    MOST,
    Tails,
    drawn_tails,
    labelled_sums,
    number_of_sums,
    tails_of_all,
    tails_of_sum,
)
from firstdose.methods._kernel.clusters import (
    DOSES,
    Nest,
    answer_of,
    as_changes,
    as_nest,
    by_dose,
    draft_of,
    lesion_values,
    reduced,
    steps,
    trend_weights,
    what_is_estimated,
)
from firstdose.methods._kernel.flips import rounded
from firstdose.methods._kernel.groups import even_sizes, share_of_labellings
from firstdose.methods._kernel.results import Floats, Ints, about_p

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = ("arrangements", "smallest_p")
_LABELS = 5_040  # ways to label the lesions of one participant that are written down


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    dose: str = "detected",
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units` and `groups` (dose of each lesion).

    The difference between two doses, or the slope over more, of participants' means or within participants; exact p
    while all arrangements can be counted, else from `draws` random ones. Two-sided: as far from zero either way.
    """
    rows = lesion_values(y)
    values, places = rounded(as_changes(rows, decimals), rows, decimals)
    nest = as_nest(values, units, groups, dose)
    what, variant = what_is_estimated(nest, rows.shape[1])
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=variant)
    if refused := nest.refused or _without_doses(nest):
        return answer_of(draft, nest, caveats=refused)
    own = values[nest.kept]
    numbers, codes = reduced(nest, own)
    asked, start = int(float(draws)), int(float(seed))
    if codes is None:
        centre = float(numbers.mean())
        tails, arrangements, smallest = _within(nest, own, alternative, asked, start)
    else:
        c = trend_weights(len(nest.declared)) / np.bincount(codes)
        centre = float(c[codes] @ numbers)
        tails, arrangements, smallest = _between(numbers, codes, c, alternative, asked, start)
    return answer_of(
        draft,
        nest,
        {"arrangements": arrangements, "smallest_p": smallest, **by_dose(nest, numbers, codes)},
        (
            *(() if decimals is not None else (say.precision_undeclared(int(places)),)),
            *about_p(alternative, level, smallest),
            *tails.caveats,
        ),
        estimate_name=what,
        estimate=centre,
        statistic_name=what,
        statistic=centre,
        p=tails.p(alternative),
        exact=tails.exact,
        seed=tails.seed,
        draws=tails.draws,
    )


def _without_doses(nest: Nest) -> tuple[Caveat, ...]:
    return () if nest.dose else (say.no_comparison("no doses were given"),)


def _between(
    numbers: Floats, codes: Ints, c: Floats, alternative: Alternative, draws: int, seed: int
) -> tuple[Tails, float, float]:
    """Whole participants change their dose."""
    sizes = tuple(np.bincount(codes).tolist())
    number = number_of_labellings(sizes)
    observed = float(c[codes] @ numbers)
    if number <= MOST:
        tails = tails_of_all(labelled_sums(numbers, sizes, c), observed)
        return tails, float(number), smallest_p(len(numbers), 2, alternative, sizes)

    def draw(generator: np.random.Generator, m: int) -> Floats:
        labels = generator.permuted(np.broadcast_to(c[codes], (m, len(codes))), axis=1)
        return np.asarray(labels @ numbers, dtype=np.float64)

    largest = float(np.abs(c).max() * np.abs(numbers).sum())
    tails = drawn_tails(draw, observed, largest, len(codes), draws, seed)
    return tails, float(number) if number < 1e300 else np.inf, 1 / ((tails.draws or 0) + 1)


def _within(
    nest: Nest, own: Floats, alternative: Alternative, draws: int, seed: int
) -> tuple[Tails, float, float]:
    """The doses of a participant's lesions change places."""
    z, information = steps(nest)
    weights = np.split(z / np.repeat(information, nest.lesions) / nest.n, nest.starts[1:])
    values = np.split(own, nest.starts[1:])
    observed = float(np.concatenate(weights) @ own)
    every = [number_of_labellings(_alike(each)[1]) for each in weights]
    number = math.exp(min(sum(map(math.log, every)), 700.0))
    if max(every) > _LABELS:
        tails = _moved(weights, values, observed, draws, seed)
    else:
        tables = [_labels(each) @ x for each, x in zip(weights, values, strict=True)]
        tails, number = tails_of_sum(tables, observed, draws, seed), number_of_sums(tables)
    if not tails.exact:
        return tails, number, 1 / ((tails.draws or 0) + 1)
    mirrored = all(np.allclose(np.sort(each), np.sort(-each)) for each in weights)
    return tails, number, min(1.0, (2 if alternative == "two-sided" and mirrored else 1) / number)


def _alike(weights: Floats) -> tuple[Floats, list[int]]:
    """The different weights of a participant's lesions, and how many lesions have each."""
    _, first, counts = np.unique(np.round(weights, 12), return_index=True, return_counts=True)
    return weights[first], counts.tolist()


def _labels(weights: Floats) -> Floats:
    """Every different order of these weights, one row each."""
    different, counts = _alike(weights)
    return np.asarray(different[labellings(counts).astype(np.intp)], dtype=np.float64)


def _moved(
    weights: Sequence[Floats], values: Sequence[Floats], observed: float, draws: int, seed: int
) -> Tails:
    """Random orders of many lesions."""

    def draw(generator: np.random.Generator, m: int) -> Floats:
        sums = np.zeros(m)
        for each, x in zip(weights, values, strict=True):
            sums += generator.permuted(np.broadcast_to(each, (m, len(each))), axis=1) @ x
        return sums

    largest = sum(float(np.abs(w).max() * np.abs(x).sum()) for w, x in zip(weights, values, strict=True))
    return drawn_tails(draw, observed, largest, sum(map(len, values)), draws, seed)


def smallest_p(
    n: int,
    k: int = 2,  # noqa: ARG001
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),
) -> float:
    """One of all ways to give whole participants their doses, two where the groups are alike; by default two groups."""
    sizes = sizes or even_sizes(n, 2)
    both = alternative == "two-sided" and sizes == sizes[::-1]
    return share_of_labellings(2 if both else 1, sizes)


ENTRY = Method(
    name="participant_permutation",
    label="Exact permutation test of doses, lesions in participants",
    source="Fisher 1935; Phipson & Smyth 2010; Winkler et al. 2015",
    design="nested",
    estimate=estimate,
    summaries=("difference between groups", "trend over groups"),
    units=("lesion in participant",),
    need=Need(times_most=2, groups=2),
    exact=True,
    takes=("units",),
    options=(
        Option(
            name="dose",
            values=DOSES,
            default="detected",
            meaning="whether doses are compared between or within participants; mixed doses must say it",
        ),
        Option(name="draws", default="99999", meaning="random arrangements where all are too many"),
        Option(name="seed", default="1", meaning="start of the random numbers where all are too many"),
    ),
    refuses=(
        "lesions as if they were participants: labels are permuted where doses were given",
        "doses that vary within some participants and between others, unless the option dose says which is compared",
    ),
    smallest_p=smallest_p,
    sentence=(
        "The doses were given anew in every way they could have been: to whole participants where dose varies between"
        " participants, to the lesions of each participant where it varies within; p is the share of all these"
        " arrangements, or of random ones where it is marked so, whose difference is at least as large."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
