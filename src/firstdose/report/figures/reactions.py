"""Worst local reaction by lesion and visit, as a map of cells with the grade written in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.report.figures.canvas import INK, drawn, lettered, new_figure, rows_height

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

_CELL = 0.62  # cm
_NARROWEST = 0.5
# From paper to the dark end of Okabe and Ito's vermillion: lightness alone tells the grade.
_RAMP = ("#fbf7f2", "#f8dcc2", "#f0ae7c", "#d55e00", "#7c3300")


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`value` None is a measurement not done; `text` is what is printed in the cell."""

    value: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of cells; `blocks` names the participant of each row, so that lesions of one stand together."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    top: float
    scale: str
    blocks: tuple[str, ...] = ()


@drawn
def draw_local_reactions(matrix: HeatMap) -> Figure:
    """A cell per lesion and visit from 0 to `top`; hatched where nothing was measured."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(3.0 + rows_height(_CELL, matrix.rows, room=4.5))
    axes = figure.subplots()
    scale = _scale(matrix.top)
    room = 12.0 / max(len(matrix.columns), 1)
    for row, cells in enumerate(matrix.cells):
        for column, cell in enumerate(cells):
            _draw_cell(axes, (column, row), cell, scale, written=room >= _NARROWEST)
    _frame(axes, matrix, room)
    whole = MaxNLocator(nbins=6, integer=True)
    bar = figure.colorbar(scale, ax=axes, fraction=0.035, pad=0.015, aspect=18, ticks=whole)
    bar.set_label(lettered(matrix.scale, 4))
    bar.outline.set_visible(False)
    return figure


def _scale(top: float) -> ScalarMappable:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    return ScalarMappable(Normalize(0, top or 1), LinearSegmentedColormap.from_list("reaction", _RAMP))


def _draw_cell(
    axes: Axes, place: tuple[int, int], cell: HeatCell, scale: ScalarMappable, *, written: bool
) -> None:
    from matplotlib.patches import Rectangle

    column, row = place
    box = Rectangle((column - 0.5, row - 0.5), 1, 1, edgecolor="white", linewidth=1.2)
    ink = INK
    if cell.value is None:
        box.set(facecolor="#f1f2f3", hatch="////", edgecolor="#b9bdc2", linewidth=0)
    else:
        colour = scale.get_cmap()(scale.norm(cell.value))  # type: ignore[arg-type]
        box.set(facecolor=colour)
        ink = "black" if _luminance(box.get_facecolor()) > 0.18 else "white"
    axes.add_patch(box)
    if written and cell.text:
        axes.text(column, row, lettered(cell.text), ha="center", va="center", fontsize=8, color=ink)


def _luminance(colour: Any) -> float:
    """Relative luminance (WCAG 2); at 0.18 black and white ink stand out alike."""
    linear: list[float] = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _frame(axes: Axes, matrix: HeatMap, room: float) -> None:
    longest = max((len(name) for name in matrix.columns), default=0)
    steep: dict[str, Any] = (
        {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if longest * 0.19 > room else {}
    )
    axes.set_xticks(range(len(matrix.columns)), [lettered(name) for name in matrix.columns], **steep)
    axes.set_yticks(range(len(matrix.rows)), [lettered(name, 4.5, 8) for name in matrix.rows])
    axes.set_xlim(-0.5, max(len(matrix.columns), 1) - 0.5)
    axes.set_ylim(max(len(matrix.rows), 1) - 0.5, -0.5)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    for row, (above, below) in enumerate(zip(matrix.blocks, matrix.blocks[1:], strict=False)):
        if above != below:
            axes.axhline(row + 0.5, color=INK, linewidth=0.9)
