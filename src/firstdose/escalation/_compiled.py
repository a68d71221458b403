"""The compiled part: imported only when a rule is enumerated or evaluated, kept on disk between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from firstdose.escalation.exact import Polynomial
    from firstdose.escalation.tables import Tables

STOPPED, TREATED, TOXIC, UNSAFE, ENOUGH = range(5)
TREAT = -1
BATCH = 16
_fast = numba.njit(cache=True, nogil=True, error_model="numpy")


@_fast
def _closed(n, y, closed):  # type: ignore[no-untyped-def]
    for d in range(len(n)):
        if closed[n[d], y[d]]:
            return d
    return len(n)


@_fast
def _decide(n, y, dose, part, size, alone, most, start, enough, move, closed, unsafe, here, halts):  # type: ignore[no-untyped-def]
    """(end cause or TREAT, dose, participants, part of the cohort after them). The order of `Rule.decide`."""
    total, events = 0, 0
    for d in range(len(n)):
        total += n[d]
        events += y[d]
    if total > 0:
        if events >= halts[total]:
            return STOPPED, 0, 0, 0
        for d in range(len(n)):
            if here[n[d], y[d]]:
                return STOPPED, 0, 0, 0
    left = most - total
    shut = _closed(n, y, closed)
    if part > 0 and shut > dose:
        if left <= 0:
            return TREATED, 0, 0, 0
        return TREAT, dose, min(size - part, left), 0
    if total == 0:
        to = start
    elif unsafe[n[0], y[0]]:
        return UNSAFE, 0, 0, 0
    elif shut == 0:
        return TOXIC, 0, 0, 0
    elif shut <= dose:
        to = shut - 1
    else:
        way = move[n[dose], y[dose]]
        if way > 0 and dose + 1 < shut:
            to = dose + 1
        elif way < 0 and dose > 0:
            to = dose - 1
        elif enough > 0 and n[dose] >= enough:
            return ENOUGH, 0, 0, 0
        else:
            to = dose
    if left <= 0:
        return TREATED, 0, 0, 0
    if alone > 0 and alone < size:
        if alone <= left:
            return TREAT, to, alone, alone
        return TREAT, to, left, 0
    return TREAT, to, min(size, left), 0


@_fast
def _select(n, y, closed, unsafe, target, selectable):  # type: ignore[no-untyped-def]
    """The isotonic rate nearest to the target among open levels that were tried; -1: none."""
    if unsafe[n[0], y[0]]:
        return -1
    shut = _closed(n, y, closed)
    mean = np.empty(shut + 1)
    weight = np.empty(shut + 1)
    first = np.empty(shut + 2, np.int64)
    tried = np.empty(shut + 1, np.int64)
    blocks, count = 0, 0
    for d in range(shut):
        if n[d] == 0:
            continue
        a, b = y[d] + 0.05, n[d] - y[d] + 0.05
        mean[blocks] = a / (a + b)
        weight[blocks] = (a + b) ** 2 * (a + b + 1) / (a * b)
        first[blocks] = count
        tried[count] = d
        blocks += 1
        count += 1
        while blocks > 1 and mean[blocks - 2] > mean[blocks - 1]:
            heavy = weight[blocks - 2] + weight[blocks - 1]
            mean[blocks - 2] = (
                mean[blocks - 2] * weight[blocks - 2] + mean[blocks - 1] * weight[blocks - 1]
            ) / heavy
            weight[blocks - 2] = heavy
            blocks -= 1
    best, chosen = np.inf, -1
    for block in range(blocks):
        last = first[block + 1] if block + 1 < blocks else count
        if mean[block] > selectable:
            continue
        for rank in range(first[block], last):
            away = abs(mean[block] + 1e-10 * (rank + 1) - target)
            if away < best:
                best, chosen = away, tried[rank]
    return chosen


@_fast
def _expand(
    keys, ways, doses, bits, size, alone, most, start, enough, move, closed, unsafe, here, halts, order, pairs
):  # type: ignore[no-untyped-def]
    """One layer: (keys and ways of what follows, keys, ways and causes of what ends)."""
    room = len(keys) * (size + 1)
    next_keys, next_ways = np.empty(room, np.int64), np.empty(room)
    end_keys, end_ways = np.empty(len(keys), np.int64), np.empty(len(keys))
    end_cause = np.empty(len(keys), np.int8)
    n, y = np.empty(doses, np.int64), np.empty(doses, np.int64)
    mask = (1 << bits) - 1
    following, ending = 0, 0
    for i in range(len(keys)):
        key = keys[i]
        for d in range(doses):
            pair = (key >> (8 + bits * (doses - 1 - d))) & mask
            n[d], y[d] = pairs[pair, 0], pairs[pair, 1]
        cause, dose, count, part = _decide(
            n,
            y,
            (key >> 4) & 15,
            key & 15,
            size,
            alone,
            most,
            start,
            enough,
            move,
            closed,
            unsafe,
            here,
            halts,
        )
        if cause != TREAT:
            end_keys[ending], end_ways[ending], end_cause[ending] = key, ways[i], cause
            ending += 1
            continue
        place = 8 + bits * (doses - 1 - dose)
        rest = (key & ~(mask << place) & ~255) | (dose << 4) | part
        many = 1.0
        for x in range(count + 1):
            next_keys[following] = rest | (order[n[dose] + count, y[dose] + x] << place)
            next_ways[following] = ways[i] * many
            following += 1
            many = many * (count - x) / (x + 1)
    return (
        next_keys[:following], next_ways[:following], end_keys[:ending], end_ways[:ending], end_cause[:ending]
    )  # fmt: skip


@_fast
def _merged(keys, ways):  # type: ignore[no-untyped-def]
    """Sorted keys, each once, with the ways of equal keys added."""
    order = np.argsort(keys, kind="mergesort")
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
def _decode(keys, doses, bits, pairs, closed, unsafe, target, selectable):  # type: ignore[no-untyped-def]
    n, y = np.empty((len(keys), doses), np.int64), np.empty((len(keys), doses), np.int64)
    selected = np.empty(len(keys), np.int8)
    mask = (1 << bits) - 1
    for i in range(len(keys)):
        for d in range(doses):
            pair = (keys[i] >> (8 + bits * (doses - 1 - d))) & mask
            n[i, d], y[i, d] = pairs[pair, 0], pairs[pair, 1]
        selected[i] = _select(n[i], y[i], closed, unsafe, target, selectable)
    return n, y, selected


def enumerate_layers(t: Tables):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Endings of the compiled rule in order of key: counts, ways, causes, selection; and the number of states."""
    rule = (t.size, t.alone, t.most, t.start, t.enough, t.move, t.closed, t.unsafe, t.halts_here, t.halts_all)
    keys, ways = np.array([t.start << 4], np.int64), np.ones(1)
    ends: list[tuple[np.ndarray, ...]] = []
    states = 0
    while len(keys):
        keys, ways, *end = _expand(keys, ways, t.doses, t.bits, *rule, t.order, t.pairs)
        ends.append(tuple(end))
        keys, ways = _merged(keys, ways)
        states += len(keys)
    found, number, cause = (np.concatenate(parts) for parts in zip(*ends, strict=True))
    order = np.argsort(found, kind="stable")
    found, number, cause = found[order], number[order], cause[order]
    n, y, selected = _decode(found, t.doses, t.bits, t.pairs, t.closed, t.unsafe, t.target, t.selectable)
    return n, y, number, cause, selected, states


