"""From protocol and snapshot to the one table of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.analysis.basis import Basis, make_basis
from firstdose.analysis.dosing import dose_rows
from firstdose.analysis.endpoints import analyse_endpoint
from firstdose.analysis.events import count_events
from firstdose.analysis.families import adjust_families
from firstdose.analysis.population import (
    count_checks,
    count_deviations,
    count_flow,
    count_missing,
    count_records,
    count_visits,
)
from firstdose.analysis.reactions import count_reactions
from firstdose.analysis.results import Results, named_rows
from firstdose.analysis.summaries import summarise_by_visit, summarise_facts
from firstdose.derived.events import EVENTS
from firstdose.derived.timing import ADMINISTRATION
from firstdose.protocol.names import forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot


def analyse(protocol: Protocol, snapshot: Snapshot) -> Results:
    """Every number of the report, each a row that knows where it comes from."""
    return analyse_basis(make_basis(protocol, snapshot))


def analyse_basis(basis: Basis) -> Results:
    """The same on facts already derived."""
    rows = [*_population(basis), *_descriptions(basis), *_safety(basis)]
    planned = [row for endpoint in basis.protocol.endpoints for row in analyse_endpoint(basis, endpoint)]
    rows += planned
    rows += adjust_families(basis, planned)
    return Results(
        rows=named_rows(rows),
        snapshot=basis.snapshot.digest,
        protocol=basis.snapshot.protocol_identity,
        software=f"firstdose {__version__}",
        invented=basis.snapshot.invented,
    )


def _population(basis: Basis) -> Iterator[ResultRow]:
    yield from count_flow(basis)
    yield from count_records(basis)
    yield from count_visits(basis)
    yield from count_deviations(basis)
    yield from count_missing(basis)
    yield from count_checks(basis)


def _descriptions(basis: Basis) -> Iterator[ResultRow]:
    """Forms seen once a participant as facts, forms seen again by visit."""
    everybody = basis.flow.enrolled
    for form in forms(basis.protocol).values():
        row = basis.protocol.activity(form.name)
        if form.repeats or form.name in {EVENTS, ADMINISTRATION} or row is None:
            continue
        if len(row.at) > 1 and form.by_visit:
            yield from summarise_by_visit(basis, form.name)
        elif form.per == "participant":
            yield from summarise_facts(basis, form, everybody)


def _safety(basis: Basis) -> Iterator[ResultRow]:
    """Events by the grouping of the endpoint that looks at them, in its analysis set."""
    endpoint = next((each for each in basis.protocol.endpoints if each.measure == EVENTS), None)
    analysis = basis.protocol.analysis(endpoint.endpoint) if endpoint else None
    analysis_set = analysis.analysis_set if analysis else "treated"
    yield from count_events(basis, analysis.by if analysis else "", analysis_set)
    yield from count_reactions(basis)
    yield from dose_rows(basis)
