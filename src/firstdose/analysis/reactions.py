"""Local reactions counted per participant, per lesion and per record, by visit and at their worst."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.results import ResultRow, Source
from firstdose.derived.reactions import derive_local_grades, graded_form
from firstdose.values.rounding import printed_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis

GRADES = ("grade 1 or more", "grade 2 or more", "grade 3 or more")
WORST = "worst"


def count_reactions(basis: Basis) -> Iterator[ResultRow]:
    """At each visit and at the worst of all: lesions and participants at or above each grade, of those observed."""
    grades = derive_local_grades(basis.protocol, basis.snapshot).drop_nulls("grade")
    form = graded_form(basis.protocol)
    if grades.height == 0 or form is None:
        return
    row = ResultRow(
        analysis="local",
        statistic="count",
        value=None,
        text="",
        unit="lesion",
        purpose="description",
        method="count",
        exact=True,
        sources=(Source(form.name, tuple(item.name for item in form.items)),),
    )
    for visit in basis.protocol.visits:
        at = grades.filter(pl.col("visit") == visit.visit)
        if at.height:
            yield from _counts(basis, replace(row, visit=visit.visit), at)
    yield from _counts(basis, replace(row, visit=WORST), grades)


def _counts(basis: Basis, row: ResultRow, at: pl.DataFrame) -> Iterator[ResultRow]:
    keys = {"lesion": ["participant", "lesion"], "participant": ["participant"]}
    for unit, columns in keys.items():
        worst = at.group_by(columns, maintain_order=True).agg(pl.col("grade").max())
        for least, name in enumerate(GRADES, start=1):
            count = worst.filter(pl.col("grade") >= least).height
            yield replace(
                row,
                unit=unit,
                variable=name,
                value=float(count),
                text=printed_share(count, worst.height, mode=basis.rounding),
                n_participants=at["participant"].n_unique(),
                n_lesions=at.select("participant", "lesion").n_unique(),
            )
