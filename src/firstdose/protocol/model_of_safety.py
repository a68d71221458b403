"""The safety section as frozen values: watch, sentinel, stopping rules, local toxicity and scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal


# A field that came after format 1 was first used: where it says nothing, the identity does not see it.
LATER = {"later": True}


@dataclass(frozen=True, slots=True)
class Sentinel:
    """How long the first participant is watched alone; `of` each dose level, each cohort or the trial.

    `between`: days between all others, None where nothing is said.
    """

    days: int
    of: Literal["dose level", "cohort", "trial"]
    between: int | None = None

    @property
    def words(self) -> str:
        """As it is written in the protocol file."""
        first = {"dose level": "a dose level", "cohort": "each cohort", "trial": "the trial"}[self.of]
        then = "" if self.between is None else f", then {_days(self.between)} between participants"
        return f"{_days(self.days)} after the first participant of {first}{then}"


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A stopping rule over counts, of the shelf; `options` are its words."""

    stop: str
    rule: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """True rates of dose-limiting toxicity, one a dose level, under which the rule is judged beforehand.

    `response`: true rates of response, for designs that weigh them; `together`: correlation of the two in a participant.
    """

    scenario: str
    rates: tuple[Decimal, ...]
    response: tuple[Decimal, ...] = field(default=(), metadata=LATER)
    together: Decimal | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedScenario:
    """True rates of each worst grade of a lesion, one a dose level; what is left to 1 is grade 0.

    `alike`: intraclass correlation of the lesions of one participant.
    """

    scenario: str
    grade_1: tuple[Decimal, ...]
    grade_2: tuple[Decimal, ...]
    grade_3: tuple[Decimal, ...]
    grade_4: tuple[Decimal, ...]
    alike: Decimal | None = None

    @property
    def grades(self) -> tuple[tuple[Decimal, ...], ...]:
        """Grades 1 to 4, each with a rate a dose level."""
        return self.grade_1, self.grade_2, self.grade_3, self.grade_4


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalScenario:
    """True rates where lesions are dosed, one a dose level. `local`: of a lesion at that density.

    `systemic`: of a participant with the most lesions, all at that level; other total cells lie between. `alike`:
    intraclass correlation of the lesions of one participant.
    """

    scenario: str
    local: tuple[Decimal, ...]
    systemic: tuple[Decimal, ...]
    alike: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """Dictionary, dose-limiting toxicity, design and stopping rules; `keys` are the design's declared choices.

    `dlt_until`: day to which a participant is watched for dose-limiting toxicity; who was, or had one, is evaluable.
    `overlap`: whether a cohort may begin before the last one is evaluable. `local_dlt`: of an event that names a lesion;
    from `local_dlt_from` such lesions on the participant has a dose-limiting toxicity. `treated_lesions`: fewest and
    most of one participant; `lesion_levels`: all at the level that is due, or one there and each further a level lower.
    `graded`: events whose grade the design counts; `response`: endpoint whose response it counts.
    """

    dictionary: str = "as_reported"
    dlt: str = ""
    design: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    dlt_until: int | None = field(default=None, metadata=LATER)
    sentinel: Sentinel | None = None
    overlap: bool = field(default=False, metadata=LATER)
    stopping: tuple[PlannedStop, ...] = field(default=(), metadata=LATER)
    scenarios: tuple[Scenario, ...] = field(default=(), metadata=LATER)
    local_dlt: str = field(default="", metadata=LATER)
    local_dlt_from: int = field(default=1, metadata=LATER)
    design_counts: Literal["participant", "lesion"] = field(default="participant", metadata=LATER)
    treated_lesions: tuple[int, int] | None = field(default=None, metadata=LATER)
    lesion_levels: Literal["same", "descending"] = field(default="same", metadata=LATER)
    local_scenarios: tuple[LocalScenario, ...] = field(default=(), metadata=LATER)
    graded: str = field(default="", metadata=LATER)
    graded_scenarios: tuple[GradedScenario, ...] = field(default=(), metadata=LATER)
    response: str = field(default="", metadata=LATER)
    pause_when: str = ""
    stop_when: str = ""
    review: str = ""
    special_interest: tuple[str, ...] = ()
