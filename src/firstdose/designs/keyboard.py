"""Keyboard, also called mTPI-2: the strongest of equally long intervals of the toxicity rate decides."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue import EscalationDesign, Option
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.beta import mass
from firstdose.designs._kernel.interval import IntervalDesign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.designs._kernel.interval import Direction

_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Keys:
    """The target interval and those of the same length on both sides; what is left over at the ends is shorter."""

    low: float
    high: float

    def intervals(self) -> list[tuple[float, float]]:
        """All of them from 0 to 1."""
        length = self.high - self.low
        edges = [self.low, self.high]
        while edges[0] > _TIE:
            edges.insert(0, max(0.0, edges[0] - length))
        while edges[-1] < 1 - _TIE:
            edges.append(min(1.0, edges[-1] + length))
        return list(itertools.pairwise(edges))

    def __call__(self, n: int, y: int) -> Direction:
        """Where the interval of greatest posterior probability per length lies; the higher one on a tie."""
        dense = [(mass(n, y, low, high) / (high - low), low) for low, high in self.intervals()]
        best = max(weight for weight, _ in dense)
        strongest = max(low for weight, low in dense if weight >= best * (1 - _TIE))
        if strongest < self.low - _TIE:
            return "up"
        return "down" if strongest > self.low + _TIE else "stay"


def make(words: Mapping[str, str], doses: int) -> IntervalDesign:
    """See `EscalationDesign.make`."""
    target = declared.target(words)
    below, beyond = (declared.number(words, name, 0.001, 0.9) for name in ("below", "above"))
    low, high = target - below, target + beyond
    if not 0 < low < target < high < 1:
        raise ValueError("the target interval must lie between 0 and 1: make below and above smaller.")
    above, least = declared.number(words, "eliminate_above", 0, 1), declared.whole(words, "eliminate_from", 1)
    return IntervalDesign(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        target=target,
        decide=Keys(low, high),
        eliminate_above=above,
        eliminate_from=least,
        sentences=(
            (
                f"The rate of dose-limiting toxicity has a flat prior. The interval {low:g} to {high:g} is the target; intervals"
                " of the same length lie on both sides. The dose is escalated, kept or de-escalated as the interval of"
                " greatest posterior probability lies below the target interval, is it, or lies above."
            ),
            (
                f"A level and all above it are closed once at least {least} participants there make the probability of a rate"
                f" above {target:g} exceed {above:g}."
            ),
            "The recommended level has the isotonic rate nearest to the target.",
        ),
    )


ENTRY = EscalationDesign(
    name="keyboard",
    label="Keyboard (mTPI-2)",
    source="Yan F, Mandrekar SJ, Yuan Y. Clin Cancer Res 2017;23:3994-4003; Guo W et al. Contemp Clin Trials 2017;58:23-33",
    keys=(
        Option(name="target", default="0.30", meaning="target rate of dose-limiting toxicity"),
        Option(name="below", default="0.05", meaning="how far the target interval reaches below the target"),
        Option(name="above", default="0.05", meaning="how far it reaches above"),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="eliminate_above",
            default="0.95",
            meaning="probability of a rate above the target that closes a level",
        ),
        Option(name="eliminate_from", default="3", meaning="participants at a level before it can be closed"),
    ),
    sentence="Dose levels are escalated by the Keyboard design with target {target}, cohorts of {cohort}.",
    make=make,
)
