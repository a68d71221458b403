"""Local toxicity before the trial: how many lesions of a participant have one, and what that means for the participant.

Lesions of one participant share a hidden proneness: at each density their rate is a Beta variable with the true rate as
mean, spread so that any two of them have the intraclass correlation, and at all densities it has the same rank. At one density the number of lesions with toxicity is then beta-binomial. Systemic toxicity is independent of it
given the cells received; its hazard is linear in the total cells between the declared points, and none at none.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import comb, prod
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.protocol.model import LocalScenario, Protocol

Counts = tuple[int, ...]

ALIKE_FROM = 1e-9  # below it lesions count as independent, as far as double precision can tell
NODES = 24  # of each piece of the integral over the common rank
_CERTAIN = 700.0  # hazard that is as good as certain


@dataclass(frozen=True, slots=True)
class LocalTruth:
    """What is supposed to be true: a rate of one lesion a level, a rate of the systemic toxicity a level, correlation."""

    name: str
    local: tuple[float, ...]
    systemic: tuple[float, ...]
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionPlan:
    """Which lesions a participant has: `counts` are equally likely numbers, `amounts` the density of each level.

    `least`: lesions with toxicity from which on the participant has a dose-limiting one.
    """

    counts: tuple[int, ...]
    amounts: tuple[float, ...]
    spread: Literal["same", "descending"] = "same"
    least: int = 1

    @property
    def levels(self) -> int:
        return len(self.amounts)

    @property
    def most(self) -> int:
        """Lesions of one participant at most."""
        return max(self.counts)

    def levels_of(self, dose: int, lesions: int) -> Counts:
        """The level of each lesion of a participant who is treated at this level."""
        if self.spread == "same":
            return (dose,) * lesions
        return tuple(max(dose - place, 0) for place in range(lesions))

    def at_levels(self, dose: int, lesions: int) -> Counts:
        """How many of them are at each level."""
        levels = self.levels_of(dose, lesions)
        return tuple(levels.count(level) for level in range(self.levels))

    def systemic(self, given: Counts, rates: Sequence[float]) -> float:
        """The rate of systemic toxicity of a participant with so many lesions at each level, all of one area."""
        with np.errstate(divide="ignore"):
            hazards = np.minimum(-np.log1p(-np.asarray(rates, dtype=np.float64)), _CERTAIN)
        cells = [0.0, *(self.most * amount for amount in self.amounts)]
        received = sum(number * amount for number, amount in zip(given, self.amounts, strict=True))
        return float(-np.expm1(-np.interp(received, cells, [0.0, *hazards])))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRates:
    """What one participant can expect, by level. `lesions` (levels, most + 1): probability of each number with toxicity.

    `local`: of at least `least` such lesions; `any_lesion`: of at least one; `systemic`: averaged over the numbers of
    lesions; `either`: the rate of dose-limiting toxicity that a rule over participants sees.
    """

    lesions: np.ndarray
    any_lesion: np.ndarray
    local: np.ndarray
    systemic: np.ndarray
    either: np.ndarray


def lesion_plan_of(protocol: Protocol) -> LesionPlan | None:
    """What the protocol says about lesions; None where it foresees no local toxicity."""
    safety, given = protocol.safety, protocol.intervention
    if safety is None or given is None or not safety.local_dlt or safety.treated_lesions is None:
        return None
    low, high = safety.treated_lesions
    unit = given.dose_levels[0].dose.unit.symbol
    return LesionPlan(
        counts=tuple(range(low, high + 1)),
        amounts=tuple(float(level.dose.to(unit).value) for level in given.dose_levels),
        spread=safety.lesion_levels,
        least=safety.local_dlt_from,
    )


def truth_of(scenario: LocalScenario) -> LocalTruth:
    """A declared scenario as numbers."""
    return LocalTruth(
        scenario.scenario,
        tuple(map(float, scenario.local)),
        tuple(map(float, scenario.systemic)),
        float(scenario.alike),
    )


def compute_participant_rates(plan: LesionPlan, truth: LocalTruth) -> ParticipantRates:
    """Exact: the mean over the numbers of lesions a participant may have."""
    lesions = np.zeros((plan.levels, plan.most + 1))
    systemic, either = np.zeros(plan.levels), np.zeros(plan.levels)
    for dose, number in product(range(plan.levels), plan.counts):
        given, share = plan.at_levels(dose, number), 1 / len(plan.counts)
        toxic = np.zeros(plan.most + 1)
        for seen, chance in joint_counts(given, truth.local, truth.alike).items():
            toxic[sum(seen)] += chance
        rate = plan.systemic(given, truth.systemic)
        lesions[dose] += share * toxic
        systemic[dose] += share * rate
        either[dose] += share * (1 - (1 - rate) * toxic[: plan.least].sum())
    return ParticipantRates(
        lesions=lesions,
        any_lesion=1 - lesions[:, 0],
        local=lesions[:, plan.least :].sum(axis=1),
        systemic=systemic,
        either=either,
    )


def beta_binomial(n: int, rate: float, alike: float) -> np.ndarray:
    """(n + 1,) probability of 0 .. n lesions with toxicity among n of one participant at one density."""
    if alike >= 1:
        return np.array([1 - rate, *[0.0] * (n - 1), rate]) if n else np.ones(1)
    step = alike / (1 - alike)
    return np.array(
        [
            comb(n, y) * _rising(rate, step, y) * _rising(1 - rate, step, n - y) / _rising(1.0, step, n)
            for y in range(n + 1)
        ]
    )


def _rising(begin: float, step: float, factors: int) -> float:
    return prod(begin + i * step for i in range(factors))


def shapes(rate: float, alike: float) -> tuple[float, float]:
    """(a, b) of the Beta variable with this mean whose lesions have this intraclass correlation 1 / (a + b + 1)."""
    return rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike


def joint_counts(given: Counts, rates: Sequence[float], alike: float) -> Mapping[Counts, float]:
    """Lesions with toxicity at each level > probability, for a participant with so many lesions at each level."""
    return _joint_counts(given, tuple(rates), alike)


@cache
def _joint_counts(given: Counts, rates: tuple[float, ...], alike: float) -> Mapping[Counts, float]:
    used = [level for level, number in enumerate(given) if number]
    if len(used) <= 1 or alike < ALIKE_FROM:
        alone = [beta_binomial(number, rates[level], alike) for level, number in enumerate(given)]
        return _positive({seen: _product(alone, seen) for seen in _seen(given)})
    at, weight = _ranks(tuple(rates[level] for level in used), alike)
    toxic = np.array([proneness(rates[level], alike, at) for level in used])
    found: dict[Counts, float] = {}
    for seen in _seen(given):
        kernel = weight.copy()
        for p, level in zip(toxic, used, strict=True):
            n, y = given[level], seen[level]
            kernel *= comb(n, y) * p**y * (1 - p) ** (n - y)
        found[seen] = float(kernel.sum())
    return _positive(found)


def _seen(given: Counts) -> list[Counts]:
    return list(product(*(range(number + 1) for number in given)))


def _product(alone: Sequence[np.ndarray], seen: Counts) -> float:
    return float(np.prod([each[y] for each, y in zip(alone, seen, strict=True)]))


def _positive(found: Mapping[Counts, float]) -> dict[Counts, float]:
    return {seen: chance for seen, chance in found.items() if chance > 0}


def proneness(rate: float, alike: float, rank: np.ndarray) -> np.ndarray:
    """The rate of a lesion at a density of this true rate in participants of these ranks (0: least, 1: most prone)."""
    if rate in {0.0, 1.0} or alike < ALIKE_FROM:
        return np.full(rank.shape, rate)
    if alike >= 1:
        return (rank > 1 - rate).astype(np.float64)
    from scipy import special

    a, b = shapes(rate, alike)
    return np.asarray(special.betaincinv(a, b, rank), dtype=np.float64)


def _ranks(rates: tuple[float, ...], alike: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of an integral over the rank: Gauss-Legendre between ranks at which any rate bends."""
    from scipy import special

    tails = np.concatenate([10.0 ** np.arange(-14, 0), [0.25]])
    steps = np.concatenate([tails, [0.5], 1 - tails])
    inner = [rate for rate in rates if 0 < rate < 1]
    if alike >= 1:
        knots = np.array([1 - rate for rate in inner])
    else:
        bends = [special.betainc(*shapes(rate, alike), steps) for rate in inner]
        knots = np.concatenate([steps, *bends])
    ends = np.unique(np.concatenate([[0.0, 1.0], np.clip(knots, 0.0, 1.0)]))
    at, weight = np.polynomial.legendre.leggauss(NODES)
    half, middle = np.diff(ends)[:, None] / 2, (ends[1:] + ends[:-1])[:, None] / 2
    return (middle + half * at).ravel(), (half * weight).ravel()


def effective_number(lesions: Sequence[int], alike: float) -> float:
    """How many independent lesions the lesions of these participants are worth for their common rate."""
    total = sum(lesions)
    spread = sum(m * (1 + (m - 1) * alike) for m in lesions)
    return total * total / spread if spread else 0.0


def outcomes_of_one(
    plan: LesionPlan, truth: LocalTruth, dose: int
) -> dict[tuple[Counts, Counts, int], float]:
    """(lesions, those with toxicity, 1 where the participant has a dose-limiting one) > probability, at one level."""
    found: dict[tuple[Counts, Counts, int], float] = defaultdict(float)
    for number in plan.counts:
        given = plan.at_levels(dose, number)
        rate = plan.systemic(given, truth.systemic)
        for seen, chance in joint_counts(given, truth.local, truth.alike).items():
            share = chance / len(plan.counts)
            if sum(seen) >= plan.least:
                found[given, seen, 1] += share
            else:
                found[given, seen, 1] += share * rate
                found[given, seen, 0] += share * (1 - rate)
    return {key: chance for key, chance in found.items() if chance > 0}
