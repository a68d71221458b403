"""What is assumed of outcomes that nobody has seen yet; every assumption is printed with the figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from firstdose.protocol.names import forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.model import Protocol

Shape = Literal["normal", "lognormal"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
# Where the protocol file says nothing.
USUAL_ICC = 0.5
BETWEEN_TIMES = 0.5
BETWEEN_ENDPOINTS = 0.5

GROUPS = (
    "Participants are divided evenly among groups, lesions among the levels within a participant; where groups are"
    " compared, an effect is the difference of the last from the first, growing evenly between (assumed)."
)
ASSOCIATION = (
    "Where two measures are held against each other, an effect is the slope of one on the other, in standard"
    " deviations (assumed)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Of invented outcomes: their shape, three correlations, lesions of a participant, chance to miss a visit."""

    shape: Shape
    icc: float
    icc_declared: bool
    lesions: tuple[int, int]
    missed: float
    between_times: float = BETWEEN_TIMES
    between_endpoints: float = BETWEEN_ENDPOINTS

    def lesions_of(self, participant: int) -> int:
        """Fewest, one more, ... most, and again: participants in turn, counted from 0."""
        low, high = self.lesions
        return low + participant % (high - low + 1)

    def shared(self, correlation: float) -> float:
        """The correlation of two values whose normal scores have this one."""
        return correlation if self.shape == "normal" else math.expm1(correlation) / math.expm1(1.0)


def assumptions_of(protocol: Protocol, shape: Shape) -> Assumptions:
    """The rates of the protocol's section `rehearsal`, ours where it is silent."""
    rates = protocol.rehearsal
    nested = any(form.per == "lesion" for form in forms(protocol).values())
    return Assumptions(
        shape=shape,
        icc=USUAL_ICC if rates.icc is None else float(rates.icc),
        icc_declared=rates.icc is not None,
        lesions=(max(1, rates.lesions[0]), max(1, *rates.lesions)) if nested else (1, 1),
        missed=float(rates.missed_visit or 0),
    )


def tell_assumptions(assumed: Assumptions, lesion: str, *, groups: bool, pairs: bool) -> tuple[str, ...]:
    """Each assumption in a sentence, with where it comes from.

    `groups`: whether any test compares some; `pairs`: whether any holds two measures against each other.
    """
    further = [sentence for sentence, holds in ((GROUPS, groups), (ASSOCIATION, pairs)) if holds]
    return (*_sentences(assumed, lesion), *further)


def _sentences(assumed: Assumptions, lesion: str) -> Iterator[str]:
    low, high = assumed.lesions
    yield (
        "Values are normal (assumed)."
        if assumed.shape == "normal"
        else "Values are lognormal, with standard deviation 1 of their logarithms (assumed)."
    )
    if high > 1:
        origin = "rehearsal, icc" if assumed.icc_declared else "assumed"
        count = f"{low} to {high}" if low < high else f"{high}"
        yield f"A participant has {count} {lesion}s, in turn (rehearsal, lesions)."
        yield f"{lesion.capitalize()}s of one participant correlate by {assumed.icc:g} ({origin})."
    yield f"Two times of one participant correlate by {assumed.between_times:g} (assumed)."
    yield f"Two endpoints of one participant correlate by {assumed.between_endpoints:g} (assumed)."
    yield (
        f"A visit after day 0 is missed with chance {assumed.missed:g} (rehearsal, missed_visit)."
        if assumed.missed
        else "No visit is missed (assumed)."
    )
    yield (
        "The standard deviation of a value is a sixth of its declared range, values are rounded to their declared"
        " decimals, and none is cut at the ends of the range (assumed)."
    )
    yield (
        "An effect is the change from the first to the last time, growing evenly over the times between, in standard"
        " deviations of the participants' changes (assumed)."
    )
