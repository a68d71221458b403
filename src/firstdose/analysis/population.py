"""Who took part: flow, analysis sets, visits attended, deviations, values missing; all counts with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.origins import (
    ENDED,
    EVERYBODY,
    TREATED,
    merged,
    of_deviations,
    of_eligibility,
    of_names,
    of_set,
)
from firstdose.analysis.results import ResultRow, Source
from firstdose.derived.rules import names_of, rule_of
from firstdose.protocol.branches import deciding_items
from firstdose.values.rounding import printed_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.protocol.model import Protocol

RECORD = "record"


def count_flow(basis: Basis) -> Iterator[ResultRow]:
    """Enrolled, failing a criterion, treated, completed, left early, still followed."""
    flow = basis.flow
    steps: dict[str, Sequence[str]] = {
        "enrolled": flow.enrolled,
        "fails a criterion": flow.ineligible,
        "treated": flow.treated,
        "completed": flow.completed,
        "left early": [each.participant for each in flow.left],
        "without an end on record": flow.ongoing,
    }
    sources = {
        "fails a criterion": of_eligibility(basis.protocol),
        "treated": (TREATED,),
        "completed": (TREATED, ENDED),
        "left early": (ENDED,),
        "without an end on record": (TREATED, ENDED),
    }
    for name, those in steps.items():
        yield _count(basis, "flow", name, those, sources.get(name, ()))
    for name, members in basis.sets.items():
        out = tuple((each, "not in the set") for each in flow.enrolled if each not in set(members))
        yield _count(basis, "sets", name, members, of_set(basis.protocol, name), out)


def _count(
    basis: Basis,
    display: str,
    name: str,
    those: Sequence[str],
    sources: tuple[Source, ...],
    excluded: tuple[tuple[str, str], ...] = (),
) -> ResultRow:
    everybody = len(basis.flow.enrolled)
    return ResultRow(
        analysis=display,
        statistic="participants",
        value=float(len(those)),
        text=printed_share(len(those), everybody, mode=basis.rounding)
        if name != "enrolled"
        else str(everybody),
        unit="participant",
        variable=name,
        purpose="description",
        n_participants=everybody,
        excluded=excluded,
        method="count",
        exact=True,
        sources=merged((EVERYBODY,), sources),
    )


def count_visits(basis: Basis) -> Iterator[ResultRow]:
    """Attendance: done, missed, outside the window, per planned visit."""
    visits = basis.snapshot.tables["visits"]
    for visit in basis.protocol.visits:
        at = visits.filter(pl.col("visit") == visit.visit)
        if at.height == 0:
            continue
        for status in ("done", "missed"):
            those = at.filter(pl.col("status") == status)["participant"].unique().to_list()
            yield _attendance(basis, visit.visit, status, len(those), at["participant"].n_unique())


def _attendance(basis: Basis, visit: str, status: str, count: int, of: int) -> ResultRow:
    return ResultRow(
        analysis="attendance",
        statistic="participants",
        value=float(count),
        text=printed_share(count, of, mode=basis.rounding),
        unit="participant",
        variable=status,
        visit=visit,
        purpose="description",
        n_participants=of,
        method="count",
        exact=True,
        sources=(Source("visits", ("status", "date"), (visit,)),),
    )


def count_deviations(basis: Basis) -> Iterator[ResultRow]:
    """Deviations by kind: participants and events."""
    found = basis.deviations
    kinds = sorted({each.kind for each in found})
    for kind in kinds:
        of_kind = [each for each in found if each.kind == kind]
        sources = of_deviations(basis.protocol, kind)
        yield _count(basis, "deviations", kind, sorted({each.participant for each in of_kind}), sources)
        yield ResultRow(
            analysis="deviations",
            statistic="events",
            value=float(len(of_kind)),
            text=str(len(of_kind)),
            unit="event",
            variable=kind,
            purpose="description",
            n_participants=len(basis.flow.enrolled),
            method="count",
            exact=True,
            sources=sources,
        )


def count_missing(basis: Basis) -> Iterator[ResultRow]:
    """Values that are not there, by form and reason; where the record itself is absent the item is `record`."""
    gaps = basis.snapshot.gaps
    if gaps.height == 0:
        return
    table = gaps.group_by("activity", "item", "reason").len().sort("activity", "item", "reason")
    for line in table.iter_rows(named=True):
        yield ResultRow(
            analysis="missing",
            statistic="count",
            value=float(line["len"]),
            text=str(line["len"]),
            unit="event",
            variable=f"{line['activity']}.{line['item'] or RECORD}",
            group="reason",
            level=line["reason"],
            purpose="description",
            n_participants=len(basis.flow.enrolled),
            method="count",
            exact=True,
            sources=_origin_of_gap(basis.protocol, line["activity"], line["item"]),
        )


def _origin_of_gap(protocol: Protocol, activity: str, item: str | None) -> tuple[Source, ...]:
    """A record is due at visits that took place, for each lesion of the map; an item where it is asked."""
    if item is not None:
        return (Source(activity, (item, *deciding_items(protocol, activity, item))),)
    return (Source(activity), Source("visits", ("status", "reason")), Source("lesion_map", ("lesion",)))


def count_records(basis: Basis) -> Iterator[ResultRow]:
    """Records of each form, and the participants they come from."""
    for activity, table in sorted(basis.snapshot.tables.items()):
        numbers = {"records": table.height, "participants": table["participant"].n_unique()}
        for statistic, count in numbers.items():
            yield ResultRow(
                analysis="records",
                statistic=statistic,
                value=float(count),
                text=str(count),
                unit="participant" if statistic == "participants" else "event",
                variable=activity,
                purpose="description",
                n_participants=numbers["participants"],
                method="count",
                exact=True,
                sources=(Source(activity),),
            )


def count_checks(basis: Basis) -> Iterator[ResultRow]:
    """For each edit check of the protocol: records judged and records that break it."""
    from firstdose.derived.agreement import derive_check

    for check in basis.protocol.checks:
        truth = derive_check(basis.protocol, basis.snapshot, check)
        names = names_of(rule_of(basis.protocol, check.rule, "check", check.activity))
        sources = of_names(basis.protocol, names)
        for name, count in (
            ("records", truth.drop_nulls().len()),
            ("broken", int((~truth.drop_nulls()).sum())),
        ):
            yield ResultRow(
                analysis="checks",
                statistic=name,
                value=float(count),
                text=str(count),
                unit="event",
                variable=check.check,
                purpose="description",
                n_participants=len(basis.flow.enrolled),
                method="count",
                exact=True,
                sources=sources,
            )
