"""From random numbers to the arrays that a method is given, as the records would become arrays in the real analysis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.planning.drawing import normals, uniforms

if TYPE_CHECKING:
    from firstdose.planning.assumptions import Assumptions
    from firstdose.planning.drawing import Bools, Floats, Ints
    from firstdose.planning.questions import Outcome, Question
    from firstdose.protocol.model import Protocol

_OF_LOGARITHMS = math.sqrt(math.expm1(1.0) * math.e)  # standard deviation of exp(z)


@dataclass(frozen=True, slots=True)
class Block:
    """Where random numbers come from: m trials of n participants, the block's number, the seed."""

    seed: int
    number: int
    trials: int
    participants: int

    def normals(self, stream: str, *shape: int) -> Floats:
        """Shape (m, n, *shape)."""
        return normals(self.seed, stream, self.number, (self.trials, self.participants, *shape))


def draw_missed(block: Block, protocol: Protocol, chance: float) -> dict[str, Bools]:
    """Visit > (m, n), true where it is missed; the same for every endpoint. Never missed: visits up to day 0."""
    shape = (block.trials, block.participants)
    return {
        visit.visit: np.asarray(uniforms(block.seed, f"missed {visit.visit}", block.number, shape) < chance)
        for visit in protocol.visits
        if visit.day > 0 and chance > 0
    }


def draw_scores(block: Block, outcome: Outcome, assumed: Assumptions) -> Floats:
    """Standard normal scores (m, n, lesions, times), correlated between times, lesions and endpoints as assumed."""
    times, most = max(len(outcome.visits), 1), _most_lesions(block, outcome, assumed)
    common = _at_times(
        block.normals("common", 1)[..., 0],
        np.stack([block.normals(f"common {visit}", 1)[..., 0] for visit in outcome.visits or ("",)], axis=-1),
        assumed.between_times,
    )
    drawn = block.normals(f"own {outcome.name}", 1 + times)
    own = _at_times(drawn[..., 0], drawn[..., 1:], assumed.between_times)
    mine = _mixed(common, own, assumed.between_endpoints)[:, :, None, :]
    if not outcome.per_lesion:
        return mine
    drawn = block.normals(f"lesions {outcome.name}", most, 1 + times)
    return _mixed(mine, _at_times(drawn[..., 0], drawn[..., 1:], assumed.between_times), assumed.icc)


def _most_lesions(block: Block, outcome: Outcome, assumed: Assumptions) -> int:
    counts = [assumed.lesions_of(i) for i in range(block.participants)]
    return max(counts) if outcome.per_lesion else 1


def _at_times(lasting: Floats, each: Floats, correlation: float) -> Floats:
    return _mixed(lasting[..., None], each, correlation)


def _mixed(shared: Floats, own: Floats, correlation: float) -> Floats:
    """Values with this correlation through what they share."""
    return np.asarray(math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own)


def effect_sd(question: Question, assumed: Assumptions, n: int) -> float:
    """The standard deviation that an effect is measured in, for values of variance 1.

    Of a participant's change, lesions reduced to their mean; of the value itself where groups are compared at one time.
    """
    rho, icc = assumed.between_times, assumed.icc
    shared = float if question.logarithmic else assumed.shared
    total = 0.0
    for m in lesion_counts(question.outcome, assumed, n):
        value = (1 + (m - 1) * shared(icc)) / m
        change = 2 * (value - (shared(rho) + (m - 1) * shared(rho * icc)) / m)
        total += value if question.outcome_at_one_time else change
    return math.sqrt(total / n)


def shape_values(
    scores: Floats, question: Question, assumed: Assumptions, n: int, effects: tuple[float, ...]
) -> Floats:
    """Values of the first n participants as recorded, one block an effect: (effects, m, n, lesions, times)."""
    outcome = question.outcome
    unit = question.sign * effect_sd(question, assumed, n)
    pattern = _pattern(question, n, scores.shape[-2], scores.shape[-1])
    shift = unit * np.array(effects)[:, None, None, None, None] * pattern
    scores = scores[None, :, :n]
    if question.logarithmic:
        return np.asarray(np.exp(scores + shift))
    if outcome.binary:
        return np.asarray(scores + shift > 0, dtype=np.float64)
    if assumed.shape == "lognormal":
        scores = (np.exp(scores) - math.exp(0.5)) / _OF_LOGARITHMS
    values = outcome.sd * (scores + shift)
    return values if outcome.places is None else np.asarray(np.round(values, outcome.places))


def _pattern(question: Question, n: int, lesions: int, times: int) -> Floats:
    """The share of the effect of each participant, lesion and time: growing over times, and over groups compared."""
    growing = np.linspace(0.0, 1.0, times) if times > 1 else np.ones(1)
    share = np.ones((n, lesions))
    divided = question.compared
    if divided:
        code = np.arange(n)[:, None] + (
            np.arange(lesions) if divided is question.within else np.zeros(lesions)
        )
        share = code % len(divided.levels) / max(len(divided.levels) - 1, 1)
    return np.asarray(np.multiply.outer(share, growing))


def lesion_counts(outcome: Outcome, assumed: Assumptions, n: int) -> Ints:
    """Lesions of each participant, (n,)."""
    return np.array([assumed.lesions_of(i) if outcome.per_lesion else 1 for i in range(n)])


def reduce_lesions(values: Floats, counts: Ints, question: Question) -> Floats:
    """(..., n, lesions, times) > (..., n, cells): lesions as their mean or worst, for each level of what lies within."""
    place = np.arange(values.shape[-2])
    there = place < counts[:, None]
    if question.within is None:
        return _reduced(values, there, question.outcome.nested)
    level = (place + np.arange(len(counts))[:, None]) % len(question.within.levels)
    parts = [
        _reduced(values, there & (level == g), question.outcome.nested)
        for g in range(len(question.within.levels))
    ]
    return np.concatenate(parts, axis=-1)


def _reduced(values: Floats, there: Bools, nested: str) -> Floats:
    """NaN where a participant has no such lesion."""
    if values.shape[-2] == 1 and there.all():
        return values[..., 0, :]
    mask, count = there[..., None], there.sum(axis=1)[:, None]
    if nested == "participant worst":
        found = np.where(mask, values, -np.inf).max(axis=-2)
    else:
        found = np.where(mask, values, 0.0).sum(axis=-2) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, found, np.nan))


def missing_of(outcome: Outcome, missed: dict[str, Bools], m: int, n: int) -> Bools:
    """(m, n, times), true where the value is missing."""
    none = np.zeros((m, n), dtype=bool)
    columns = [missed[visit][:, :n] if visit in missed else none for visit in outcome.visits or ("",)]
    return np.stack(columns, axis=-1)
