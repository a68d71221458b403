"""Values of each participant or lesion over the visits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from firstdose.report.figures.canvas import FAINT, drawn, legend_below, lettered, look, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMED = 14
_PANELS_BESIDE = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One participant or lesion. `y` None is a gap; `censored` marks values drawn at their limit."""

    label: str
    group: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    censored: tuple[bool, ...] = ()


@drawn
def draw_trajectories(
    lines: Sequence[Line],
    *,
    x_ticks: Sequence[tuple[float, str]],
    y_label: str,
    x_label: str = "",
    panel_titles: Mapping[str, str] | None = None,
    y_range: tuple[float, float] | None = None,
    counted: str = "lines",
    censored_label: str = "below the limit of quantification",
) -> Figure:
    """Spaghetti plot, one panel per group in order of appearance; a panel without a title counts its lines."""
    groups = list(dict.fromkeys(line.group for line in lines)) or [""]
    names = list(dict.fromkeys(line.label for line in lines))
    figure, panels = _panels(len(groups))
    marks: dict[str, Any] = {}
    for group, axes in zip(groups, panels, strict=True):
        plain = [line for line in lines if line.group == group]
        own = _side_by_side(plain)
        for line in own:
            _draw(axes, line, names, marks, censored_label)
        default = f"{group}, n = {len(own)} {counted}" if group else f"n = {len(own)} {counted}"
        axes.set_title(
            lettered((panel_titles or {}).get(group, default), 13.0 / min(len(groups), _PANELS_BESIDE), 9)
        )
        axes.set_xlabel(
            lettered(x_label if own is plain else _moved(x_label), 12 / min(len(groups), _PANELS_BESIDE))
        )
        _axes(axes, x_ticks, y_range)
    for axes in panels[::_PANELS_BESIDE]:
        axes.set_ylabel(lettered(y_label, 4.8))
    legend_below(figure, list(marks.values()), list(marks))
    return figure


def _moved(x_label: str) -> str:
    return f"{x_label} (equal values stand side by side)".lstrip()


def _coincide(lines: Sequence[Line]) -> bool:
    """Two lines share a point."""
    points = [point for line in lines for point in zip(line.x, line.y, strict=True) if point[1] is not None]
    return len(points) > len(set(points))


def _side_by_side(lines: list[Line]) -> list[Line]:
    """Lines that would hide each other, each moved a little: the axis names visits, not moments."""
    places = sorted({x for line in lines for x in line.x})
    if len(places) < 2 or not _coincide(lines):
        return lines
    room = 0.4 * min(after - before for before, after in pairwise(places))
    steps = [room * (place / (len(lines) - 1) - 0.5) for place in range(len(lines))]
    return [replace(line, x=tuple(x + step for x in line.x)) for line, step in zip(lines, steps, strict=True)]


def _panels(number: int) -> tuple[Figure, list[Axes]]:
    beside = min(number, _PANELS_BESIDE)
    rows = math.ceil(number / beside)
    figure = new_figure(2.6 + 6.0 * rows)
    grid = figure.subplots(rows, beside, sharex=True, sharey=True, squeeze=False)
    flat = [axes for row in grid for axes in row]
    for axes in flat[number:]:
        axes.remove()
    for axes in flat[:number]:
        axes.tick_params(labelbottom=True)
    return figure, flat[:number]


def _draw(axes: Axes, line: Line, names: Sequence[str], marks: dict[str, Any], censored_label: str) -> None:
    place = names.index(line.label)
    named = len(names) <= _MOST_NAMED
    style = look(place) if named else {**look(place), "marker": "", "alpha": 0.65}
    heights = [math.nan if y is None else y for y in line.y]
    (drawn_line,) = axes.plot(
        line.x, heights, linewidth=1.2 if named else 0.8, markersize=4.2, clip_on=False, **style
    )
    if named and line.label:
        marks.setdefault(line.label, drawn_line)
    below = [(x, y) for x, y, low in zip(line.x, heights, line.censored, strict=False) if low]
    if below:
        (triangles,) = axes.plot(
            *zip(*below, strict=True),
            linestyle="",
            marker="v",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=str(style["color"]),
            clip_on=False,
            zorder=4,
        )
        marks.setdefault(censored_label, triangles)


def _axes(axes: Axes, x_ticks: Sequence[tuple[float, str]], y_range: tuple[float, float] | None) -> None:
    axes.set_xticks([x for x, _ in x_ticks], [lettered(name) for _, name in x_ticks])
    axes.margins(x=0.04)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    if y_range:
        axes.set_ylim(*y_range)
