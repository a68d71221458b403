"""Sign flip test of participants: all lesions of a participant change their sign together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.choices import number_of_sums
from firstdose.methods._kernel.clusters import (
    DOSES,
    Nest,
    answer_of,
    as_changes,
    as_nest,
    draft_of,
    lesion_values,
    many_of,
    slopes,
    what_is_estimated,
)
from firstdose.methods._kernel.exact import smallest_p_of_signs
from firstdose.methods._kernel.flips import VECTORISED, flip, flip_all, rounded
from firstdose.methods._kernel.results import Floats, about_p, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.result import Caveat

WEIGHTS = ("participants", "lesions")
FURTHER = ("n_nonzero", "arrangements", "smallest_p")


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    weights: str = "participants",
    dose: str = "detected",
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units`: exact p to 30 participants, interval by inversion.

    Mean of participants' means, or over lesions; with `groups` that vary within participants the mean of their own
    differences between doses (slopes over more than two).
    """
    rows = lesion_values(y)
    values, places = rounded(as_changes(rows, decimals), rows, decimals)
    nest = as_nest(values, units, groups, dose)
    over = chosen("weights", weights, WEIGHTS) == "lesions" and nest.dose != "within"
    what, variant = what_is_estimated(nest, rows.shape[1])
    variant = f"{variant}, each lesion weighing alike" if over else variant
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=variant)
    if refused := nest.refused or _between(nest):
        return answer_of(draft, nest, caveats=refused)
    own = flip(*_numbers(nest, values[nest.kept], over), level, int(float(draws)), int(float(seed)))
    nonzero = int((own.numbers != 0).sum())
    smallest = (
        smallest_p_of_signs(nonzero, alternative) if own.tails.exact else 1 / ((own.tails.draws or 0) + 1)
    )
    low, high, attained = own.interval or (None, None, None)
    return answer_of(
        draft,
        nest,
        {
            "n_nonzero": nonzero,
            "arrangements": number_of_sums([np.zeros(2)] * nest.n),
            "smallest_p": smallest,
        },
        (
            *(() if decimals is not None else (say.precision_undeclared(int(places)),)),
            *(() if nonzero else (say.all_zero(),)),
            *about_p(alternative, level, smallest),
            *own.tails.caveats,
            *(() if own.interval else (say.no_interval(level, nest.n),)),
        ),
        estimate_name=f"{what} over lesions" if over else what,
        estimate=own.estimate,
        ci_low=low,
        ci_high=high,
        attained_level=attained,
        statistic_name="mean",
        statistic=own.estimate,
        p=own.tails.p(alternative),
        exact=own.tails.exact,
        seed=own.tails.seed,
        draws=own.tails.draws,
    )


def _between(nest: Nest) -> tuple[Caveat, ...]:
    """Signs say nothing of doses that differ between participants."""
    reason = "doses differ between participants, whose labels are permuted, not their signs"
    return (say.no_comparison(reason),) if nest.dose == "between" else ()


def _numbers(nest: Nest, own: Floats, over: bool) -> tuple[Floats, Floats]:  # noqa: FBT001
    """What changes its sign, and how much each participant weighs."""
    if over:
        return nest.sums(own), nest.lesions.astype(np.float64)
    own = slopes(nest, own) if nest.dose == "within" else nest.means(own)
    return own, np.ones(nest.n)


def many(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    **options: Any,
) -> Many:
    """The same on y (m, N, k) with the same units and doses; above 12 participants one data set after the other."""
    rows = lesion_values(y, axes=3)
    exact, _ = rounded(as_changes(rows, decimals), rows, decimals)

    def one(i: int) -> Result:
        named = {"units": units, "groups": groups, "decimals": decimals, **options}
        return estimate(rows[i], level=level, alternative=alternative, **named)

    def arrays(nest: Nest, own: Floats) -> Mapping[str, Floats] | None:  # noqa: ARG001, rounded values instead
        if nest.n > VECTORISED or nest.dose == "between":
            return None
        over = options.get("weights") == "lesions" and nest.dose != "within"
        return flip_all(*_numbers(nest, exact[:, nest.kept], over), level, alternative)

    dose = options.get("dose", "detected")
    return many_of(rows, one, arrays, units=units, groups=groups, decimals=decimals, dose=dose)


def smallest_p(
    n: int,
    k: int = 2,  # noqa: ARG001
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """2 / 2**n, or half of it one-sided: lesions do not count."""
    return smallest_p_of_signs(n, alternative)


ENTRY = Method(
    name="participant_sign_flip",
    label="Exact sign flip test of participants",
    source="Fisher 1935; Hartigan 1969; Winkler et al. 2015",
    design="nested",
    estimate=estimate,
    summaries=("mean change", "mean"),
    units=("lesion in participant",),
    need=Need(times_most=2),
    exact=True,
    takes=("units",),
    options=(
        Option(
            name="weights",
            values=WEIGHTS,
            default="participants",
            meaning="lesions: the mean over lesions, participants with more of them weighing more",
        ),
        Option(
            name="dose",
            values=DOSES,
            default="detected",
            meaning="whether doses are compared between or within participants; mixed doses must say it",
        ),
        Option(name="draws", default="99999", meaning="random arrangements above 30 participants"),
        Option(name="seed", default="1", meaning="start of the random numbers above 30 participants"),
    ),
    refuses=(
        "lesions as if they were participants: all lesions of a participant change their sign together",
        "doses that differ between participants: these are compared by permuting participants",
    ),
    many=many,
    smallest_p=smallest_p,
    sentence=(
        "Values were rounded to the declared precision and averaged within participants; p is the share of all"
        " arrangements of the participants' signs, or of random ones where it is marked so, whose mean is at least as"
        " extreme, and the interval holds the shifts that the same test does not reject."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
