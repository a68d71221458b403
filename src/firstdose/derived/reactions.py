"""Local reactions graded as change from the lesion's own state before injection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.derived.scores import arrays_of
from firstdose.protocol.names import forms

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.snapshot import Snapshot

EMPTY = {"participant": pl.String, "lesion": pl.String, "visit": pl.String, "grade": pl.Float64}


def graded_form(protocol: Protocol) -> Form | None:
    """The scheduled form whose records are graded against an earlier state, if there is one."""
    return next(
        (form for form in forms(protocol).values() if form.instrument and form.instrument.grade), None
    )


def before_injection(protocol: Protocol, form: Form) -> str:
    """The last visit before day 0 at which the form is scheduled: the state that changes refer to."""
    row = protocol.activity(form.name)
    early = [name for name in (row.at if row else ()) if (visit := protocol.visit(name)) and visit.day < 0]
    return early[-1] if early else ""


def derive_local_grades(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """participant, lesion, visit > grade 0 to 4 of the change since before injection; null where either is missing."""
    form = graded_form(protocol)
    table = snapshot.table(form.name) if form else None
    reference = before_injection(protocol, form) if form else ""
    if (
        form is None
        or form.instrument is None
        or form.instrument.grade is None
        or table is None
        or not reference
    ):
        return pl.DataFrame(schema=EMPTY)
    keys = ["participant", "lesion"]
    before = table.filter(pl.col("visit") == reference).unique(keys, keep="first", maintain_order=True)
    now = table.filter(pl.col("visit") != reference)
    paired = now.select(keys).join(before, on=keys, how="left", nulls_equal=True, maintain_order="left")
    grade = np.asarray(form.instrument.grade(arrays_of(now), arrays_of(paired), form.variant), dtype=float)
    return now.select(*keys, "visit").with_columns(pl.Series("grade", grade).fill_nan(None))
