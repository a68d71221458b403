"""Scores as values of the records they belong to, computed as everywhere else from the items of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.datasets.odm.definitions import scores_of
from firstdose.datasets.odm.oids import score_oid
from firstdose.derived.scores import score_column
from firstdose.records.log.tables import FIRST_LINE, read_state, records_in_order
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State

Calculated = tuple[tuple[str, str], ...]  # (OID, value)


def calculated_on_record(
    protocol: Protocol, forms: Mapping[str, Form], state: State
) -> dict[Key, Calculated]:
    """Record > its scores with the decimals they are defined with. A score that an item is missing for is left out."""
    scored = {name: form for name, form in forms.items() if scores_of(form)}
    if not any(key.form in scored for key in state.records):
        return {}
    snapshot = read_state(protocol, state, passing=True).snapshot
    found: dict[Key, list[tuple[str, str]]] = {}
    for name, form in scored.items():
        table = snapshot.table(name)
        if table is not None:
            records = records_in_order(protocol, state, name)
            for line, oid, value in _computed(form, table):
                found.setdefault(records[line - FIRST_LINE], []).append((oid, value))
    return {record: tuple(values) for record, values in found.items()}


def _computed(form: Form, table: pl.DataFrame) -> Iterator[tuple[int, str, str]]:
    """(line of the table, OID, value) of every score that can be computed."""
    for score in scores_of(form):
        values = score_column(table, score.compute)
        for line, value in zip(table["_row"], values, strict=True):
            if value is not None:
                yield line, score_oid(form.name, score.name), printed(value, score.decimals)
