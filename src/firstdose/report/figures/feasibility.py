"""What a number of participants can show: bounds and powers as curves, this trial as a mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.report.figures.canvas import (
    DASHES,
    FAINT,
    INK,
    PALETTE,
    drawn,
    legend_below,
    lettered,
    new_figure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve over the number of participants, e.g. the upper bound of a rate after no event."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One point that is named in the legend, e.g. this trial."""

    label: str
    x: float
    y: float


@drawn
def draw_feasibility(
    curves: Sequence[Curve],
    marks: Sequence[Mark] = (),
    *,
    x_label: str,
    y_label: str,
    y_range: tuple[float, float] | None = None,
    percent: bool = False,
) -> Figure:
    """Curves told apart by colour and dash; marks by shape. `percent`: shares are printed as percentages."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = new_figure(8.6, 14.0)
    axes = figure.subplots()
    handles: dict[str, object] = {}
    for place, curve in enumerate(curves):
        style = {"color": PALETTE[place % len(PALETTE)], "linestyle": DASHES[place % len(DASHES)]}
        handles[curve.label] = axes.plot(curve.x, curve.y, linewidth=1.5, **style)[0]  # type: ignore[arg-type]
    for place, mark in enumerate(marks):
        shape = "Ds^v"[place % 4]
        handles[mark.label] = axes.plot(
            [mark.x], [mark.y], shape, linestyle="", color=INK, ms=7, mec="white", zorder=5, clip_on=False
        )[0]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if percent:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if y_range:
        axes.set_ylim(*y_range)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(lettered(x_label, 11))
    axes.set_ylabel(lettered(y_label, 5.5))
    legend_below(figure, list(handles.values()), list(handles))
    return figure
