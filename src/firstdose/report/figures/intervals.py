"""Estimates with their intervals: changes from baseline, shares of participants or lesions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.report.figures.canvas import (
    INK,
    PALETTE,
    SOFT,
    beside,
    drawn,
    lettered,
    new_figure,
    plain_rows,
    rows_height,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _POINT = PALETTE[0], PALETTE[4]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A change with its interval, the single values behind it, and its printed text; n stands in the label."""

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    points: tuple[float, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share between 0 and 1 with its interval; a missing bound is an end of the scale."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    text: str = ""


@drawn
def draw_change_forest(
    rows: Sequence[ForestRow], *, x_label: str, text_title: str = "", none_line: float = 0.0
) -> Figure:
    """Estimates as diamonds, intervals as bars, single values as open rings below them."""
    figure = new_figure(1.9 + rows_height(1.05, [r.label for r in rows], [r.text for r in rows]))
    axes = figure.subplots()
    plain_rows(axes, [row.label for row in rows])
    axes.axvline(none_line, color=SOFT, linewidth=0.9)
    for place, row in enumerate(rows):
        axes.plot(
            row.points,
            [place + 0.26] * len(row.points),
            "o",
            mfc="white",
            mec=_POINT,
            mew=1.1,
            ms=4.5,
            alpha=0.95,
        )
        _interval(axes, place, row.estimate, row.low, row.high)
        beside(axes, place, row.text)
    axes.set_xlabel(lettered(x_label, 9))
    _title_beside(axes, text_title)
    return figure


@drawn
def draw_share_intervals(rows: Sequence[ShareRow], *, x_label: str, text_title: str = "") -> Figure:
    """Shares with exact intervals on the whole scale from 0 to 100 percent."""
    from matplotlib.ticker import PercentFormatter

    figure = new_figure(1.9 + rows_height(0.72, [r.label for r in rows], [r.text for r in rows]))
    axes = figure.subplots()
    plain_rows(axes, [row.label for row in rows])
    for place, row in enumerate(rows):
        low, high = (0.0 if row.low is None else row.low), (1.0 if row.high is None else row.high)
        _interval(axes, place, row.share, low, high)
        beside(axes, place, row.text)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(lettered(x_label, 9))
    _title_beside(axes, text_title)
    return figure


def _interval(axes: Axes, row: int, estimate: float | None, low: float | None, high: float | None) -> None:
    if low is not None and high is not None:
        axes.plot([low, high], [row, row], color=_BLUE, linewidth=2, solid_capstyle="butt")
        axes.plot([low, high], [row, row], "|", color=_BLUE, markersize=8, markeredgewidth=1.4)
    if estimate is not None:
        axes.plot([estimate], [row], "D", color=_BLUE, mec="white", mew=0.8, markersize=6.5, zorder=4)


def _title_beside(axes: Axes, text: str) -> None:
    if text:
        place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
        axes.annotate(
            lettered(text, 3.6, 8), (1.02, 1), (0, 4), fontsize=8, color=INK, weight="bold", **place
        )
