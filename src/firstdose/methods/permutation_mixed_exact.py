"""Exact tests of a mixed design: participants change groups, times change places within participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import anova_exchange as exchange
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.anova_design import Design, as_design, effect_name, helmert, marginal
from firstdose.methods._kernel.anova_lines import MORE, answered, effect_of
from firstdose.methods._kernel.arrangements import smallest_p_of_orders
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.results import Draft, Floats, as_rows, unusable, without_direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from firstdose.catalogue.layout import Layout
    from firstdose.catalogue.result import Caveat


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    layout: Layout | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Rows (n, columns) in groups: p of the group, of each factor within, and of the group with the factors within.

    Each is the share of all arrangements whose F (type III) is at least that observed; above 5 million arrangements
    `draws` random ones are drawn from `seed`. The headline is the effect of time.
    """
    rows = as_rows(y)
    design = as_design(rows.shape[1], len(rows), layout, groups)
    draft = Draft(method=ENTRY.name, n=len(rows), level=level, further=MORE, variant=_variant(design))
    if reasons := unusable(rows) or design.against:
        return draft.answer(caveats=reasons)
    whole, undeclared = whole_numbers(rows, decimals)
    drawing = exchange.Drawing(int(float(draws)), int(float(seed)))
    tested = dict(_tests(whole.astype(np.float64), design, drawing))
    told = (
        *design.caveats,
        *undeclared,
        *without_direction(alternative),
        *(() if design.between_factors else (tell.no_groups(),)),
        *_untested(design, tested),
    )
    return answered(draft, rows, tested, design.headline.name, drawing, told, _lines(tested))


def _variant(design: Design) -> str:
    return "type III; given the groups" if design.between_factors else "times only"


def _lines(tested: Mapping[str, exchange.Exchanged]) -> tuple[Effect, ...]:
    return tuple(effect_of(name, found) for name, found in tested.items())


def _tests(
    whole: Floats, design: Design, drawing: exchange.Drawing
) -> Iterator[tuple[str, exchange.Exchanged]]:
    """Every effect that an exchange can test without removing another one."""
    alike = exchange.orders_alike(design.sizes)
    for between, within in design.effects:
        name, of = effect_name(between, within), exchange.hypothesis_of(design, between)
        if between.factors and len(design.between_factors) == 1:
            yield name, exchange.exchange_participants(whole @ within.rows.T, of, drawing, alike)
        elif not between.factors and len(within.factors) == 1:
            factor = next(each for each in design.within_factors if each.name == name)
            share = marginal(design, factor)
            rows = whole @ (share > 0).T.astype(np.float64)
            yield name, exchange.exchange_times(rows, helmert(len(share)), of, drawing, fixed=True)


def _untested(design: Design, tested: Mapping[str, object]) -> tuple[Caveat, ...]:
    names = [effect_name(between, within) for between, within in design.effects]
    left = [name for name in names if name not in tested]
    return (tell.no_exact_test(left),) if left else ()


def smallest_p(
    n: int,
    k: int = 3,
    alternative: Alternative = "two-sided",  # noqa: ARG001
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """That of the test of time, (k!)**-(n - 1)."""
    return smallest_p_of_orders(n, k)


ENTRY = Method(
    name="permutation_mixed_exact",
    label="Exact permutation tests of a mixed design",
    source="Fisher 1935; Phipson & Smyth 2010; Winkler et al. 2014",
    design="within",
    estimate=estimate,
    summaries=("mean difference over time", "mean difference between groups over time"),
    need=Need(times=2, participants=2),
    exact=True,
    takes=("layout",),
    options=(
        Option(
            name="draws",
            default="99999",
            meaning="random arrangements above 5 million; for hundreds of participants fewer",
        ),
        Option(name="seed", default="1", meaning="start of the random numbers above 5 million arrangements"),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a participant with a missing visit, who is left out and named",
        "effects that no exchange tests alone: two factors within together, one of two factors between",
    ),
    smallest_p=smallest_p,
    sentence=(
        "The effect of the group, and how it changes the course, was tested by telling the participants to groups of the"
        " same sizes in every way; the effect of time by putting the values of each participant in every order, which"
        " assumes that without it the order means nothing in any group. Each p is the share of all arrangements, or of"
        " random ones where it is marked so, whose F (type III) is at least that observed."
    ),
    reference="tests/reference/methods/test_mixed_anova.py",
)
