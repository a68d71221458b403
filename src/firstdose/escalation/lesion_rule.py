"""A rule whose design counts lesions, each at its own level, while stopping rules, sentinel and size count participants.

The same object decides on both counts; it is walked exactly, with the joint outcome of each cohort as its step, or asked
in drawn trials where there are too many states.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End, State, Step, Treat, start_state
from firstdose.escalation.characteristics import Behaviour
from firstdose.escalation.counted import LesionState, with_lesions
from firstdose.escalation.lesions import compute_participant_rates, outcomes_of_one, proneness
from firstdose.escalation.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.escalation.lesions import Counts, LesionPlan, LocalTruth

MOST_STATES = 200_000  # that plain Python walks in some seconds
HALT = "stopping rule"


@dataclass(frozen=True, slots=True)
class LesionDesign:
    """A design that looks at the lesions of a state. `inner`: the rule over lesions, without stops and size."""

    inner: Rule

    @property
    def doses(self) -> int:
        return self.inner.doses

    @property
    def size(self) -> int:
        return self.inner.design.size

    @property
    def looks_back(self) -> bool:
        return False

    @property
    def counts(self) -> str:
        """What it counts beside toxicities of participants."""
        return "lesions"

    @property
    def target(self) -> float:
        """The target rate of one lesion."""
        return float(getattr(self.inner.design, "target", 0.0))

    def eliminated(self, state: State) -> int:
        return self.inner.design.eliminated(with_lesions(state).lesions)

    def move(self, state: State) -> Step:
        return self.inner.decide(with_lesions(state).lesions)

    def select(self, state: State) -> int | None:
        return self.inner.select(with_lesions(state).lesions)

    def words(self) -> tuple[str, ...]:
        return (
            *self.inner.words(),
            "The design counts each lesion at its own level; stopping rules and size count participants.",
        )


@dataclass(frozen=True, slots=True)
class LesionRule:
    """The rule of the protocol over two counts. `lesions`: by level of the lesion; `people`: by the highest level due.

    The cohort stands in `lesions`, in participants. `joint`: the same as one rule over one state with both counts.

    Raises:
        ValueError: the design looks back at the last cohort, which is not one of lesions.
    """

    rule: Rule
    joint: Rule = field(init=False)

    def __post_init__(self) -> None:
        inner = replace(self.rule, most=None, stops=())
        joint = Rule(design=LesionDesign(inner), most=self.rule.most, stops=self.rule.stops)
        object.__setattr__(self, "joint", joint)
        if self.rule.design.looks_back:
            raise ValueError("this design looks back at the last cohort and cannot count lesions.")

    def decide(self, lesions: State, people: State) -> Step:
        """Stopping rules over participants, sentinel and design over lesions, size over participants."""
        return self.joint.decide(LesionState(people.participants, people.dlts, people.dose, lesions=lesions))

    def select(self, lesions: State) -> int | None:
        return self.rule.select(lesions)

    def cohort_after(self, lesions: State, step: Treat) -> int:
        """Participants of the open cohort once those of this step have been seen."""
        if step.completes:
            return 0
        return (0 if step.opens else lesions.cohort) + step.participants

    def after(self, lesions: State, step: Treat, given: Counts, toxic: Counts) -> State:
        """The lesions once these participants have been seen."""
        n = tuple(a + b for a, b in zip(lesions.participants, given, strict=True))
        y = tuple(a + b for a, b in zip(lesions.dlts, toxic, strict=True))
        return State(n, y, step.dose, self.cohort_after(lesions, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionCourse:
    """How a rule over lesions behaves. `people`: as of any rule, with participants and those with a dose-limiting toxicity.

    `lesions`, `toxic` (scenarios, levels): expected lesions treated at each level, and those with toxicity.
    """

    people: Behaviour
    lesions: np.ndarray
    toxic: np.ndarray


@dataclass(frozen=True, slots=True)
class _Endings:
    """The endings of one scenario, each with its probability: level (last: none), cause, first stopping rule, counts."""

    rule: LesionRule
    chance: list[float] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    cause: list[str] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    people: list[Counts] = field(default_factory=list)
    lesions: list[Counts] = field(default_factory=list)

    def add(self, lesions: State, people: State, end: End, chance: float) -> None:
        rule = self.rule.rule
        level = rule.select(lesions)
        halted = end.cause == HALT
        first = next(i for i, stop in enumerate(rule.stops) if stop.holds(people)) if halted else -1
        self.chance.append(chance)
        self.level.append(rule.doses if level is None else level)
        self.cause.append(end.cause)
        self.stop.append(first)
        self.people.append(people.participants)
        self.lesions.append(lesions.participants)

    def total(self) -> _Sums:
        doses, stops = self.rule.rule.doses, len(self.rule.rule.stops)
        chance, level, stop = np.array(self.chance), np.array(self.level), np.array(self.stop)
        people, lesions = np.array(self.people), np.array(self.lesions)
        going = stop < 0
        causes: dict[str, float] = defaultdict(float)
        for cause, p in zip(self.cause, self.chance, strict=True):
            causes[cause] += p
        sizes = np.bincount(people.sum(axis=1), chance)
        return _Sums(
            selected=np.bincount(level, chance, doses + 1),
            unhalted=np.bincount(level[going], chance[going], doses + 1),
            halts=np.bincount(stop[~going], chance[~going], stops)[:stops],
            people=chance @ people,
            people_squared=chance @ people**2,
            lesions=chance @ lesions,
            size={int(size): float(sizes[size]) for size in np.flatnonzero(sizes)},
            causes=causes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Probabilities and expectations of one scenario."""

    selected: np.ndarray
    unhalted: np.ndarray
    halts: np.ndarray
    people: np.ndarray
    people_squared: np.ndarray
    lesions: np.ndarray
    size: dict[int, float]
    causes: dict[str, float]


