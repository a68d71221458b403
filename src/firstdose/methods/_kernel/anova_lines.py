"""Results of tests by exchange: one line an effect, the headline on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.result import Effect
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.results import finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue.result import Caveat, Result
    from firstdose.methods._kernel.anova_exchange import Drawing, Exchanged
    from firstdose.methods._kernel.results import Draft, Floats

MORE = ("f", "pes", "arrangements", "smallest_p")


def effect_of(name: str, found: Exchanged) -> Effect:
    """One line; `exact` is 1 where all arrangements were counted, `draws` the random ones where not."""
    counted = {"exact": float(found.drawn is None), "draws": found.drawn}
    more = tuple((of, finite(value)) for of, value in {**_numbers(found), **counted}.items())
    return Effect(name=name, kind="test", statistic_name="F", statistic=finite(found.f), p=found.p, more=more)


def _numbers(found: Exchanged) -> dict[str, float | None]:
    values = (found.f, found.pes, found.arrangements, found.smallest)
    return dict(zip(MORE, values, strict=True))


def answered(
    draft: Draft,
    rows: Floats,
    tested: Mapping[str, Exchanged],
    headline: str,
    drawing: Drawing,
    told: tuple[Caveat, ...],
    effects: tuple[Effect, ...],
    *,
    exact: bool = True,
) -> Result:
    """The Result with this headline; `exact`: whether counting all arrangements makes the tests exact."""
    head = tested[headline]
    drawn = [found.drawn for found in tested.values() if found.drawn is not None]
    means = {f"mean_{column}": float(mean) for column, mean in enumerate(rows.mean(axis=0), start=1)}
    return draft.answer(
        _numbers(head) | means,
        (*told, *_about(tested, 1.0 - draft.level, drawn, drawing)),
        effects=effects,
        estimate_name="partial eta squared",
        estimate=finite(head.pes),
        statistic_name="F",
        statistic=finite(head.f),
        p=head.p,
        exact=exact and not drawn,
        seed=drawing.seed if drawn else None,
        draws=min(drawn) if drawn else None,
    )


def _about(
    tested: Mapping[str, Exchanged], alpha: float, drawn: list[int], drawing: Drawing
) -> Iterator[Caveat]:
    """What a reader of these p values must know."""
    for name, found in tested.items():
        if found.smallest > alpha + 1e-12:
            yield tell.cannot_reach_of(name, found.smallest, alpha)
    if drawn:
        yield say.monte_carlo(min(drawn), drawing.seed, drawing.draws)
    constant = [name for name, found in tested.items() if found.f is None]
    if constant:
        yield tell.no_error_of(constant)
