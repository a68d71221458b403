"""Permutation test over times: within each participant, the values might as well have come in another order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.anova_orders import (
    COMPILED_TIMES,
    drawn_hits,
    shares_of_orders,
    usable_of_many,
    whole_of_many,
)
from firstdose.methods._kernel.arrangements import (
    column_squares,
    count_orders,
    draw_orders,
    smallest_p_of_orders,
)
from firstdose.methods._kernel.distributions import chi2_tail
from firstdose.methods._kernel.drawing import LEAST, TABLED_TIMES, affordable_orders, draw_tabled_orders
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.results import (
    Draft,
    Floats,
    Ints,
    about_p,
    as_rows,
    power,
    unusable,
    without_direction,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = ("f", "pes", "arrangements", "smallest_p")
ARRAYS = ("estimate", "statistic", "p")
MOST = 5_000_000
_SMALL = 30  # participants up to whom every draw asked for is made, value by value
_MOVED = (
    10_000_000  # values moved one by one for more participants, where there are too many times for tables
)


@dataclass(frozen=True, slots=True)
class _Test:
    """p and how it was found."""

    p: float
    smallest: float
    exact: bool = False
    seed: int | None = None
    draws: int | None = None
    caveats: tuple[Caveat, ...] = ()


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

    Above 5 million arrangements `draws` random ones are drawn from `seed`, fewer for thousands of participants;
    where also seven times or more leave time for less than 999, p comes from the chi-squared distribution.
    """
    rows = as_rows(y)
    if reasons := unusable(rows):
        return _draft(len(rows), level).answer(caveats=reasons)
    whole, undeclared = whole_numbers(rows, decimals)
    test = _tested(_centred(whole), int(float(draws)), int(float(seed)))
    return _answer(rows, whole, test, (*undeclared, *without_direction(alternative)), level)


def _draft(n: int, level: float) -> Draft:
    return Draft(method=ENTRY.name, n=n, level=level, further=FURTHER)


def _centred(whole: Ints) -> Floats:
    """Values less their participant's mean, k times; whole numbers, whatever holds them."""
    centred = whole.shape[-1] * whole - whole.sum(axis=-1, keepdims=True)
    return np.asarray(centred, dtype=np.float64)


def _answer(rows: Floats, whole: Ints, test: _Test, told: tuple[Caveat, ...], level: float) -> Result:
    n, k = rows.shape
    f, pes = _f_and_share(_centred(whole))
    means = {f"mean_{time}": float(mean) for time, mean in enumerate(rows.mean(axis=0), start=1)}
    return _draft(n, level).answer(
        {"f": f, "pes": pes, "arrangements": _arrangements(n, k), "smallest_p": test.smallest, **means},
        (
            *told,
            *about_p("two-sided", level, test.smallest),
            *test.caveats,
            *(() if f is not None else (say.no_error_variation(),)),
        ),
        estimate_name="partial eta squared",
        estimate=pes,
        statistic_name="F",
        statistic=f,
        p=test.p,
        exact=test.exact,
        seed=test.seed,
        draws=test.draws,
    )


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Many:
    """The same of each data set (m, n, k), with the same random arrangements for all where all are too many."""
    given = np.asarray(y, dtype=np.float64)
    rows, usable = usable_of_many(given)
    if not usable.any():
        return Many(
            {name: np.full(len(rows), np.nan) for name in (*ARRAYS, *FURTHER)}, _refused(given, level)
        )
    whole, places = whole_of_many(rows, decimals)
    found, tested = _tests_of_many(_centred(whole), int(float(draws)), int(float(seed)))
    direction = without_direction(alternative)

    def at(i: int) -> Result:
        if not usable[i]:
            return _refused(given, level)(i)
        undeclared = () if decimals is not None else (say.precision_undeclared(int(places[i])),)
        return _answer(given[i], whole[i], tested(i), (*undeclared, *direction), level)

    return Many({name: np.where(usable, values, np.nan) for name, values in found.items()}, at)


