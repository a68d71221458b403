"""Two designs side by side under the same true rates, and where they would decide otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import End, start_state
from firstdose.escalation import issues
from firstdose.escalation.appendix import judged_rule
from firstdose.escalation.characteristics import characterise
from firstdose.escalation.conduct import UNDECIDED
from firstdose.escalation.counted import counts_of_design
from firstdose.escalation.paths import outcomes
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.catalogue.rule import State, Step
    from firstdose.escalation.appendix import Appendix
    from firstdose.escalation.characteristics import Behaviour
    from firstdose.escalation.rule import Rule
    from firstdose.protocol.model import Protocol

MOST_STATES = 20_000
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A state that the first design can reach, and the steps of both there."""

    state: State
    first: Step
    second: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both behaviours under the same rates. `looked`: states of the first design that were looked at, all where `whole`.

    `differing`: how many of them lead to another level, size or end; the first are shown.
    """

    name: str
    first: Behaviour
    second: Behaviour
    looked: int
    whole: bool
    differing: int
    shown: tuple[Otherwise, ...]


def compare_rules(
    first: Rule,
    second: Rule,
    scenarios: Sequence[Sequence[float]],
    name: str = "",
    *,
    known: Behaviour | None = None,
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """`known`: the first one's behaviour under these scenarios, where it is at hand already.

    Raises:
        UserError: the designs have not the same number of levels (exit code 15).
    """
    if first.doses != second.doses:
        why = f"the designs have {first.doses} and {second.doses} dose levels and cannot stand side by side"
        raise UserError([issues.no_appendix(why)], UNDECIDED)
    if any(counts_of_design(each) != "toxicities" for each in (first, second)):
        why = "only designs that count toxicities of participants stand side by side"
        raise UserError([issues.no_appendix(why)], UNDECIDED)
    looked, whole, differing, shown = _differences(first, second)
    return Comparison(
        name=name,
        first=known or characterise(first, scenarios, trials=trials, seed=seed, progress=progress),
        second=characterise(second, scenarios, trials=trials, seed=seed, progress=progress),
        looked=looked,
        whole=whole,
        differing=differing,
        shown=tuple(shown),
    )


def compare_protocols(
    appendix: Appendix,
    other: Protocol,
    name: str = "",
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Another protocol's design, called `name`, beside the one of this appendix, under its scenarios.

    Raises:
        UserError: as `compare_rules`, or nothing escalates in the other one.
    """
    return compare_rules(
        appendix.rule,
        judged_rule(other),
        [curve.rates for curve in appendix.curves],
        name or f"{other.trial.id}, version {other.trial.version}",
        known=appendix.behaviour,
        trials=trials,
        seed=seed,
        progress=progress,
    )


def _differences(first: Rule, second: Rule) -> tuple[int, bool, int, list[Otherwise]]:
    layer = [start_state(first.doses)]
    looked, found, shown = 0, 0, list[Otherwise]()
    while layer:
        following: dict[State, None] = {}
        for state in layer:
            step, other = first.decide(state), second.decide(state)
            looked += 1
            if what(step) != what(other):
                found += 1
                if len(shown) < SHOWN:
                    shown.append(Otherwise(state, step, other))
            if not isinstance(step, End):
                following |= dict.fromkeys(outcomes(first, state, step))
        layer = list(following)
        if looked + len(layer) > MOST_STATES:
            return looked, False, found, shown
    return looked, True, found, shown


def what(step: Step) -> tuple[object, ...]:
    """A step without its words."""
    return (step.kind,) if isinstance(step, End) else (step.dose, step.participants)
