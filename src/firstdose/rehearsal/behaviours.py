"""How invented numbers behave: where they start, how people and lesions differ, and what becomes of them with time.

This is a plausible story for a rehearsal, no knowledge about any treatment: nothing is concluded from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from firstdose.values.units import NoSuchUnit, read_unit

if TYPE_CHECKING:
    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.streams import Floats, Ints

Course = Literal["steady", "falls", "rises", "reacts"]

USUAL_GAIN, GAIN_SPREAD = 0.40, 0.28  # share of the start that is gone in the end, and its SD between lesions
WORST_GAIN, BEST_GAIN = -0.25, 1.0
DAYS_TO_GAIN = 45.0  # after so many days 63 % of it is reached
DAYS_TO_CALM = 3.0  # so quickly a reaction to the injection fades


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Of one item. `start`: the typical value before treatment.

    Shares of the start, or standard deviations of the logarithm where `log`: `spread` between participants and
    lesions (shared by all items of a form), `own` of this item alone, `noise` from visit to visit. `bump`: what is
    added right after an administration where the item `reacts`. `floor`: the share that healthy people have too and that
    does not fall. `decimals`: where the form declares none.
    """

    start: float
    spread: float = 0.15
    own: float = 0.1
    noise: float = 0.08
    course: Course = "steady"
    log: bool = False
    bump: float = 0.0
    floor: float = 0.0
    decimals: int | None = None


_SIGN = Behaviour(start=2.3, spread=0.18, own=0.12, noise=0.08, course="falls")
_ITCH = Behaviour(start=3.0, spread=0.25, own=0.2, noise=0.15, course="reacts", bump=0.8)
_SYMPTOM = Behaviour(start=1.0, spread=0.4, own=0.2, noise=0.2, course="reacts", bump=1.0)

# Form (without its variant) > item, or its last word, or `*` for the others.
_KNOWN: dict[str, dict[str, Behaviour]] = {
    "PASI": {
        "area": Behaviour(start=1.1, spread=0.1, own=0.4, noise=0.06, course="falls"),
        "*": replace(_SIGN, start=2.1, own=0.2),
    },
    "plaque_score": {"*": _SIGN},
    "sPGA": {"*": replace(_SIGN, start=2.8)},
    "histology": {
        "epidermal_thickness": Behaviour(start=380, course="falls", log=True, floor=0.3, decimals=0),
        "*": replace(_SIGN, start=1.9, own=0.2),
    },
    "DLQI": {"*": Behaviour(start=1.2, spread=0.3, own=0.3, noise=0.15, course="falls")},
    "BSA": {"head": replace(_SIGN, start=0.4), "*": replace(_SIGN, start=1.6)},
    "PASI_total": {"*": replace(_SIGN, start=8)},
    "skin_thickness": {
        "*": Behaviour(start=2.4, spread=0.12, own=0.005, noise=0.012, course="falls", floor=0.6)
    },
    "local_tolerability": {
        "itching": _ITCH,
        "redness_mm": Behaviour(start=32, own=0.1, noise=0.05, course="reacts", bump=8),
        "swelling_mm": Behaviour(start=2, spread=0.2, noise=0.2, course="reacts", bump=6),
        "*": _SYMPTOM,
    },
    "symptom_nrs": {"itching": _ITCH, "*": _SYMPTOM},
    "symptom_vas": {
        "itching": replace(_ITCH, start=30, bump=8),
        "*": replace(_SYMPTOM, start=10, bump=12),
    },
    "demographics": {"age": Behaviour(start=40, spread=0.0, own=0.25, decimals=0)},
    "vital_signs": {
        "systolic": Behaviour(start=122, spread=0.05, own=0.04, noise=0.03),
        "diastolic": Behaviour(start=76, spread=0.05, own=0.04, noise=0.03),
        "pulse": Behaviour(start=72, own=0.05, noise=0.05),
        "temperature": Behaviour(start=36.7, spread=0.0, own=0.004, noise=0.005),
    },
    "cell_product": {
        "passage": Behaviour(start=4, own=0.1),
        "viability": Behaviour(start=92, spread=0.0, own=0.02, noise=0.0, decimals=1),
        "endotoxin": Behaviour(start=0.3, own=0.3, log=True),
        "minutes_to_injection": Behaviour(start=60, own=0.2),
    },
}