def characterise_lesions(
    rule: LesionRule,
    plan: LesionPlan,
    truths: Sequence[LocalTruth],
    *,
    trials: int = 10_000,
    seed: int = 1,
    most: int = MOST_STATES,
) -> LesionCourse:
    """Under each truth: exact where the states can be walked, else from so many drawn trials with its correlation.

    Raises:
        ValueError: the rule names no number of participants at most.
    """
    if rule.rule.most is None:
        raise ValueError("a rule over lesions needs a number of participants at most.")
    walked: list[_Sums] = []
    for truth in truths:
        found = _walk(rule, plan, truth, most)
        if found is None:
            drawn = [_draw(rule, plan, each, trials, seed + i) for i, each in enumerate(truths)]
            return _course(plan, truths, drawn, trials, seed)
        walked.append(found)
    return _course(plan, truths, walked, 0, 0)


# ------------------------------------------------------------------------------------------------------- exactly

Outcome = tuple["Counts", "Counts", int]


def outcomes_of_cohort(plan: LesionPlan, truth: LocalTruth, dose: int, size: int) -> Mapping[Outcome, float]:
    """(lesions, those with toxicity, participants with a dose-limiting one) > probability, for so many participants."""
    one = outcomes_of_one(plan, truth, dose)
    none = (0,) * plan.levels
    found: dict[Outcome, float] = {(none, none, 0): 1.0}
    for _ in range(size):
        following: dict[Outcome, float] = defaultdict(float)
        for (n, y, k), chance in found.items():
            for (more, toxic, dlt), p in one.items():
                following[_plus(n, more), _plus(y, toxic), k + dlt] += chance * p
        found = following
    return found


def _plus(a: Counts, b: Counts) -> Counts:
    return tuple(x + y for x, y in zip(a, b, strict=True))


@dataclass(frozen=True, slots=True)
class _Packing:
    """Both counts, the level and the open part of a cohort as one number: to add participants is to add numbers."""

    levels: int
    bits: int

    def pack(self, n: Counts, y: Counts, people: Counts, dlts: Counts, dose: int = 0, cohort: int = 0) -> int:
        key = 0
        for each in (*n, *y, *people, *dlts, dose, cohort):
            key = key << self.bits | each
        return key

    def unpack(self, key: int) -> tuple[State, State]:
        mask, levels = (1 << self.bits) - 1, self.levels
        places = range((4 * levels + 1) * self.bits, -1, -self.bits)
        *counts, dose, cohort = [key >> place & mask for place in places]
        n, y, people, dlts = (tuple(counts[i * levels : (i + 1) * levels]) for i in range(4))
        return State(n, y, dose, cohort), State(people, dlts)

    def resting(self, key: int) -> int:
        """The same counts without level and cohort."""
        return key >> 2 * self.bits << 2 * self.bits

    def steps(self, rule: LesionRule, found: Mapping[Outcome, float], step: Treat) -> list[tuple[int, float]]:
        """What each outcome of a cohort adds."""
        none = (0,) * self.levels
        size = tuple(step.participants if level == step.dose else 0 for level in range(self.levels))
        added: dict[int, float] = defaultdict(float)
        for (given, toxic, dlts), chance in found.items():
            # Who has a dose-limiting toxicity matters to stopping rules alone.
            hurt = tuple(dlts if each else 0 for each in size) if rule.rule.stops else none
            added[self.pack(given, toxic, size, hurt)] += chance
        return list(added.items())


