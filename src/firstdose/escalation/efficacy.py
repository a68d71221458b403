"""Designs that weigh toxicity and response: every path in plain Python, the compiled enumeration, and drawn trials.

Under independence the number of ways to an ending depends on neither rate, as for toxicity alone. With correlation, or
beyond what can be held, trials are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End, State, Treat
from firstdose.designs._kernel.utilities import EfficacyState, efficacy_start, with_responses
from firstdose.escalation.efficacy_tables import CAUSES
from firstdose.escalation.paths import Ending, Paths, follow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.escalation.efficacy_tables import EfficacyTables
    from firstdose.escalation.rule import Rule

_RESPONSES = 1 << 42


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyCharacteristics:
    """Under one scenario: `selected` (doses + 1), none last; expected `participants`, `dlts`, `responses` (doses).

    `causes`: why it ended > probability; `total`: probability of everything, 1; `trials`: 0 where exact.
    """

    selected: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    responses: np.ndarray
    causes: dict[str, float]
    total: float
    trials: int = 0


def follow_both(rule: Rule, state: EfficacyState, step: Treat, dlts: int, responses: int) -> EfficacyState:
    """The state after a step with so many toxicities and responses."""
    reached = with_responses(follow(rule, state, step, dlts))
    return reached.responded(step.dose, responses)


def enumerate_efficacy_paths(rule: Rule, begin: EfficacyState | None = None) -> Paths:
    """Layer by layer in plain Python: the oracle of the compiled enumeration. Ways are those of independence."""
    layer: dict[State, int] = {begin or efficacy_start(rule.doses): 1}
    endings: dict[State, Ending] = {}
    states = 0
    while layer:
        following: dict[State, int] = {}
        for state, ways in layer.items():
            step = rule.decide(state)
            if isinstance(step, End):
                known = endings[state].ways if state in endings else 0
                endings[state] = Ending(state, step, rule.select(state), known + ways)
                continue
            for reached, more in _outcomes(rule, with_responses(state), step):
                following[reached] = following.get(reached, 0) + ways * more
        states += len(following)
        layer = following
    return Paths(tuple(endings.values()), states)


def _outcomes(rule: Rule, state: EfficacyState, step: Treat) -> Iterator[tuple[EfficacyState, int]]:
    count = step.participants
    for dlts in range(count + 1):
        for responses in range(count + 1):
            yield follow_both(rule, state, step, dlts, responses), comb(count, dlts) * comb(count, responses)


def probability(ending: Ending, toxicity: Sequence[float], response: Sequence[float]) -> float:
    """Of one ending under independent rates."""
    state = with_responses(ending.state)
    p = ending.probability(toxicity)
    for n, r, rate in zip(state.participants, state.responses, response, strict=True):
        p *= rate**r * (1 - rate) ** (n - r)
    return p


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyPolynomial:
    """All endings: `counts` (3, m, doses) of participants, toxicities and responses, ways, cause, selected (-1: none)."""

    counts: np.ndarray
    ways: np.ndarray
    cause: np.ndarray
    selected: np.ndarray
    states: int


def enumerate_efficacy(tables: EfficacyTables) -> EfficacyPolynomial:
    """Every ending of the compiled rule.

    Raises:
        ValueError: a state does not fit the key (`EfficacyTables.fits`).
    """
    from firstdose.escalation import _efficacy

    if not tables.fits:
        raise ValueError(
            "a state of this rule does not fit one key: use fewer levels, or draw trials at random"
        )
    counts, ways, cause, selected, states = _efficacy.enumerate_layers(tables)
    return EfficacyPolynomial(counts=counts, ways=ways, cause=cause, selected=selected, states=states)


def evaluate_efficacy(
    polynomial: EfficacyPolynomial, toxicity: Sequence[float], response: Sequence[float]
) -> EfficacyCharacteristics:
    """The exact characteristics under independent true rates of toxicity and of response."""
    from firstdose.escalation import _compiled, _efficacy

    most = int(polynomial.counts[0].max(initial=0))
    tables = [_compiled.powers(np.asarray(rates, dtype=np.float64), most) for rates in (toxicity, response)]
    p = _efficacy.chances(polynomial.counts, polynomial.ways, *tables)
    doses = polynomial.counts.shape[2]
    chosen = np.where(polynomial.selected < 0, doses, polynomial.selected)
    causes = np.bincount(polynomial.cause, weights=p, minlength=len(CAUSES))
    return EfficacyCharacteristics(
        selected=np.bincount(chosen, weights=p, minlength=doses + 1),
        participants=p @ polynomial.counts[0],
        dlts=p @ polynomial.counts[1],
        responses=p @ polynomial.counts[2],
        causes={name: float(share) for name, share in zip(CAUSES, causes, strict=True) if share},
        total=float(p.sum()),
    )


def response_after(
    toxicity: Sequence[float], response: Sequence[float], correlation: float = 0.0
) -> np.ndarray:
    """(2, doses) probability of response without and with toxicity, at this correlation of the two.

    Raises:
        ValueError: no two outcomes with these rates have that correlation.
    """
    found = np.zeros((2, len(toxicity)))
    for d, (t, e) in enumerate(zip(toxicity, response, strict=True)):
        both = t * e + correlation * sqrt(t * (1 - t) * e * (1 - e))
        if not max(0.0, t + e - 1) - 1e-12 <= both <= min(t, e) + 1e-12:
            raise ValueError(f"rates of {t:g} and {e:g} cannot have a correlation of {correlation:g}")
        found[0, d] = (e - both) / (1 - t) if t < 1 else 0.0
        found[1, d] = both / t if t > 0 else 0.0
    return found


def simulate_efficacy(
    rule: Rule,
    toxicity: Sequence[float],
    response: Sequence[float],
    trials: int,
    seed: int = 1,
    correlation: float = 0.0,
) -> np.ndarray:
    """(trials, 3 doses + 1): participants, toxicities, responses of each level, and selected level (-1: none).

    Any rule, asked step by step; the same random numbers as the compiled trials.
    """
    after = response_after(toxicity, response, correlation)
    rows = [_drawn(rule, toxicity, after, seed, trial) for trial in range(trials)]
    return np.array(
        [
            (*state.participants, *state.dlts, *state.responses, -1 if level is None else level)
            for state, level in rows
        ]
    )


def _drawn(
    rule: Rule, toxicity: Sequence[float], after: np.ndarray, seed: int, trial: int
) -> tuple[EfficacyState, int | None]:
    from firstdose.escalation._random import uniform

    state, draw = efficacy_start(rule.doses), 0
    while not isinstance(step := rule.decide(state), End):
        drawn = range(draw, draw + step.participants)
        toxic = [int(uniform(seed, trial, i) < toxicity[step.dose]) for i in drawn]
        responded = [
            uniform(seed, trial, _RESPONSES + i) < after[t, step.dose]
            for i, t in zip(drawn, toxic, strict=True)
        ]
        state = follow_both(rule, state, step, sum(toxic), sum(responded))
        draw += step.participants
    return state, rule.select(state)


def simulate_efficacy_compiled(
    tables: EfficacyTables,
    toxicity: Sequence[float],
    response: Sequence[float],
    trials: int,
    seed: int = 1,
    correlation: float = 0.0,
) -> np.ndarray:
    """(trials, 3 doses + 2): as `simulate_efficacy` with the cause, an index of `CAUSES`, before the selected level."""
    from firstdose.escalation import _efficacy

    after = response_after(toxicity, response, correlation)
    return _efficacy.simulate(tables, after, np.asarray(toxicity, dtype=np.float64), trials, seed)


def summarise(drawn: np.ndarray, doses: int) -> EfficacyCharacteristics:
    """Shares and means of compiled trials."""
    trials = len(drawn)
    chosen = np.where(drawn[:, -1] < 0, doses, drawn[:, -1])
    why = np.bincount(drawn[:, -2], minlength=len(CAUSES)) / trials
    n, y, r = (drawn[:, i * doses : (i + 1) * doses].mean(axis=0) for i in range(3))
    return EfficacyCharacteristics(
        selected=np.bincount(chosen, minlength=doses + 1) / trials,
        participants=n,
        dlts=y,
        responses=r,
        causes={name: float(share) for name, share in zip(CAUSES, why, strict=True) if share},
        total=1.0,
        trials=trials,
    )
