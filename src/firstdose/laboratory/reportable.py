"""The common record of laboratory values: one row a reportable value, whatever assay it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.catalogue import Finding, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reportable:
    """One value with everything that was known of it. `reported`: whether it became the item's value.

    `text`: as it stands in the record (`<0.5`, `ND: ...`); `rules`: ids of the rules it broke, or all it was held to
    where it broke none; `own_findings` and `own_verdict`: of the value, without the run's; `row`: its line in the list of samples, `list_file`.
    """

    activity: str
    participant: str
    visit: str
    lesion: str
    date: str
    item: str
    text: str
    assay: str
    quantity: str
    analyte: str
    value: float | None
    comparator: str
    reason: str
    unit: str
    lloq: float | None
    uloq: float | None
    replicates: int
    spread: float | None
    dilution: float
    verdict: Verdict
    own_verdict: Verdict
    rules: str
    findings: str
    run: str
    repeat_of: str
    repeat_reason: str
    reported: bool
    sample: str
    file: str
    sha256: str
    place: str
    reader: str
    instrument: str
    software: str
    run_date: str
    assay_version: str
    list_file: str
    row: int
    own_findings: tuple[Finding, ...] = ()


_TYPES = {"bool": pl.Boolean, "int": pl.Int64, "float": pl.Float64, "float | None": pl.Float64}
SCHEMA: dict[str, Any] = {
    each.name: _TYPES.get(str(each.type), pl.String)
    for each in fields(Reportable)
    if each.name != "own_findings"
}


def frame_of(values: Iterable[Reportable]) -> pl.DataFrame:
    """The values as a table, in their order."""
    rows = [tuple(getattr(value, name) for name in SCHEMA) for value in values]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
