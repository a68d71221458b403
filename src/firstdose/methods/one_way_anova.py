"""One-way analysis of variance between groups of participants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import f_tail, t_quantile
from firstdose.methods._kernel.groups import Groups, as_groups, by_group, reasons_against
from firstdose.methods._kernel.results import Draft, without_direction

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = ("f", "df1", "df2", "ss", "ss_error", "ms_error", "eta_squared", "difference")
_ROUND_OFF = 1e-12
_SMALLEST = 1e-150  # its square is still a number


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
) -> Result:
    """Values (n,) and group codes (n,): F and p; with two groups the estimate is second less first, with interval."""
    of = as_groups(y, groups)
    draft = Draft(method=ENTRY.name, n=len(of.values), level=level, further=FURTHER)
    if reasons := reasons_against(of):
        return draft.answer(caveats=reasons)
    found = {**_sums(of), **by_group(of)}
    df1, df2 = of.g - 1, len(of.values) - of.g
    of_two = _of_two(of, found, level)
    if reasons := _no_error(of, found, df2):
        return draft.answer(found, reasons, **{**of_two, "ci_low": None, "ci_high": None})
    f = (found["ss"] or 0.0) / df1 / (found["ms_error"] or 1.0)
    return draft.answer(
        {**found, "f": f, "df1": df1, "df2": df2},
        without_direction(alternative),
        **of_two,
        statistic_name="F",
        statistic=f,
        df=(float(df1), float(df2)),
        p=f_tail(f, df1, df2),
    )


def _sums(of: Groups) -> dict[str, float | None]:
    grand = float(of.values.mean())
    ss = sum(len(v) * (float(v.mean()) - grand) ** 2 for v in of.each())
    ss_error = sum(float(((v - v.mean()) ** 2).sum()) for v in of.each())
    df2 = len(of.values) - of.g
    return {
        "ss": ss,
        "ss_error": ss_error,
        "ms_error": ss_error / df2 if df2 else None,
        "eta_squared": ss / (ss + ss_error) if ss + ss_error > 0 else None,
    }


def _no_error(of: Groups, found: dict[str, float | None], df2: int) -> tuple[Caveat, ...]:
    if df2 < 1:
        return (say.too_few(len(of.values), of.g + 1),)
    noise = max(_SMALLEST, _ROUND_OFF * float(np.abs(of.values).max())) ** 2
    return (say.no_error_variation(),) if (found["ss_error"] or 0.0) <= noise else ()


def _of_two(of: Groups, found: dict[str, float | None], level: float) -> dict[str, str | float | None]:
    """The estimate: a difference with its interval between two groups, else the share of variation."""
    if of.g > 2:
        return {"estimate_name": "eta squared", "estimate": found["eta_squared"]}
    first, second = (float(values.mean()) for values in of.each())
    found["difference"] = second - first
    named: dict[str, str | float | None] = {"estimate_name": "mean difference", "estimate": second - first}
    df = len(of.values) - 2
    if df < 1:
        return named
    se = math.sqrt((found["ms_error"] or 0.0) * sum(1 / size for size in of.sizes))
    half = t_quantile(1 - (1 - level) / 2, df) * se
    return {**named, "ci_low": second - first - half, "ci_high": second - first + half}


ENTRY = Method(
    name="one_way_anova",
    label="One-way analysis of variance",
    source="Fisher 1925",
    design="between",
    estimate=estimate,
    summaries=("difference between groups",),
    need=Need(groups=2, participants=3),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "doses given to different lesions of one participant: these are compared within participants",
    ),
    sentence=(
        "Groups were compared by one-way analysis of variance with a common variance; between two groups the"
        " difference of means has its t interval."
    ),
    reference="tests/reference/methods/test_between_groups.py",
)
