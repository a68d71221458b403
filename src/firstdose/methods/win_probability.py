"""Win probability of two times: how often a value after lies above a value before, ties counting half."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.clusters import t_limits, t_p
from firstdose.methods._kernel.flips import rounded
from firstdose.methods._kernel.ordinal import win_scores, win_scores_of_one
from firstdose.methods._kernel.results import Draft, Floats, about_p, as_rows, chosen, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

INTERVALS = ("logit", "direct")
FURTHER = ("se", "paired_win_probability", "rising", "falling", "unchanged")
_FEW = 10
_NIL = 1e-12


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    interval: str = "logit",
) -> Result:
    """Pairs (n, 2): P(before < after) + P(before = after) / 2 over all pairs of participants, tested against 1/2.

    t approximation with n - 1 df; `paired_win_probability` is the share of participants whose own value rose.
    """
    pairs = as_rows(y, columns=2)
    n = len(pairs)
    preferred = chosen("interval", interval, INTERVALS)
    draft = Draft(
        method=ENTRY.name,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"paired Brunner-Munzel, t, {preferred} interval",
    )
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    whole, places = _whole(pairs, decimals)
    scores = win_scores_of_one(whole)
    told = () if decimals is not None else (say.precision_undeclared(int(places)),)
    found, p_hat = _own(whole), (float(scores.mean()) + 1) / 2
    if n < 2 or scores.std() <= _NIL:
        none = say.too_few(n, 2) if n < 2 else tell.at_the_boundary(p_hat)
        return draft.answer(found, (*told, none), estimate_name="win probability", estimate=p_hat)
    numbers = _numbers(scores[None], level, alternative, preferred)
    return draft.answer(
        {**found, "se": float(numbers["se"][0])},
        (*told, *about_p(alternative, level), *_few(n)),
        estimate_name="win probability",
        estimate=p_hat,
        ci_low=float(numbers["ci_low"][0]),
        ci_high=float(numbers["ci_high"][0]),
        statistic_name="t",
        statistic=float(numbers["statistic"][0]),
        df=(n - 1.0,),
        p=float(numbers["p"][0]),
    )


def _few(n: int) -> tuple[Caveat, ...]:
    return (tell.few_pairs(n),) if n < _FEW else ()


def _whole(pairs: Floats, decimals: int | None) -> tuple[Floats, npt.NDArray[np.int64]]:
    flat, places = rounded(pairs.reshape(*pairs.shape[:-2], -1), pairs, decimals)
    return flat.reshape(pairs.shape), places


def _own(whole: Floats) -> dict[str, float | None]:
    """Of the participants' own changes."""
    d = np.sign(whole[:, 1] - whole[:, 0])
    rising, falling, same = (int((d == sign).sum()) for sign in (1, -1, 0))
    return {
        "paired_win_probability": (rising + same / 2) / len(d),
        "rising": rising,
        "falling": falling,
        "unchanged": same,
    }


def _numbers(scores: Floats, level: float, alternative: Alternative, interval: str) -> Mapping[str, Floats]:
    """For data sets (m, n)."""
    n = scores.shape[1]
    p_hat = (scores.mean(axis=1) + 1) / 2
    sd = scores.std(axis=1, ddof=1) if n > 1 else np.zeros(len(scores))
    se = np.where(sd > _NIL, sd, np.nan) / math.sqrt(n)
    df = np.full(len(scores), n - 1.0)
    half = t_limits(level, df) * se
    low, high = p_hat - half, p_hat + half
    if interval == "logit":
        inside = p_hat * (1 - p_hat)
        with np.errstate(divide="ignore", invalid="ignore"):
            centre, stretched = np.log(p_hat / (1 - p_hat)), half / inside
        low, high = (1 / (1 + np.exp(-np.clip(centre + sign * stretched, -700, 700))) for sign in (-1, 1))
    t = (p_hat - 0.5) / se
    return {
        "estimate": p_hat,
        "p": t_p(t, df, alternative),
        "ci_low": np.maximum(low, 0.0),
        "ci_high": np.minimum(high, 1.0),
        "statistic": t,
        "se": se,
    }


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    interval: str = "logit",
) -> Many:
    """The same on pairs (m, n, 2) without gaps."""
    pairs = np.asarray(y, dtype=np.float64)

    def one(i: int) -> Result:
        return estimate(pairs[i], level=level, alternative=alternative, decimals=decimals, interval=interval)

    whole, _ = _whole(pairs, decimals)
    return Many(_numbers(win_scores(whole), level, alternative, chosen("interval", interval, INTERVALS)), one)


ENTRY = Method(
    name="win_probability",
    label="Win probability (paired Brunner-Munzel)",
    source="Munzel & Brunner 2002; Konietschke & Pauly 2012",
    design="paired",
    estimate=estimate,
    summaries=("win probability",),
    need=Need(times=2, times_most=2, participants=2),
    options=(
        Option(
            name="interval",
            values=INTERVALS,
            default="logit",
            meaning="logit: stays between 0 and 1; direct: symmetric, cut there",
        ),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "an interval where every value after lies on one side of every value before",
    ),
    many=many,
    sentence=(
        "The win probability is the chance that a value after treatment lies above a value before it, both of randomly"
        " chosen participants, ties counting half; it uses the order of scores only. One half means no shift. Test and"
        " interval allow for the pairing and use the t distribution, which is crude below ten participants."
    ),
    reference="tests/reference/methods/test_ordinal.py",
)
