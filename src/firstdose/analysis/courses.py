"""Courses with their gaps: a row a participant or a lesion, nobody left out for one missing visit, every gap named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.analysis.factors import factor_levels
from firstdose.analysis.shaping import Sample, items_of, named_excluded, sources_of, wide_table
from firstdose.catalogue import Factor, Layout
from firstdose.derived.measurements import derive_measurements
from firstdose.protocol.names import measures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.factors import Levels
    from firstdose.analysis.plan import Plan
    from firstdose.protocol.names import Variable

TIME = "time"
WITHIN, BETWEEN = "within participant", "between participant"


@dataclass(frozen=True, slots=True)
class Course:
    """What was seen of one lesion, or of a participant where the form knows no lesions: values and sides by time."""

    participant: str
    lesion: str
    values: np.ndarray
    sides: np.ndarray

    @property
    def seen(self) -> int:
        """At how many times there is a value."""
        return int((~np.isnan(self.values)).sum())


def shape_courses(
    basis: Basis, plan: Plan, variable: Variable, members: Sequence[str], times: Sequence[str]
) -> Sample:
    """(n, levels x times) of every member with a value at any of the times; NaN where there is none.

    A participant's value at a time is that of the lesions seen most often, so that lesions that come and go do not
    look like a change. For a method that wants complete rows, incomplete ones are left out by name.
    """
    courses = list(courses_of(basis, variable, members, times))
    if not plan.gaps_allowed:
        courses = [each for each in courses if each.seen == len(times)]
    levels = within_levels(basis, plan)
    order = levels.present(levels.lesion(c.participant, c.lesion) for c in courses) if levels else ()
    rows = {
        name: _cells(plan, [c for c in courses if c.participant == name], levels, order, len(times))
        for name in members
    }
    kept = tuple(name for name in members if not np.isnan(rows[name][0]).all())
    shape = (len(kept), len(times) * (len(order) if levels else 1))
    sample = Sample(
        values=np.array([rows[name][0] for name in kept]).reshape(shape),
        sides=np.array([rows[name][1] for name in kept], dtype=int).reshape(shape),
        participants=kept,
        times=tuple(times),
        excluded=named_excluded(basis, variable, members, kept, times),
        n_lesions=len([c for c in courses if c.participant in kept]) if variable.per == "lesion" else None,
        sources=(*sources_of(basis, variable, tuple(times), tuple(members)), *(levels.sources if levels else ())),
        layout=Layout(within=(*((Factor(name=levels.name, levels=order),) if levels else ()), *time_factor(times))),
    )  # fmt: skip
    sample = _with_gaps(basis, variable, sample)
    return with_groups(basis, plan, sample if plan.gaps_allowed else _complete(sample))


def time_factor(times: Sequence[str]) -> tuple[Factor, ...]:
    """The factor of the visits; none where there is nothing to compare."""
    return (Factor(name=TIME, levels=tuple(times)),) if len(times) > 1 else ()


def courses_of(
    basis: Basis, variable: Variable, members: Sequence[str], times: Sequence[str]
) -> Iterable[Course]:
    """Every lesion with a value at any of the times, in the order of the members."""
    found = derive_measurements(basis.protocol, basis.snapshot, variable)
    found = found.filter(pl.col("participant").is_in(list(members)) & pl.col("visit").is_in(list(times)))
    wide = wide_table(found, times)
    values = wide.select(f"value@{time}" for time in times).cast(pl.Float64).fill_null(np.nan).to_numpy()
    sides = wide.select(pl.col(f"side@{time}").fill_null(0) for time in times).to_numpy()
    place = {name: number for number, name in enumerate(members)}
    keys = wide.select("participant", pl.col("lesion").fill_null("")).rows()
    order = sorted(range(len(keys)), key=lambda row: (place[keys[row][0]], keys[row][1]))
    every = (Course(keys[row][0], keys[row][1], values[row], sides[row]) for row in order)
    return (course for course in every if course.seen)


def within_levels(basis: Basis, plan: Plan) -> Levels | None:
    """The planned factor whose levels one participant has several of, where the method can look at it."""
    planned = plan.factors(WITHIN)[:1]
    return factor_levels(basis, planned[0]) if planned else None


def _cells(
    plan: Plan, courses: list[Course], levels: Levels | None, order: tuple[str, ...], times: int
) -> tuple[np.ndarray, np.ndarray]:
    """Values and sides of one participant: level after level, the times within each."""
    if levels is None:
        return _reduced(plan, courses, times)
    parts = [
        _reduced(plan, [c for c in courses if levels.lesion(c.participant, c.lesion) == level], times)
        for level in order
    ]
    none = np.empty(0)
    return (
        np.concatenate([none, *(values for values, _ in parts)]),
        np.concatenate([none, *(sides for _, sides in parts)]),
    )


def _reduced(plan: Plan, courses: list[Course], times: int) -> tuple[np.ndarray, np.ndarray]:
    """Lesions as one: their mean or worst at each time; outside quantification if any of them is."""
    most = max((course.seen for course in courses), default=0)
    counted = [course for course in courses if course.seen == most]
    if not counted:
        return np.full(times, np.nan), np.zeros(times, dtype=int)
    values = np.array([course.values for course in counted])
    known = ~np.isnan(values)
    if plan.analysis.nested == "participant worst":
        value = np.where(known, values, -np.inf).max(axis=0)
    else:
        value = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    sides = np.array([course.sides for course in counted])
    side = sides[np.abs(sides).argmax(axis=0), np.arange(times)]
    return np.where(known.any(axis=0), value, np.nan), side


def _with_gaps(basis: Basis, variable: Variable, sample: Sample) -> Sample:
    """Which values are missing of whom, and why."""
    names = sample.layout.cells if sample.layout and sample.layout.within else sample.times
    gaps = []
    for name, values in zip(sample.participants, sample.values, strict=True):
        missing = [cell for cell, value in zip(names, values, strict=True) if np.isnan(value)]
        if missing:
            gaps.append((name, _why(basis, variable, name, missing, sample.times)))
    return replace(sample, gaps=tuple(gaps))


def _why(basis: Basis, variable: Variable, name: str, missing: list[str], times: tuple[str, ...]) -> str:
    """`M3 missed: holiday`, or that there is no record."""
    visits = [time for time in times if any(time in cell.split() for cell in missing)]
    reasons = [
        basis.why_missing(variable.activity, items_of(basis, variable), (visit,)).get(name, "")
        for visit in visits
    ]
    told = "; ".join(dict.fromkeys(filter(None, reasons)))
    return told or f"no {variable.label} for {', '.join(missing)}"


def _complete(sample: Sample) -> Sample:
    """Without participants who have a gap."""
    keep = ~np.isnan(sample.values).any(axis=1)
    return replace(_only(sample, keep), excluded=(*sample.excluded, *sample.gaps), gaps=())


def _only(sample: Sample, keep: np.ndarray) -> Sample:
    """These participants; one row each."""
    kept = tuple(name for name, stays in zip(sample.participants, keep, strict=True) if stays)
    return replace(
        sample,
        values=sample.values[keep],
        sides=sample.sides[keep],
        participants=kept,
        gaps=tuple(gap for gap in sample.gaps if gap[0] in kept),
        codes=None if sample.codes is None else sample.codes[keep],
        layout=None if sample.layout is None else _kept_groups(sample.layout, keep),
    )


def _kept_groups(layout: Layout, keep: np.ndarray) -> Layout:
    between = (
        replace(each, codes=tuple(np.array(each.codes, dtype=int)[keep].tolist())) for each in layout.between
    )
    return replace(layout, between=tuple(between))


def with_groups(basis: Basis, plan: Plan, sample: Sample) -> Sample:
    """The sample with the planned factors between participants; who lacks a level is left out by name."""
    for name in plan.factors(BETWEEN):
        levels = factor_levels(basis, name)
        found = {who: levels.participant(who) for who in sample.participants}
        keep = np.array([bool(found[who][0]) for who in sample.participants], dtype=bool)
        out = tuple((who, why) for who, (level, why) in found.items() if not level)
        sample = _only(sample, keep)
        sample = replace(
            sample,
            excluded=(*sample.excluded, *out),
            sources=(*sample.sources, *levels.sources),
        )
        sample = _grouped(sample, levels, [found[who][0] for who in sample.participants])
    return sample


def _grouped(sample: Sample, levels: Levels, of_rows: list[str]) -> Sample:
    """One more factor: the level of each row in the layout, and in the number of the row's group."""
    present = levels.present(of_rows)
    codes = np.array([present.index(level) for level in of_rows], dtype=int)
    factor = Factor(name=levels.name, levels=present, codes=tuple(codes.tolist()))
    layout = sample.layout or Layout(within=time_factor(sample.times))
    groups = codes if sample.codes is None else sample.codes * len(present) + codes
    return replace(sample, codes=groups, layout=replace(layout, between=(*layout.between, factor)))


