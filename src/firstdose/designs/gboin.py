"""gBOIN for graded local reactions: the mean toxicity score of a level is compared with the boundaries of BOIN."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.graded import GRADES, GradedState, Scale, with_scores
from firstdose.designs._kernel.isotonic import pooled
from firstdose.designs._kernel.lambdas import scaled_boundaries
from firstdose.designs._kernel.real_beta import beta_above

if TYPE_CHECKING:
    from collections.abc import Mapping

_EDGE = 1e-12
MOST_SCORE = 1000  # and the greatest denominator of a score
_NUDGE = 1e-10  # as in BOIN: ties of pooled levels go to the higher level below the target, to the lower one above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gboin:
    """`target`: mean score between 0 and 1, where 1 is the worst score; `scale`: what a participant's grades count."""

    doses: int
    size: int
    target: float
    escalate: float
    deescalate: float
    scale: Scale
    eliminate_above: float = 0.95
    eliminate_from: int = 3
    start: int = 0

    @property
    def looks_back(self) -> bool:
        return False

    @property
    def counts(self) -> str:
        """What it counts beside toxicities."""
        return "scores"

    def total(self, state: GradedState, dose: int) -> float:
        """Sum of scores at a level, each between 0 and 1."""
        return state.scores[dose] / self.scale.most

    def closes(self, n: int, total: float) -> bool:
        """Whether this sum of n scores closes a level and all above it."""
        return (
            n >= self.eliminate_from
            and beta_above(1 + total, 1 + n - total, self.target) > self.eliminate_above
        )

    def eliminated(self, state: State) -> int:
        if state.total == 0:
            return self.doses
        graded = with_scores(state)
        sums = ((dose, n, self.total(graded, dose)) for dose, n in enumerate(state.participants))
        return next((dose for dose, n, total in sums if self.closes(n, total)), self.doses)

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        graded, closed = with_scores(state), self.eliminated(state)
        if closed == 0:
            return End("complete", "all levels too toxic", "the lowest level is too toxic")
        if closed <= state.dose:
            return Treat(closed - 1, self.size, "the level is too toxic and closed")
        mean = self.total(graded, state.dose) / state.participants[state.dose]
        if mean <= self.escalate + _EDGE and state.dose + 1 < closed:
            return Treat(state.dose + 1, self.size, f"mean score {mean:.3f}: escalate")
        if mean >= self.deescalate - _EDGE and state.dose > 0:
            return Treat(state.dose - 1, self.size, f"mean score {mean:.3f}: de-escalate")
        return Treat(state.dose, self.size, f"mean score {mean:.3f}: stay")

    def select(self, state: State) -> int | None:
        """The level whose isotonic mean score is nearest to the target, as in BOIN."""
        closed = self.eliminated(state)
        tried = [dose for dose in range(closed) if state.participants[dose]]
        if not tried:
            return None
        graded = with_scores(state)
        sums = [(state.participants[dose], self.total(graded, dose)) for dose in tried]
        means = pooled([(s + 0.05) / (n + 0.1) for n, s in sums], [_weight(n, s) for n, s in sums])
        away = [abs(mean + _NUDGE * (rank + 1) - self.target) for rank, mean in enumerate(means)]
        return tried[away.index(min(away))]

    def words(self) -> tuple[str, ...]:
        scores = ", ".join(f"{units / max(self.scale.units):g}" for units in self.scale.units)
        lesions = self.scale.lesions
        how = (
            ""
            if lesions == 1
            else f" A participant's {lesions} lesions count by their {'worst grade' if self.scale.worst else 'mean score'}."
        )
        return (
            (
                f"Local reactions of grades 0 to {GRADES - 1} count {scores}.{how} The target mean score is {self.target:g}. The dose"
                f" is escalated while the mean score at the current level is at most {self.escalate:.6f}, de-escalated from"
                f" {self.deescalate:.6f} on, and kept between."
            ),
            (
                f"A level and all above it are closed once at least {self.eliminate_from} participants there make the probability"
                f" of a mean score above the target exceed {self.eliminate_above:g}."
            ),
            "The recommended level has the isotonic mean score nearest to the target.",
        )


def _weight(n: int, total: float) -> float:
    a, b = total + 0.05, n - total + 0.05
    return (a + b) ** 2 * (a + b + 1) / (a * b)


def make(words: Mapping[str, str], doses: int) -> Gboin:
    """See `EscalationDesign.make`."""
    target = declared.target(words)
    escalate, deescalate = scaled_boundaries(target, *declared.around(words, target))
    return Gboin(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        target=target,
        escalate=escalate,
        deescalate=deescalate,
        scale=Scale(
            units=_units(words),
            lesions=declared.whole(words, "lesions", 1, 100),
            worst=declared.one_of(words, "of_lesions", ("worst", "mean")) == "worst",
            dlt_from=declared.whole(words, "dlt_from", 1, GRADES - 1),
        ),
        eliminate_above=declared.number(words, "eliminate_above", 0, 1),
        eliminate_from=declared.whole(words, "eliminate_from", 1),
    )


def _units(words: Mapping[str, str]) -> tuple[int, ...]:
    """The scores as whole multiples of their greatest common part."""
    read = declared.numbers(words, "scores")
    if (
        len(read) != GRADES
        or read[0] < 0
        or read != tuple(sorted(read))
        or not 1 / MOST_SCORE <= read[-1] <= MOST_SCORE
    ):
        raise ValueError(
            f"scores are {GRADES} numbers with blanks between, one a grade from 0 on, none smaller than the last,"
            f" the last from {1 / MOST_SCORE:g} to {MOST_SCORE}."
        )
    scores = [Fraction(str(score)).limit_denominator(MOST_SCORE) for score in read]
    whole = [int(score * lcm(*(each.denominator for each in scores))) for score in scores]
    return tuple(each // gcd(*whole) for each in whole)


ENTRY = EscalationDesign(
    name="gboin",
    label="gBOIN",
    source="Mu R, Yuan Y, Xu J, Mandrekar SJ, Yin J. J R Stat Soc C 2019, doi 10.1111/rssc.12263",
    keys=(
        Option(name="target", default="0.25", meaning="target mean score; 1 is the score of the worst grade"),
        Option(
            name="scores",
            default="0 0 0.5 1 1.5",
            meaning="weight of grades 0 to 4, numbers with blanks between; divided by the largest",
        ),
        Option(name="lesions", default="1", meaning="graded lesions of a participant"),
        Option(
            name="of_lesions",
            values=("worst", "mean"),
            default="worst",
            meaning="what a participant's lesions count together",
        ),
        Option(name="dlt_from", default="3", meaning="grade from which a reaction is dose-limiting"),
        Option(
            name="low", default="0.6", meaning="score that calls for escalation, as a factor of the target"
        ),
        Option(
            name="high",
            default="1.4",
            meaning="score that calls for de-escalation, as a factor of the target",
        ),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="eliminate_above",
            default="0.95",
            meaning="probability of a mean score above the target that closes a level",
        ),
        Option(name="eliminate_from", default="3", meaning="participants at a level before it can be closed"),
    ),
    sentence=(
        "Dose levels are escalated by gBOIN on graded local reactions with target mean score {target}, cohorts of {cohort}."
    ),
    make=make,
)
