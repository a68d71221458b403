"""Relative expression: Livak, Pfaffl, several reference genes, with propagated standard deviations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Spread:
    """A value with its standard deviation (NaN: unknown)."""

    value: float
    sd: float = math.nan


def mean_of(values: ArrayLike) -> Spread:
    """Mean and standard deviation (n - 1) of replicates, shape (n,); the deviation of one is unknown."""
    each = np.asarray(values, dtype=float)
    return Spread(float(each.mean()), float(each.std(ddof=1)) if each.size > 1 else math.nan)


def mean_quantity(cq: ArrayLike, base: float = 2.0) -> Spread:
    """The cycle at which the mean of the replicates' quantities would be found, with the replicates' deviation."""
    each = np.asarray(cq, dtype=float)
    centre = float(each.mean())
    mean = float(np.mean(base ** (centre - each)))
    return Spread(centre - math.log(mean, base), mean_of(each).sd)


def delta_cq(target: Spread, references: Sequence[Spread], bases: Sequence[float]) -> Spread:
    """log2 of the reference quantity over the target's: target minus references, each cycle worth log2 of its base.

    `bases`: amplification base of the target, then of each reference. With all of them 2 it is the target's cycle
    minus the arithmetic mean of the references'; else the references are averaged as quantities, geometrically
    (Vandesompele et al., Genome Biol 2002;3:research0034; Hellemans et al., Genome Biol 2007;8:R19). Separate wells:
    deviations add as squares.
    """
    own, *theirs = (math.log2(base) for base in bases)
    reference = sum(weight * each.value for weight, each in zip(theirs, references, strict=True)) / len(
        references
    )
    squares = [(own * target.sd) ** 2] + [
        (weight * each.sd / len(references)) ** 2 for weight, each in zip(theirs, references, strict=True)
    ]
    return Spread(own * target.value - reference, math.sqrt(sum(squares)))


def delta_cq_paired(target: ArrayLike, reference: ArrayLike) -> Spread:
    """The same from a duplex: mean and deviation of the differences within the wells, shapes (n,)."""
    return mean_of(np.asarray(target, dtype=float) - np.asarray(reference, dtype=float))


def fold(log2_fold: Spread) -> tuple[float, float, float]:
    """2 to a log2 fold, and its interval one standard deviation to either side."""
    sd = 0.0 if math.isnan(log2_fold.sd) else log2_fold.sd
    return 2.0**log2_fold.value, 2.0 ** (log2_fold.value - sd), 2.0 ** (log2_fold.value + sd)


def livak(sample: Spread, calibrator: Spread) -> tuple[float, float, float]:
    """2^-ddCq of two delta Cq and its interval by the deviation of the sample alone.

    Livak and Schmittgen, Methods 2001;25:402-408.
    """
    return fold(Spread(calibrator.value - sample.value, sample.sd))


def pfaffl(target: tuple[float, float], reference: tuple[float, float], bases: tuple[float, float]) -> float:
    """Ratio of (calibrator, sample) cycles with an amplification base of each gene.

    Pfaffl, Nucleic Acids Res 2001;29:e45, equation 1.
    """
    return float(bases[0] ** (target[0] - target[1]) / bases[1] ** (reference[0] - reference[1]))


def amount_ratio(target: ArrayLike, reference: ArrayLike) -> Spread:
    """Mean amount of the target over that of the reference, shapes (n,) and (m,); relative deviations add as squares."""
    over, under = mean_of(target), mean_of(reference)
    ratio = over.value / under.value
    return Spread(ratio, ratio * math.hypot(over.sd / over.value, under.sd / under.value))
