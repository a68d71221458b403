"""BOP2: one arm, looked at now and then; it stops where responses are too few, and toxicities too many, to go on.

For the expansion at the chosen level: no dose escalates. The boundary of a look is a probability that rises with the
information; its two constants are calibrated on a grid, and every characteristic is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.monitoring import Endpoint, Monitoring, calibrate
from firstdose.designs._kernel.utilities import with_responses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_LOOKED = 200  # participants
MOST_POWER = 10  # gamma
ENDPOINTS = ("response", "nested", "coprimary", "response and toxicity")


@dataclass(frozen=True, slots=True)
class Bop2:
    """The expansion at one level: participants up to the next look, then on or the end.

    `monitoring`: of responses alone. `start`: the level, from 0.
    """

    doses: int
    monitoring: Monitoring
    start: int

    @property
    def size(self) -> int:
        """Participants to the first look."""
        return self.monitoring.looks[0]

    @property
    def looks_back(self) -> bool:
        return False

    @property
    def counts(self) -> str:
        """What it counts beside toxicities."""
        return "responses"

    def eliminated(self, state: State) -> int:
        del state
        return self.doses

    def rest(self, state: State) -> int:
        """Participants that the next look still needs."""
        n = state.participants[self.start]
        return next((look - n for look in self.monitoring.looks if look > n), 0)

    def move(self, state: State) -> Step:
        n, responses = state.participants[self.start], with_responses(state).responses[self.start]
        failed = self.monitoring.stops((responses,), n)
        if failed:
            return End("complete", "not promising", f"{responses} responses of {n}: {failed}")
        if self.rest(state) == 0:
            return End("complete", "promising", f"{responses} responses of {n} at the last look")
        to = n + self.rest(state)
        return Treat(self.start, self.rest(state), f"{responses} responses of {n}: on to the look at {to}")

    def select(self, state: State) -> int | None:
        """The level, unless the last look reached gave it up or none was reached."""
        n, responses = state.participants[self.start], with_responses(state).responses[self.start]
        return None if n < self.size or self.monitoring.stops((responses,), n) else self.start

    def words(self) -> tuple[str, ...]:
        return (f"The expansion is treated at level {self.start + 1}.", *self.monitoring.words())


def make(words: Mapping[str, str], doses: int) -> Bop2:
    """See `EscalationDesign.make`."""
    level = declared.whole(words, "level", 0, doses) or doses
    if words["endpoint"] != "response":
        monitor(words)
        raise ValueError(
            "endpoint: in a trial that is decided from its records BOP2 looks at the response alone."
        )
    return Bop2(doses, monitor(words), level - 1)


def monitor(words: Mapping[str, str]) -> Monitoring:
    """The monitoring that these words declare, its cutoff calibrated unless given.

    Raises:
        ValueError: words that do not go together, in one sentence.
    """
    endpoints, any_stops = _endpoints(words)
    looks = _looks(words)
    given = declared.numbers(words, "cutoff")
    if len(given) == 2 and 0 < given[0] < 1 and 0 <= given[1] <= MOST_POWER:
        return Monitoring(endpoints=endpoints, looks=looks, cutoff=(given[0], given[1]), any_stops=any_stops)
    if given:
        raise ValueError(
            "cutoff is blank, or lambda between 0 and 1 and gamma from 0 to 10 with a blank between."
        )
    null, alternative = declared.numbers(words, "null"), declared.numbers(words, "alternative")
    [alpha] = declared.rates(words, "alpha")
    found = calibrate(endpoints, looks, null, alternative, alpha, any_stops=any_stops)
    if found is None:
        raise ValueError(
            f"no boundary of the grid keeps the type I error at {alpha:g}: write more looks or participants."
        )
    return found.monitoring


def _looks(words: Mapping[str, str]) -> tuple[int, ...]:
    looks = declared.numbers(words, "looks")
    rising = all(low < high for low, high in pairwise(looks))
    if not looks or looks[0] < 1 or looks[-1] > MOST_LOOKED or not rising or any(n != int(n) for n in looks):
        raise ValueError(
            "looks are rising whole numbers of participants with blanks between, the last one at the end and at most"
            f" {MOST_LOOKED}."
        )
    return tuple(map(int, looks))


def _endpoints(words: Mapping[str, str]) -> tuple[tuple[Endpoint, ...], bool]:
    """What is counted, and whether one failing endpoint is enough to stop."""
    kind, null = declared.one_of(words, "endpoint", ENDPOINTS), declared.numbers(words, "null")
    _check_rates(kind, null, declared.numbers(words, "alternative"))
    if kind == "response":
        return (Endpoint(name="responses", null=null[0]),), False
    both, first, second, _ = null
    if kind == "nested":
        names = ("complete responses", "responses")
        return (
            Endpoint(name=names[0], null=both + first),
            Endpoint(name=names[1], null=both + second),
        ), False
    names = ("first", "second") if kind == "coprimary" else ("responses", "toxicities")
    toxic = kind == "response and toxicity"
    one = Endpoint(name=names[0], null=both + first)
    return (one, Endpoint(name=names[1], null=both + second, fewer=toxic)), toxic


def _check_rates(kind: str, null: Sequence[float], alternative: Sequence[float]) -> None:
    needed = 1 if kind == "response" else 4
    for each in (null, alternative):
        if len(each) != needed or min(each) < 0 or max(each) > 1:
            raise ValueError(
                "null and alternative are one rate for response, else four probabilities with blanks between: both endpoints,"
                " only the first, only the second, neither."
            )
        if needed == 4 and abs(sum(each) - 1) > 1e-9:
            raise ValueError("the four probabilities of null and of alternative have the sum 1.")
    counted = (null[0],) if needed == 1 else (null[0] + null[1], null[0] + null[2])
    if not all(0.001 <= rate <= 0.999 for rate in counted):
        raise ValueError("null is a rate above 0 and below 1 of each endpoint.")
    if kind == "nested" and (null[1] or alternative[1]):
        raise ValueError(
            "nested endpoints: a complete response is a response, so the second probability (only the first) is 0."
        )


ENTRY = EscalationDesign(
    name="bop2",
    label="BOP2 (expansion)",
    source="Zhou H, Lee JJ, Yuan Y. Stat Med 2017;36:3302-3314",
    keys=(
        Option(
            name="endpoint",
            values=ENDPOINTS,
            default="response",
            meaning="what is counted in each participant",
        ),
        Option(
            name="null",
            default="0.2",
            meaning="rate not worth going on; two endpoints: both, only the first, only the second, neither",
        ),
        Option(
            name="alternative", default="0.4", meaning="rate hoped for; two endpoints: four probabilities"
        ),
        Option(name="level", default="0", meaning="dose level of the expansion, from 1; 0: the highest"),
        Option(
            name="looks",
            default="10 20 30",
            meaning="participants at each look, numbers with blanks between, the last one at the end",
        ),
        Option(
            name="alpha",
            default="0.10",
            meaning="probability of being declared promising under the null, at most",
        ),
        Option(
            name="cutoff",
            default=" ",
            meaning="lambda and gamma with a blank between; blank: those of the grid with the greatest power",
        ),
    ),
    sentence=(
        "The expansion is monitored by BOP2 (endpoint: {endpoint}) against {null} after {looks} participants; no rule escalates"
        " the dose."
    ),
    make=make,
)