# Unit > typical value; quantities scatter on the logarithm.
_BY_UNIT = {
    "cells/mm2": 260.0, "cells/uL": 900.0, "cells/mL": 1e7, "fold": 2.0, "mm": 2.4, "um": 380.0, "cm": 6.0,
    "x ULN": 0.6, "mg/dL": 0.9, "months": 60.0, "years": 12.0, "kg": 75.0, "g/dL": 14.0, "U/L": 25.0,
}  # fmt: skip
_STEADY_UNITS = frozenset({"cells/uL", "x ULN", "mg/dL", "months", "years", "kg", "g/dL", "U/L"})
_RISING = ("foxp3", "il10", "il4", "tgf")  # regulatory, by the beginning of the item's name
_STARTS_AT = 0.7  # of the range of a scale
_PROPORTIONS = {"b": 0.25, "t": 1.6}  # of lymphocytes, by the first word of the item's name


def behaviour_of(form: Form, item: Item) -> Behaviour:
    """What is known of this item, or a guess from its kind, unit and limits."""
    known = _KNOWN.get(form.instrument.name if form.instrument else form.name, {})
    found = known.get(item.name) or known.get(item.name.rpartition("_")[2]) or known.get("*")
    return found or _guessed(item)


def _guessed(item: Item) -> Behaviour:
    course: Course = "rises" if item.name.lower().startswith(_RISING) else "falls"
    unit = _symbol(item.unit)
    if unit in _BY_UNIT or item.lloq is not None:
        start = _BY_UNIT.get(unit, 6 * float(item.lloq or 1))
        steady = unit in _STEADY_UNITS
        if steady:
            return Behaviour(start=start * _proportion(item.name), spread=0.1, own=0.2, noise=0.1, log=True)
        start *= _proportion(item.name) if unit.startswith("cells/") else _factor(item.name)
        return Behaviour(start=start, spread=0.3, own=0.3, noise=0.25, course=course, log=True, floor=0.2)
    if item.low is not None and item.high is not None:
        low, high = float(item.low), float(item.high)
        return Behaviour(start=low + _STARTS_AT * (high - low), course=course)
    return Behaviour(start=10.0, course=course, log=True)


def _symbol(unit: str) -> str:
    try:
        return read_unit(unit).symbol if unit else ""
    except NoSuchUnit:
        return unit


def _proportion(name: str) -> float:
    first, _, rest = name.lower().partition("_")
    return _PROPORTIONS.get(first, 1.0) if rest.startswith("cell") else 1.0


def _factor(name: str) -> float:
    """Between 0.5 and 2, the same for a name everywhere: quantities of one unit do not all look alike."""
    return float(2.0 ** (hashlib.sha256(name.encode()).digest()[0] / 127.5 - 1))


def compute_course(how: Behaviour, day: Ints, gain: Floats) -> Floats:
    """The share of its start that a value has reached on a day; 1 up to day 0."""
    share = np.clip(USUAL_GAIN + GAIN_SPREAD * gain, WORST_GAIN, BEST_GAIN)
    reached = share * -np.expm1(-np.maximum(day, 0) / DAYS_TO_GAIN)
    if how.course == "rises":
        return np.asarray(1 + reached)
    falling = how.course in {"falls", "reacts"}
    return np.asarray(1 - (1 - how.floor) * reached) if falling else np.ones(len(day))


def compute_values(
    how: Behaviour, day: Ints, state: Floats, gain: Floats, own: Floats, noise: Floats
) -> Floats:
    """Values before rounding; `state`, `gain`, `own` and `noise` are standard normal, one a record."""
    between, within = how.spread * state + how.own * own, how.noise * noise
    course = compute_course(how, day, gain)
    if how.log:
        return np.asarray(how.start * np.exp(between + within) * course)
    reaction = how.bump * np.exp(own / 2) * np.exp(-np.maximum(day, 0) / DAYS_TO_CALM) * (day >= 0)
    return np.asarray(how.start * ((1 + between) * course + within) + reaction)


def decimals_of(item: Item, how: Behaviour) -> int:
    """Decimals with which a value is written: those declared, else about three digits."""
    if item.kind in {"integer", "ordinal", "truth"}:
        return 0
    if item.decimals is not None:
        return item.decimals
    if how.decimals is not None:
        return how.decimals
    return max(0, 2 - int(np.floor(np.log10(max(abs(how.start), 1e-6)))))


def fit_to(item: Item, values: Floats, decimals: int) -> Floats:
    """Rounded, and within the item's limits."""
    low = -np.inf if item.low is None else float(item.low)
    high = np.inf if item.high is None else float(item.high)
    step = 10.0**decimals
    return np.asarray(np.clip(np.rint(values * step) / step, low, high))
