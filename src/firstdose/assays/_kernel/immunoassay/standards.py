"""From standards to a curve that may be used: weights, the choice between five and four parameters, the range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.immunoassay.fitting import fit_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.assays._kernel.immunoassay.curves import Floats, LogisticCurve
    from firstdose.assays._kernel.immunoassay.fitting import Fit

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """`log`: ln y, all alike; `1/y2`: 1/y^2; `1/mean`: 1/(mean of the level)^(2 theta)."""

    kind: str = "log"
    theta: float = 0.9

    def scaled(self, x: Floats, signal: Floats) -> tuple[Floats, Floats]:
        """What is fitted and its weights, (n,) each."""
        if self.kind == "log":
            return np.log(signal), np.ones(len(signal))
        if self.kind == "1/y2":
            return signal, 1 / signal**2
        means = {level: float(np.mean(signal[x == level])) for level in np.unique(x)}
        return signal, np.array([means[level] for level in x]) ** (-2 * self.theta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The limits that standards are held against: recovery in percent inside and at the ends, CV likewise, share."""

    recovery: tuple[float, float] = (80.0, 120.0)
    recovery_at_ends: tuple[float, float] = (75.0, 125.0)
    cv: float = 20.0
    cv_at_ends: float = 25.0
    share: float = 75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One concentration of the standards: the mean back-calculated, its recovery and CV in percent (NaN: one well)."""

    nominal: float
    n: int
    mean: float
    recovery: float
    cv: float

    def within(self, recovery: tuple[float, float], cv: float) -> bool:
        """Whether recovery and CV keep their limits; one well has no CV to break."""
        low, high = recovery
        return low <= self.recovery <= high and (math.isnan(self.cv) or self.cv <= cv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From the lowest to the highest standard that holds; NaN where none does. `share`: percent of levels inside."""

    lloq: float = math.nan
    uloq: float = math.nan
    share: float = math.nan
    levels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardCurve:
    """A curve with all that speaks for and against it. `note` says why it is not the one that was asked for."""

    fit: Fit
    note: str
    r2: float
    levels: tuple[Level, ...]
    range: Range

    @property
    def curve(self) -> LogisticCurve:
        return self.fit.curve

    @property
    def label(self) -> str:
        return f"{self.fit.parameters}PL"


def standard_curves(
    x: Sequence[Floats],
    signal: Sequence[Floats],
    weighting: Weighting,
    accepted: Accepted,
    *,
    five: bool = True,
) -> list[StandardCurve | None]:
    """One curve for each of m sets of standards (concentration > 0, signal); None where none can be fitted."""
    scaled = [_scaled(one, y, weighting) for one, y in zip(x, signal, strict=True)]
    sets = [[s[k] for s in scaled] for k in range(3)]
    of_logarithm = weighting.kind == "log"
    fours = fit_many(*sets, of_logarithm=of_logarithm)
    fives = fit_many(*sets, five=True, of_logarithm=of_logarithm) if five else [None] * len(fours)
    curves = []
    for four, other, one, y, s in zip(fours, fives, x, signal, scaled, strict=True):
        fit, note = chosen(four, other, asked_for_five=five)
        curves.append(_told(fit, note, one, y, s, accepted) if fit else None)
    return curves


def chosen(four: Fit | None, five: Fit | None, *, asked_for_five: bool) -> tuple[Fit | None, str]:
    """The curve to use and, where it is not the one that was asked for, why."""
    if four is None or not asked_for_five:
        return four, ""
    if five is None:
        return four, "five parameters cannot be fitted to so few standards"
    if five.on_bound:
        return four, f"the fifth parameter ran to its bound {five.curve.f:g}"
    p = compute_gain(four, five)
    if not p < SIGNIFICANT:
        return four, f"the fifth parameter gains nothing (F test p = {p:.2f})"
    return five, ""


def compute_gain(four: Fit, five: Fit) -> float:
    """The p value of the F test of five parameters against four; 1 where nothing is left to test with."""
    from scipy.special import fdtrc

    free = five.n - 5
    if free < 1 or five.rss >= four.rss:
        return 1.0
    return float(fdtrc(1, free, (four.rss - five.rss) / (five.rss / free))) if five.rss > 0 else 0.0


def compute_levels(nominal: Floats, back: Floats) -> tuple[Level, ...]:
    """The levels in rising order; a level with a well that the curve cannot read back has recovery NaN."""
    levels = []
    for x in np.unique(nominal):
        values = back[nominal == x]
        mean = float(np.mean(values))
        cv = 100 * float(np.std(values, ddof=1)) / mean if len(values) > 1 else math.nan
        levels.append(
            Level(nominal=float(x), n=len(values), mean=mean, recovery=100 * mean / float(x), cv=cv)
        )
    return tuple(levels)


def compute_range(levels: Sequence[Level], accepted: Accepted) -> Range:
    """The widest range both ends of which hold and inside which the share of good levels is kept."""
    ends = [
        i for i, level in enumerate(levels) if level.within(accepted.recovery_at_ends, accepted.cv_at_ends)
    ]
    best = Range()
    for low in ends:
        for high in (i for i in ends if i > low and i - low + 1 > best.levels):
            inside = levels[low + 1 : high]
            good = 2 + sum(level.within(accepted.recovery, accepted.cv) for level in inside)
            share = 100 * good / (len(inside) + 2)
            if share >= accepted.share:
                best = Range(
                    lloq=levels[low].nominal, uloq=levels[high].nominal, share=share, levels=len(inside) + 2
                )
    return best


def compute_lod(curve: LogisticCurve, blanks: Floats) -> float:
    """A screen: the concentration at the blanks' mean + 3 SD (two wells at least), NaN where the curve has none."""
    if len(blanks) < 2:
        return math.nan
    return float(curve.concentration(np.mean(blanks) + 3 * np.std(blanks, ddof=1)))


def out_of_series(numbers: Sequence[int], nominal: Sequence[float]) -> list[int]:
    """Places of standards, numbered in order of dilution, whose concentration breaks the order of the others."""
    order = sorted(range(len(numbers)), key=lambda i: numbers[i])
    falling, rising = (_longest(order, [way * value for value in nominal]) for way in (-1, 1))
    kept = set(falling if len(falling) >= len(rising) else rising)
    return [i for i in order if i not in kept]


def _longest(order: Sequence[int], value: Sequence[float]) -> list[int]:
    """The longest subsequence with rising values."""
    best: list[list[int]] = []
    for i in order:
        before = [chain for chain in best if value[chain[-1]] < value[i]]
        best.append([*max(before, key=len, default=[]), i])
    return max(best, key=len, default=[])


def _scaled(x: Floats, signal: Floats, weighting: Weighting) -> tuple[Floats, Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        y, weights = weighting.scaled(x, signal)
    return x, y, weights


def _told(
    fit: Fit, note: str, x: Floats, signal: Floats, scaled: tuple[Floats, Floats, Floats], accepted: Accepted
) -> StandardCurve:
    _, y, weights = scaled
    spread = float((weights * (y - np.average(y, weights=weights)) ** 2).sum())
    levels = compute_levels(x, fit.curve.concentration(signal))
    return StandardCurve(
        fit=fit, note=note, r2=1 - fit.rss / spread, levels=levels, range=compute_range(levels, accepted)
    )
