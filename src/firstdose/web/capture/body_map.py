"""The body map: front and back of a figure, its regions as links to choose from or as a picture with marks.

Left and right are the participant's own, on pages of either direction: a figure is never mirrored by the language.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from firstdose.web.capture.body_shapes import HEIGHT, SHAPES, VIEWS, WIDTH, Shape, View, mirrored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Words = Callable[[str], str]
    Region = tuple[str, str]  # site and side

LARGEST, SMALLEST = 8.0, 4.5  # radius of a mark


def gettext_noop(text: str) -> str:
    """Marks a word for translation; it is translated when a map is drawn."""
    return text


SITE_WORDS = {
    "scalp": gettext_noop("scalp"),
    "face": gettext_noop("face"),
    "neck": gettext_noop("neck"),
    "upper arm": gettext_noop("upper arm"),
    "elbow": gettext_noop("elbow"),
    "forearm": gettext_noop("forearm"),
    "hand": gettext_noop("hand"),
    "chest": gettext_noop("chest"),
    "abdomen": gettext_noop("abdomen"),
    "back": gettext_noop("back"),
    "buttock": gettext_noop("buttock"),
    "thigh": gettext_noop("thigh"),
    "knee": gettext_noop("knee"),
    "lower leg": gettext_noop("lower leg"),
    "foot": gettext_noop("foot"),
}
SIDED = {
    "left": gettext_noop("%(site)s, left"),
    "right": gettext_noop("%(site)s, right"),
    "midline": gettext_noop("%(site)s, midline"),
}
TITLES = {"front": gettext_noop("Body map from the front"), "back": gettext_noop("Body map from behind")}
CAPTIONS = {
    "front": gettext_noop("From the front. Left and right are the participant’s own."),
    "back": gettext_noop("From behind. Left and right are the participant’s own."),
}
# Plaques of the elbow sit where it is seen from behind.
_FROM_BEHIND = frozenset({"elbow", "back", "buttock"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A lesion by its name, never by its dose or its role. `view` where it is known, else the usual one of the site."""

    name: str
    site: str
    side: str
    view: View | None = None


def render_body_map(
    marks: Sequence[Mark],
    chosen: Region | None,
    name: Words,
    href: Callable[[str, str], str] | None = None,
    *,
    key: str = "body-map",
) -> str:
    """Both figures as HTML; with `href` (site, side) -> address every region is a link, without it a picture.

    `name` translates words; `key` begins the ids, one for each map of a page. A mark whose site is on neither figure
    (`other`) is told in words only.
    """
    figures = "\n".join(_figure(view, marks, chosen, name, href, key) for view in VIEWS)
    return f'<div class="body-map" id="{escape(key)}">\n{figures}\n{_elsewhere(marks, name)}</div>\n'


def regions(view: View) -> Iterator[tuple[str, str, str]]:
    """(site, side, path) of a figure from head to foot, from the viewer's left to the viewer's right."""
    here, there = sides(view)
    for shape in SHAPES[view]:
        yield shape.site, there, mirrored(shape.half)
        if shape.middle:
            yield shape.site, "midline", shape.middle
        yield shape.site, here, shape.half


def sides(view: View) -> Region:
    """The participant's side on the viewer's (right, left)."""
    return ("left", "right") if view == "front" else ("right", "left")


def region_name(site: str, side: str, gettext: Words) -> str:
    """`elbow, left` in the words of the page."""
    word = gettext(SITE_WORDS[site]) if site in SITE_WORDS else gettext(site)
    return gettext(SIDED[side]) % {"site": word} if side in SIDED else word


def view_of(mark: Mark) -> View | None:
    """The figure a mark stands on; None where neither shows its site."""
    usual: tuple[View, ...] = ("back", "front") if mark.site in _FROM_BEHIND else ("front", "back")
    wanted = (mark.view, *usual) if mark.view else usual
    return next((view for view in wanted if _shape(view, mark) is not None), None)


def _shape(view: View, mark: Mark) -> Shape | None:
    shapes = (shape for shape in SHAPES[view] if shape.site == mark.site)
    shape = next(shapes, None)
    sided = mark.side in {"left", "right"} or bool(mark.side == "midline" and shape and shape.middle)
    return shape if sided else None


