"""Compiled enumeration and trials of designs that count toxicities and responses; held to `Rule.decide` by tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from firstdose.escalation._compiled import _select as nearest
from firstdose.escalation._random import uniform

if TYPE_CHECKING:
    from firstdose.escalation.efficacy_tables import EfficacyTables

STOPPED, TREATED, ENOUGH, NOWHERE = range(4)
TREAT = -1
NEXT_LOWER, STAY, GO, END, END_WITHOUT = range(5)
RESPONSES = 1 << 42  # stream of random numbers beside those of toxicities
TIE = 1e-12
EMPTY = np.int64(-1)
_fast = numba.njit(cache=True, nogil=True, error_model="numpy")


@_fast
def _open_levels(n, y, r, closed, futile, above, may):  # type: ignore[no-untyped-def]
    shut = False
    for d in range(len(n)):
        toxic = closed[n[d], y[d]]
        may[d] = not (shut or toxic or futile[n[d], r[d]])
        shut = shut or (toxic and above)


@_fast
def _below(here, may):  # type: ignore[no-untyped-def]
    for d in range(here - 1, -1, -1):
        if may[d]:
            return d
    return -1


@_fast
def _best(value, n, y, r, low, high, may, tried, higher):  # type: ignore[no-untyped-def]
    """Of the open levels from low to high the one with the greatest value, only tried ones where asked; -1: none."""
    best, found = -1.0, -1
    for d in range(low, high + 1):
        if may[d] and (n[d] > 0 or not tried):
            best = max(best, value[n[d], y[d], r[d]])
    for d in range(low, high + 1):
        if may[d] and (n[d] > 0 or not tried) and value[n[d], y[d], r[d]] >= best - TIE:
            found = d
            if not higher:
                return found
    return found


@_fast
def _next(n, y, r, dose, may, move, score, score_from, lower, explore, higher):  # type: ignore[no-untyped-def]
    """The level to be given, -1: none. The order of `Boin12.move`."""
    way, above, last = move[n[dose], y[dose]], dose + 1, len(n) - 1
    if way < 0:
        if dose > 0 and (may[dose - 1] or lower == GO):
            return dose - 1
        if dose > 0 and lower >= END:
            return -1
        below = _below(dose, may) if lower == NEXT_LOWER else -1
        if below >= 0:
            return below
        return dose if may[dose] else -1
    if 0 < explore <= n[dose] and above <= last and may[above] and n[above] == 0:
        return above
    highest = dose if way == 0 and n[dose] >= score_from else min(above, last)
    found = _best(score, n, y, r, max(dose - 1, 0), highest, may, False, higher)
    return found if found >= 0 else _below(dose, may)


@_fast
def _decide(n, y, r, dose, may, size, most, start, move, closed, futile, score, halts, here, switches):  # type: ignore[no-untyped-def]
    """(end cause or TREAT, level, participants). The order of `Rule.decide` without a sentinel."""
    above, score_from, lower, explore, cap, anywhere, higher, _ = switches
    total, events, fullest = 0, 0, 0
    for d in range(len(n)):
        total += n[d]
        events += y[d]
        fullest = max(fullest, n[d])
    left = most - total
    if total == 0:
        return TREAT, start, min(size, left)
    if events >= halts[total]:
        return STOPPED, 0, 0
    for d in range(len(n)):
        if here[n[d], y[d]]:
            return STOPPED, 0, 0
    if cap > 0 and anywhere and fullest >= cap:
        return ENOUGH, 0, 0
    _open_levels(n, y, r, closed, futile, above, may)
    to = _next(n, y, r, dose, may, move, score, score_from, lower, explore, higher)
    if to < 0:
        return NOWHERE, 0, 0
    if cap > 0 and not anywhere and n[to] >= cap:
        return ENOUGH, 0, 0
    if left <= 0:
        return TREATED, 0, 0
    return TREAT, to, min(size, left)


@_fast
def _select(n, y, r, dose, may, move, closed, futile, score, mean, never, limit, switches):  # type: ignore[no-untyped-def]
    above, score_from, lower, explore, cap, anywhere, higher, by_score = switches
    _open_levels(n, y, r, closed, futile, above, may)
    full = cap > 0 and anywhere and np.max(n) >= cap
    if lower == END_WITHOUT and not full:
        to = _next(n, y, r, dose, may, move, score, score_from, lower, explore, higher)
        if to < 0:
            return -1
    if by_score:
        return _best(score, n, y, r, 0, len(n) - 1, may, True, higher)
    highest = nearest(n, y, never, never, limit, 1.0)
    return _best(mean, n, y, r, 0, highest, may, True, higher)


@_fast
def _slot(keys, key):  # type: ignore[no-untyped-def]
    """Where a key is, or would be, in an open table whose length is a power of two."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    i = np.int64((mixed ^ (mixed >> np.uint64(29))) >> np.uint64(8)) & mask
    while keys[i] != EMPTY and keys[i] != key:
        i = (i + 1) & mask
    return i


