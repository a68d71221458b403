"""What all figures share: one style, one palette, one way to become SVG text with the same bytes every time."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from io import StringIO
from typing import TYPE_CHECKING, Any, ParamSpec

from firstdose.report.figures.glyphs import is_drawable, text_width
from firstdose.report.lettering import bound_together, written_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

P = ParamSpec("P")

WIDTH = 17.0  # cm, the text width of an A4 page
_LABEL, _TEXT = 5.0, 4.2  # cm for the words at the left and at the right of a row
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


def lettered(text: str, room: float = 0.0, points: float = 8.5) -> str:
    """The text in characters the font has; folded where `room`, in cm, is given and narrower."""
    text = bound_together(written_out(text, is_drawable))
    if not room:
        return text
    return "\n".join("\n".join(_folded(line, room, points)) for line in text.split("\n"))


def _folded(line: str, room: float, points: float) -> list[str]:
    """Lines that fit the room; a word that is wider than the room is cut."""
    lines = [""]
    for piece in (piece for word in line.split(" ") for piece in _cut(word, room, points)):
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if text_width(longer, points) <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines if lines[0] or len(lines) == 1 else lines[1:]


def _cut(word: str, room: float, points: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, points) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


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
    shown = [lettered(name, 0.8 * WIDTH, 8) for name in names]
    longest = max(text_width(line, 8) for name in shown for line in name.split("\n"))
    columns = max(1, min(len(shown), int(0.9 * figure.get_figwidth() * 2.54 / (longest + 1.7))))
    figure.legend(handles, shown, loc="outside lower center", ncols=columns, handlelength=2.4)  # type: ignore[call-overload]


def rows_height(
    least: float, labels: Sequence[str], texts: Sequence[str] = (), room: float = _LABEL
) -> float:
    """Height in cm of all rows, so that the one with most lines has room."""
    folded = [lettered(label, room, 8) for label in labels] + [lettered(text, _TEXT, 8) for text in texts]
    lines = max((text.count("\n") + 1 for text in folded), default=1)
    return max(least, 0.36 * lines + 0.16) * max(len(labels), 1)


def plain_rows(axes: Axes, labels: Sequence[str], room: float = _LABEL) -> None:
    """One labelled row per entry, the first on top, without a vertical axis."""
    axes.set_yticks(range(len(labels)), [lettered(label, room, 8) for label in labels])
    axes.set_ylim(max(len(labels), 1) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def beside(axes: Axes, row: float, text: str) -> None:
    """Words of record at the right of a row."""
    axes.text(
        1.02, row, lettered(text, _TEXT, 8), transform=axes.get_yaxis_transform(), va="center", fontsize=8
    )
