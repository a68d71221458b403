"""Errors of counted events and absolute counts."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson_interval(inside: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval of a proportion in percent; NaN for no events (Wilson, JASA 1927;22:209)."""
    if total <= 0:
        return float("nan"), float("nan")
    share, square = inside / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return 100.0 * max(0.0, middle - half), 100.0 * min(1.0, middle + half)


def counting_error(events: int) -> float:
    """Coefficient of variation of a count in percent: 100 / sqrt(events); infinite for none."""
    return 100.0 / math.sqrt(events) if events > 0 else float("inf")


def percent_of(inside: int, total: int) -> float:
    """100 inside / total; NaN for no events."""
    return 100.0 * inside / total if total > 0 else float("nan")


def cells_by_beads(cells: int, beads: int, beads_per_tube: float, volume: float) -> float:
    """Cells per uL on a single platform: cells / beads x beads per tube / blood in uL; NaN without beads or blood."""
    return cells / beads * beads_per_tube / volume if beads > 0 and volume > 0 else float("nan")


def cells_by_two_platforms(white_cells: float, lymphocytes: float, share: float) -> float:
    """Cells per uL: white cells (10^9/L) x lymphocytes (% of them) x share (% of lymphocytes)."""
    return white_cells * 1000.0 * lymphocytes / 100.0 * share / 100.0
