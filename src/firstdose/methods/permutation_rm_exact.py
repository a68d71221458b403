"""Permutation test over times: within each participant, the values might as well have come in another order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.arrangements import count_orders, draw_orders, smallest_p_of_orders
from firstdose.methods._kernel.drawing import TABLED_TIMES, affordable, draw_tabled_orders
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.results import (
    Draft,
    Floats,
    about_p,
    as_rows,
    power,
    unusable,
    without_direction,
)

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = ("f", "pes", "arrangements", "smallest_p")
MOST = 5_000_000
_TABLED = 30  # participants above whom random arrangements come from tables
_WORK = 200_000_000  # values in random arrangements that come from tables
_SLOW_WORK = 20_000_000  # the same where there are too many times for tables


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Rows (n, k), one column a time: F of the repeated-measures ANOVA and its p over all arrangements.

    Above 5 million arrangements `draws` random ones are drawn from `seed`, fewer for very many participants.
    """
    rows = as_rows(y)
    n, k = rows.shape
    draft = Draft(method=ENTRY.name, n=n, level=level, further=FURTHER)
    if reasons := unusable(rows):
        return draft.answer(caveats=reasons)
    whole, undeclared = whole_numbers(rows, decimals)
    centred = (k * whole - whole.sum(axis=1, keepdims=True)).astype(np.float64)
    arrangements = power(float(math.factorial(k)), n - 1)
    complete = arrangements <= MOST
    asked, start = int(float(draws)), int(float(seed))
    m = _affordable(asked, n, k)
    p, smallest = _complete(centred) if complete else _drawn(centred, m, start)
    f, pes = _f_and_share(centred)
    means = {f"mean_{time}": float(mean) for time, mean in enumerate(rows.mean(axis=0), start=1)}
    return draft.answer(
        {"f": f, "pes": pes, "arrangements": arrangements, "smallest_p": smallest, **means},
        (
            *undeclared,
            *without_direction(alternative),
            *about_p("two-sided", level, smallest),
            *(() if complete else (say.monte_carlo(m, start, asked),)),
            *(() if f is not None else (say.no_error_variation(),)),
        ),
        estimate_name="partial eta squared",
        estimate=pes,
        statistic_name="F",
        statistic=f,
        p=p,
        exact=complete,
        seed=None if complete else start,
        draws=None if complete else m,
    )


def _complete(centred: Floats) -> tuple[float, float]:
    hits, every = count_orders(centred)
    return hits / every, smallest_p_of_orders(*centred.shape)


def _affordable(asked: int, n: int, k: int) -> int:
    """How many arrangements are drawn, by the values that are moved."""
    if n <= _TABLED:
        return asked
    return affordable(asked, n * k, _WORK if k <= TABLED_TIMES else _SLOW_WORK)


def _drawn(centred: Floats, m: int, seed: int) -> tuple[float, float]:
    """The observed arrangement is counted among the random ones (Phipson & Smyth 2010)."""
    n, k = centred.shape
    draw = draw_tabled_orders if n > _TABLED and k <= TABLED_TIMES else draw_orders
    return (draw(centred, m, seed) + 1) / (m + 1), 1 / (m + 1)


def _f_and_share(centred: Floats) -> tuple[float | None, float | None]:
    """F and partial eta squared of values less their participant's mean; None where nothing varies."""
    n = len(centred)
    ss = float((centred.sum(axis=0) ** 2).sum()) / n
    every = float((centred**2).sum())
    f = (n - 1) * ss / (every - ss) if every - ss > 1e-12 * every else None
    return f, ss / every if every > 0 else None


def smallest_p(
    n: int,
    k: int = 3,
    alternative: Alternative = "two-sided",  # noqa: ARG001
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """(k!)**-(n - 1): all participants in the same order; ties make it larger."""
    return smallest_p_of_orders(n, k)


ENTRY = Method(
    name="permutation_rm_exact",
    label="Exact permutation test over times",
    source="Fisher 1935; Phipson & Smyth 2010; Winkler et al. 2014",
    design="within",
    estimate=estimate,
    summaries=("mean difference over time",),
    need=Need(times=3),
    exact=True,
    options=(
        Option(
            name="draws",
            default="99999",
            meaning="random arrangements above 5 million; for very many participants fewer, and the result says so",
        ),
        Option(name="seed", default="1", meaning="start of the random numbers above 5 million arrangements"),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a participant with a missing visit, who is left out and named",
    ),
    smallest_p=smallest_p,
    sentence=(
        "The values of each participant were put in every order over the times, after rounding to the declared"
        " precision; p is the share of arrangements whose F is at least that observed."
    ),
    reference="tests/reference/methods/test_exact_within.py",
)
