"""Which of several values of one sample counts: never the better one, always the one that was declared a repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.laboratory import issues
from firstdose.laboratory.finding import ABSENT, NOT_NAMED, SEVERAL, UNLIKE
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue import Finding
    from firstdose.laboratory.measuring import MeasuredRun
    from firstdose.laboratory.reportable import Reportable
    from firstdose.laboratory.samples import SampleList
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True)
class Chosen:
    """All values, those that count marked as reported, and what is to be said."""

    values: list[Reportable]
    issues: list[Issue]


def choose(values: list[Reportable], listed: SampleList, runs: Sequence[MeasuredRun]) -> Chosen:
    """Mark the value that counts of each participant, visit, lesion and item."""
    repeated = {row.run: row.repeat_of for row in listed.rows if row.repeat_of}
    by_name = {run.name: run for run in runs}
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, value in enumerate(values):
        groups.setdefault((value.participant, value.visit, value.lesion, value.item), []).append(number)
    marked = list(values)
    found: list[Issue] = []
    flags: dict[str, list[tuple[Place, Finding]]] = {}
    seen: set[tuple[str, Finding]] = set()
    for numbers in groups.values():
        group = [values[number] for number in numbers]
        candidates = _not_repeated(group, repeated)
        if len(candidates) == 1:
            number = next(each for each in numbers if values[each] is candidates[0])
            marked[number] = replace(values[number], reported=True)
            found += _told(candidates[0], by_name[candidates[0].run])
            own = [each for each in candidates[0].own_findings if (candidates[0].run, each) not in seen]
            seen |= {(candidates[0].run, each) for each in own}
            found += _judged(_place(candidates[0]), own, flags)
        else:
            found.append(_several(group))
    found += [issues.flagged(*told[0], len(told) - 1) for told in flags.values()]
    return Chosen(marked, found)


def _place(value: Reportable) -> Place:
    return Place(value.list_file, value.row, 1)


def _judged(
    place: Place, own: Sequence[Finding], flags: dict[str, list[tuple[Place, Finding]]]
) -> list[Issue]:
    """Rejected values one by one; a rule that only asks for a look is told once, with how often it was broken.

    A rule of the standards belongs to every sample of its analyte: it is told at the first of them.
    """
    for each in own:
        if each.verdict == "flag":
            flags.setdefault(each.rule, []).append((place, each))
    return [issues.rejected(place, each) for each in own if each.verdict == "reject"]


def _not_repeated(group: list[Reportable], repeated: dict[str, str]) -> list[Reportable]:
    """Those whose run no other run of the group repeats, in one step or several; none where runs go in a circle."""
    gone: set[str] = set()
    for run in {value.run for value in group}:
        earlier = repeated.get(run, "")
        while earlier and earlier not in gone:
            gone.add(earlier)
            earlier = repeated.get(earlier, "")
    return [value for value in group if value.run not in gone]


def _several(group: list[Reportable]) -> Issue:
    last = group[-1]
    what = " ".join(filter(None, [last.participant, last.visit, last.lesion, last.item]))
    return issues.several_values(_place(last), what, [value.run for value in group])


def _told(value: Reportable, run: MeasuredRun) -> list[Issue]:
    """Why a value that counts is missing."""
    place = _place(value)
    if value.reason == SEVERAL:
        what = value.sample or value.file
        return [issues.several_values(place, what, [value.run])]
    if value.reason == ABSENT:
        known = list(dict.fromkeys(each.sample for each in run.run.measured))
        return [issues.no_such_sample(place, value.sample, known)]
    if value.reason == NOT_NAMED:
        own = [each for each in run.run.measured if each.quantity == value.quantity and each.analyte]
        known = list(dict.fromkeys(each.analyte for each in own))
        return [issues.no_such_analyte(place, value.analyte or value.quantity, known)]
    if value.reason == UNLIKE:
        return [issues.unlike_units(place, value.unit, value.item)]
    return []


def tell_run(run: MeasuredRun, place: Place) -> list[Issue]:
    """The broken rules of a run as a whole."""
    flags: dict[str, list[tuple[Place, Finding]]] = {}
    found = _judged(place, run.run.findings, flags)
    return [*found, *(issues.flagged(*told[0], len(told) - 1) for told in flags.values())]
