"""Freedman and Lane's test of one effect: residuals of the model without it are exchanged, participants as blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import anova_exchange as exchange
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.anova_design import Design, Part, as_design, effect_name
from firstdose.methods._kernel.anova_lines import MORE, answered, effect_of
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.results import Draft, Floats, as_rows, chosen, unusable, without_direction

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.layout import Layout

EFFECTS = ("within", "between", "interaction")
EXCHANGES = ("values", "signs")
_NONE = "this effect needs a factor between participants, and there is none"


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    layout: Layout | None = None,
    effect: str = "within",
    exchanged: str = "values",
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Rows (n, columns): F (type III) of one effect and its p over exchanges of the residuals without that effect.

    `effect`: within (time, else the first factor within), between (the first), interaction (of these two), or the name
    of an effect. Participants are blocks: effects that involve a factor between exchange whole participants, others
    the values within each; `exchanged` signs turns the residuals of whole participants round instead.

    Raises:
        ValueError: no effect has that name.
    """
    rows = as_rows(y)
    chosen("exchanged", exchanged, EXCHANGES)
    design = as_design(rows.shape[1], len(rows), layout, groups)
    draft = Draft(
        method=ENTRY.name, n=len(rows), level=level, further=MORE, variant=f"{exchanged} exchanged; type III"
    )
    if reasons := unusable(rows) or design.against:
        return draft.answer(caveats=reasons)
    found = _effect(effect, design)
    if found is None:
        return draft.answer(caveats=(*design.caveats, say.no_comparison(_NONE)))
    whole, undeclared = whole_numbers(rows, decimals)
    drawing = exchange.Drawing(int(float(draws)), int(float(seed)))
    name, exact = effect_name(*found), _exact(design, *found, exchanged)
    tested = {name: _tested(whole.astype(np.float64), design, found, exchanged, drawing)}
    told = (
        *design.caveats,
        *undeclared,
        *without_direction(alternative),
        *(() if exact else (tell.approximate_exchange(name),)),
    )
    lines: tuple[Effect, ...] = (effect_of(name, tested[name]),)
    return answered(draft, rows, tested, name, drawing, told, lines, exact=exact)


def _effect(word: str, design: Design) -> tuple[Part, Part] | None:
    """The effect between and within that is meant; None where there is no factor between."""
    time, first = design.headline.name, next((f.name for f in design.between_factors), None)
    if word in {"between", "interaction"} and first is None:
        return None
    names = {"within": time, "between": first, "interaction": f"{first}:{time}"}
    pairs = {effect_name(*pair): pair for pair in design.effects}
    return pairs[chosen("effect", names.get(word) or word, pairs)]


def _exact(design: Design, between: Part, within: Part, exchanged: str) -> bool:
    """Whether nothing else is in the model that the residuals were freed from."""
    if between.factors:
        return exchanged == "values" and len(design.between_factors) == 1
    alone = not design.between_factors
    return alone and (exchanged == "signs" or (len(within.factors) == 1 and len(design.within_factors) == 1))


def _tested(
    whole: Floats,
    design: Design,
    effect: tuple[Part, Part],
    exchanged: str,
    drawing: exchange.Drawing,
) -> exchange.Exchanged:
    between, within = effect
    of = exchange.hypothesis_of(design, between)
    own = _residuals(whole @ within.rows.T, design, between)
    if exchanged == "signs":
        return exchange.exchange_signs(own, of, drawing)
    if between.factors:
        single = len(design.between_factors) == 1
        return exchange.exchange_participants(
            own, of, drawing, exchange.orders_alike(design.sizes) if single else 1
        )
    rows = own @ within.rows
    for other in design.within[1:]:
        if other is not within:
            rows = rows + _residuals(whole @ other.rows.T, design, None) @ other.rows
    alone = len(design.within_factors) == 1
    return exchange.exchange_times(rows, within.rows, of, drawing, fixed=alone)


def _residuals(rows: Floats, design: Design, between: Part | None) -> Floats:
    """Rows (n, p) less the cell means of the full model, or of the model without this effect."""
    of = exchange.hypothesis_of(design, between or design.between[0])
    means = of.sums(rows) / of.sizes[:, None]
    if between is not None:
        means = means - (of.weights / of.sizes).T @ (of.weights @ means)
    return np.asarray(rows - means[design.cell])


ENTRY = Method(
    name="freedman_lane",
    label="Freedman-Lane permutation test",
    source="Freedman & Lane 1983; Winkler et al. 2014; Winkler et al. 2015",
    design="within",
    estimate=estimate,
    summaries=("mean difference over time", "mean difference between groups over time"),
    need=Need(times=2, participants=2),
    takes=("layout",),
    options=(
        Option(
            name="effect",
            values=EFFECTS,
            default="within",
            meaning="what is tested: time, the factor between participants, or how that factor changes the course",
        ),
        Option(
            name="exchanged",
            values=EXCHANGES,
            default="values",
            meaning="values change places; or signs of whole participants change, for errors that are symmetric",
        ),
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
    ),
    sentence=(
        "The effect was tested by the method of Freedman and Lane: the residuals of the model without it were exchanged,"
        " with each participant as a block, and p is the share of all arrangements, or of random ones where it is"
        " marked so, whose F (type III) is at least that observed. With other effects in the model this is approximate."
    ),
    reference="tests/reference/methods/test_freedman_lane.py",
)
