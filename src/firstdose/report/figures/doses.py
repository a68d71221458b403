"""Planned against given dose, lesion by lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.report.figures.canvas import (
    INK,
    PALETTE,
    beside,
    drawn,
    legend_below,
    lettered,
    new_figure,
    plain_rows,
    rows_height,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class DoseBar:
    """One lesion; `low` and `high` are the tolerated doses, `text` the printed words at its right."""

    label: str
    planned: float | None
    given: float | None
    text: str = ""
    low: float | None = None
    high: float | None = None


@drawn
def draw_dose_bars(
    rows: Sequence[DoseBar], *, x_label: str, text_title: str = "", tolerance: str = "tolerated"
) -> Figure:
    """Given dose as a filled bar, planned dose as a line across it, tolerated range as a bracket."""
    figure = new_figure(2.7 + rows_height(0.62, [r.label for r in rows], [r.text for r in rows]))
    axes = figure.subplots()
    plain_rows(axes, [row.label for row in rows])
    marks: dict[str, object] = {}
    for place, row in enumerate(rows):
        if row.given is not None:
            marks.setdefault("given", axes.barh(place, row.given, height=0.5, color=PALETTE[5]))
        if row.low is not None and row.high is not None:
            band = axes.plot(
                [row.low, row.high], [place, place], "|-", color=PALETTE[1], ms=6, mew=1.2, lw=1.2
            )
            marks.setdefault(tolerance, band[0])
        if row.planned is not None:
            line = axes.plot([row.planned] * 2, [place - 0.34, place + 0.34], color=INK, linewidth=1.6)
            marks.setdefault("planned", line[0])
        beside(axes, place, row.text)
    axes.set_xlim(left=0, right=None if rows else 1)
    axes.set_xlabel(lettered(x_label, 9))
    if text_title:
        place_above: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "weight": "bold",
        }
        axes.annotate(lettered(text_title, 3.6, 8), (1.02, 1), (0, 4), fontsize=8, **place_above)
    legend_below(figure, list(marks.values()), list(marks))
    return figure
