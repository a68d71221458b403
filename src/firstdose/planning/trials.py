"""One block of simulated trials: every declared test at every number of participants and every effect."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from firstdose.planning.answering import Answers, answer
from firstdose.planning.assumptions import assumptions_of
from firstdose.planning.families import FamilyTally, Member, Members, judge
from firstdose.planning.layouts import change_weights, truth_of
from firstdose.planning.questions import SHARES, Question, carried_out, questions_of
from firstdose.planning.shaping import (
    Block,
    draw_missed,
    draw_scores,
    effect_sd,
    lesion_counts,
    missing_of,
    reduce_lesions,
    shape_values,
)
from firstdose.planning.tallying import SUMS, tally
from firstdose.protocol.feasibility import counts_of

if TYPE_CHECKING:
    from firstdose.planning.assumptions import Assumptions, Shape
    from firstdose.planning.drawing import Bools, Floats, Ints
    from firstdose.protocol.model import Protocol

LARGEST = 1000  # trials of a block
VALUES = 400_000  # of one endpoint and effect in a block: what fits a processor's cache and memory
LOOPED = 500  # trials of a method that can only be asked one by one, and of intervals found by search
POINTS = ("p", "estimate")
_DIFFERENCES = ("difference", "shift", "change")


@dataclass(frozen=True)
class Study:
    """What is simulated; small, and the same wherever it is sent."""

    protocol: Protocol
    trials: int
    seed: int
    shape: Shape
    effects: tuple[float, ...]

    @cached_property
    def assumed(self) -> Assumptions:
        return assumptions_of(self.protocol, self.shape)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        return counts_of(self.protocol)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(each for each in questions_of(self.protocol) if each.method.design not in SHARES)

    @cached_property
    def block_size(self) -> int:
        """Trials of a block: follows from the protocol alone, so that nothing else moves a random number."""
        times = max((len(each.outcome.visits) for each in self.questions), default=1)
        values = self.counts[0] * self.assumed.lesions[1] * times
        return max(1, min(LARGEST, VALUES // values))

    @property
    def blocks(self) -> int:
        return math.ceil(self.trials / self.block_size)

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class BlockTally:
    """Sums (questions, counts, effects, SUMS), and what became of the families."""

    sums: Floats
    families: FamilyTally

    def __add__(self, other: BlockTally) -> BlockTally:
        return BlockTally(self.sums + other.sums, self.families + other.families)


def run_block(study: Study, number: int) -> BlockTally:
    """The trials of one block; the last may be cut."""
    size = study.block_size
    block = Block(study.seed, number, size, study.counts[0])
    kept = min(size, study.trials - number * size)
    missed = draw_missed(block, study.protocol, study.assumed.missed)
    draws = Draws(study, block, kept, {visit: gone[:kept] for visit, gone in missed.items()})
    shape = (len(study.questions), len(study.counts), len(study.effects))
    sums, members = np.zeros((*shape, len(SUMS))), Members()
    for i, question in enumerate(study.questions):
        for j, n in enumerate(study.counts):
            asked = carried_out(question, n)
            if asked is None:
                continue
            answers = _ask(draws, asked, n)
            for k, each in enumerate(answers):
                sums[i, j, k] = tally(each, question.alpha, *measure_of(study, asked, n, k, each.named))
            for name in (question.test, *question.judged) if question.in_family else ():
                members.setdefault((name, j), []).append(_member(draws, asked, n, name, answers))
    return BlockTally(sums, judge(study.protocol, study.effects, len(study.counts), members, draws.first))


@dataclass(frozen=True, slots=True)
class Draws:
    """The outcomes of one block, made once for all analyses of an endpoint; `kept`: trials that count."""

    study: Study
    block: Block
    kept: int
    missed: dict[str, Bools]
    scores: dict[str, Floats] = field(default_factory=dict)
    values: dict[tuple[object, ...], Floats] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Number of the first trial, from 0."""
        return self.block.number * self.study.block_size

    def recorded(self, question: Question, n: int) -> Floats:
        """(effects, kept, n, lesions, times)."""
        outcome, assumed = question.outcome, self.study.assumed
        if outcome.name not in self.scores:
            self.scores.clear()
            self.values.clear()
            self.scores[outcome.name] = draw_scores(self.block, outcome, assumed)[: self.kept]
        key = (outcome, question.sign, question.logarithmic, question.compared, n)
        if key not in self.values:
            scores = self.scores[outcome.name]
            self.values[key] = shape_values(scores, question, assumed, n, self.study.effects)
        return self.values[key]