@_fast
def _grown(keys, ways):  # type: ignore[no-untyped-def]
    larger, weight = np.full(2 * len(keys), EMPTY), np.zeros(2 * len(keys))
    for i in range(len(keys)):
        if keys[i] != EMPTY:
            slot = _slot(larger, keys[i])
            larger[slot], weight[slot] = keys[i], ways[i]
    return larger, weight


@_fast
def _filled(keys, ways):  # type: ignore[no-untyped-def]
    found, weight = np.empty(len(keys), np.int64), np.empty(len(keys))
    count = 0
    for i in range(len(keys)):
        if keys[i] != EMPTY:
            found[count], weight[count] = keys[i], ways[i]
            count += 1
    return found[:count].copy(), weight[:count].copy()


@_fast
def _unpack(key, doses, bits, triples, n, y, r):  # type: ignore[no-untyped-def]
    mask = (1 << bits) - 1
    for d in range(doses):
        triple = (key >> (8 + bits * (doses - 1 - d))) & mask
        n[d], y[d], r[d] = triples[triple, 0], triples[triple, 1], triples[triple, 2]


@_fast
def _expand(keys, ways, doses, bits, order, triples, rule):  # type: ignore[no-untyped-def]
    """One layer: (keys and ways of what follows, merged; keys and ways of ends: cause and selection replace the level)."""
    size, most, start, move, closed, futile, score, halts, here, switches, mean, never, limit = rule
    room = 1 << 10
    while room < 6 * len(keys):
        room *= 2
    table, weight = np.full(room, EMPTY), np.zeros(room)
    held = 0
    end_keys, end_ways = np.empty(len(keys), np.int64), np.empty(len(keys))
    ending = 0
    n, y, r = np.empty(doses, np.int64), np.empty(doses, np.int64), np.empty(doses, np.int64)
    may = np.empty(doses, np.bool_)
    mask = (1 << bits) - 1
    for i in range(len(keys)):
        key = keys[i]
        _unpack(key, doses, bits, triples, n, y, r)
        cause, to, count = _decide(
            n, y, r, key & 15, may, size, most, start, move, closed, futile, score, halts, here, switches
        )
        if cause != TREAT:
            best = _select(n, y, r, key & 15, may, move, closed, futile, score, mean, never, limit, switches)
            end_keys[ending], end_ways[ending] = (key & ~np.int64(255)) | (best + 1) << 4 | cause, ways[i]
            ending += 1
            continue
        place = 8 + bits * (doses - 1 - to)
        rest = (key & ~(np.int64(mask) << place) & ~np.int64(255)) | to
        toxic = ways[i]
        for t in range(count + 1):
            both = toxic
            for e in range(count + 1):
                follows = rest | (order[n[to] + count, y[to] + t, r[to] + e] << place)
                slot = _slot(table, follows)
                if table[slot] == EMPTY:
                    table[slot] = follows
                    held += 1
                weight[slot] += both
                both = both * (count - e) / (e + 1)
            toxic = toxic * (count - t) / (t + 1)
        if 2 * held > len(table):
            table, weight = _grown(table, weight)
    next_keys, next_ways = _filled(table, weight)
    return next_keys, next_ways, end_keys[:ending], end_ways[:ending]


