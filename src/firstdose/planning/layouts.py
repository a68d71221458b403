"""Keywords beyond the values: layout, comparisons, sides, units and names, as the planned analysis gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.layout import Contrast, Factor, Layout
from firstdose.protocol.contrasts import contrast_words
from firstdose.protocol.model import PlannedContrast

if TYPE_CHECKING:
    from firstdose.planning.drawing import Floats, Ints
    from firstdose.planning.questions import Question
    from firstdose.protocol.contrasts import ContrastWords

TIME = "time"
MONTH = 30.0  # days; a trend over time is a slope by month


def keywords_of(question: Question, y: Floats, groups: Ints, units: Ints | None) -> dict[str, Any]:
    """What the method takes, nothing else."""
    takes = question.method.takes
    rows = y.shape[1] if units is None else int(units.max(initial=-1)) + 1  # a name for every number
    found: dict[str, Any] = {
        "units": units,
        "names": tuple(f"P{i + 1}" for i in range(rows)),
        "sides": np.zeros(y.shape, dtype=int),
        "exposure": np.ones(rows),
    }
    if "layout" in takes:
        found["layout"] = layout_of(question, groups)
    if "contrasts" in takes and question.plan.analysis.contrasts:
        layout = layout_of(question, groups)
        planned = question.plan.analysis.contrasts
        found["contrasts"] = tuple(contrast_of(each, layout, question.outcome.days) for each in planned)
    return {name: found[name] for name in takes if name in found}


def dose_codes(question: Question, units: Ints, places: Ints) -> Ints:
    """The level of each lesion: in turn within a participant, or that of its participant."""
    divided = question.within or question.between
    levels = len(divided.levels) if divided else 1
    return np.asarray((units + places) % levels if question.within else units % levels)


def layout_of(question: Question, groups: Ints) -> Layout:
    """Time within, and what divides lesions or participants; in a nested design every factor divides rows."""
    visits, within, between = question.outcome.visits, question.within, question.between
    time = (Factor(name=TIME, levels=visits),) if len(visits) > 1 else ()
    if question.method.design == "nested" and within:
        within, between = None, within
    rows = tuple(int(code) for code in groups)
    return Layout(
        within=(*((Factor(name=within.name, levels=within.levels),) if within else ()), *time),
        between=(Factor(name=between.name, levels=between.levels, codes=rows),) if between else (),
    )


def contrast_of(planned: PlannedContrast, layout: Layout, days: tuple[int, ...]) -> Contrast:
    """The comparison as weights over columns and groups."""
    words = contrast_words(planned.compares)
    factors = (*layout.within, *layout.between)
    of = _compared(words, factors)
    chosen = {of.name: _weights(words, of, days)}
    if words.at:
        where = next((each for each in factors if words.at in each.levels), of)
        chosen[where.name] = _unit(where, words.at)
    columns: Floats = np.ones(1)
    for each in layout.within:
        columns = np.asarray(np.kron(columns, chosen.get(each.name, _even(each))), dtype=np.float64)
    groups = [chosen[each.name] for each in layout.between if each.name in chosen]
    return Contrast(
        name=planned.contrast,
        columns=tuple(columns.tolist()),
        groups=tuple(groups[0].tolist()) if groups else (),
        tests=planned.test == "main",
    )


def _compared(words: ContrastWords, factors: tuple[Factor, ...]) -> Factor:
    """The factor whose levels are compared."""
    if words.kind == "difference":
        return next(each for each in factors if words.first in each.levels)
    others = [each for each in factors if each.name == words.first or (not words.first and each.name != TIME)]
    return next(iter([*others, *factors]))


def _weights(words: ContrastWords, of: Factor, days: tuple[int, ...]) -> Floats:
    if words.kind == "difference":
        return _unit(of, words.first) - _unit(of, words.second)
    places = (
        np.array(days, dtype=float) / MONTH if of.name == TIME else np.arange(len(of.levels), dtype=float)
    )
    off = places - places.mean()
    return np.asarray(off / (off @ off))


def _unit(of: Factor, level: str) -> Floats:
    return np.array([float(each == level) for each in of.levels])


def _even(of: Factor) -> Floats:
    return np.full(len(of.levels), 1 / len(of.levels))


def truth_of(question: Question, named: str) -> float | None:
    """What a comparison of that name is where the last time differs from the first by 1; None: it is none."""
    planned = next((each for each in question.plan.analysis.contrasts if each.contrast == named), None)
    if planned is None and named not in _differences(question.outcome.visits):
        return None
    compared = planned or PlannedContrast(contrast=named, compares=named)
    layout = layout_of(question, np.zeros(0, dtype=np.int64))
    found = contrast_of(compared, layout, question.outcome.days)
    if found.groups and sum(found.groups) == 0:
        return 0.0  # groups change alike
    growing = np.linspace(0.0, 1.0, len(question.outcome.visits))
    return float(np.tile(growing, len(found.columns) // len(growing)) @ np.array(found.columns))


def _differences(visits: tuple[str, ...]) -> set[str]:
    return {f"{one} - {other}" for one in visits for other in visits if one != other}


def change_weights(question: Question, name: str, columns: int) -> Floats:
    """Weights of a participant's change over the columns: of the comparison of that name, else last less first."""
    planned = next((each for each in question.plan.analysis.contrasts if each.contrast == name), None)
    if planned is None:
        return np.array([-1.0, *[0.0] * (columns - 2), 1.0])
    layout = layout_of(question, np.zeros(0, dtype=np.int64))
    return np.asarray(contrast_of(planned, layout, question.outcome.days).columns, dtype=np.float64)
