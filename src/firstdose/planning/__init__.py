"""How the planned trial would behave: the declared analyses on invented outcomes, many times over."""

from __future__ import annotations

from firstdose.planning.characteristics import Characteristics, compute_characteristics
from firstdose.planning.exporting import export_characteristics
from firstdose.planning.telling import render_characteristics, tell_characteristics

__all__ = [
    "Characteristics",
    "compute_characteristics",
    "export_characteristics",
    "render_characteristics",
    "tell_characteristics",
]
