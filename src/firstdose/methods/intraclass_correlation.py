"""Intraclass correlation: how alike lesions of one participant are, or readings of one lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_lesions as tell
from firstdose.methods._kernel.clusters import (
    Nest,
    answer_of,
    as_changes,
    as_nest,
    draft_of,
    lesion_values,
)
from firstdose.methods._kernel.components import OneWay, TwoWay, one_way, one_way_limits, two_way
from firstdose.methods._kernel.results import Draft, Floats, chosen

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

KINDS = ("lesions", "agreement", "consistency")
FURTHER = (
    "variance_between",
    "variance_within",
    "average_lesions",
    "design_effect",
    "effective_n",
    "ms_between",
    "ms_within",
    "ms_readings",
    "readings",
)
_NIL = 1e-24  # of the squared values: what rounding leaves of a mean square


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    kind: str = "lesions",
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units`: ICC(1) of lesions in participants, F interval.

    With `groups`, doses between participants, it is that of participants with the same dose. Kinds `agreement`,
    ICC(2, 1), and `consistency`, ICC(3, 1): columns (N, k) are readings of a lesion, those with a gap left out.
    """
    readings = chosen("kind", kind, KINDS) != "lesions"
    rows = lesion_values(y, most=None if readings else 2)
    values = rows.sum(axis=1) if readings else as_changes(rows, decimals)
    nest = as_nest(values, units, None if readings else groups)
    what = "two-way, readings of a lesion" if readings else "one-way, lesions in participants"
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=f"{kind}: {what}")
    if nest.refused:
        return answer_of(draft, nest, caveats=nest.refused)
    if readings:
        return _readings(draft, nest, rows[nest.kept], kind)
    return _lesions(draft, nest, values[nest.kept])


def _lesions(draft: Draft, nest: Nest, own: Floats) -> Result:
    if nest.dose == "within":
        reason = "doses differ between lesions of one participant; give the lesions of one dose"
        return answer_of(draft, nest, caveats=(say.no_comparison(reason),))
    found = one_way(nest, own)
    if reasons := _no_one_way(nest, found, own):
        return answer_of(draft, nest, caveats=reasons)
    msb, msw, icc = float(found.msb), float(found.msw), float(found.icc)
    balanced = int(nest.lesions.min()) == int(nest.lesions.max())
    effect = 1 + (float((nest.lesions**2).sum()) / nest.N - 1) * max(icc, 0.0)
    low, high = (
        one_way_limits(msb / msw, found.df1, found.df2, found.n0, draft.level) if msw > 0 else (1.0, 1.0)
    )
    return answer_of(
        draft,
        nest,
        {
            "variance_between": (msb - msw) / found.n0,
            "variance_within": msw,
            "average_lesions": found.n0,
            "design_effect": effect,
            "effective_n": nest.N / effect,
            "ms_between": msb,
            "ms_within": msw,
        },
        (
            *(() if balanced else (tell.unequal_lesions(),)),
            *(() if icc >= 0 else (tell.negative_icc(icc),)),
        ),
        estimate_name="intraclass correlation",
        estimate=icc,
        ci_low=low,
        ci_high=high,
        attained_level=draft.level,
        statistic_name="F",
        statistic=msb / msw if msw > 0 else None,
        df=(float(found.df1), float(found.df2)),
        exact=balanced,
    )


def _no_one_way(nest: Nest, found: OneWay, own: Floats) -> tuple[Caveat, ...]:
    if found.df1 < 1:
        return (say.too_few(nest.n, len(nest.declared) + 1 if nest.dose else 2),)
    if found.df2 < 1:
        return (say.no_comparison("every participant has one lesion"),)
    nothing = float(found.msb + found.msw) <= _NIL * float(np.abs(own).max()) ** 2
    return (say.no_variation(float(own[0])),) if nothing else ()


def _readings(draft: Draft, nest: Nest, rows: Floats, kind: str) -> Result:
    if rows.shape[1] < 2:
        return answer_of(draft, nest, caveats=(say.no_comparison("there is one reading of each lesion"),))
    if len(rows) < 2:
        return answer_of(draft, nest, caveats=(say.too_few(nest.n, 2),))
    found = two_way(rows)
    least = _NIL * float(np.abs(rows).max()) ** 2
    if found.bms + found.jms + found.ems <= least:
        return answer_of(draft, nest, caveats=(say.no_variation(float(rows[0, 0])),))
    icc = found.agreement if kind == "agreement" else found.consistency
    low, high = _reading_limits(found, kind, draft.level, least)
    return answer_of(
        draft,
        nest,
        {
            "ms_between": found.bms,
            "ms_within": found.ems,
            "ms_readings": found.jms,
            "readings": float(found.k),
        },
        () if nest.n == nest.N else (tell.readings_of_nested_lesions(),),
        estimate_name="intraclass correlation of one reading",
        estimate=icc,
        ci_low=low,
        ci_high=high,
        attained_level=None if low is None else draft.level,
        exact=kind == "consistency" and low is not None,
    )


def _reading_limits(
    found: TwoWay, kind: str, level: float, least: float
) -> tuple[float, float] | tuple[None, None]:
    """None where readings agree but for a shift, or are the same."""
    if found.ems <= least:
        return None, None
    return found.agreement_limits(level) if kind == "agreement" else found.consistency_limits(level)


ENTRY = Method(
    name="intraclass_correlation",
    label="Intraclass correlation, design effect and effective n",
    source="Shrout & Fleiss 1979; McGraw & Wong 1996; Donner & Klar 2000",
    design="nested",
    estimate=estimate,
    summaries=("intraclass correlation",),
    units=("lesion in participant",),
    need=Need(participants=2),
    tests=False,
    takes=("units",),
    options=(
        Option(
            name="kind",
            values=KINDS,
            default="lesions",
            meaning="of lesions in participants; or of readings of a lesion: shifts between readings count"
            " (agreement) or not (consistency)",
        ),
    ),
    refuses=(
        "one lesion in every participant, where nothing can be said of lesions in participants",
        "lesions of one participant with different doses",
    ),
    sentence=(
        "The intraclass correlation is the share of variance that lies between participants, from the one-way"
        " analysis of variance with its F interval; the design effect says by how much it makes lesions worth less"
        " than participants. Of readings it is the agreement or consistency of single readings."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
