"""Trozak scores of slides: the mean of the readers, who did not know whose slide it was."""

from __future__ import annotations

from math import isnan
from statistics import mean, stdev
from typing import TYPE_CHECKING

from firstdose.assays._kernel.histology import relative_difference, trozak_total
from firstdose.assays._kernel.slides.rules import BLINDED, PRINTED, READERS_AGREE
from firstdose.assays._kernel.slides.tally import grouped
from firstdose.catalogue.assay import Finding, Measured, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.assays._kernel.slides.tally import Slides
    from firstdose.catalogue.assay import Request
    from firstdose.readers.contents.histology import SlideScore


def measure_scores(slides: Slides, request: Request) -> Iterator[Measured]:
    """One total a slide."""
    for file, table in slides.scores:
        for slide, rows in grouped(table.rows, lambda row: row.slide).items():
            yield _of_slide(file, slide, rows, request)


def _of_slide(file: str, slide: str, rows: list[SlideScore], request: Request) -> Measured:
    totals = [trozak_total(row.points) for row in rows]
    values = [value for value, _ in totals if not isnan(value)]
    why = "; ".join(f"reader {row.reader}: {why}" for row, (_, why) in zip(rows, totals, strict=True) if why)
    complete = len(values) == len(rows)
    return Measured(
        sample=slide,
        quantity="trozak_score",
        analyte="",
        value=mean(values) if complete else float("nan"),
        unit="points",
        comparator="=" if complete else "",
        reason=why,
        replicates=len(rows),
        spread=stdev(values) if complete and len(values) > 1 else float("nan"),
        file=file,
        place=", ".join(f"line {row.line} {row.reader}".strip() for row in rows),
        findings=tuple(_findings(rows, [value for value, _ in totals], request)),
    )


def _findings(rows: list[SlideScore], totals: list[float], request: Request) -> Iterator[Finding]:
    for row, total in zip(rows, totals, strict=True):
        place = f"line {row.line}"
        if row.blinded is not True:
            said = "was not blinded" if row.blinded is False else "did not say whether they were blinded"
            message = f"reader {row.reader} {said}"
            yield Finding(rule=BLINDED.name, verdict="flag", message=message, place=place)
        if row.total is not None and not isnan(total) and row.total != total:
            message = f"the form's total is {row.total:g}, its signs give {total:g}"
            yield Finding(rule=PRINTED.name, verdict="reject", message=message, place=place)
    known = [total for total in totals if not isnan(total)]
    if len(known) > 1:
        difference = relative_difference(known)
        message = f"the readers differ by {difference:.1f} % of their mean"
        yield judge(READERS_AGREE, difference, message, request=request, place=f"line {rows[0].line}")
