"""Probabilities as bars, one panel a scenario: which level is recommended, how many participants are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.report.figures.canvas import FAINT, PALETTE, SOFT, drawn, lettered, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ABREAST = 3
_WRITTEN = 12  # bars whose height is written above them
_NAMED = 14  # bars that are each named below


@dataclass(frozen=True, slots=True)
class ChancePanel:
    """One scenario: what may happen, with its probability. `marked`: bars set apart, e.g. the level nearest to the target."""

    title: str
    labels: tuple[str, ...]
    chances: tuple[float, ...]
    marked: tuple[int, ...] = ()


@drawn
def draw_chances(panels: Sequence[ChancePanel], *, x_label: str) -> Figure:
    """Bars on one scale for all panels; a bar that is set apart is hatched as well as coloured."""
    from matplotlib.ticker import PercentFormatter

    columns = min(_ABREAST, len(panels)) or 1
    rows = -(-len(panels) // columns) or 1
    figure = new_figure(0.8 + 5.2 * rows)
    every = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    top = max((max(panel.chances, default=0.0) for panel in panels), default=0.0)
    for axes, panel in zip(every, panels, strict=False):
        _panel(axes, panel)
        axes.set_ylim(0, max(0.1, min(1.0, 1.12 * top)))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    figure.supxlabel(lettered(x_label, 14), fontsize=8.5)
    return figure


def _panel(axes: Axes, panel: ChancePanel) -> None:
    bars = axes.bar(range(len(panel.chances)), panel.chances, width=0.72, color=PALETTE[5])
    for place in panel.marked:
        bars[place].set(facecolor=PALETTE[0], hatch="////", edgecolor="white", linewidth=0)
    if len(panel.chances) <= _WRITTEN:
        for place, chance in enumerate(panel.chances):
            axes.annotate(
                f"{100 * chance:.0f}", (place, chance), (0, 1.5), textcoords="offset points",
                ha="center", fontsize=8, color=SOFT,
            )  # fmt: skip
    step = -(-len(panel.labels) // _NAMED) or 1
    axes.set_xticks(
        range(0, len(panel.labels), step), [lettered(label, 1.2, 8) for label in panel.labels[::step]]
    )
    axes.set_title(lettered(panel.title, 5.0, 9))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
