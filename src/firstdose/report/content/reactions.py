"""Local tolerability over time: worst grade per lesion and visit, drawn and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.reactions import before_injection, derive_local_grades, graded_form
from firstdose.report import figures
from firstdose.report.tree import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.report.content.pieces import Material

MOST_ROWS = 40


def local_figures(material: Material) -> Iterator[Figure]:
    """One heat map of grades; none where there are more lesions than a page can show."""
    protocol = material.basis.protocol
    grades = derive_local_grades(protocol, material.basis.snapshot)
    lesions = grades.select("participant", "lesion").unique(maintain_order=True).rows()
    form = graded_form(protocol)
    if form is None or not 0 < len(lesions) <= MOST_ROWS:
        return
    visits = [visit.visit for visit in protocol.visits if visit.visit in set(grades["visit"].to_list())]
    known = {(row[0], row[1], row[2]): row[3] for row in grades.iter_rows()}
    cells = tuple(
        tuple(_cell(known.get((participant, lesion, visit))) for visit in visits)
        for participant, lesion in lesions
    )
    matrix = figures.HeatMap(
        rows=tuple(f"{participant} / {lesion}" for participant, lesion in lesions),
        columns=tuple(visits),
        cells=cells,
        top=4.0,
        scale="grade",
    )
    reference = before_injection(protocol, form)
    word = protocol.lesion_word
    some = grades.filter(pl.col("grade") > 0).height
    alternative = (
        f"Grades 0 to 4 of the local reaction of {len(lesions)} {word}s at {len(visits)} visits, as change from "
        f"{reference}; {some} of {grades.drop_nulls().height} cells are above 0. The table below counts them."
    )
    title = f"Local reaction by {word} and visit, grade of the change from {reference}"
    yield Figure("f-local", title, alternative, figures.draw_local_reactions(matrix))


def _cell(grade: float | None) -> figures.HeatCell:
    return figures.HeatCell(grade, "" if grade is None else str(int(grade)))
