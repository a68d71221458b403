"""How a rule that counts more than toxicities behaves under its scenarios: exact where it can be held, else drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import State
from firstdose.escalation.characteristics import Behaviour
from firstdose.escalation.counted import counts_of_design, more_of, start_of
from firstdose.escalation.counted_paths import endings_of
from firstdose.escalation.truths import GradedTruth, ResponseTruth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.escalation.counted_paths import Endings
    from firstdose.escalation.efficacy_tables import EfficacyTables
    from firstdose.escalation.rule import Rule
    from firstdose.escalation.truths import Truth

HALT = "stopping rule"
ROOM = 20_000_000  # endings there could be; a rule reaches about a tenth of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is counted beside toxicities, a row a scenario: true `rates` (s, doses), and `expected` numbers or scores.

    `words`: (of the true rate, of the expected number); `whole`: units that make 1.
    """

    words: tuple[str, str]
    whole: int
    rates: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True, slots=True)
class _Ends:
    """One scenario as arrays, an ending each; `drawn`: trials, 0 where exact."""

    n: np.ndarray
    y: np.ndarray
    more: np.ndarray
    level: np.ndarray
    cause: tuple[str, ...]
    chance: np.ndarray
    states: int = 0
    drawn: int = 0


def characterise_counted(
    rule: Rule,
    truths: Sequence[Truth],
    *,
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> tuple[Behaviour, Beside]:
    """Behaviour as of any rule, and what is expected of scores or responses."""
    found = []
    for i, truth in enumerate(truths):
        found.append(_ends(rule, truth, trials, seed + i))
        if progress:
            progress((i + 1) / len(truths))
    if any(each.drawn for each in found) and not all(each.drawn for each in found):
        found = [_ends(rule, truth, trials, seed + i, most=0) for i, truth in enumerate(truths)]
    return _behaviour(rule, truths, found, seed), _beside(rule, truths, found)


def _ends(rule: Rule, truth: Truth, trials: int, seed: int, most: int | None = None) -> _Ends:
    compiled = _compiled(rule, truth, trials, seed, drawn=most == 0)
    if compiled is not None:
        return compiled
    outcomes = [truth.one(dose) for dose in range(rule.doses)]
    limit = {} if most is None else {"most": most}
    return _arrays(rule, endings_of(rule, {start_of(rule): 1.0}, outcomes, trials=trials, seed=seed, **limit))


def _arrays(rule: Rule, found: Endings) -> _Ends:
    levels = [rule.select(state) for state in found.ends]
    return _Ends(
        n=np.array([state.participants for state in found.ends]),
        y=np.array([state.dlts for state in found.ends]),
        more=np.array([more_of(state) for state in found.ends]),
        level=np.array([rule.doses if level is None else level for level in levels]),
        cause=found.causes,
        chance=found.chance,
        states=found.states,
        drawn=found.trials,
    )


def _compiled(rule: Rule, truth: Truth, trials: int, seed: int, *, drawn: bool) -> _Ends | None:
    """BOIN12 by its compiled state count under independence, or drawn by the compiled trials; None where it is not compiled."""
    from firstdose.escalation.efficacy import enumerate_efficacy, simulate_efficacy_compiled
    from firstdose.escalation.efficacy_tables import CAUSES, compile_efficacy

    tables = compile_efficacy(rule) if isinstance(truth, ResponseTruth) else None
    if tables is None or not isinstance(truth, ResponseTruth):
        return None
    if not drawn and not truth.correlation and tables.fits and _room(tables) <= ROOM:
        from firstdose.escalation import _compiled as kernel
        from firstdose.escalation import _efficacy

        found = enumerate_efficacy(tables)
        most = int(found.counts[0].max(initial=0))
        powers = [
            kernel.powers(np.asarray(rates, dtype=np.float64), most)
            for rates in (truth.rates, truth.response)
        ]
        chance = _efficacy.chances(found.counts, found.ways, *powers)
        names = tuple(CAUSES[cause] for cause in found.cause)
        level = np.where(found.selected < 0, rule.doses, found.selected)
        n, y, r = found.counts
        return _Ends(n, y, r, level, names, chance, states=found.states)
    rows = simulate_efficacy_compiled(tables, truth.rates, truth.response, trials, seed, truth.correlation)
    doses = rule.doses
    n, y, r = (rows[:, i * doses : (i + 1) * doses] for i in range(3))
    level = np.where(rows[:, -1] < 0, doses, rows[:, -1])
    names = tuple(CAUSES[int(cause)] for cause in rows[:, -2])
    return _Ends(n, y, r, level, names, np.full(trials, 1 / trials), drawn=trials)


def _room(tables: EfficacyTables) -> float:
    """Counts at all levels that a whole trial can end with."""
    one = np.bincount(tables.triples[:, 0], minlength=tables.most + 1).astype(np.float64)
    all_ = np.ones(1)
    for _ in range(tables.doses):
        all_ = np.convolve(all_, one)[: tables.most + 1]
    return float(all_[-1])


def _behaviour(rule: Rule, truths: Sequence[Truth], found: Sequence[_Ends], seed: int) -> Behaviour:
    doses, drawn = rule.doses, found[0].drawn
    halted = [np.array([cause == HALT for cause in each.cause]) for each in found]
    first = [_first_stops(rule, each, at) for each, at in zip(found, halted, strict=True)]
    sizes = [each.n.sum(axis=1) for each in found]
    words = sorted({cause for each in found for cause in each.cause})
    people = np.array([each.chance @ each.n for each in found])
    toxic = np.array([each.chance @ each.y for each in found])
    return Behaviour(
        rates=np.array([truth.rates for truth in truths]),
        selected=np.array([np.bincount(each.level, each.chance, doses + 1) for each in found]),
        unhalted=np.array(
            [
                np.bincount(each.level[~at], each.chance[~at], doses + 1)
                for each, at in zip(found, halted, strict=True)
            ]
        ),
        participants=people,
        dlts=toxic,
        total_size={
            int(size): np.array([e.chance[s == size].sum() for e, s in zip(found, sizes, strict=True)])
            for size in np.unique(np.concatenate(sizes))
        },
        causes={word: np.array([_share(each, word) for each in found]) for word in words},
        halts=np.array(
            [
                [each.chance[at == stop].sum() for stop in range(len(rule.stops))]
                for each, at in zip(found, first, strict=True)
            ]
        ).reshape(len(found), len(rule.stops)),
        participants_error=_error([(each.chance, each.n) for each in found], people, drawn),
        dlts_error=_error([(each.chance, each.y) for each in found], toxic, drawn),
        exact=not drawn,
        trials=drawn,
        seed=seed if drawn else 0,
        states=max(each.states for each in found),
    )


def _share(each: _Ends, word: str) -> float:
    return float(each.chance[np.array([cause == word for cause in each.cause])].sum())


def _first_stops(rule: Rule, each: _Ends, halted: np.ndarray) -> np.ndarray:
    """(m,) number of the first stopping rule that holds where dosing was halted, -1 elsewhere."""
    first = np.full(len(halted), -1)
    for i in np.flatnonzero(halted):
        state = State(tuple(map(int, each.n[i])), tuple(map(int, each.y[i])))
        first[i] = next(place for place, stop in enumerate(rule.stops) if stop.holds(state))
    return first


def _error(found: Sequence[tuple[np.ndarray, np.ndarray]], mean: np.ndarray, drawn: int) -> np.ndarray:
    if not drawn:
        return np.zeros_like(mean)
    squared = np.array([chance @ counts**2 for chance, counts in found])
    return np.asarray(np.sqrt(np.maximum(squared - mean**2, 0) / drawn))


def _beside(rule: Rule, truths: Sequence[Truth], found: Sequence[_Ends]) -> Beside:
    expected = np.array([each.chance @ each.more for each in found])
    if counts_of_design(rule) == "scores":
        scores = [truth for truth in truths if isinstance(truth, GradedTruth)]
        return Beside(
            words=("true mean score", "sum of scores"),
            whole=scores[0].scale.most,
            rates=np.array([truth.scores for truth in scores]),
            expected=expected / scores[0].scale.most,
        )
    rates = [truth.response for truth in truths if isinstance(truth, ResponseTruth)]
    return Beside(
        words=("true response rate", "with response"), whole=1, rates=np.array(rates), expected=expected
    )
