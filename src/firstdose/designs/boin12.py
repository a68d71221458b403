"""BOIN12: the level with the best trade-off of toxicity and response, every open branch of the paper declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.isotonic import nearest
from firstdose.designs._kernel.lambdas import Boundary, scaled_boundaries
from firstdose.designs._kernel.utilities import EfficacyState, Utility, with_responses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Lower = Literal["next lower", "stay", "go", "end", "end without level"]
Cap = Literal["level to be given", "any level"]
Selection = Literal["capped utility", "score"]
TIE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Boin12:
    """`limit`: highest acceptable toxicity rate; `least`: lowest acceptable response rate.

    `closes_above`: a toxic level closes those above; `lower`: where de-escalation meets an inadmissible level;
    `explore_from`: participants of a level that send the next cohort to an untried level above (None: never);
    `most_at_one`: participants of a level that end the trial (None: no such end), counted at the level to be given or at
    any; `ties`: which of two levels with equal scores.
    """

    doses: int
    size: int
    boundary: Boundary
    limit: float
    least: float
    utility: Utility
    toxic_above: float = 0.95
    futile_above: float = 0.90
    eliminate_from: int = 3
    score_from: int = 6
    closes_above: bool = True
    lower: Lower = "next lower"
    explore_from: int | None = None
    most_at_one: int | None = None
    cap: Cap = "level to be given"
    selection: Selection = "capped utility"
    ties: Literal["lower", "higher"] = "lower"
    start: int = 0

    @property
    def looks_back(self) -> bool:
        return False

    @property
    def counts(self) -> str:
        """What it counts beside toxicities."""
        return "responses"

    @property
    def benchmark(self) -> float:
        return self.utility.benchmark(self.limit, self.least)

    def closes(self, n: int, y: int) -> bool:
        """Whether y toxicities of n close a level."""
        return n >= self.eliminate_from and tail(n, y, self.limit) > self.toxic_above

    def futile(self, n: int, r: int) -> bool:
        """Whether r responses of n make a level inadmissible."""
        return n >= self.eliminate_from and 1 - tail(n, r, self.least) > self.futile_above

    def eliminated(self, state: State) -> int:
        """The lowest toxic level; where it closes only itself, the current one if toxic."""
        toxic = [self.closes(n, y) for n, y in zip(state.participants, state.dlts, strict=True)]
        if self.closes_above:
            return toxic.index(True) if any(toxic) else self.doses
        return state.dose if toxic[state.dose] else self.doses

    def admissible(self, state: EfficacyState) -> list[bool]:
        """For each level whether it may be given; one untried may, unless closed from below."""
        found, closed = [], False
        for n, y, r in zip(state.participants, state.dlts, state.responses, strict=True):
            toxic = self.closes(n, y)
            found.append(not (closed or toxic or self.futile(n, r)))
            closed = closed or (toxic and self.closes_above)
        return found

    def score(self, state: EfficacyState, dose: int) -> float:
        n, y, r = state.participants[dose], state.dlts[dose], state.responses[dose]
        return self.utility.score(n, y, r, self.benchmark)

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        state = with_responses(state)
        open_levels = self.admissible(state)
        if self._is_full(max(state.participants), "any level"):
            return End(
                "complete", "enough at one level", f"{max(state.participants)} participants at a level"
            )
        to = self._next(state, open_levels)
        if to is None:
            return End("complete", "no admissible level", "no level may be given")
        if self._is_full(state.participants[to], "level to be given"):
            return End(
                "complete", "enough at one level", f"{state.participants[to]} participants at level {to + 1}"
            )
        n, y = state.here()
        seen = f"{y} of {n} with toxicity, {state.responses[state.dose]} with response"
        return Treat(to, self.size, f"{seen}: level {to + 1}")

    def _is_full(self, n: int, cap: Cap) -> bool:
        return self.cap == cap and self.most_at_one is not None and n >= self.most_at_one

    def _next(self, state: EfficacyState, open_levels: Sequence[bool]) -> int | None:
        n, y = state.here()
        direction, here, above = self.boundary(n, y), state.dose, state.dose + 1
        if direction == "down":
            return self._lower(here, open_levels)
        untried = above < self.doses and open_levels[above] and state.participants[above] == 0
        if untried and self.explore_from is not None and n >= self.explore_from:
            return above
        highest = here if direction == "stay" and n >= self.score_from else above
        near = [
            d for d in (here - 1, here, above) if 0 <= d <= min(highest, self.doses - 1) and open_levels[d]
        ]
        return self._best(state, near) if near else self._below(here, open_levels)

    def _lower(self, here: int, open_levels: Sequence[bool]) -> int | None:
        """One level down, or what is declared where that one is inadmissible."""
        if here > 0 and (open_levels[here - 1] or self.lower == "go"):
            return here - 1
        if here > 0 and self.lower in ("end", "end without level"):
            return None
        below = self._below(here, open_levels) if self.lower == "next lower" else None
        stay = here if open_levels[here] else None
        return stay if below is None else below

    def _below(self, here: int, open_levels: Sequence[bool]) -> int | None:
        return next((dose for dose in range(here - 1, -1, -1) if open_levels[dose]), None)

    def _best(self, state: EfficacyState, near: Sequence[int]) -> int:
        scores = {dose: self.score(state, dose) for dose in near}
        best = [dose for dose in near if scores[dose] >= max(scores.values()) - TIE]
        return best[0] if self.ties == "lower" else best[-1]

    def select(self, state: State) -> int | None:
        """The optimal biological dose."""
        state = with_responses(state)
        if self.lower == "end without level" and self._lost(state):
            return None
        tried = [d for d, may in enumerate(self.admissible(state)) if may and state.participants[d]]
        if self.selection == "score":
            return self._best(state, tried) if tried else None
        highest = nearest(state.participants, state.dlts, self.limit)
        below = [dose for dose in tried if highest is not None and dose <= highest]
        means = {
            d: self.utility.mean(state.participants[d], state.dlts[d], state.responses[d]) for d in below
        }
        best = [dose for dose in below if means[dose] >= max(means.values()) - TIE]
        return None if not best else best[0] if self.ties == "lower" else best[-1]

    def _lost(self, state: EfficacyState) -> bool:
        step = self.move(state)
        return isinstance(step, End) and step.cause == "no admissible level"

    def words(self) -> tuple[str, ...]:
        return (*self._escalating(), *self._branches(), self._selecting())

    def _escalating(self) -> tuple[str, ...]:
        low, high = self.boundary.escalate, self.boundary.deescalate
        return (
            (
                f"Toxicity rates up to {self.limit:g} and response rates from {self.least:g} on are acceptable. Utilities: response"
                f" without toxicity 100, neither {100 * self.utility.neither:g}, both {100 * (1 - self.utility.neither):g},"
                f" toxicity without response 0. A level's score is the probability that its utility exceeds"
                f" {100 * self.benchmark:.3f}."
            ),
            (
                f"A level is admissible unless, from {self.eliminate_from} participants on, its toxicity rate exceeds"
                f" {self.limit:g} with probability above {self.toxic_above:g} or its response rate is below {self.least:g} with"
                f" probability above {self.futile_above:g}."
            ),
            (
                f"From an observed toxicity rate of {high:.6f} on, the dose is de-escalated. Above {low:.6f} and with at least"
                f" {self.score_from} participants the next cohort receives the current or the lower level, else also the higher"
                f" one may be given: the admissible one with the best score, on a tie the {self.ties}."
            ),
        )

    def _branches(self) -> tuple[str, ...]:
        lower = {
            "next lower": "the next admissible one below is given, where there is none the current one if admissible",
            "stay": "the current one is given if admissible",
            "go": "it is given all the same",
            "end": "escalation ends",
            "end without level": "escalation ends and no level is recommended",
        }[self.lower]
        explored = (
            ""
            if self.explore_from is None
            else f" With {self.explore_from} participants at a level that does not call for de-escalation, an untried level"
            " above is given next."
        )
        full = (
            ""
            if self.most_at_one is None
            else f" Escalation ends once the {'level to be given' if self.cap == 'level to be given' else 'fullest level'} has"
            f" {self.most_at_one} participants."
        )
        return (
            (
                f"A toxic level closes {'itself and all above it' if self.closes_above else 'only itself'}. Where the level below"
                f" is inadmissible on de-escalation, {lower}. Where none of the levels in reach is admissible, the next admissible"
                f" one below is given, and if there is none escalation ends.{explored}{full}"
            ),
        )

    def _selecting(self) -> str:
        if self.selection == "score":
            return "The recommended level is the admissible tried one with the best score."
        return (
            "The recommended level is, of the admissible tried levels up to the one whose isotonic toxicity rate is nearest to"
            f" {self.limit:g}, the one with the highest mean utility."
        )


def make(words: Mapping[str, str], doses: int) -> Boin12:
    """See `EscalationDesign.make`."""
    neither, both = (declared.number(words, name, 0, 100) for name in ("neither", "both"))
    if abs(neither + both - 100) > TIE:
        raise ValueError("the utilities of neither and both have the sum 100.")
    limit = declared.target(words, "toxicity_limit")
    return Boin12(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        boundary=Boundary(*scaled_boundaries(limit, *declared.around(words, limit))),
        limit=limit,
        least=declared.target(words, "response_least"),
        utility=Utility(neither / 100),
        toxic_above=declared.number(words, "toxic_above", 0, 1),
        futile_above=declared.number(words, "futile_above", 0, 1),
        eliminate_from=declared.whole(words, "eliminate_from", 1),
        score_from=declared.whole(words, "score_from"),
        closes_above=declared.one_of(words, "toxic_closes", ("above", "itself")) == "above",
        lower=cast("Lower", declared.one_of(words, "lower_inadmissible", get_args(Lower))),
        explore_from=declared.whole(words, "explore_from") or None,
        most_at_one=declared.whole(words, "most_at_one") or None,
        cap=cast("Cap", declared.one_of(words, "cap", get_args(Cap))),
        selection=cast("Selection", declared.one_of(words, "selection", get_args(Selection))),
        ties=cast("Literal['lower', 'higher']", declared.one_of(words, "ties", ("lower", "higher"))),
        start=declared.whole(words, "start", 1, doses) - 1,
    )


ENTRY = EscalationDesign(
    name="boin12",
    label="BOIN12",
    source="Lin R, Zhou Y, Yan F, Li D, Yuan Y. JCO Precis Oncol 2020;4:1393-1402",
    keys=(
        Option(
            name="toxicity_limit", default="0.35", meaning="highest acceptable rate of dose-limiting toxicity"
        ),
        Option(name="response_least", default="0.25", meaning="lowest acceptable rate of response"),
        Option(name="neither", default="40", meaning="utility of neither toxicity nor response, 0 to 100"),
        Option(name="both", default="60", meaning="utility of both; 100 less that of neither"),
        Option(name="low", default="0.6", meaning="escalation boundary's rate, as a factor of the limit"),
        Option(name="high", default="1.4", meaning="de-escalation boundary's rate, as a factor of the limit"),
        Option(name="start", default="1", meaning="level of the first cohort, from 1"),
        Option(name="cohort", default="3", meaning="participants of a cohort"),
        Option(
            name="toxic_above",
            default="0.95",
            meaning="probability of a toxicity rate above the limit that closes a level",
        ),
        Option(
            name="futile_above",
            default="0.90",
            meaning="probability of a response rate below the least that makes a level inadmissible",
        ),
        Option(
            name="eliminate_from",
            default="3",
            meaning="participants at a level before it can be inadmissible",
        ),
        Option(
            name="toxic_closes",
            values=("above", "itself"),
            default="above",
            meaning="above: a toxic level closes all above it too; itself: no other",
        ),
        Option(
            name="score_from",
            default="6",
            meaning="participants from which a rate between the boundaries no longer allows a higher level",
        ),
        Option(
            name="lower_inadmissible",
            values=("next lower", "stay", "go", "end", "end without level"),
            default="next lower",
            meaning="where de-escalation meets an inadmissible level: the next admissible below, stay, go there, or end",
        ),
        Option(
            name="explore_from",
            default="0",
            meaning="participants of a level that send the next cohort to an untried level above; 0: never",
        ),
        Option(
            name="most_at_one",
            default="12",
            meaning="participants of one level that end the trial; 0: no such end",
        ),
        Option(
            name="cap",
            values=("level to be given", "any level"),
            default="level to be given",
            meaning="which level has to have so many",
        ),
        Option(
            name="selection",
            values=("capped utility", "score"),
            default="capped utility",
            meaning="recommended level: highest mean utility up to the isotonic maximum tolerated level, or best score of all",
        ),
        Option(
            name="ties",
            values=("lower", "higher"),
            default="lower",
            meaning="which of two levels with equal scores",
        ),
    ),
    sentence=(
        "Dose levels are escalated by BOIN12 with toxicity limit {toxicity_limit}, least response {response_least}, cohorts of"
        " {cohort}."
    ),
    make=make,
)
