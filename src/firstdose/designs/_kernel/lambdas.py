"""The two boundaries of BOIN and of its relatives."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstdose.designs._kernel.interval import Direction

_WHOLE = 1e-12  # a boundary that falls on a whole number of toxicities


def boundaries(target: float, low: float, high: float) -> tuple[float, float]:
    """(lambda_e, lambda_d): escalate at or below the first rate, de-escalate at or above the second (Liu & Yuan 2015)."""
    escalate = log((1 - low) / (1 - target)) / log(target * (1 - low) / (low * (1 - target)))
    deescalate = log((1 - target) / (1 - high)) / log(high * (1 - target) / (target * (1 - high)))
    return escalate, deescalate


def scaled_boundaries(target: float, low: float, high: float) -> tuple[float, float]:
    """The boundaries for rates given as factors of the target.

    Raises:
        ValueError: the factors do not lie on both sides of the target, or leave (0, 1).
    """
    if not 0 < low < 1 < high < 1 / target:
        raise ValueError(
            "low and high are factors of the target: low below 1, high above 1, high x target below 1."
        )
    return boundaries(target, low * target, high * target)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where n participants with y toxicities lead."""

    escalate: float
    deescalate: float

    def __call__(self, n: int, y: int) -> Direction:
        if y <= floor(self.escalate * n):
            return "up"
        edge = self.deescalate * n
        # On a whole number the published software asks for one toxicity more.
        is_whole = abs(edge - round(edge)) < _WHOLE
        return "down" if y >= (round(edge) + 1 if is_whole else edge) else "stay"
