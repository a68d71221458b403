"""A method on many invented data sets at once, by `many` where it has it, else one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.planning.layouts import dose_codes, keywords_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue import Effect, Many, Result
    from firstdose.planning.drawing import Bools, Floats, Ints
    from firstdose.planning.questions import Question

COLUMNS = ("p", "estimate", "ci_low", "ci_high")
LIMITS = ("ci_low", "ci_high")
PROBED = 5
CHANGES = frozenset({"change", "percent change"})
COMPLETE = frozenset({"paired", "paired proportion", "within", "between"})


@dataclass(frozen=True, slots=True)
class Answers:
    """m answers: `columns` (4, m) in the order of COLUMNS, NaN where there is none; participants who took part.

    `named`: what the estimate is, by the method's own name. `lines`: p of each comparison that a family judges.
    """

    columns: Floats
    participants: Floats
    named: str = ""
    lines: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def none(cls, m: int, lines: Sequence[str] = ()) -> Answers:
        """Nothing answered yet."""
        nothing = np.full((len(COLUMNS), m), np.nan)
        return cls(nothing, np.zeros(m), lines={name: np.full(m, np.nan) for name in lines})

    @property
    def p(self) -> Floats:
        return np.asarray(self.columns[0])

    @property
    def limits(self) -> Floats:
        """(2, m), a view: what is written there stands here."""
        return self.columns[2:]

    def split(self, parts: int) -> list[Answers]:
        """As many answers in a row, divided evenly."""
        columns, people = np.split(self.columns, parts, axis=1), np.split(self.participants, parts)
        lines = {name: np.split(p, parts) for name, p in self.lines.items()}
        return [
            Answers(columns[i], people[i], self.named, {name: p[i] for name, p in lines.items()})
            for i in range(parts)
        ]

    def put(self, places: Ints, other: Answers) -> None:
        """Answers of some of the data sets."""
        self.columns[:, places] = other.columns
        self.participants[places] = other.participants
        for name, p in other.lines.items():
            self.lines[name][places] = p


def answer(
    question: Question,
    values: Floats,
    missing: Bools,
    counts: Ints,
    wanted: tuple[str, ...] = COLUMNS,
) -> Answers:
    """Values (m, n, lesions, times) or, lesions reduced, (m, n, times), of two measures (m, n, times, 2).

    `missing`: (m, n, times). `wanted`: the columns that are worth computing.
    """
    design = question.method.design
    if design == "nested":
        return _nested(question, values, missing, counts, wanted)
    y = _arranged(question, values)
    if design == "association":
        gone = missing[..., None]
    else:
        gone = np.tile(missing, (1, 1, y.shape[-1] // missing.shape[-1])) if y.ndim > 2 else missing
    if design in COMPLETE:
        return _complete(question, y, gone, wanted)
    return _ask(question, np.where(gone, np.nan, y), _codes(question, y.shape[1]), wanted)


def _codes(question: Question, n: int) -> Ints:
    """Participants are divided in turn."""
    return np.arange(n) % (len(question.between.levels) if question.between else 1)


def _arranged(question: Question, y: Floats) -> Floats:
    """The array in the shape that the method's design asks for, as in the real analysis."""
    kind, design = question.outcome.kind, question.method.design
    if design == "paired" and kind == "percent change":
        return np.stack([np.zeros(y.shape[:2]), y[..., -1] - y[..., 0]], axis=-1)
    if design == "between":
        moved = kind in CHANGES and not question.outcome.binary
        return np.asarray(y[..., -1] - y[..., 0] if moved else y[..., -1])
    return y


def _complete(question: Question, y: Floats, missing: Bools, wanted: tuple[str, ...]) -> Answers:
    """Participants with a gap are left out; data sets with as many left in each group are asked together."""
    m, n = y.shape[:2]
    there = np.asarray(~missing.any(axis=-1))
    if y.ndim > 2:
        there = there & ~np.asarray(np.isnan(y).any(axis=-1))
    groups = _codes(question, n)
    patterns = np.stack([there[:, groups == g].sum(axis=1) for g in range(groups.max(initial=0) + 1)], axis=1)
    codes = patterns @ (n + 1) ** np.arange(patterns.shape[1])
    found, named = Answers.none(m, question.judged), ""
    for code in np.unique(codes):
        places = np.flatnonzero(codes == code)
        pattern = patterns[places[0]]
        if pattern.sum() == 0:
            continue
        rows = _first(there[places], groups)
        left = np.take_along_axis(y[places], rows.reshape(*rows.shape, *[1] * (y.ndim - 2)), axis=1)
        part = _ask(question, left, np.repeat(np.arange(len(pattern)), pattern), wanted)
        found.put(places, part)
        named = part.named
    return replace(found, named=named)


