"""TITE-BOIN: BOIN that treats on while earlier participants are still under observation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from firstdose.catalogue import EscalationDesign, Option, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.interval import IntervalDesign
from firstdose.designs._kernel.lambdas import Boundary, scaled_boundaries
from firstdose.designs._kernel.weights import Level, level_of, wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue import State, Step
    from firstdose.designs._kernel.interval import Direction
    from firstdose.designs._kernel.weights import FollowUp

_EDGE = 1e-12
ESTIMATES = ("imputed", "effective size")


@dataclass(frozen=True, slots=True, kw_only=True)
class TiteBoin:
    """`complete`: the rule where nobody is pending. `estimate`: how pending participants count.

    `suspend_above`: share of a level's participants pending above which nobody is treated; `followed`: participants of a
    level who must be complete before the dose is escalated (never more than a cohort).
    """

    complete: IntervalDesign
    boundary: Boundary
    estimate: Literal["imputed", "effective size"] = "imputed"
    suspend_above: float = 0.5
    followed: int = 2

    @property
    def doses(self) -> int:
        return self.complete.doses

    @property
    def size(self) -> int:
        return self.complete.size

    @property
    def looks_back(self) -> bool:
        return False

    def eliminated(self, state: State) -> int:
        return self.complete.eliminated(state)

    def move(self, state: State) -> Step:
        """With everybody's window passed."""
        return self.complete.move(state)

    def select(self, state: State) -> int | None:
        return self.complete.select(state)

    def move_in_time(self, state: State, seen: Sequence[FollowUp]) -> Step:
        """The step after a cohort was entered; a wait where too much is pending to say."""
        level = level_of(seen, state.dose)
        if level.pending == 0 or self.eliminated(state) <= state.dose:
            return self.complete.move(state)
        direction = self.direct(level)
        if direction is None:
            return wait(f"{level.pending} of {level.entered} participants at the level are still pending")
        if direction == "up" and state.dose + 1 < self.eliminated(state):
            if level.complete < min(self.followed, self.size):
                return wait(f"only {level.complete} at the level have passed their window")
            return self._to(state.dose + 1, level, "escalate")
        if direction == "down" and state.dose > 0:
            return self._to(state.dose - 1, level, "de-escalate")
        return self._to(state.dose, level, "stay")

    def direct(self, level: Level) -> Direction | None:
        """Where one level leads; None: accrual rests.

        De-escalation needs a rate seen so far of at least the target, as in the published tables.
        """
        n, y, target = level.entered, level.toxic, self.complete.target
        if level.pending == 0 or self.boundary(n, y) == "down":
            return self.boundary(n, y)
        if level.pending > self.suspend_above * n:
            return None
        rate = self.rate(level)
        if rate <= self.boundary.escalate + _EDGE:
            return "up"
        return "down" if rate >= self.boundary.deescalate - _EDGE and y >= target * n - _EDGE else "stay"

    def rate(self, level: Level) -> float:
        """The estimated rate at a level with pending participants."""
        return (
            level.imputed_rate(self.complete.target) if self.estimate == "imputed" else level.effective_rate()
        )

    def _to(self, dose: int, level: Level, what: str) -> Treat:
        seen = f"{level.toxic} of {level.entered} with {level.pending} pending"
        return Treat(dose, self.size, f"{seen}, estimated rate {self.rate(level):.3f}: {what}")

    def words(self) -> tuple[str, ...]:
        how = {
            "imputed": "each of them counts as the toxicity still to be expected in the rest of the window, from the rate"
            " among those who are complete",
            "effective size": "each of them counts as the share of the window passed",
        }[self.estimate]
        return (
            *self.complete.words(),
            (
                f"The next cohort may begin while participants are still under observation: {how}. Nobody is treated while more"
                f" than {self.suspend_above:.0%} of the participants of the current level are pending, unless those with a"
                " toxicity already call for de-escalation, and the dose is not escalated before"
                f" {min(self.followed, self.size)} of its participants have passed their window."
            ),
        )


def make(words: Mapping[str, str], doses: int) -> TiteBoin:
    """See `EscalationDesign.make`."""
    target, above = declared.target(words), declared.number(words, "eliminate_above", 0, 1)
    boundary = Boundary(*scaled_boundaries(target, *declared.around(words, target)))
    least = declared.whole(words, "eliminate_from", 1)
    complete = IntervalDesign(
        doses=doses,
        size=declared.whole(words, "cohort", 1),
        target=target,
        decide=boundary,
        eliminate_above=above,
        eliminate_from=least,
        sentences=(
            (
                f"The target rate of dose-limiting toxicity is {target:g}. The dose is escalated while the estimated rate at the"
                f" current level is at most {boundary.escalate:.6f}, de-escalated from {boundary.deescalate:.6f} on, and kept"
                " between."
            ),
            (
                f"A level and all above it are closed once at least {least} participants there make the"
                f" probability of a rate above the target exceed {above:g}; pending participants count as without toxicity."
            ),
            "The recommended level has the isotonic rate nearest to the target, once everybody's window has passed.",
        ),
    )
    estimate = cast('Literal["imputed", "effective size"]', declared.one_of(words, "estimate", ESTIMATES))
    return TiteBoin(
        complete=complete,
        boundary=boundary,
        estimate=estimate,
        suspend_above=declared.number(words, "suspend_above", 0, 0.99),
        followed=declared.whole(words, "followed"),
    )


ENTRY = EscalationDesign(
    name="tite_boin",
    label="TITE-BOIN",
    source=(
        "Yuan Y, Lin R, Li D, Nie L, Warren KE. Clin Cancer Res 2018;24:4921-4930; Lin R, Yuan Y. Biostatistics"
        " 2020;21:807-824"
    ),
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
            name="estimate",
            values=ESTIMATES,
            default="imputed",
            meaning="how pending participants count: by the expected rest of a toxicity, or by the share of the window passed",
        ),
        Option(
            name="suspend_above",
            default="0.5",
            meaning="share of the level's participants pending above which nobody is treated",
        ),
        Option(
            name="followed",
            default="2",
            meaning="participants of a level who must have passed their window before escalation",
        ),
        Option(
            name="eliminate_above",
            default="0.95",
            meaning="probability of a rate above the target that closes a level",
        ),
        Option(name="eliminate_from", default="3", meaning="participants at a level before it can be closed"),
    ),
    sentence="Dose levels are escalated by TITE-BOIN with target {target}, cohorts of {cohort}.",
    make=make,
)