@_fast
def _powers(rates, most):  # type: ignore[no-untyped-def]
    """(n, y, s) > p^y (1 - p)^(n - y) for one level."""
    table = np.empty((most + 1, most + 1, len(rates)))
    for s in range(len(rates)):
        p, q = rates[s], 1.0 - rates[s]
        for n in range(most + 1):
            for y in range(n + 1):
                table[n, y, s] = p**y * q ** (n - y)
    return table


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _evaluate(n, y, ways, cause, selected, rates, causes, most):  # type: ignore[no-untyped-def]
    """A walk over the sorted endings as a tree: partial products are made anew from the first level that changed."""
    many, doses = n.shape
    count = len(rates)
    chosen = np.zeros((count, doses + 1))
    treated, toxic = np.zeros((count, doses)), np.zeros((count, doses))
    why, total = np.zeros((count, causes)), np.zeros(count)
    power = np.empty((doses, most + 1, most + 1, count))
    for d in range(doses):
        power[d] = _powers(rates[:, d], most)
    partial = np.ones((doses + 1, count))
    for i in range(many):
        changed = 0
        if i > 0:
            while (
                changed < doses and n[i, changed] == n[i - 1, changed] and y[i, changed] == y[i - 1, changed]
            ):
                changed += 1
        for d in range(changed, doses):
            for s in range(count):
                partial[d + 1, s] = partial[d, s] * power[d, n[i, d], y[i, d], s]
        to = selected[i] if selected[i] >= 0 else doses
        for s in range(count):
            p = ways[i] * partial[doses, s]
            chosen[s, to] += p
            why[s, cause[i]] += p
            total[s] += p
            for d in range(doses):
                treated[s, d] += p * n[i, d]
                toxic[s, d] += p * y[i, d]
    return chosen, treated, toxic, why, total


def evaluate(polynomial: Polynomial, rates: np.ndarray):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Scenarios in batches that stay in the cache of the processor."""
    from firstdose.escalation.tables import CAUSES

    most = int(polynomial.participants.max(initial=0))
    parts = [
        _evaluate(
            polynomial.participants, polynomial.dlts, polynomial.ways, polynomial.cause, polynomial.selected,
            rates[i : i + BATCH], len(CAUSES), most,
        )
        for i in range(0, len(rates), BATCH)
    ]  # fmt: skip
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))
