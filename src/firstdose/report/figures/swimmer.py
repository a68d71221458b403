"""Participants over time: treatment, events, and how each one's time in the trial ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.report.figures.canvas import (
    FAINT,
    INK,
    PALETTE,
    drawn,
    legend_below,
    lettered,
    new_figure,
    plain_rows,
    rows_height,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_EVENT_MARKS = ("o", "s", "^", "D", "P", "X")


@dataclass(frozen=True, slots=True)
class SwimRow:
    """Days of one participant: first to last, treatments, events as (day, kind), and how it ended."""

    label: str
    start: float
    end: float
    treatments: tuple[float, ...] = ()
    events: tuple[tuple[float, str], ...] = ()
    ended: str = ""
    continues: bool = False


@drawn
def draw_swimmer(
    rows: Sequence[SwimRow],
    *,
    x_label: str,
    treatment: str = "injection",
    x_ticks: Sequence[tuple[float, str]] = (),
) -> Figure:
    """One bar per participant; an arrow where observation goes on, words where it ended."""
    figure = new_figure(2.6 + rows_height(0.72, [r.label for r in rows], [r.ended for r in rows], 3.5))
    axes = figure.subplots()
    plain_rows(axes, [row.label for row in rows], 3.5)
    kinds = list(dict.fromkeys(kind for row in rows for _, kind in row.events))
    marks: dict[str, Any] = {}
    for place, row in enumerate(rows):
        _draw(axes, place, row, kinds, marks, treatment)
    if x_ticks:
        axes.set_xticks([x for x, _ in x_ticks], [lettered(name) for _, name in x_ticks])
    axes.set_xlabel(lettered(x_label, 11))
    legend_below(figure, list(marks.values()), list(marks))
    return figure


def _draw(
    axes: Axes, place: int, row: SwimRow, kinds: Sequence[str], marks: dict[str, Any], treatment: str
) -> None:
    axes.barh(place, row.end - row.start, left=row.start, height=0.34, color=FAINT, edgecolor="none")
    ends = {"marker": ">" if row.continues else "|", "color": INK, "markersize": 6 if row.continues else 10}
    axes.plot([row.end], [place], markeredgewidth=1.6, linestyle="", **ends)  # type: ignore[arg-type]
    if row.treatments:
        mark = axes.plot(
            row.treatments, [place - 0.3] * len(row.treatments), "v", color=INK, ms=6, linestyle="", zorder=5
        )
        marks.setdefault(treatment, mark[0])
    for kind in kinds:
        days = [day for day, own in row.events if own == kind]
        if days:
            number = kinds.index(kind)
            shape = _EVENT_MARKS[number % len(_EVENT_MARKS)]
            colour = PALETTE[(number + 1) % len(PALETTE)]
            look = {"color": colour, "mec": "white", "mew": 0.7, "ms": 7}
            mark = axes.plot(days, [place] * len(days), shape, linestyle="", zorder=4, **look)  # type: ignore[arg-type]
            marks.setdefault(kind, mark[0])
    if row.ended:
        axes.annotate(
            lettered(row.ended, 3.5, 8),
            (row.end, place),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
