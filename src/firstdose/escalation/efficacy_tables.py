"""A rule that weighs toxicity and response as tables of counts of one level, filled by asking the rule's own parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.designs.boin12 import Boin12
from firstdose.escalation.tables import MOVES, NEVER

if TYPE_CHECKING:
    from firstdose.escalation.rule import Rule

CAUSES = ("stopping rule", "all participants treated", "enough at one level", "no admissible level")
LOWER = ("next lower", "stay", "go", "end", "end without level")


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyTables:
    """A rule as tables of (n, y), (n, r) and (n, y, r) of one level; `order` and `triples` pack them.

    `switches`: closes above, score from, lower, explore, cap, cap of any level, higher on ties, selection by score.
    """

    doses: int
    size: int
    most: int
    start: int
    limit: float
    move: np.ndarray
    closed: np.ndarray
    futile: np.ndarray
    never: np.ndarray
    score: np.ndarray
    mean: np.ndarray
    halts_all: np.ndarray
    halts_here: np.ndarray
    order: np.ndarray
    triples: np.ndarray
    switches: tuple[int, ...]

    @property
    def bits(self) -> int:
        """Bits of one level in a packed key."""
        return max(1, int(len(self.triples) - 1).bit_length())

    @property
    def fits(self) -> bool:
        """Whether a state fits one 63-bit key."""
        return self.doses * self.bits + 8 <= 63 and self.doses < 15


def compile_efficacy(rule: Rule) -> EfficacyTables | None:
    """The tables of a rule; None where it has no end, a sentinel, or parts whose answers are not tables of counts."""
    design, most = rule.design, rule.most
    if not isinstance(design, Boin12) or most is None or 0 < rule.alone < design.size:
        return None
    if not all(hasattr(stop, "boundary") for stop in rule.stops):
        return None
    shape = (most + 1, most + 1)
    pairs = [(n, y) for n in range(1, most + 1) for y in range(n + 1)]
    move, closed, futile = np.zeros(shape, np.int8), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for n, y in pairs:
        move[n, y] = MOVES[design.boundary(n, y)]
        closed[n, y], futile[n, y] = design.closes(n, y), design.futile(n, y)
    triples = _triples(most, design.size)
    order, score = np.full((*shape, most + 1), -1, np.int64), np.zeros((*shape, most + 1))
    mean = np.zeros_like(score)
    for place, (n, y, r) in enumerate(triples):
        order[n, y, r] = place
        score[n, y, r] = design.utility.score(int(n), int(y), int(r), design.benchmark)
        mean[n, y, r] = design.utility.mean(int(n), int(y), int(r))
    halts_all, halts_here = _halts(rule, most)
    return EfficacyTables(
        doses=rule.doses,
        size=design.size,
        most=most,
        start=design.start,
        limit=design.limit,
        move=move,
        closed=closed,
        futile=futile,
        never=np.zeros(shape, np.bool_),
        score=score,
        mean=mean,
        halts_all=halts_all,
        halts_here=halts_here,
        order=order,
        triples=triples,
        switches=_switches(design),
    )


def _switches(design: Boin12) -> tuple[int, ...]:
    return (
        int(design.closes_above),
        design.score_from,
        LOWER.index(design.lower),
        design.explore_from or 0,
        design.most_at_one or 0,
        int(design.cap == "any level"),
        int(design.ties == "higher"),
        int(design.selection == "score"),
    )


def _triples(most: int, size: int) -> np.ndarray:
    """(n, y, r) that can occur at one level: whole cohorts, the last cut short."""
    sizes = set(range(0, most + 1, size))
    if rest := most % size:
        sizes |= {n + rest for n in sizes if n + rest <= most}
    return np.array([(n, y, r) for n in sorted(sizes) for y in range(n + 1) for r in range(n + 1)], np.int64)


def _halts(rule: Rule, most: int) -> tuple[np.ndarray, np.ndarray]:
    together, here = np.full(most + 1, NEVER), np.zeros((most + 1, most + 1), np.bool_)
    for stop in rule.stops:
        for n in range(1, most + 1):
            least = stop.boundary(n)
            if least is not None and stop.pooled:
                together[n] = min(together[n], least)
            elif least is not None:
                here[n, least:] = True
    return together, here