def _ask(draws: Draws, question: Question, n: int) -> list[Answers]:
    """One for each effect; all effects are asked together.

    Exact intervals are found by inverting the test again and again: they are asked for in the first trials without
    effect only.
    """
    values, counts = draws.recorded(question, n), lesion_counts(question.outcome, draws.study.assumed, n)
    missing = missing_of(question.outcome, draws.missed, draws.kept, n)
    m = draws.kept if question.method.many else max(0, min(draws.kept, LOOPED - draws.first))
    if m == 0:
        return [Answers.none(0, question.judged) for _ in draws.study.effects]
    if question.method.design == "association":
        together = _with_other(draws, question, values[0, :m], counts)
    else:
        together = values[:, :m].reshape(-1, *values.shape[2:])
        if question.method.design != "nested":
            together = reduce_lesions(together, counts, question)
    gone = np.concatenate([missing[:m]] * len(values))
    if not question.method.exact:
        return answer(question, together, gone, counts).split(len(values))
    found = answer(question, together, gone, counts, POINTS).split(len(values))
    few = max(0, min(m, LOOPED - draws.first))
    if few:
        found[0].limits[:, :few] = answer(question, together[:few], gone[:few], counts).limits
    return found


def _with_other(draws: Draws, question: Question, values: Floats, counts: Ints) -> Floats:
    """(effects x m, n, times, 2): beside the measure another that depends on it with the effect as slope, in its sd."""
    own = reduce_lesions(values, counts, question) / question.outcome.sd
    outcome = replace(question.outcome, name=f"{question.outcome.name} against", per_lesion=False)
    apart = replace(draws.study.assumed, between_endpoints=0.0)
    other = draw_scores(draws.block, outcome, apart)[: len(own), : own.shape[1], 0]
    pairs = [np.stack([own, effect * own + other], axis=-1) for effect in draws.study.effects]
    return np.concatenate(pairs)


def _member(draws: Draws, question: Question, n: int, name: str, answers: list[Answers]) -> Member:
    """What a family needs of one test: its p and each participant's change, NaN where it is missing."""
    values = draws.recorded(question, n)
    reduced = reduce_lesions(values, lesion_counts(question.outcome, draws.study.assumed, n), question)
    gone = missing_of(question.outcome, draws.missed, draws.kept, n)
    weights = change_weights(question, name, reduced.shape[-1])
    apart = np.where(weights != 0, weights, np.nan)
    gone = np.tile(gone, reduced.shape[-1] // gone.shape[-1])
    moved = np.where(np.isnan(apart), 0.0, np.where(gone, np.nan, reduced) * weights).sum(axis=-1)
    exact = bool(set(np.abs(weights)) <= {0.0, 1.0})
    return Member(
        p=np.stack([each.lines.get(name, each.p) for each in answers]),
        changes=np.asarray(moved),
        decimals=question.decimals if exact else None,
        alternative=question.alternative,
    )


def measure_of(
    study: Study, question: Question, n: int, effect: int, named: str
) -> tuple[float | None, float]:
    """(the true value behind an interval, the unit of its width): None where no true value follows from the effect."""
    unit = effect_sd(question, study.assumed, n)
    change = question.sign * study.effects[effect] * unit
    if question.logarithmic:
        return (math.exp(change), unit) if "ratio" in named else (None, 1.0)
    share = _share_of_change(question, named)
    sd = question.outcome.sd
    return (None, 1.0) if share is None else (share * change * sd, unit * sd)


def _share_of_change(question: Question, named: str) -> float | None:
    """Which part of the effect an estimate of that name measures; None where it measures something else."""
    if question.outcome.binary or question.method.design in {"between", "association"}:
        return None
    if question.method.design == "longitudinal" and (found := truth_of(question, named)) is not None:
        return found
    if not any(word in named for word in _DIFFERENCES):
        return None
    return 1 / (len(question.compared.levels) - 1) if question.compared else 1.0