@_fast
def _merged(keys, ways):  # type: ignore[no-untyped-def]
    order = np.argsort(keys)
    out_keys, out_ways = np.empty(len(keys), np.int64), np.empty(len(keys))
    last = -1
    for i in order:
        if last < 0 or out_keys[last] != keys[i]:
            last += 1
            out_keys[last], out_ways[last] = keys[i], ways[i]
        else:
            out_ways[last] += ways[i]
    return out_keys[: last + 1], out_ways[: last + 1]


@_fast
def _decode(keys, doses, bits, triples):  # type: ignore[no-untyped-def]
    counts = np.empty((3, len(keys), doses), np.int16)
    selected, cause = np.empty(len(keys), np.int8), np.empty(len(keys), np.int8)
    n, y, r = np.empty(doses, np.int64), np.empty(doses, np.int64), np.empty(doses, np.int64)
    for i in range(len(keys)):
        _unpack(keys[i], doses, bits, triples, n, y, r)
        counts[0, i], counts[1, i], counts[2, i] = n, y, r
        cause[i] = keys[i] & 15
        selected[i] = ((keys[i] >> 4) & 15) - 1
    return counts, cause, selected


def _rule(t: EfficacyTables) -> tuple[object, ...]:
    asked = t.size, t.most, t.start, t.move, t.closed, t.futile, t.score, t.halts_all, t.halts_here
    return (*asked, t.switches, t.mean, t.never, t.limit)


def enumerate_layers(t: EfficacyTables):  # type: ignore[no-untyped-def]
    """Endings: counts (3, m, doses), ways, cause, selected level; and the number of states."""
    keys, ways = np.array([t.start], np.int64), np.ones(1)
    ends, states = [], 0
    while len(keys):
        keys, ways, *end = _expand(keys, ways, t.doses, t.bits, t.order, t.triples, _rule(t))
        states += len(keys)
        ends.append(end)
    found, number = _merged(*(np.concatenate(parts) for parts in zip(*ends, strict=True)))
    counts, cause, selected = _decode(found, t.doses, t.bits, t.triples)
    return counts, number, cause, selected, states


@_fast
def chances(counts, ways, toxicity, response):  # type: ignore[no-untyped-def]
    """Probability of each ending under independent toxicity and response; tables of powers (n, y, dose)."""
    found = np.empty(len(ways))
    for i in range(len(ways)):
        p = ways[i]
        for d in range(counts.shape[2]):
            n = counts[0, i, d]
            p *= toxicity[n, counts[1, i, d], d] * response[n, counts[2, i, d], d]
        found[i] = p
    return found


@_fast
def _run(after, rates, trials, seed, rule):  # type: ignore[no-untyped-def]
    """`after` (2, doses): probability of response without and with toxicity."""
    size, most, start, move, closed, futile, score, halts, here, switches, mean, never, limit = rule
    doses = len(rates)
    out = np.empty((trials, 3 * doses + 2), np.int64)
    n, y, r = np.empty(doses, np.int64), np.empty(doses, np.int64), np.empty(doses, np.int64)
    may = np.empty(doses, np.bool_)
    for trial in range(trials):
        n[:], y[:], r[:] = 0, 0, 0
        dose, draw = start, 0
        while True:
            cause, to, count = _decide(
                n, y, r, dose, may, size, most, start, move, closed, futile, score, halts, here, switches
            )
            if cause != TREAT:
                break
            dose = to
            for _ in range(count):
                toxic = 1 if uniform(seed, trial, draw) < rates[dose] else 0
                y[dose] += toxic
                r[dose] += 1 if uniform(seed, trial, RESPONSES + draw) < after[toxic, dose] else 0
                draw += 1
            n[dose] += count
        out[trial, :doses], out[trial, doses : 2 * doses], out[trial, 2 * doses : 3 * doses] = n, y, r
        out[trial, 3 * doses] = cause
        out[trial, 3 * doses + 1] = _select(
            n, y, r, dose, may, move, closed, futile, score, mean, never, limit, switches
        )
    return out


def simulate(t: EfficacyTables, after: np.ndarray, rates: np.ndarray, trials: int, seed: int) -> np.ndarray:
    """See `efficacy.simulate_efficacy_compiled`."""
    return np.asarray(_run(after, rates, trials, seed, _rule(t)))
