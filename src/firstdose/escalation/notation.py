"""A trial in one line: `1NNN 2NTN` is three at level 1 without, then three at level 2 of whom the second had, a toxicity.

Where the design counts responses, E is a response without toxicity and B both; where it counts grades, the worst grade of
each participant stands after a colon: `1:002`. Commas between cohorts are blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from firstdose.catalogue.rule import State, start_state
from firstdose.escalation.counted import Counts, Seen

_COHORT = re.compile(r"(?P<level>[1-9][0-9]*)(?P<seen>[NTEB]+)")
_GRADES = re.compile(r"(?P<level>[1-9][0-9]*):(?P<seen>[0-4]+)")


class NotOutcomes(ValueError):
    """A text that is no line of outcomes, in one sentence with place and remedy."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Participants treated together: level from 0, and for each whether a dose-limiting toxicity was seen.

    `seen`: more of each of them, for designs that count more.
    """

    dose: int
    toxic: tuple[bool, ...]
    seen: tuple[Seen, ...] = ()

    @property
    def people(self) -> tuple[Seen, ...]:
        """Everything that is known of each."""
        return self.seen or tuple(Seen(toxic) for toxic in self.toxic)


def read_outcomes(text: str, doses: int, counts: Counts = "toxicities") -> tuple[Cohort, ...]:
    """The cohorts in order; of grades, `units` are the grades themselves.

    Raises:
        NotOutcomes: a word is no cohort, or its level is not one of the trial's.
    """
    if counts == "lesions" and text.strip():
        raise NotOutcomes("this design counts lesions, which a line cannot say. Decide from the records.")
    words = text.replace(",", " ").split()
    return tuple(_cohort(word, place, doses, counts) for place, word in enumerate(words, start=1))


def _cohort(word: str, place: int, doses: int, counts: Counts) -> Cohort:
    found = (_GRADES if counts == "scores" else _COHORT).fullmatch(word)
    if found is None:
        how = {
            "scores": "Write the level's number, a colon, and the worst grade of each participant, such as 1:002.",
            "responses": "Write the level's number, then N for neither, T for toxicity, E for response or B for both, for"
            " each participant, such as 1NNE.",
        }.get(
            counts,
            "Write the level's number, then N for no dose-limiting toxicity or T for one, for each participant, such as"
            " 1NNN.",
        )
        raise NotOutcomes(f"cohort {place}, '{word}', is not a level followed by outcomes. {how}")
    level = int(found["level"])
    if level > doses:
        raise NotOutcomes(
            f"cohort {place}, '{word}', names level {level}. The trial has levels 1 to {doses}."
        )
    marks = found["seen"]
    if counts == "scores":
        return Cohort(
            level - 1, (False,) * len(marks), tuple(Seen(toxic=False, units=int(mark)) for mark in marks)
        )
    if counts == "responses":
        seen = tuple(Seen(mark in "TB", responded=mark in "EB") for mark in marks)
        return Cohort(level - 1, tuple(each.toxic for each in seen), seen)
    if said := sorted({*marks} & {"E", "B"}):
        raise NotOutcomes(
            f"cohort {place}, '{word}', says {said[-1]}, which this design does not count. Write N or T."
        )
    return Cohort(level - 1, tuple(mark == "T" for mark in marks))


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
