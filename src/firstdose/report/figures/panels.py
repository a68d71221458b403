"""Pictures of a laboratory run: points, lines, outlines and guides as the assay gives them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.report.figures.canvas import (
    DASHES,
    INK,
    MARKERS,
    PALETTE,
    SOFT,
    drawn,
    legend_below,
    lettered,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from firstdose.catalogue import Layer, Panel

_HEIGHT, _SQUARE = 8.0, 11.0  # cm
_MOST_NAMED, _MOST_WORDS = 12, 96  # labels in the legend, words beside points
_CROWD = 400  # points from which they are drawn as dots


@drawn
def draw_panel(panel: Panel) -> Figure:
    """One picture; layers of one label share colour and legend, more than twelve labels are not named."""
    figure = new_figure(_SQUARE if panel.equal else _HEIGHT)
    axes = figure.add_subplot()
    labels = list(dict.fromkeys(layer.label for layer in panel.layers if layer.label))
    named = labels if len(labels) <= _MOST_NAMED else []
    marks: dict[str, object] = {}
    crowd = sum(layer.x.size for layer in panel.layers if layer.kind == "points") > _CROWD
    for number, layer in enumerate(panel.layers):
        place = labels.index(layer.label) if layer.label else number
        mark = _draw(axes, layer, place, crowd=crowd)
        if layer.label in named:
            marks.setdefault(layer.label, mark)
    for x, y, word in panel.words if len(panel.words) <= _MOST_WORDS else ():
        axes.text(x, y, lettered(word), ha="center", va="bottom", fontsize=6, color=INK)
    _axes(axes, panel)
    if marks:
        legend_below(figure, list(marks.values()), [lettered(label) for label in marks])
    return figure


def _axes(axes: Axes, panel: Panel) -> None:
    axes.set_xlabel(lettered(panel.x_label, 13))
    axes.set_ylabel(lettered(panel.y_label, 6))
    if panel.x_log:
        _logarithmic(axes, axes.xaxis)
    if panel.y_log:
        _logarithmic(axes, axes.yaxis)
    if panel.equal:
        axes.set_aspect("equal", adjustable="box")


def _logarithmic(axes: Axes, axis: Axis) -> None:
    """A logarithmic axis with plain numbers: the figures of record know no formulas."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _draw(axes: Axes, layer: Layer, place: int, *, crowd: bool) -> object:
    colour = PALETTE[place % len(PALETTE)]
    match layer.kind:
        case "points":
            return axes.plot(
                layer.x,
                layer.y,
                linestyle="none",
                marker="." if crowd else MARKERS[place % len(MARKERS)],
                markersize=1.2 if crowd else 4.0,
                color=colour,
            )[0]
        case "line":
            dash = DASHES[place // len(PALETTE) % len(DASHES)]
            return axes.plot(layer.x, layer.y, color=colour, linewidth=1.1, linestyle=dash)[0]
        case "outline":
            return axes.fill(layer.x, layer.y, facecolor="none", edgecolor=colour, linewidth=1.3)[0]
        case _:
            return _guide(axes, layer)


def _guide(axes: Axes, layer: Layer) -> object:
    """A straight line across the picture, at x or at y."""
    upright = layer.x.size > 0 and math.isfinite(float(layer.x[0]))
    at = float(layer.x[0] if upright else layer.y[0])
    draw = axes.axvline if upright else axes.axhline
    return draw(at, color=SOFT, linewidth=0.9, linestyle=(0, (4, 2)))
