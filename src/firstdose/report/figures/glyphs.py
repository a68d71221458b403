"""Which characters the font that figures and pages fall back to can draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path


def font_folder() -> Path:
    """The folder of the fonts that come with matplotlib, DejaVu among them."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def is_drawable(character: str) -> bool:
    """DejaVu Sans has it, upright and bold."""
    return ord(character) in _characters()


@cache
def _characters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    upright, bold = (
        FT2Font(str(font_folder() / name)).get_charmap() for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    )
    return frozenset(upright) & frozenset(bold)
