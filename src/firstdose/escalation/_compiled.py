"""The compiled part: imported only when a rule is enumerated or evaluated, kept on disk between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from firstdose.escalation.tables import Tables

STOPPED, TREATED, TOXIC, UNSAFE, ENOUGH = range(5)
TREAT = -1
DIGIT, FEW = 11, 1024  # bits sorted at once; below so many keys it does not pay
BLOCK = 32  # scenarios whose partial products stay in the processor's cache
_fast = numba.njit(cache=True, nogil=True, error_model="numpy")


@_fast
def _closed(n, y, closed):  # type: ignore[no-untyped-def]
    for d in range(len(n)):
        if closed[n[d], y[d]]:
            return d
    return len(n)


@_fast
def _decide(n, y, dose, part, size, alone, watched, most, start, enough, move, closed, unsafe, here, halts):  # type: ignore[no-untyped-def]
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
    first = watched == 0 or (watched == 1 and n[to] == 0) or (watched == 2 and total == 0)
    if alone > 0 and alone < size and first:
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
def _expand(  # type: ignore[no-untyped-def]
    keys,
    ways,
    doses,
    bits,
    size,
    alone,
    watched,
    most,
    start,
    enough,
    move,
    closed,
    unsafe,
    here,
    halts,
    order,
    pairs,
):
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
            watched,
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
def _sorted(keys, ways):  # type: ignore[no-untyped-def]
    """The keys in order with their ways, by digits of `DIGIT` bits; both arrays are used up."""
    other_keys, other_ways = np.empty_like(keys), np.empty_like(ways)
    starts = np.empty((1 << DIGIT) + 1, np.int64)
    mask, left = (1 << DIGIT) - 1, keys.max()
    shift = 0
    while left > 0:
        starts[:] = 0
        for key in keys:
            starts[((key >> shift) & mask) + 1] += 1
        if starts.max() < len(keys):
            for digit in range(mask):
                starts[digit + 1] += starts[digit]
            for i in range(len(keys)):
                digit = (keys[i] >> shift) & mask
                place = starts[digit]
                starts[digit] = place + 1
                other_keys[place], other_ways[place] = keys[i], ways[i]
            keys, other_keys = other_keys, keys
            ways, other_ways = other_ways, ways
        shift += DIGIT
        left >>= DIGIT
    return keys, ways


@_fast
def _merged(keys, ways):  # type: ignore[no-untyped-def]
    """Sorted keys, each once, with the ways of equal keys added; both arrays are used up."""
    if len(keys) == 0:
        return keys, ways
    if len(keys) < FEW:
        order = np.argsort(keys, kind="mergesort")
        keys, ways = keys[order], ways[order]
    else:
        keys, ways = _sorted(keys, ways)
    last = 0
    for i in range(1, len(keys)):
        if keys[last] == keys[i]:
            ways[last] += ways[i]
        else:
            last += 1
            keys[last], ways[last] = keys[i], ways[i]
    return keys[: last + 1].copy(), ways[: last + 1].copy()


@_fast
def _ended(keys, ways, cause):  # type: ignore[no-untyped-def]
    """Endings with equal counts and cause merged: where the last participant was treated no longer matters."""
    for i in range(len(keys)):
        keys[i] = (keys[i] & ~np.int64(255)) | cause[i]
    keys, ways = _merged(keys, ways)
    return keys, ways, (keys & 255).astype(np.int8)


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


def layers(t: Tables, begin: int):  # type: ignore[no-untyped-def]
    """Layer after layer: (merged keys, their ways, what ended on the way there as keys, ways and causes)."""
    rule = (
        t.size,
        t.alone,
        t.watched,
        t.most,
        t.start,
        t.enough,
        t.move,
        t.closed,
        t.unsafe,
        t.halts_here,
        t.halts_all,
    )
    keys, ways = np.array([begin], np.int64), np.ones(1)
    while len(keys):
        keys, ways, *end = _expand(keys, ways, t.doses, t.bits, *rule, t.order, t.pairs)
        keys, ways = _merged(keys, ways)
        yield keys, ways, tuple(end)


def enumerate_layers(t: Tables, begin: int):  # type: ignore[no-untyped-def]
    """Endings of the compiled rule in order of key: counts, ways, causes, selection; and the number of states."""
    ends, states = [], 0
    for keys, _, end in layers(t, begin):
        ends.append(end)
        states += len(keys)
    found, number, cause = _ended(*(np.concatenate(parts) for parts in zip(*ends, strict=True)))
    n, y, selected = _decode(found, t.doses, t.bits, t.pairs, t.closed, t.unsafe, t.target, t.selectable)
    return n, y, number, cause, selected, states


@_fast
def powers(rates, most):  # type: ignore[no-untyped-def]
    """(n, y, g) > p^y (1 - p)^(n - y) for each of g rates, each by one multiplication from the row before."""
    table = np.zeros((most + 1, most + 1, len(rates)))
    table[0, 0] = 1.0
    for n in range(1, most + 1):
        for y in range(n):
            for g in range(len(rates)):
                table[n, y, g] = table[n - 1, y, g] * (1.0 - rates[g])
        for g in range(len(rates)):
            table[n, n, g] = table[n - 1, n - 1, g] * rates[g]
    return table


@_fast
def greatest_powers(low, high, most):  # type: ignore[no-untyped-def]
    """(n, y, g) > the greatest p^y (1 - p)^(n - y) for p between low and high of each of g cells."""
    table = np.zeros((most + 1, most + 1, len(low)))
    for g in range(len(low)):
        for n in range(most + 1):
            for y in range(n + 1):
                mode = y / n if n > 0 else low[g]
                p = min(max(mode, low[g]), high[g])
                table[n, y, g] = p**y * (1.0 - p) ** (n - y)
    return table


@_fast
def _first_changes(n, y):  # type: ignore[no-untyped-def]
    """For each ending the first level at which it differs from the one before."""
    many, doses = n.shape
    changed = np.zeros(many, np.int64)
    for i in range(1, many):
        d = 0
        while d < doses and n[i, d] == n[i - 1, d] and y[i, d] == y[i - 1, d]:
            d += 1
        changed[i] = d
    return changed


@_fast
def _folded(sums, treated, toxic, n, y, level, some, first, with_numbers):  # type: ignore[no-untyped-def]
    """Sums of all that shared a prefix are counted at its last level and handed to the next shorter prefix."""
    for d in range(len(n) - 1, level - 1, -1):
        for s in range(some):
            p = sums[d + 1, s]
            sums[d, s] += p
            sums[d + 1, s] = 0.0
            if with_numbers:
                treated[d, first + s] += p * n[d]
                toxic[d, first + s] += p * y[d]


@_fast
def _emptied(part, whole, some, first):  # type: ignore[no-untyped-def]
    for row in range(len(part)):
        for s in range(some):
            whole[row, first + s] += part[row, s]
            part[row, s] = 0.0


@_fast
def walk(n, y, ways, cause, selected, table, index, causes, with_numbers):  # type: ignore[no-untyped-def]
    """Sums over endings for each row of `index` (scenarios, doses), which names a column of `table` for each level.

    The endings are sorted, so they are walked as a tree: products are made anew from the first level that changed, and
    sums are folded where a branch ends, which is quicker and loses less than adding everything to one number.
    """
    many, doses = n.shape
    count = len(index)
    chosen, why, total = np.zeros((doses + 1, count)), np.zeros((causes, count)), np.zeros(count)
    treated, toxic = np.zeros((doses, count)), np.zeros((doses, count))
    changed = _first_changes(n, y)
    partial, sums = np.ones((doses + 1, BLOCK)), np.zeros((doses + 1, BLOCK))
    chosen_here, why_here = np.zeros((doses + 1, BLOCK)), np.zeros((causes, BLOCK))
    for first in range(0, count, BLOCK):
        some = min(BLOCK, count - first)
        for i in range(many):
            if i > 0:
                _folded(sums, treated, toxic, n[i - 1], y[i - 1], changed[i], some, first, with_numbers)
                if changed[i] == 0:
                    _emptied(chosen_here, chosen, some, first)
                    _emptied(why_here, why, some, first)
            for d in range(changed[i], doses):
                row = table[n[i, d], y[i, d]]
                for s in range(some):
                    partial[d + 1, s] = partial[d, s] * row[index[first + s, d]]
            to = selected[i] if selected[i] >= 0 else doses
            for s in range(some):
                p = ways[i] * partial[doses, s]
                chosen_here[to, s] += p
                why_here[cause[i], s] += p
                sums[doses, s] += p
        if many > 0:
            _folded(sums, treated, toxic, n[many - 1], y[many - 1], 0, some, first, with_numbers)
        _emptied(chosen_here, chosen, some, first)
        _emptied(why_here, why, some, first)
        for s in range(some):
            total[first + s] = sums[0, s]
            sums[0, s] = 0.0
    return chosen, treated, toxic, why, total
