"""A stopping boundary over the participants seen, and where the trial stands."""

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
class BoundaryLine:
    """A stopping rule: fewest events that halt after 1, 2 .. participants; None where nothing does."""

    label: str
    bounds: tuple[int | None, ...]


@drawn
def draw_boundary(
    lines: Sequence[BoundaryLine], stand: Sequence[tuple[int, int]] = (), *, most: int
) -> Figure:
    """A mark for each number of participants; `stand`: (participants, events) after each participant, the last one marked."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(7.6, 14.0)
    axes = figure.subplots()
    handles: dict[str, object] = {}
    for place, line in enumerate(lines):
        known = [(n, b) for n, b in enumerate(line.bounds, start=1) if b is not None]
        look = {"color": PALETTE[1 + place % 6], "linestyle": DASHES[place % len(DASHES)]}
        if known:
            n, b = zip(*known, strict=True)
            handles[line.label] = axes.plot(n, b, marker="sD^v"[place % 4], ms=5, linewidth=1.0, **look)[0]  # type: ignore[arg-type]
    if stand:
        axes.plot(*zip(*stand, strict=True), "-", color=INK, linewidth=1.0, marker=".", ms=5)
        handles["this trial"] = axes.plot([stand[-1][0]], [stand[-1][1]], "D", color=INK, ms=7)[0]
    highest = max((b for line in lines for b in line.bounds if b is not None), default=1)
    axes.set_xlim(0, most + 0.5)
    axes.set_ylim(-0.2, max(highest, *(y for _, y in stand), 1) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(lettered("evaluable participants", 10))
    axes.set_ylabel(lettered("with a dose-limiting toxicity", 6))
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    legend_below(figure, list(handles.values()), list(handles))
    return figure