def _figure(
    view: View,
    marks: Sequence[Mark],
    chosen: Region | None,
    gettext: Words,
    href: Callable[[str, str], str] | None,
    key: str,
) -> str:
    shown = [mark for mark in marks if view_of(mark) == view]
    ids = f"{escape(key)}-{view}"
    role = "group" if href else "img"
    parts = "\n".join(_region(region, shown, chosen, gettext, href) for region in regions(view))
    return (
        f'<figure class="body-view">\n<figcaption>{escape(gettext(CAPTIONS[view]))}</figcaption>\n'
        f'<svg class="body-figure" role="{role}" aria-labelledby="{ids}-title" aria-describedby="{ids}-desc" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" direction="ltr">\n'
        f'<title id="{ids}-title">{escape(gettext(TITLES[view]))}</title>\n'
        f'<desc id="{ids}-desc">{escape(_told(shown, gettext))}</desc>\n'
        f"{parts}\n{_sides(view, gettext)}{_marks(view, shown)}</svg>\n</figure>"
    )


def _region(
    region: tuple[str, str, str],
    shown: Sequence[Mark],
    chosen: Region | None,
    gettext: Words,
    href: Callable[[str, str], str] | None,
) -> str:
    site, side, path = region
    current = (site, side) == chosen
    drawn = f'<path class="body-part{" body-chosen" if current else ""}" d="{path}"/>'
    if href is None:
        return drawn
    names = ", ".join(mark.name for mark in shown if (mark.site, mark.side) == (site, side))
    label = escape(region_name(site, side, gettext) + (f": {names}" if names else ""))
    now = ' aria-current="true"' if current else ""
    return f'<a class="body-link" href="{escape(href(site, side))}" aria-label="{label}"{now}>{drawn}</a>'


def _told(shown: Sequence[Mark], gettext: Words) -> str:
    """The marks in words, as `L1: elbow, left.` one after the other."""
    if not shown:
        return gettext("No lesion is marked here.")
    return " ".join(f"{mark.name}: {region_name(mark.site, mark.side, gettext)}." for mark in shown)


def _sides(view: View, gettext: Words) -> str:
    """Which side is whose, in words beside the head."""
    here, there = sides(view)
    words = {"left": gettext("left"), "right": gettext("right")}
    return "".join(
        f'<text class="body-side" x="{x}" y="22" text-anchor="middle" aria-hidden="true">{escape(words[side])}</text>\n'
        for x, side in ((30, there), (170, here))
    )


def _marks(view: View, shown: Sequence[Mark]) -> str:
    counts = Counter((mark.site, mark.side) for mark in shown)
    placed: Counter[Region] = Counter()
    drawn = []
    for mark in shown:
        region = (mark.site, mark.side)
        drawn.append(_mark(view, mark, placed[region], counts[region]))
        placed[region] += 1
    return "".join(drawn)


def _mark(view: View, mark: Mark, at: int, of: int) -> str:
    """A disc with the name of the lesion."""
    shape = _shape(view, mark)
    assert shape is not None, "only marks of this figure are drawn"
    x, y, radius = _placed(shape, at, of)
    if mark.side == "midline":
        x += WIDTH / 2 - (shape.above[0] + shape.below[0]) / 2
    elif mark.side != sides(view)[0]:
        x = WIDTH - x
    size = radius * (1.15 if len(mark.name) <= 2 else 2.2 / len(mark.name))
    return (
        f'<g class="body-mark" aria-hidden="true" pointer-events="none"><circle cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
        f'<text x="{x:g}" y="{y + 0.36 * size:.4g}" font-size="{size:.3g}" text-anchor="middle">{escape(mark.name)}'
        "</text></g>\n"
    )


def _placed(shape: Shape, at: int, of: int) -> tuple[float, float, float]:
    """(x, y, radius) of one of several marks: in line while there is room, then in two columns, never overlapping."""
    (x_above, above), (x_below, below) = shape.above, shape.below
    length = below - above + 2 * SMALLEST
    columns = 1 if of == 1 or of * 2 * SMALLEST <= length else 2
    rows = -(-of // columns)
    step = max(2 * SMALLEST, length / rows)
    radius = SMALLEST if columns == 2 else min(LARGEST, step / 2)
    row, column = divmod(at, columns)
    offset = (row - (rows - 1) / 2) * step
    x = (x_above + x_below) / 2 + (x_below - x_above) / max(below - above, 1) * offset
    return x + (2 * column - 1) * SMALLEST * (columns - 1), (above + below) / 2 + offset, radius


def _elsewhere(marks: Sequence[Mark], gettext: Words) -> str:
    """Marks that stand on neither figure."""
    others = [mark for mark in marks if view_of(mark) is None]
    return f'<p class="body-elsewhere">{escape(_told(others, gettext))}</p>\n' if others else ""
