"""Exact operating characteristics: layers of merged states by a compiled kernel, then one polynomial for all scenarios.

The number of ways to an ending does not depend on the true rates, so a rule is enumerated once. Scenarios, averages
over Beta priors, gradients and worst cases over regions are then sums over the endings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import start_state
from firstdose.escalation.tables import CAUSES

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.rule import State
    from firstdose.escalation.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial:
    """All endings of a rule: counts (m, doses), number of ways, cause, selected level (-1: none), in order of counts.

    The probability of ending i under rates p is ways[i] x prod p^y (1 - p)^(n - y), with n and y counted from `begin` on.
    """

    begin: State
    participants: np.ndarray
    dlts: np.ndarray
    ways: np.ndarray
    cause: np.ndarray
    selected: np.ndarray
    states: int
    causes: tuple[str, ...] = CAUSES

    def only(self, those: np.ndarray) -> Polynomial:
        """Some of the endings, by a truth for each."""
        return replace(
            self,
            participants=self.participants[those],
            dlts=self.dlts[those],
            ways=self.ways[those],
            cause=self.cause[those],
            selected=self.selected[those],
        )

    @property
    def doses(self) -> int:
        return int(self.participants.shape[1])

    @property
    def most(self) -> int:
        """Participants at one level in any ending."""
        return int(self.participants.max(initial=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """One row a scenario. `selected` (s, doses + 1): probability of each level, none last; `causes` (s, causes).

    `participants`, `dlts` (s, doses): expected numbers; `total` (s,): probability of everything, 1.
    """

    selected: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    causes: np.ndarray
    total: np.ndarray


def enumerate_exact(tables: Tables, begin: State | None = None) -> Polynomial:
    """Every ending of the compiled rule, from the start or from any state of a running trial.

    Raises:
        ValueError: a state does not fit the key (`Tables.fits`).
    """
    from firstdose.escalation import _compiled

    if not tables.fits:
        raise ValueError(
            "a state of this rule does not fit one key: use fewer levels, or draw trials at random"
        )
    first = begin or start_state(tables.doses, tables.start)
    n, y, ways, cause, selected, states = _compiled.enumerate_layers(tables, tables.key(first))
    return Polynomial(
        begin=first, participants=n, dlts=y, ways=ways, cause=cause, selected=selected, states=states
    )


@dataclass(frozen=True, slots=True)
class Size:
    """Reachable states and bytes in use at most; `counted`: exact, because the trial is small, else predicted."""

    states: int
    bytes: int
    counted: bool


PILOT = 100_000  # states that are enumerated to predict the rest
FEWEST = 4  # cohorts that show how layers grow
BYTES = 120  # a state of the widest layer, with what it expands to and the sort


def predict_size(tables: Tables) -> Size:
    """How large the enumeration will be, before it is run.

    Layers grow like a power of their number whose exponent itself settles like 1 / number: both are read off the first
    layers and carried on to the last.
    """
    from firstdose.escalation import _compiled

    looks = 2 if tables.alone else 1  # layers a cohort
    last = -(-tables.most // tables.size)
    sizes: list[int] = []
    for number, (keys, _, _) in enumerate(
        _compiled.layers(tables, tables.key(start_state(tables.doses, tables.start)))
    ):
        if number % looks == 0:
            if sum(sizes) > PILOT and len(sizes) >= FEWEST:
                break
            sizes.append(0)
        sizes[-1] += len(keys)
    else:
        return Size(sum(sizes), BYTES * max(sizes), counted=True)
    while len(sizes) < last:
        sizes.append(_next_size(sizes))
    return Size(sum(sizes), BYTES * max(sizes), counted=False)


def _next_size(sizes: list[int]) -> int:
    k = len(sizes) + 1

    def exponent(back: int) -> float:
        number = len(sizes) - back
        grown = sizes[number - 1] / sizes[number - 2]
        return float(np.log(grown) / np.log(number / (number - 1)))

    now, before = exponent(0), exponent(1)
    change = (now - before) * (k - 1) * (k - 2)  # exponent = settled - change / number
    grown = max(0.0, now + change * (1 / (k - 1) - 1 / k))
    following: float = sizes[-1] * (k / (k - 1)) ** grown
    return max(1, round(following))


def evaluate(polynomial: Polynomial, rates: npt.ArrayLike, *, with_numbers: bool = True) -> Characteristics:
    """The characteristics under each row of true toxicity rates, (doses,) or (scenarios, doses).

    `with_numbers`: expected participants and toxicities too, which take twice as long.
    """
    from firstdose.escalation import _compiled

    values, index = np.unique(_scenarios(polynomial, rates), return_inverse=True)
    table = _compiled.powers(values, polynomial.most)
    return _walked(polynomial, table, index.reshape(-1, polynomial.doses), with_numbers=with_numbers)


def average(polynomial: Polynomial, a: npt.ArrayLike, b: npt.ArrayLike) -> Characteristics:
    """The characteristics averaged over independent Beta(a_d, b_d) rates, in closed form; a and b as rates in `evaluate`."""
    from scipy import special

    first, second = _scenarios(polynomial, a), _scenarios(polynomial, b)
    pairs = np.column_stack([first.ravel(), second.ravel()])
    distinct, index = np.unique(pairs, axis=0, return_inverse=True)
    n, y = np.mgrid[: polynomial.most + 1, : polynomial.most + 1][..., None]
    inside = y <= n
    more = np.where(inside, n - y, 0)
    table = np.exp(
        special.betaln(distinct[:, 0] + y, distinct[:, 1] + more)
        - special.betaln(distinct[:, 0], distinct[:, 1])
    )
    return _walked(polynomial, np.where(inside, table, 0.0), index.reshape(-1, polynomial.doses))


def gradient_of_selection(polynomial: Polynomial, rates: npt.ArrayLike) -> np.ndarray:
    """(doses + 1, doses): derivative of the probability of selecting each level, none last, by each true rate."""
    p = np.clip(_scenarios(polynomial, rates)[0], 1e-12, 1 - 1e-12)
    n, y = _counted(polynomial)
    weight = polynomial.ways * np.exp(y @ np.log(p) + (n - y) @ np.log1p(-p))
    slope = weight[:, None] * (y / p - (n - y) / (1 - p))
    found = np.zeros((polynomial.doses + 1, polynomial.doses))
    np.add.at(found, polynomial.selected.astype(int), slope)
    return found


def _scenarios(polynomial: Polynomial, rates: npt.ArrayLike) -> np.ndarray:
    scenarios = np.atleast_2d(np.asarray(rates, dtype=np.float64))
    if scenarios.shape[1] != polynomial.doses:
        raise ValueError(f"one number a level is needed: {polynomial.doses}, not {scenarios.shape[1]}")
    return scenarios


def _counted(polynomial: Polynomial) -> tuple[np.ndarray, np.ndarray]:
    """Participants and toxicities that are still to come: what has been seen has no probability any more."""
    seen_n, seen_y = np.array(polynomial.begin.participants), np.array(polynomial.begin.dlts)
    return polynomial.participants - seen_n, polynomial.dlts - seen_y


def _walked(
    polynomial: Polynomial, table: np.ndarray, index: np.ndarray, *, with_numbers: bool = True
) -> Characteristics:
    from firstdose.escalation import _compiled

    n, y = _counted(polynomial)
    selected, treated, toxic, why, total = _compiled.walk(
        n,
        y,
        polynomial.ways,
        polynomial.cause,
        polynomial.selected,
        table,
        index,
        len(polynomial.causes),
        with_numbers,
    )
    begun = polynomial.begin
    return Characteristics(
        selected=selected.T,
        participants=treated.T + np.array(begun.participants) * total[:, None],
        dlts=toxic.T + np.array(begun.dlts) * total[:, None],
        causes=why.T,
        total=total,
    )
