"""What is supposed to be true of one participant, where a design counts more than toxicities: scenarios as probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import comb, sqrt
from typing import TYPE_CHECKING, Protocol

from firstdose.designs.gboin import Gboin
from firstdose.escalation.counted import Seen, Sums, counts_of_design
from firstdose.escalation.graded import participant_outcomes
from firstdose.escalation.lesions import joint_counts, lesion_plan_of, outcomes_of_one, truth_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.designs._kernel.graded import Scale
    from firstdose.escalation.courses import Watched
    from firstdose.escalation.lesions import LesionPlan, LocalTruth
    from firstdose.escalation.rule import Rule
    from firstdose.protocol.model import Protocol as Plan


class Truth(Protocol):
    """A scenario. `rates`: of dose-limiting toxicity of a participant, a level each."""

    @property
    def name(self) -> str:
        """As the protocol calls it."""

    @property
    def rates(self) -> tuple[float, ...]:
        """Of dose-limiting toxicity, a level each."""

    def one(self, dose: int) -> Mapping[Sums, float]:
        """A participant who is treated at this level."""

    def rest(self, row: Watched, known: Seen) -> Mapping[Seen, float]:
        """A participant on record of whom something is awaited."""


@dataclass(frozen=True, slots=True)
class GradedTruth:
    """Probabilities of the worst grade 0 to 4 of a lesion, a level each."""

    name: str
    scale: Scale
    grades: tuple[tuple[float, ...], ...]
    alike: float = 0.0

    @property
    def rates(self) -> tuple[float, ...]:
        return tuple(
            sum(p for (_, toxic), p in self._outcomes(dose).items() if toxic)
            for dose in range(len(self.grades))
        )

    @property
    def scores(self) -> tuple[float, ...]:
        """True mean scores between 0 and 1, a level each."""
        most = self.scale.most
        return tuple(
            sum(p * units / most for (units, _), p in self._outcomes(dose).items())
            for dose in range(len(self.grades))
        )

    def _outcomes(self, dose: int) -> Mapping[tuple[int, int], float]:
        return participant_outcomes(self.scale, self.grades[dose], self.alike)

    def one(self, dose: int) -> Mapping[Sums, float]:
        return {Sums(1, toxic, units=units): p for (units, toxic), p in self._outcomes(dose).items()}

    def rest(self, row: Watched, known: Seen) -> Mapping[Seen, float]:
        """Grades can only become worse than those on record."""
        found = {
            Seen(bool(toxic) or known.toxic, units=units): p
            for (units, toxic), p in self._outcomes(row.level or 0).items()
            if units >= known.units
        }
        return _shares(found) or {known: 1.0}


@dataclass(frozen=True, slots=True)
class ResponseTruth:
    """Rates of toxicity and of response, a level each, with this correlation of the two in a participant."""

    name: str
    rates: tuple[float, ...]
    response: tuple[float, ...]
    correlation: float = 0.0

    def both(self, dose: int) -> Mapping[tuple[bool, bool], float]:
        """(toxicity, response) > probability."""
        t, r = self.rates[dose], self.response[dose]
        both = t * r + self.correlation * sqrt(t * (1 - t) * r * (1 - r))
        cells = {(True, True): both, (True, False): t - both, (False, True): r - both}
        return {**cells, (False, False): 1 - t - r + both}

    def one(self, dose: int) -> Mapping[Sums, float]:
        return {Sums(1, t, responded=r): p for (t, r), p in self.both(dose).items() if p > 0}

    def rest(self, row: Watched, known: Seen) -> Mapping[Seen, float]:
        toxic = {known.toxic} if row.counts else {True, False}
        responded = {known.responded} if row.response != "not yet" else {True, False}
        found = {
            Seen(t, responded=r): p
            for (t, r), p in self.both(row.level or 0).items()
            if t in toxic and r in responded
        }
        return _shares(found) or {known: 1.0}


@dataclass(frozen=True, slots=True)
class LesionTruth:
    """Local toxicity of correlated lesions, and systemic toxicity by total cells."""

    plan: LesionPlan
    truth: LocalTruth

    @property
    def name(self) -> str:
        return self.truth.name

    @property
    def rates(self) -> tuple[float, ...]:
        from firstdose.escalation.lesions import compute_participant_rates

        return tuple(map(float, compute_participant_rates(self.plan, self.truth).either))

    def one(self, dose: int) -> Mapping[Sums, float]:
        return {
            Sums(1, toxic, lesions=given, hurt=hurt): p
            for (given, hurt, toxic), p in outcomes_of_one(self.plan, self.truth, dose).items()
        }

    def rest(self, row: Watched, known: Seen) -> Mapping[Seen, float]:
        """Of the lesions still watched, given those of which is known; the systemic rate is that of the whole watch."""
        levels = range(self.plan.levels)
        own = [each for _, each in row.lesions if each.counts or each.waits]
        given = tuple(sum(each.level == level for each in own) for level in levels)
        waits = tuple(sum(each.level == level and each.waits for each in own) for level in levels)
        hurt = tuple(sum(each.level == level and each.dlt == "yes" for each in own) for level in levels)
        joint = joint_counts(given, self.truth.local, self.truth.alike)
        systemic = self.plan.systemic(given, self.truth.systemic) if row.waits else 0.0
        found: dict[Seen, float] = {}
        for more in product(*(range(count + 1) for count in waits)):
            seen = tuple(a + b for a, b in zip(hurt, more, strict=True))
            ways = _ways(waits, more) / _ways(given, seen)
            p = joint.get(seen, 0.0) * ways
            lesions = tuple((level, place < seen[level]) for level in levels for place in range(given[level]))
            certain = known.toxic or sum(seen) >= self.plan.least
            for toxic, q in ((True, 1.0 if certain else systemic), (False, 0.0 if certain else 1 - systemic)):
                if p * q > 0:
                    each = Seen(toxic, lesions=lesions)
                    found[each] = found.get(each, 0.0) + p * q
        return _shares(found) or {known: 1.0}


def _ways(of: Sequence[int], toxic: Sequence[int]) -> int:
    ways = 1
    for n, y in zip(of, toxic, strict=True):
        ways *= comb(n, y)
    return ways


def _shares(found: Mapping[Seen, float]) -> dict[Seen, float]:
    """The same with the sum 1, without what is impossible."""
    total = sum(found.values())
    return {seen: p / total for seen, p in found.items() if p > 0} if total > 0 else {}


def truths_of(protocol: Plan, rule: Rule) -> tuple[Truth, ...]:
    """The scenarios that the protocol declares for what this rule counts; none for a design of toxicities alone."""
    safety, counts = protocol.safety, counts_of_design(rule)
    if safety is None:
        return ()
    if counts == "lesions":
        plan = lesion_plan_of(protocol)
        return tuple(LesionTruth(plan, truth_of(each)) for each in safety.local_scenarios) if plan else ()
    if isinstance(rule.design, Gboin):
        scale = rule.design.scale
        return tuple(
            GradedTruth(each.scenario, scale, _with_none(each.grades), float(each.alike or 0))
            for each in safety.graded_scenarios
        )
    if counts == "responses":
        return tuple(
            ResponseTruth(
                each.scenario,
                tuple(map(float, each.rates)),
                tuple(map(float, each.response)),
                float(each.together or 0),
            )
            for each in safety.scenarios
            if each.response
        )
    return ()


def _with_none(grades: Sequence[Sequence[object]]) -> tuple[tuple[float, ...], ...]:
    """Probabilities of grades 0 to 4, a level each."""
    levels = [tuple(float(str(rate)) for rate in rates) for rates in zip(*grades, strict=True)]
    return tuple((max(0.0, 1 - sum(rates)), *rates) for rates in levels)