def shape_lesions(
    basis: Basis, plan: Plan, variable: Variable, members: Sequence[str], times: Sequence[str]
) -> Sample:
    """(N, times): a row a lesion with a value at any of the times, with the number of its participant."""
    courses = list(courses_of(basis, variable, members, times))
    factors = [factor_levels(basis, name) for name in (*plan.factors(WITHIN), *plan.factors(BETWEEN))]
    whole = {course.participant for course in courses}
    out: dict[str, str] = {}
    for levels in factors:
        unknown = [each for each in courses if not levels.lesion(each.participant, each.lesion)]
        out |= {each.participant: f"no {levels.name} on record" for each in unknown}
        courses = [each for each in courses if each not in unknown]
    kept = tuple(name for name in members if any(course.participant == name for course in courses))
    sample = Sample(
        values=np.array([course.values for course in courses]).reshape(len(courses), len(times)),
        sides=np.array([course.sides for course in courses], dtype=int).reshape(len(courses), len(times)),
        participants=kept,
        times=tuple(times),
        excluded=(
            *named_excluded(basis, variable, [m for m in members if m not in whole], kept, times),
            *((name, out[name]) for name in members if name in whole - set(kept)),
        ),
        n_lesions=len(courses),
        sources=(*sources_of(basis, variable, tuple(times), tuple(members)), *(own for each in factors for own in each.sources)),
        gaps=_lesion_gaps(courses, times),
        units=np.array([kept.index(course.participant) for course in courses], dtype=int),
        layout=Layout(within=time_factor(times)),
    )  # fmt: skip
    for levels in factors:
        of_rows = [levels.lesion(course.participant, course.lesion) for course in courses]
        sample = _grouped(sample, levels, of_rows)
    return sample


