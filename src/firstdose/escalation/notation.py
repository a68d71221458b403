"""A trial in one line: `1NNN 2NTN` is three at level 1 without, then three at level 2 of whom the second had, a toxicity."""

from __future__ import annotations

import re
from dataclasses import dataclass

from firstdose.catalogue.rule import State, start_state

_COHORT = re.compile(r"(?P<level>[1-9][0-9]*)(?P<seen>[NTE]+)")


class NotOutcomes(ValueError):
    """A text that is no line of outcomes, in one sentence with place and remedy."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Participants treated together: level from 0, and for each whether a dose-limiting toxicity was seen."""

    dose: int
    toxic: tuple[bool, ...]


def read_outcomes(text: str, doses: int) -> tuple[Cohort, ...]:
    """The cohorts in order.

    Raises:
        NotOutcomes: a word is no cohort, or its level is not one of the trial's.
    """
    return tuple(_cohort(word, place, doses) for place, word in enumerate(text.split(), start=1))


def _cohort(word: str, place: int, doses: int) -> Cohort:
    found = _COHORT.fullmatch(word)
    if found is None:
        raise NotOutcomes(
            f"cohort {place}, '{word}', is not a level followed by outcomes. Write the level's number, then N for no"
            " dose-limiting toxicity or T for one, for each participant, such as 1NNN."
        )
    level = int(found["level"])
    if level > doses:
        raise NotOutcomes(
            f"cohort {place}, '{word}', names level {level}. The trial has levels 1 to {doses}."
        )
    if "E" in found["seen"]:
        raise NotOutcomes(
            f"cohort {place}, '{word}', says E, which this design does not count. Write N or T."
        )
    return Cohort(level - 1, tuple(mark == "T" for mark in found["seen"]))


def render_outcomes(cohorts: tuple[Cohort, ...]) -> str:
    """The same line."""
    return " ".join(f"{each.dose + 1}{''.join('NT'[toxic] for toxic in each.toxic)}" for each in cohorts)


def state_of(cohorts: tuple[Cohort, ...], doses: int, size: int, *, looks_back: bool = False) -> State:
    """The counts after these cohorts; the last one is open while it has fewer than `size` participants."""
    state = start_state(doses)
    for position, each in enumerate(cohorts):
        is_last = position == len(cohorts) - 1
        open_part = len(each.toxic) if is_last and len(each.toxic) < size else 0
        recent = sum(each.toxic) if looks_back else 0
        state = state.after(each.dose, len(each.toxic), sum(each.toxic), open_part, recent)
    return state
