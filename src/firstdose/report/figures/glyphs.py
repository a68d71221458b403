"""Which characters the font that figures and pages fall back to can draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font


def font_folder() -> Path:
    """The folder of the fonts that come with matplotlib, DejaVu among them."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def is_drawable(character: str) -> bool:
    """DejaVu Sans has it, upright and bold."""
    return ord(character) in _characters()


def text_width(text: str, points: float) -> float:
    """Width in cm of one line set in upright DejaVu Sans; kerning is not counted."""
    return sum(map(_advance, text)) * points / 72 * 2.54


@cache
def _advance(character: str) -> float:
    """In em."""
    from matplotlib.ft2font import LoadFlags

    return (
        float(_upright().load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance)
        / 65536
        / 100
    )


@cache
def _upright() -> FT2Font:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(font_folder() / "DejaVuSans.ttf"))
    font.set_size(100, 72)
    return font


@cache
def _characters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    upright, bold = (
        FT2Font(str(font_folder() / name)).get_charmap() for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    )
    return frozenset(upright) & frozenset(bold)
