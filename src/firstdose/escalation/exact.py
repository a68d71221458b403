"""Exact operating characteristics: layers of merged states by a compiled kernel, then one polynomial for all scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from firstdose.escalation.tables import Tables

Floats = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial:
    """All endings of a rule: counts (m, doses), number of ways, cause, selected level (-1: none), in order of key.

    The probability of ending i under rates p is ways[i] x prod p^y (1 - p)^(n - y); the ways do not depend on p.
    """

    participants: np.ndarray
    dlts: np.ndarray
    ways: np.ndarray
    cause: np.ndarray
    selected: np.ndarray
    states: int

    @property
    def doses(self) -> int:
        return int(self.participants.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """One row a scenario. `selected` (s, doses + 1): probability of each level, none last; `causes` (s, causes).

    `participants`, `dlts` (s, doses): expected numbers; `total` (s,): probability of everything, 1.
    """

    rates: np.ndarray
    selected: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    causes: np.ndarray
    total: np.ndarray


def enumerate_exact(tables: Tables) -> Polynomial:
    """Every ending of the compiled rule."""
    from firstdose.escalation import _compiled

    ends_n, ends_y, ways, cause, selected, states = _compiled.enumerate_layers(tables)
    return Polynomial(
        participants=ends_n, dlts=ends_y, ways=ways, cause=cause, selected=selected, states=states
    )


def evaluate(polynomial: Polynomial, rates: npt.ArrayLike) -> Characteristics:
    """The characteristics under each row of true toxicity rates, (doses,) or (scenarios, doses)."""
    from firstdose.escalation import _compiled

    scenarios = np.atleast_2d(np.asarray(rates, dtype=np.float64))
    if scenarios.shape[1] != polynomial.doses:
        raise ValueError(f"a rate a level is needed: {polynomial.doses}, not {scenarios.shape[1]}")
    selected, participants, dlts, causes, total = _compiled.evaluate(polynomial, scenarios)
    return Characteristics(
        rates=scenarios,
        selected=selected,
        participants=participants,
        dlts=dlts,
        causes=causes,
        total=total,
    )
