"""Participant flow in the manner of a CONSORT diagram: boxes from top to bottom, losses at the side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.report.figures.canvas import INK, SOFT, WIDTH, drawn, lettered, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 8.4
_LINE = 0.42  # cm from line to line
_PADDING = 0.55
_GAP = 0.75
_SIDES = 0.5
_MARGIN = 0.15

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A box: what happened and to how many (as printed), and who left before the next box, with reasons."""

    label: str
    count: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    words: str
    at: float
    width: float
    top: float

    @property
    def height(self) -> float:
        return _PADDING + _LINE * (self.words.count("\n") + 1)


@drawn
def draw_flow(steps: Sequence[FlowStep], arms: Sequence[Sequence[FlowStep]] = ()) -> Figure:
    """Steps from top to bottom, then one column per arm or dose level."""
    boxes, arrows, bottom = _column(steps, WIDTH * (0.3 if _any_left(steps) else 0.5), _WIDTH, _MARGIN)
    if arms:
        bottom = _arms(arms, boxes, arrows, bottom)
    figure = new_figure(bottom + _MARGIN, constrained=False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(bottom + _MARGIN, 0)
    axes.set_axis_off()
    for box in boxes:
        _draw_box(axes, box)
    for start, end in arrows:
        _draw_arrow(axes, start, end)
    return figure


def _draw_arrow(axes: Axes, start: _Point, end: _Point) -> None:
    """Straight, or down, across and down."""
    turn = (start[1] + end[1]) / 2
    if start[0] != end[0] and start[1] != end[1]:
        axes.plot([start[0], start[0], end[0]], [start[1], turn, turn], color=SOFT, linewidth=0.9)
        start = (end[0], turn)
    look = {
        "arrowstyle": "-|>,head_width=.22,head_length=.4",
        "color": SOFT,
        "linewidth": 0.9,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axes.annotate("", end, start, arrowprops=look)


def _any_left(steps: Sequence[FlowStep]) -> bool:
    return any(step.left for step in steps)


def _arms(
    arms: Sequence[Sequence[FlowStep]],
    boxes: list[_Box],
    arrows: list[tuple[_Point, _Point]],
    top: float,
) -> float:
    room = WIDTH / len(arms)
    source = next((box for box in reversed(boxes) if box.width == _WIDTH), None)
    bottoms = [top]
    for place, arm in enumerate(arms):
        at = room * (place + 0.5)
        own, own_arrows, bottom = _column(arm, at, room - 0.6, top + _GAP, side=False)
        if source is not None and own:
            arrows.append(((source.at, source.top + source.height), (at, own[0].top)))
        boxes += own
        arrows += own_arrows
        bottoms.append(bottom)
    return max(bottoms)


def _column(
    steps: Sequence[FlowStep], at: float, width: float, top: float, *, side: bool = True
) -> tuple[list[_Box], list[tuple[_Point, _Point]], float]:
    """Boxes and arrows of one column, and where it ends; losses stand at the side or as boxes of their own."""
    boxes: list[_Box] = []
    arrows = []
    before: _Box | None = None
    for step in steps:
        box = _Box(lettered(f"{step.label}\n{step.count}", width - _SIDES), at, width, top)
        boxes.append(box)
        if before is not None:
            arrows.append(((at, before.top + before.height), (at, box.top)))
        top = box.top + box.height + _GAP
        if step.left and side:
            loss = _loss(step, at + width / 2 + 1.1, top - _GAP / 2)
            boxes.append(loss)
            middle = loss.top + loss.height / 2
            arrows.append(((at, middle), (loss.at - loss.width / 2, middle)))
            top = loss.top + loss.height + _GAP / 2
        before = box
    return boxes, arrows, top - _GAP


def _loss(step: FlowStep, left: float, top: float) -> _Box:
    width = WIDTH - _MARGIN - left
    words = "\n".join(lettered(line, width - _SIDES) for line in step.left)
    return _Box(words, left + width / 2, width, top)


def _draw_box(axes: Axes, box: _Box) -> None:
    from matplotlib.patches import Rectangle

    corner = (box.at - box.width / 2, box.top)
    axes.add_patch(Rectangle(corner, box.width, box.height, facecolor="white", edgecolor=INK, linewidth=0.9))
    axes.text(
        box.at, box.top + box.height / 2, box.words, ha="center", va="center", fontsize=8.5, linespacing=1.35
    )
