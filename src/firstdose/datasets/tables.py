"""The values of a log as a study folder: one CSV file a form, as every other command reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.datasets.recorded import exchanged_forms, nothing_hidden
from firstdose.records.log.state import State
from firstdose.records.log.tables import study_tables
from firstdose.records.overrides import beside
from firstdose.records.study import INVENTED, RECORDS

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from firstdose.datasets.recorded import Hide
    from firstdose.protocol.model import Protocol


def export_tables(
    protocol: Protocol,
    state: State,
    out: Path,
    *,
    hide: Hide = nothing_hidden,
    invented: bool = False,
    overrides: pl.DataFrame | None = None,
) -> list[Path]:
    """Write `out/records/FORM.csv` for each form with records; items for which `hide(form, item)` holds are left out.

    `overrides`: doses that two persons released, which stand in no form of their own (`firstdose.records.overrides`).
    """
    forms = exchanged_forms(protocol, state.records, hide)
    records = {key: record for key, record in state.records.items() if key.form in forms}
    values = {
        key: value
        for key, value in state.values.items()
        if key.record in records and not hide(key.form, key.item)
    }
    shown = State(seq=state.seq, head=state.head, values=values, records=records)
    folder = out / RECORDS
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if invented:
        (folder / INVENTED).write_text("Invented records. No person stands behind them.\n", encoding="utf-8")
        written.append(folder / INVENTED)
    for name, table in beside(study_tables(protocol, shown), overrides).items():
        if hide(name, ""):
            continue
        columns = [
            column
            for column in table.columns
            if column in {"participant", "visit", "lesion"} or not hide(name, column)
        ]
        table.select(columns).write_csv(folder / f"{name}.csv", line_terminator="\n", quote_style="necessary")
        written.append(folder / f"{name}.csv")
    return written
