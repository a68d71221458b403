"""A rule as integer tables, where its decisions depend on counts level by level: what the fast engine runs on.

The tables are filled by asking the rule's own parts, so they hold no second reading of the rule; only the order of the
questions is repeated by the engine, and held to `Rule.decide` by tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.designs._kernel.interval import IntervalDesign

if TYPE_CHECKING:
    from firstdose.catalogue.rule import State
    from firstdose.escalation.rule import Rule

MOVES = {"down": -1, "stay": 0, "up": 1}
CAUSES = (
    "stopping rule",
    "all participants treated",
    "all levels too toxic",
    "lowest level too toxic",
    "enough at one level",
)
WATCHED = ("cohort", "dose level", "trial")
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """`move`, `closed`, `unsafe`, `halts_here`: (n, y) of one level; `halts_all`: fewest toxicities that halt, by total.

    `order`: rank of (n, y) among the pairs that can occur, for packing; -1 where it cannot.
    """

    doses: int
    size: int
    alone: int
    watched: int
    most: int
    start: int
    enough: int
    move: np.ndarray
    closed: np.ndarray
    unsafe: np.ndarray
    halts_here: np.ndarray
    halts_all: np.ndarray
    order: np.ndarray
    pairs: np.ndarray
    target: float
    selectable: float

    @property
    def bits(self) -> int:
        """Bits of one level in a packed key."""
        return max(1, int(len(self.pairs) - 1).bit_length())

    @property
    def fits(self) -> bool:
        """Whether a state fits one 63-bit key: all levels, the current level and the open part of a cohort."""
        return self.doses * self.bits + 8 <= 63 and self.doses < 16 and self.size < 16

    def key(self, state: State) -> int:
        """The packed form of a state."""
        key = 0
        for n, y in zip(state.participants, state.dlts, strict=True):
            key = key << self.bits | int(self.order[n, y])
        return key << 8 | state.dose << 4 | state.cohort


def compile_rule(rule: Rule) -> Tables | None:
    """The tables of a rule; None where it has no end, or parts whose answers are not tables of counts."""
    design = rule.design
    if not isinstance(design, IntervalDesign) or rule.most is None:
        return None
    if not all(hasattr(stop, "boundary") for stop in rule.stops):
        return None
    most = rule.most
    shape = (most + 1, most + 1)
    move, closed, unsafe = np.zeros(shape, np.int8), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for n in range(1, most + 1):
        for y in range(n + 1):
            move[n, y] = MOVES[design.decide(n, y)]
            closed[n, y] = design.closes(n, y)
            unsafe[n, y] = design.ends_at_lowest(n, y)
    halts_all = np.full(most + 1, NEVER)
    halts_here = np.zeros(shape, np.bool_)
    for stop in rule.stops:
        for n in range(1, most + 1):
            least = stop.boundary(n)
            if least is None:
                continue
            if stop.pooled:
                halts_all[n] = min(halts_all[n], least)
            else:
                halts_here[n, least:] = True
    pairs = _pairs(rule, most)
    order = np.full(shape, -1, np.int64)
    order[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    return Tables(
        doses=rule.doses,
        size=design.size,
        alone=rule.alone if 0 < rule.alone < design.size else 0,
        watched=WATCHED.index(rule.alone_of),
        most=most,
        start=design.start,
        enough=design.enough_at_one or 0,
        move=move,
        closed=closed,
        unsafe=unsafe,
        halts_here=halts_here,
        halts_all=halts_all,
        order=order,
        pairs=pairs,
        target=design.target,
        selectable=design.selectable,
    )


def _pairs(rule: Rule, most: int) -> np.ndarray:
    """(n, y) that can occur at one level: whole cohorts, parts of them where some come first, the last cut short."""
    size = rule.design.size
    steps = {size, rule.alone} if 0 < rule.alone < size else {size}
    reached = {0}
    for _ in range(most):
        more = {n + step for n in reached for step in steps if n + step <= most}
        if rule.alone:
            more |= {n + size - rule.alone for n in reached if n + size - rule.alone <= most}
        if more <= reached:
            break
        reached |= more
    rest = most % size
    if rest or rule.alone:
        reached = set(range(most + 1))
    return np.array([(n, y) for n in sorted(reached) for y in range(n + 1)], np.int64)