def _refused(given: Floats, level: float) -> Callable[[int], Result]:
    return lambda i: _draft(given.shape[1], level).answer(caveats=unusable(given[i]))


def _tests_of_many(
    centred: Floats, asked: int, seed: int
) -> tuple[dict[str, Floats], Callable[[int], _Test]]:
    """Numbers of all, (m,), and the test of each."""
    _, n, k = centred.shape
    if _arrangements(n, k) <= MOST and k <= COMPILED_TIMES:
        p = shares_of_orders(centred)
        test = partial(_Test, smallest=smallest_p_of_orders(n, k), exact=True)
    elif _arrangements(n, k) > MOST and n <= _SMALL:
        p = (drawn_hits(centred, asked, seed) + 1) / (asked + 1)
        told = (say.monte_carlo(asked, seed, asked),)
        test = partial(_Test, smallest=1 / (asked + 1), seed=seed, draws=asked, caveats=told)
    else:
        tests = [_tested(each, asked, seed) for each in centred]
        return _numbers_of_many(
            centred, np.array([each.p for each in tests]), tests[0].smallest
        ), tests.__getitem__
    return _numbers_of_many(centred, p, test(0.0).smallest), lambda i: test(float(p[i]))


def _numbers_of_many(centred: Floats, p: Floats, smallest: float) -> dict[str, Floats]:
    m, n, k = centred.shape
    ss = (centred.sum(axis=1) ** 2).sum(axis=1) / n
    every = (centred**2).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        f = np.where(every - ss > 1e-12 * every, (n - 1) * ss / (every - ss), np.nan)
        pes = ss / every
    shared = {"arrangements": np.full(m, _arrangements(n, k)), "smallest_p": np.full(m, smallest)}
    return {"estimate": pes, "statistic": f, "p": p, "f": f, "pes": pes, **shared}


def _arrangements(n: int, k: int) -> float:
    """All of them, the first participant held fixed."""
    return power(float(math.factorial(k)), n - 1)


def _tested(centred: Floats, asked: int, seed: int) -> _Test:
    """By all arrangements, by random ones, or by their large-sample distribution, as the work allows."""
    n, k = centred.shape
    if _arrangements(n, k) <= MOST:
        hits, every = count_orders(centred)
        return _Test(hits / every, smallest_p_of_orders(n, k), exact=True)
    if n <= _SMALL:
        return _drawn(draw_orders(centred, asked, seed), asked, asked, seed)
    if k <= TABLED_TIMES:
        m = affordable_orders(asked, n, k)
        return _drawn(draw_tabled_orders(centred, m, seed), m, asked, seed)
    m = min(asked, _MOVED // (n * k) - 1)
    if m < min(asked, LEAST):
        return _large(centred)
    return _drawn(draw_orders(centred, m, seed), m, asked, seed)


def _drawn(hits: int, m: int, asked: int, seed: int) -> _Test:
    """The observed arrangement is counted among the random ones (Phipson & Smyth 2010)."""
    told = (say.monte_carlo(m, seed, asked),)
    return _Test((hits + 1) / (m + 1), 1 / (m + 1), seed=seed, draws=m, caveats=told)


def _large(centred: Floats) -> _Test:
    """Column totals of random arrangements: nearly normal, of one variance, with the sum zero."""
    n, k = centred.shape
    every = float((centred**2).sum())
    p = chi2_tail((k - 1) * float(column_squares(centred.sum(axis=0))) / every, k - 1) if every > 0 else 1.0
    told = (say.asymptotic(f"column totals against chi-squared, df {k - 1}"),)
    return _Test(p, smallest_p_of_orders(n, k), caveats=told)


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
    many=many,
    summaries=("mean difference over time",),
    need=Need(times=3),
    exact=True,
    options=(
        Option(
            name="draws",
            default="99999",
            meaning="random arrangements above 5 million; for thousands of participants fewer, and the result says so",
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
        " precision; p is the share of all arrangements, or of random ones where it is marked so, whose F is at"
        " least that observed, or from the chi-squared distribution where it is marked as asymptotic."
    ),
    reference="tests/reference/methods/test_exact_within.py",
)
