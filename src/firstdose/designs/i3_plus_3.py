"""i3+3: the observed rate and an interval around the target, with one toxicity of benefit of the doubt."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from firstdose.catalogue import EscalationDesign, Option
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.interval import IntervalDesign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.designs._kernel.interval import Direction


@dataclass(frozen=True, slots=True)
class Around:
    """The interval, closed; fractions, so that 1 of 4 is exactly 0.25."""

    low: Fraction
    high: Fraction

    def __call__(self, n: int, y: int) -> Direction:
        rate = Fraction(y, n)
        if rate < self.low:
            return "up"
        if rate <= self.high:
            return "stay"
        return "stay" if Fraction(y - 1, n) < self.low else "down"


def make(words: Mapping[str, str], doses: int) -> IntervalDesign:
    """See `EscalationDesign.make`."""
    for name in ("below", "above"):
        declared.number(words, name, 0, 0.9)
    declared.target(words)
    target = Fraction(words["target"].strip())
    low, high = target - Fraction(words["below"].strip()), target + Fraction(words["above"].strip())
    if not 0 < low <= high < 1:
        raise ValueError("the interval must lie between 0 and 1: make below and above smaller.")
    above, least = declared.number(words, "eliminate_above", 0, 1), declared.whole(words, "eliminate_from", 1)
    return IntervalDesign(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        target=float(target),
        decide=Around(low, high),
        eliminate_above=above,
        eliminate_from=least,
        sentences=(
            (
                f"The dose is escalated while the observed rate of dose-limiting toxicity at the current level is below"
                f" {float(low):g} and kept up to {float(high):g}. Above that it is kept if one toxicity fewer would lie below"
                f" {float(low):g}, else de-escalated."
            ),
            (
                f"A level and all above it are closed once at least {least} participants there make the probability of a rate"
                f" above {float(target):g} exceed {above:g}."
            ),
            "The recommended level has the isotonic rate nearest to the target.",
        ),
    )


ENTRY = EscalationDesign(
    name="i3_plus_3",
    label="i3+3",
    source="Liu M, Wang SJ, Ji Y. J Biopharm Stat 2020;30:294-304",
    keys=(
        Option(name="target", default="0.30", meaning="target rate of dose-limiting toxicity"),
        Option(name="below", default="0.05", meaning="how far the interval reaches below the target"),
        Option(name="above", default="0.05", meaning="how far it reaches above"),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="eliminate_above",
            default="0.95",
            meaning="probability of a rate above the target that closes a level",
        ),
        Option(name="eliminate_from", default="3", meaning="participants at a level before it can be closed"),
    ),
    sentence="Dose levels are escalated by i3+3 with target {target}, cohorts of {cohort}.",
    make=make,
)
