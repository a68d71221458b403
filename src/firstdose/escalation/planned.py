"""The rule that a protocol declares, made once: for its text, its table, every decision and every simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.escalation.rule import Rule
from firstdose.protocol.checking_safety import words_of_design

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.catalogue import Option, Stop
    from firstdose.protocol.model import PlannedStop, Protocol


class NoRule(ValueError):
    """Why no dose can be decided from this protocol, in one sentence."""


def rule_of(protocol: Protocol) -> Rule:
    """The whole rule of a checked protocol.

    Raises:
        NoRule: nothing escalates here, or the words of the safety section do not go together.
    """
    safety = protocol.safety
    levels = protocol.intervention.dose_levels if protocol.intervention else ()
    entry = load("designs").get(safety.design) if safety else None
    if safety is None or entry is None or not levels:
        raise NoRule("the protocol has no dose levels or no design under safety.")
    if entry.make is None:
        raise NoRule(f"by {entry.label} no rule escalates the dose.")
    most = protocol.trial.participants
    sentinel = safety.sentinel
    try:
        design = entry.make(words_of_design(protocol, entry), len(levels))
        stops = tuple(stop_of(each, most) for each in safety.stopping)
    except ValueError as why:
        raise NoRule(str(why)) from None
    return Rule(
        design=design,
        most=most,
        alone=1 if sentinel else 0,
        alone_of=sentinel.of if sentinel else "cohort",
        stops=stops,
    )


def words_of(keys: Iterable[Option], said: Mapping[str, str]) -> dict[str, str]:
    """What the file says, and the declared default of everything else."""
    return {key.name: said.get(key.name) or key.default for key in keys}


def stop_of(planned: PlannedStop, most: int) -> Stop:
    """A declared stopping rule for at most so many participants.

    Raises:
        ValueError: words that do not go together.
    """
    entry = load("designs.stopping").get(planned.rule)
    if entry is None:
        raise ValueError(f"there is no stopping rule '{planned.rule}'.")
    words = words_of(entry.keys, dict(planned.options))
    if missing := [name for name, word in words.items() if not word]:
        raise ValueError(f"stopping rule {planned.stop} needs {' and '.join(missing)}.")
    made: Stop = entry.make(words, most)
    return made
