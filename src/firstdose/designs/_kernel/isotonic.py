"""The maximum tolerated dose by isotonic regression, as BOIN and Keyboard select it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUDGE = (
    1e-10  # breaks ties of pooled levels: below the target to the higher level, above it to the lower one
)


def pooled(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to the values by weighted squares (pool adjacent violators)."""
    blocks: list[list[float]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, heavy, length = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += length
    return [mean for mean, _, length in blocks for _ in range(int(length))]


def isotonic_rates(participants: Sequence[int], dlts: Sequence[int]) -> dict[int, float]:
    """Level > estimated rate of those treated, with (y + .05) / (n + .1) pooled by the posterior's inverse variance."""
    tried = [dose for dose, n in enumerate(participants) if n > 0]
    rates, weights = [], []
    for dose in tried:
        a, b = dlts[dose] + 0.05, participants[dose] - dlts[dose] + 0.05
        rates.append(a / (a + b))
        weights.append((a + b) ** 2 * (a + b + 1) / (a * b))
    return dict(zip(tried, pooled(rates, weights), strict=True))


def nearest(
    participants: Sequence[int], dlts: Sequence[int], target: float, *, at_most: float = 1.0
) -> int | None:
    """The level whose isotonic rate is nearest to the target; None where none qualifies."""
    rates = isotonic_rates(participants, dlts)
    fits = {
        dose: rate + _NUDGE * (rank + 1) for rank, (dose, rate) in enumerate(rates.items()) if rate <= at_most
    }
    return min(fits, key=lambda dose: (abs(fits[dose] - target), dose), default=None)
