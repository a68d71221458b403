"""The shelf of methods: how an estimand becomes numbers, and what a given n can show at all.

One module per method, each with one `ENTRY`, found by `firstdose.catalogue.loading.load("methods")`.
The functions here are for planning; they import scipy only when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstdose.catalogue.result import Alternative

__all__ = ["detectable_dz", "effective_n", "power_paired_t", "upper_bound_zero"]


def power_paired_t(
    n: int, dz: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the paired t test for a true dz with n participants; None below two.

    `level` is the confidence level: .95 is a test at .05.
    """
    from firstdose.methods._kernel import planning

    return planning.power_paired_t(n, dz, level, alternative)


def detectable_dz(
    n: int, power: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The smallest dz that the paired t test finds with this power; None below two participants."""
    from firstdose.methods._kernel import planning

    return planning.detectable_dz(n, power, level, alternative)


def upper_bound_zero(n: int, level: float = 0.95) -> float:
    """The one-sided upper bound of a rate with 0 events in n participants (Hanley & Lippman-Hand 1983).

    For the upper limit of a two-sided interval of 95%, ask at level .975.
    """
    from firstdose.methods._kernel import planning

    return planning.upper_bound_zero(n, level)


def effective_n(n: int, lesions: float, icc: float) -> float:
    """How many independent participants n with this many lesions each are worth (Donner & Klar 2000).

    `icc` is the intraclass correlation of lesions in a participant: 1 gives n, 0 gives n x lesions.
    """
    from firstdose.methods._kernel import planning

    return planning.effective_n(n, lesions, icc)