def _lesion_gaps(courses: list[Course], times: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Participant > which lesions lack which times."""
    gaps: dict[str, list[str]] = {}
    for course in courses:
        missing = [time for time, value in zip(times, course.values, strict=True) if np.isnan(value)]
        if missing:
            gaps.setdefault(course.participant, []).append(f"{course.lesion} {' '.join(missing)}".strip())
    return tuple((name, f"no value: {', '.join(those)}") for name, those in gaps.items())


def shape_pairs(
    basis: Basis, plan: Plan, variable: Variable, members: Sequence[str], times: Sequence[str]
) -> Sample:
    """(n, times, 2): the measure and the one it is held against; NaN where either is missing."""
    others = measures(basis.protocol, plan.analysis.against)
    first = shape_courses(basis, plan, variable, members, times)
    if not others:
        return _nobody(first, members, f"no {plan.analysis.against} on record")
    second = shape_courses(basis, plan, others[0], members, times)
    both = tuple(name for name in first.participants if name in second.participants)
    rows = [[of.participants.index(name) for name in both] for of in (first, second)]
    return replace(
        first,
        values=np.stack([first.values[rows[0]], second.values[rows[1]]], axis=-1),
        sides=np.stack([first.sides[rows[0]], second.sides[rows[1]]], axis=-1),
        participants=both,
        excluded=tuple(dict([*second.excluded, *first.excluded]).items()),
        sources=(*first.sources, *second.sources),
        gaps=tuple((name, why) for name, why in dict([*second.gaps, *first.gaps]).items() if name in both),
    )


def _nobody(sample: Sample, members: Sequence[str], why: str) -> Sample:
    """The sample without anybody."""
    none = np.empty((0, len(sample.times), 2))
    return replace(
        sample,
        values=none,
        sides=none.astype(int),
        participants=(),
        excluded=tuple((name, why) for name in members),
        gaps=(),
    )
