"""BOIN: Bayesian optimal interval design; the decision is a comparison of the observed rate with two boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import EscalationDesign, Option
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.interval import IntervalDesign
from firstdose.designs._kernel.lambdas import Boundary, scaled_boundaries

if TYPE_CHECKING:
    from collections.abc import Mapping


def make(words: Mapping[str, str], doses: int) -> IntervalDesign:
    """See `EscalationDesign.make`."""
    target, above = declared.target(words), declared.number(words, "eliminate_above", 0, 1)
    escalate, deescalate = scaled_boundaries(target, *declared.around(words, target))
    enough, safer = declared.whole(words, "enough_at_one"), declared.number(words, "extra_safe", 0, above)
    least = declared.whole(words, "eliminate_from", 1)
    return IntervalDesign(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        target=target,
        decide=Boundary(escalate, deescalate),
        eliminate_above=above,
        eliminate_from=least,
        enough_at_one=enough or None,
        extra_safe=safer or None,
        selectable=deescalate if words["selection"] == "bounded" else 1.0,
        sentences=(
            (
                f"The target rate of dose-limiting toxicity is {target:g}. The dose is escalated while the observed rate at"
                f" the current level is at most {escalate:.6f}, de-escalated from {deescalate:.6f} on, and kept between."
            ),
            (
                f"A level and all above it are closed once at least {least} participants there make the"
                f" probability of a rate above the target exceed {above:g}."
            ),
            "The recommended level has the isotonic rate nearest to the target.",
        ),
    )


ENTRY = EscalationDesign(
    name="boin",
    label="BOIN",
    source="Liu S, Yuan Y. J R Stat Soc C 2015;64:507-523 (erratum 2022;71:491); Yan F et al. J Stat Softw 2020;94(13)",
    keys=(
        Option(name="target", default="0.30", meaning="target rate of dose-limiting toxicity"),
        Option(
            name="low", default="0.6", meaning="rate that calls for escalation, as a factor of the target"
        ),
        Option(
            name="high", default="1.4", meaning="rate that calls for de-escalation, as a factor of the target"
        ),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="eliminate_above",
            default="0.95",
            meaning="probability of a rate above the target that closes a level",
        ),
        Option(name="eliminate_from", default="3", meaning="participants at a level before it can be closed"),
        Option(
            name="enough_at_one",
            default="0",
            meaning="end where a level to be kept has so many; 0: no such end",
        ),
        Option(
            name="extra_safe",
            default="0",
            meaning="how much earlier the lowest level is closed; 0: not earlier",
        ),
        Option(
            name="selection",
            values=("isotonic", "bounded"),
            default="isotonic",
            meaning="bounded: only levels whose rate lies below the de-escalation boundary may be recommended",
        ),
    ),
    sentence="Dose levels are escalated by BOIN with target {target}, cohorts of {cohort}.",
    make=make,
)