def _first(there: Bools, groups: Ints) -> Ints:
    """Who is complete, by group and then in order: (m, number complete)."""
    n = there.shape[1]
    order = np.argsort(np.where(there, groups * n + np.arange(n), n * n), axis=1)
    return order[:, : int(there[0].sum())]


def _nested(
    question: Question, values: Floats, missing: Bools, counts: Ints, wanted: tuple[str, ...]
) -> Answers:
    """One row a lesion; lesions are dosed in turn. Of changes, participants with a gap are left out beforehand.

    Data sets with the same participants left are asked together: methods are quicker on values without gaps.
    """
    whole = question.method.need.times_most in {1, 2}
    gaps = np.asarray(missing.any(axis=-1)) if whole else np.zeros(missing.shape[:2], dtype=bool)
    patterns, codes = np.unique(gaps, axis=0, return_inverse=True)
    found, named = Answers.none(len(values), question.judged), ""
    for code, pattern in enumerate(patterns):
        places, left = np.flatnonzero(codes == code), np.flatnonzero(~pattern)
        if len(left):
            part = _lesions(question, values[places], missing[places], counts, left, wanted)
            found.put(places, part)
            named = part.named
    return replace(found, named=named)


def _lesions(
    question: Question, values: Floats, missing: Bools, counts: Ints, left: Ints, wanted: tuple[str, ...]
) -> Answers:
    """Data sets with the same participants left; NaN where one of them missed a visit."""
    units = np.repeat(left, counts[left])
    places = np.concatenate([np.arange(count) for count in counts[left]])
    y = np.where(missing[:, units, :], np.nan, values[:, units, places, :])
    if question.method.need.times_most == 1 and question.outcome.kind in CHANGES:
        y = y[..., -1:] - y[..., :1]
    return _ask(question, y, dose_codes(question, units, places), wanted, units)


def _ask(
    question: Question,
    y: Floats,
    groups: Ints,
    wanted: tuple[str, ...],
    units: Ints | None = None,
) -> Answers:
    words = {
        "groups": groups if _is_divided(question) else None,
        "level": question.level,
        "alternative": question.alternative,
        "decimals": question.decimals,
        **question.options,
        **keywords_of(question, y, groups, units),
    }
    n = y.shape[1] if units is None else len(np.unique(units))
    if question.method.many is not None:
        many = question.method.many(y, **words)
        if "ci_low" in wanted and question.method.exact and _no_interval(many):
            wanted = tuple(name for name in wanted if name not in LIMITS)
        there = set(many.arrays)  # to ask for a name may compute it
        columns = {name: many.arrays[name] for name in wanted if name in there}
        lines = {name: many.arrays[f"p_{name}"] for name in question.judged if f"p_{name}" in there}
        return _of_arrays(columns, lines, len(y), n, many[0].estimate_name)
    results = [question.method.estimate(each, **words) for each in y]
    columns = {name: _column(results, name) for name in wanted}
    lines = {name: _column([each.effect(name) for each in results], "p") for name in question.judged}
    return _of_arrays(columns, lines, len(y), n, results[0].estimate_name)


def _no_interval(many: Many) -> bool:
    """Whether the first data sets have no interval: then so few participants have none."""
    return all(many[i].ci_low is None for i in range(min(len(many), PROBED)))


def _is_divided(question: Question) -> bool:
    return question.between is not None or (
        question.within is not None and question.method.design == "nested"
    )


def _column(results: Sequence[Result | Effect], name: str) -> Floats:
    return np.array([np.nan if (value := getattr(each, name)) is None else value for each in results])


def _of_arrays(arrays: Mapping[str, Any], lines: Mapping[str, Floats], m: int, n: int, named: str) -> Answers:
    columns = np.array(
        [np.asarray(arrays.get(name, np.full(m, np.nan)), dtype=np.float64) for name in COLUMNS]
    )
    return Answers(columns, np.full(m, float(n)), named, dict(lines))