def _walk(rule: LesionRule, plan: LesionPlan, truth: LocalTruth, most: int) -> _Sums | None:
    """All endings; None as soon as there are more states than `most`."""
    ends = _Endings(rule)
    largest = max((rule.rule.most or 0) * plan.most, plan.levels, rule.rule.design.size)
    packing = _Packing(plan.levels, largest.bit_length())
    known: dict[tuple[int, int], list[tuple[int, float]]] = {}
    layer: dict[int, float] = {0: 1.0}
    while layer:
        following: dict[int, float] = defaultdict(float)
        for key, chance in layer.items():
            lesions, people = packing.unpack(key)
            step = rule.decide(lesions, people)
            if isinstance(step, End):
                ends.add(lesions, people, step, chance)
                continue
            which = step.dose, step.participants
            if which not in known:
                known[which] = packing.steps(rule, outcomes_of_cohort(plan, truth, *which), step)
            place = rule.cohort_after(lesions, step)
            base = packing.resting(key) + (step.dose << packing.bits) + place
            for more, p in known[which]:
                following[base + more] += chance * p
            if len(following) > most:
                return None
        most -= len(following)
        layer = following
    return ends.total()


# ------------------------------------------------------------------------------------------------------- by draws


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What would happen to each participant of each trial. `lesions` (trials, people): how many are treated.

    `toxic` (levels, trials, people, most): whether each lesion would have a toxicity at each level; `systemic` (trials,
    people): rank among the participants with the same dose.
    """

    lesions: np.ndarray
    toxic: np.ndarray
    systemic: np.ndarray


def draw_participants(plan: LesionPlan, truth: LocalTruth, people: int, trials: int, seed: int) -> _Drawn:
    """Counter-based: every participant has 3 + most numbers of the own, whatever happens to the others."""
    from firstdose.escalation._lesions import uniforms

    each = 3 + plan.most
    u = uniforms(seed, trials, people * each).reshape(trials, people, each)
    number = np.array(plan.counts)[(u[..., 0] * len(plan.counts)).astype(np.int64)]
    rates = np.stack([proneness(rate, truth.alike, u[..., 1]) for rate in truth.local])
    return _Drawn(number, u[..., 3:] < rates[..., None], u[..., 2])


def _draw(rule: LesionRule, plan: LesionPlan, truth: LocalTruth, trials: int, seed: int) -> _Sums:
    assert rule.rule.most is not None
    drawn = draw_participants(plan, truth, rule.rule.most, trials, seed)
    ends = _Endings(rule)
    steps: dict[tuple[State, State], Step] = {}
    for trial in range(trials):
        lesions = people = start_state(plan.levels)
        while True:
            step = steps.get((lesions, people))
            if step is None:
                step = steps[lesions, people] = rule.decide(lesions, people)
            if isinstance(step, End):
                ends.add(lesions, people, step, 1 / trials)
                break
            given, toxic, dlts = _seen(plan, truth, drawn, trial, people.total, step)
            lesions = rule.after(lesions, step, given, toxic)
            people = replace(people.after(step.dose, step.participants, dlts, 0), dose=0)
    return ends.total()


def _seen(
    plan: LesionPlan, truth: LocalTruth, drawn: _Drawn, trial: int, begun: int, step: Treat
) -> tuple[Counts, Counts, int]:
    n, y, dlts = [0] * plan.levels, [0] * plan.levels, 0
    for who in range(begun, begun + step.participants):
        levels = plan.levels_of(step.dose, int(drawn.lesions[trial, who]))
        toxic = [bool(drawn.toxic[level, trial, who, i]) for i, level in enumerate(levels)]
        for level, seen in zip(levels, toxic, strict=True):
            n[level] += 1
            y[level] += seen
        rate = plan.systemic(plan.at_levels(step.dose, len(levels)), truth.systemic)
        dlts += sum(toxic) >= plan.least or drawn.systemic[trial, who] < rate
    return tuple(n), tuple(y), dlts


# ------------------------------------------------------------------------------------------------------- together


def _course(
    plan: LesionPlan, truths: Sequence[LocalTruth], sums: Sequence[_Sums], trials: int, seed: int
) -> LesionCourse:
    either = np.array([compute_participant_rates(plan, truth).either for truth in truths])
    local = np.array([truth.local for truth in truths])
    people = np.array([each.people for each in sums])
    squared = np.array([each.people_squared for each in sums])
    lesions = np.array([each.lesions for each in sums])
    error = np.sqrt(np.maximum(squared - people**2, 0) / trials) if trials else np.zeros_like(people)
    causes = sorted({cause for each in sums for cause in each.causes})
    sizes = sorted({size for each in sums for size in each.size})
    return LesionCourse(
        people=Behaviour(
            rates=either,
            selected=np.array([each.selected for each in sums]),
            unhalted=np.array([each.unhalted for each in sums]),
            participants=people,
            dlts=people * either,  # who is treated does not depend on the own outcome
            total_size={size: np.array([each.size.get(size, 0.0) for each in sums]) for size in sizes},
            causes={cause: np.array([each.causes.get(cause, 0.0) for each in sums]) for cause in causes},
            halts=np.array([each.halts for each in sums]).reshape(len(sums), -1),
            participants_error=error,
            dlts_error=error * either,
            exact=not trials,
            trials=trials,
            seed=seed,
        ),
        lesions=lesions,
        toxic=lesions * local,
    )
