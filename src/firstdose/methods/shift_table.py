"""Shift table: scores before by scores after, and how many participants improved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.binomial import clopper_pearson
from firstdose.methods._kernel.flips import rounded
from firstdose.methods._kernel.results import Draft, Floats, as_rows, chosen, unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

BETTER = ("lower", "higher")
CHANGES = ("improved", "same", "worse")
FURTHER = (*CHANGES, *(f"{name}_{part}" for name in CHANGES for part in ("share", "low", "high")))
MOST = 15  # categories


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    better: str = "lower",
) -> Result:
    """Pairs (n, 2) of scores: share of participants who improved, exact interval; one effect a cell of the table.

    Cells `2 to 1` hold the number of participants with that score before and after; rows and columns are all scores
    that occur.
    """
    pairs = as_rows(y, columns=2)
    sign = -1 if chosen("better", better, BETTER) == "lower" else 1
    draft = Draft(
        method=ENTRY.name,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"{better} is better",
    )
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    flat, places = rounded(pairs.reshape(-1), pairs, decimals)
    whole, scores = flat.reshape(pairs.shape), np.unique(flat)
    change = sign * np.sign(whole[:, 1] - whole[:, 0])
    found = _shares(change, level)
    told = () if decimals is not None else (say.precision_undeclared(int(places)),)
    wide = (tell.too_many_categories(len(scores), MOST),) if len(scores) > MOST else ()
    return draft.answer(
        found,
        (*told, *wide),
        estimate_name="share of participants who improved",
        estimate=found["improved_share"],
        ci_low=found["improved_low"],
        ci_high=found["improved_high"],
        attained_level=level,
        exact=True,
        effects=() if wide else tuple(_cells(whole, scores)),
    )


def _shares(change: Floats, level: float) -> dict[str, float | None]:
    n = len(change)
    found: dict[str, float | None] = {}
    for name, sign in zip(CHANGES, (1, 0, -1), strict=True):
        count = int((change == sign).sum())
        low, high = clopper_pearson(count, n, (1 - level) / 2)
        found |= {name: count, f"{name}_share": count / n, f"{name}_low": low, f"{name}_high": high}
    return found


def _cells(whole: Floats, scores: Floats) -> Iterator[Effect]:
    for before in scores:
        for after in scores:
            here = (whole[:, 0] == before) & (whole[:, 1] == after)
            count = float(here.sum())
            name = f"{before:.6g} to {after:.6g}"
            yield Effect(name=name, kind="component", estimate=count, more=(("share", count / len(whole)),))


ENTRY = Method(
    name="shift_table",
    label="Shift table with the share that improved",
    source="Clopper & Pearson 1934; Agresti 2010",
    design="paired",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(times=2, times_most=2),
    tests=False,
    exact=True,
    options=(Option(name="better", values=BETTER, default="lower", meaning="which scores are better"),),
    refuses=(
        "lesions as if they were participants: reduce them to one score a participant first",
        "a table of measurements with more than 15 different values",
    ),
    sentence=(
        "Participants were counted by their score before and after treatment; the share that improved has the exact"
        " interval of Clopper and Pearson. Without a comparison group it contains the natural course."
    ),
    reference="tests/reference/methods/test_ordinal.py",
)
