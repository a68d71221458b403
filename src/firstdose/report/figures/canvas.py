"""What all figures share: one style, one palette, one way to become SVG text with the same bytes every time."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from functools import wraps
from io import StringIO
from typing import TYPE_CHECKING, Any, ParamSpec

from firstdose.report.figures.glyphs import is_drawable
from firstdose.report.lettering import bound_together, written_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

P = ParamSpec("P")

WIDTH = 17.0  # cm, the text width of an A4 page
INK = "#1e2124"
SOFT = "#5c6268"
FAINT = "#d5d8dc"
# Okabe and Ito (2008), without the yellow that no white page shows; each colour has its own marker as well.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("o", "s", "D", "^", "P", "X", "h")
DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    (0, (5, 2)),
    (0, (1.2, 1.6)),
    (0, (6, 2, 1, 2)),
)

STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "firstdose",
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    # The card or the page beneath decides on the ground.
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "hatch.linewidth": 0.5,
    "hatch.color": "#9aa0a6",
    # A dollar sign in a label is a dollar sign.
    "text.parse_math": False,
}


@contextmanager
def styled() -> Iterator[None]:
    """Our style, whatever settings file the machine has."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def drawn(build: Callable[P, Figure]) -> Callable[P, str]:
    """A function that builds a figure, as one that gives its SVG text; `__wrapped__` is the builder."""

    @wraps(build)
    def draw(*args: P.args, **kwargs: P.kwargs) -> str:
        with styled():
            return svg_text(build(*args, **kwargs))

    return draw


def new_figure(height: float, width: float = WIDTH, *, constrained: bool = True) -> Figure:
    """An empty figure, sizes in cm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 2.54, height / 2.54), layout="constrained" if constrained else None)
    if constrained:
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, wspace=0.06)  # type: ignore[union-attr,call-arg]
    return figure


def svg_text(figure: Figure) -> str:
    figure.draw_without_rendering()
    for axes in figure.axes:
        hide_crowded(axes)
    page = StringIO()
    none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(page, format="svg", metadata=none)
    return page.getvalue()


def lettered(text: str, width: int = 0) -> str:
    """The text in characters the font has; folded to lines of `width` characters where one is given."""
    text = bound_together(written_out(text, is_drawable))
    if not width:
        return text
    return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(line, width) or [""])


def hide_crowded(axes: Axes) -> None:
    """Leave out tick labels that would touch the one before; the tick itself stays."""
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        free: list[Bbox] = []
        for label in labels:
            if label.get_text() and label.get_visible():
                _place(label, free)


def _place(label: Text, free: list[Bbox]) -> None:
    if label.get_rotation() % 90:
        return
    box = label.get_window_extent().padded(2)
    if any(box.overlaps(other) for other in free):
        label.set_visible(False)
    else:
        free.append(box)


def look(place: int) -> dict[str, Any]:
    """Colour, marker and dash of the n-th line; the dash changes when the colours are used up."""
    dash = DASHES[place // len(PALETTE) % len(DASHES)]
    return {
        "color": PALETTE[place % len(PALETTE)],
        "marker": MARKERS[place % len(MARKERS)],
        "linestyle": dash,
    }


def legend_below(figure: Figure, handles: Sequence[object], names: Sequence[str]) -> None:
    """A legend under all panels, in as many columns as its words leave room for."""
    if not handles:
        return
    longest = max(len(line) for name in names for line in name.split("\n"))
    columns = max(1, min(len(names), 88 // (longest + 8)))
    figure.legend(handles, names, loc="outside lower center", ncols=columns, handlelength=2.4)  # type: ignore[call-overload]


def plain_rows(axes: Axes, labels: Sequence[str], width: int = 34) -> None:
    """One labelled row per entry, the first on top, without a vertical axis."""
    axes.set_yticks(range(len(labels)), [lettered(label, width) for label in labels])
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def beside(axes: Axes, row: float, text: str) -> None:
    """Words of record at the right of a row."""
    axes.text(1.02, row, lettered(text), transform=axes.get_yaxis_transform(), va="center", fontsize=8)
