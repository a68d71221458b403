"""The decision of an interval design for each number of participants and toxicities at the current level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.report.figures.canvas import INK, drawn, legend_below, lettered, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

# A letter beside each colour: nothing is told by colour alone.
LOOKS = {
    "up": ("U", "#c7e6da", "up: the next higher level"),
    "stay": ("S", "#e8eaed", "stay"),
    "down": ("D", "#f8d9bf", "down: the next lower level"),
    "closed": ("X", "#d98a6c", "closed: this level and all above"),
}
_MOST = 26  # columns that a page can show
_TALLEST = 31  # rows


@dataclass(frozen=True, slots=True)
class DecisionColumn:
    """So many participants at the level, and the decision (`up`, `stay`, `down`, `closed`) for 0, 1 .. toxicities."""

    n: int
    decisions: tuple[str, ...]


@drawn
def draw_decisions(columns: Sequence[DecisionColumn]) -> Figure:
    """A cell for each count that can be seen, with its letter; as many columns and rows as a page can show."""
    from matplotlib.patches import Patch, Rectangle
    from matplotlib.ticker import MaxNLocator

    shown = [column for column in columns if len(column.decisions) <= _TALLEST][:_MOST]
    tallest = max((len(column.decisions) for column in shown), default=1)
    figure = new_figure(2.4 + max(3.0, 0.42 * tallest))
    axes = figure.subplots()
    for place, column in enumerate(shown):
        for y, decision in enumerate(column.decisions):
            letter, colour, _ = LOOKS[decision]
            axes.add_patch(Rectangle((place - 0.48, y - 0.48), 0.96, 0.96, color=colour, linewidth=0))
            axes.text(place, y, letter, ha="center", va="center", fontsize=8, color=INK)
    axes.set_xlim(-0.6, max(len(shown), 1) - 0.4)
    axes.set_ylim(-0.6, tallest - 0.4)
    axes.set_xticks(range(len(shown)), [str(column.n) for column in shown])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(lettered("participants at the current level", 12))
    axes.set_ylabel(lettered("with a dose-limiting toxicity", 8))
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    patches = [Patch(color=colour) for _, colour, _ in LOOKS.values()]
    legend_below(figure, patches, [f"{letter}  {words}" for letter, _, words in LOOKS.values()])
    return figure
