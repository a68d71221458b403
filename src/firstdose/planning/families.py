"""Tests judged together, trial by trial, by the declared procedure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import load
from firstdose.planning.tallying import rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.catalogue import Alternative, Procedure
    from firstdose.planning.drawing import Floats
    from firstdose.protocol.model import Family, Protocol

SHELF = "methods.multiplicity"
AT_ONCE = 1000  # trials of a procedure that looks at every participant, which takes one trial at a time


@dataclass(frozen=True, slots=True)
class Member:
    """One test of a family in one block, at one number of participants: arrays with one row an effect.

    `p`: (effects, m). `changes`: (effects, m, n), NaN where missing.
    """

    p: Floats
    changes: Floats
    decimals: int | None
    alternative: Alternative


Members = dict[tuple[str, int], list[Member]]
"""What a family names, at which number of participants > its tests: one for each variable of an endpoint."""


@dataclass(frozen=True, slots=True)
class FamilyTally:
    """Counts of trials by family, number of participants and effect.

    `some`: at least one rejected; `every`: all rejected; `wrong`: the one test without effect rejected, the others
    having it (one more axis, by test).
    """

    trials: Floats
    some: Floats
    every: Floats
    wrong: Floats

    def __add__(self, other: FamilyTally) -> FamilyTally:
        return FamilyTally(
            self.trials + other.trials,
            self.some + other.some,
            self.every + other.every,
            self.wrong + other.wrong,
        )


def judge(
    protocol: Protocol, effects: Sequence[float], counts: int, members: Members, first: int
) -> FamilyTally:
    """Every family with all its tests at each effect, and with one of them at none. `first`: number of the first trial."""
    families = tuple(_in_turn(protocol.families))
    most = max((len(found) for found in _tests(families, counts, members)), default=0)
    shape = (len(families), counts, len(effects))
    tally = FamilyTally(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros((*shape, most)))
    for j in range(counts):
        for k in range(len(effects)):
            done: dict[str, Floats] = {}
            for f, family in enumerate(families):
                found = tests_of(family, j, members)
                if found:
                    _judge(tally, protocol, family, (f, j, k), found, done, first)
    return tally


def families_of(protocol: Protocol) -> tuple[Family, ...]:
    """In the order in which they are judged."""
    return tuple(_in_turn(protocol.families))


def tests_of(family: Family, count: int, members: Members) -> list[Member]:
    """Every test of a family; none where one of its members is not simulated, or nothing judges them together."""
    found = [members.get((name, count), []) for name in family.members]
    procedure = load(SHELF).get(family.method.replace(" ", "_"))
    return [test for tests in found for test in tests] if procedure and all(found) else []


def _tests(families: tuple[Family, ...], counts: int, members: Members) -> Iterator[list[Member]]:
    return (tests_of(family, j, members) for family in families for j in range(counts))


def _in_turn(families: Sequence[Family]) -> Iterator[Family]:
    """Families with those that must come before them first; a ring is taken as written."""
    waiting, names = list(families), {each.family for each in families}
    done: set[str] = set()
    while waiting:
        ready = next((each for each in waiting if set(each.after) & names <= done), waiting[0])
        waiting.remove(ready)
        done.add(ready.family)
        yield ready


def _judge(
    tally: FamilyTally,
    protocol: Protocol,
    family: Family,
    place: tuple[int, int, int],
    tests: list[Member],
    done: dict[str, Floats],
    first: int,
) -> None:
    procedure: Procedure = load(SHELF)[family.method.replace(" ", "_")]
    trials = min(len(test.p[0]) for test in tests)
    if procedure.needs == "changes":
        trials = max(0, min(trials, AT_ONCE - first))
    before = [done[name][:trials] for name in family.after if name in done]
    words = words_of(protocol, family, procedure, tests)

    def hits(effects: Sequence[int], of: int | None = None) -> Floats:
        adjusted = _adjusted(procedure, tests, effects, trials, words, of)
        for worst in before:
            adjusted[: len(worst)] = np.maximum(adjusted[: len(worst)], worst[:, None])
        return adjusted

    k = place[2]
    adjusted = hits([k] * len(tests))
    done[family.family] = adjusted.max(axis=1, initial=0.0)
    fell = rejected(adjusted, float(family.alpha))
    tally.trials[place] = trials
    tally.some[place] = fell.any(axis=1).sum()
    tally.every[place] = fell.all(axis=1).sum()
    for number in range(len(tests)):
        mixed = [0 if other == number else k for other in range(len(tests))]
        tally.wrong[(*place, number)] = rejected(hits(mixed, number), float(family.alpha))[:, number].sum()


def words_of(protocol: Protocol, family: Family, procedure: Procedure, tests: list[Member]) -> dict[str, Any]:
    """What the procedure takes beyond p, for families whose members are one test each."""
    words: dict[str, Any] = {"alpha": float(family.alpha)}
    if procedure.needs == "changes":
        words["decimals"] = [test.decimals for test in tests]
        words["alternatives"] = [test.alternative for test in tests]
    if "weights" in procedure.takes and family.weights:
        words["weights"] = [float(weight) for weight in family.weights]
    if "graph" in procedure.takes:
        edges = {(each.source, each.target): float(each.share) for each in protocol.graph if each.family == family.family}  # fmt: skip
        words["graph"] = [
            [edges.get((one, other), 0.0) for other in family.members] for one in family.members
        ]
    return words


def _adjusted(
    procedure: Procedure,
    tests: list[Member],
    effects: Sequence[int],
    trials: int,
    words: Mapping[str, Any],
    of: int | None,
) -> Floats:
    """(trials, tests), 1 where nothing is rejected: no p is at most alpha, or one is missing.

    An adjusted p is never below its p. `of`: the one test that is looked at.
    """
    p = np.stack([test.p[k][:trials] for test, k in zip(tests, effects, strict=True)], axis=1)
    found = np.ones(p.shape)
    if procedure.needs == "changes":
        moved = np.stack([test.changes[k][:trials] for test, k in zip(tests, effects, strict=True)], axis=2)
        for trial in range(trials):
            found[trial] = procedure.adjust(moved[trial], **words)
        return found
    known: dict[tuple[float, ...], list[float]] = {}  # exact tests have few different p
    small = rejected(p if of is None else p[:, [of]], words["alpha"]).any(axis=1)
    for row in np.flatnonzero(small & ~np.isnan(p).any(axis=1)):
        values = tuple(p[row].tolist())
        if values not in known:
            known[values] = procedure.adjust(list(values), **words)
        found[row] = known[values]
    return found
