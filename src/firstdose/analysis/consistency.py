"""Can a printed summary be true? GRIM and GRIMMER for whole numbers, shares, and totals against their rows.

Sources: Brown and Heathers 2017 (GRIM); Anaya 2016 (GRIMMER). Arithmetic here is exact, by integers and fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.protocol.model import Published


def interval_of(text: str) -> tuple[Fraction, Fraction]:
    """The values that print as `text` under any rounding of halves: closed interval half a step each way."""
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    half = Fraction(1, 2) * Fraction(10) ** int(exponent)
    return Fraction(value) - half, Fraction(value) + half


def possible_sums(mean: str, n: int) -> range:
    """Whole-number sums whose mean prints as `mean` (GRIM)."""
    low, high = interval_of(mean)
    return range(-(-(low * n).numerator // (low * n).denominator), int((high * n) // 1) + 1)


def possible_square_sums(sd: str, total: int, n: int, divisor: int) -> tuple[int, ...]:
    """Sums of squares of n whole numbers with that sum whose SD prints as `sd`: right size and right parity."""
    low, high = (max(Fraction(0), bound) for bound in interval_of(sd))
    base = Fraction(total * total, n)
    first, last = base + divisor * low * low, base + divisor * high * high
    candidates = range(-(-first.numerator // first.denominator), int(last // 1) + 1)
    return tuple(squares for squares in candidates if (squares - total) % 2 == 0)


def count_sets(total: int, squares: int, n: int, low: int, high: int) -> int:
    """How many sets of n whole numbers between low and high have that sum and that sum of squares."""
    ways = {(0, 0, 0): 1}
    for value in range(low, high + 1):
        step = dict(ways)
        for (k, s, q), many in ways.items():
            for copies in range(1, n - k + 1):
                key = (k + copies, s + copies * value, q + copies * value * value)
                if key[1] > total or key[2] > squares:
                    break
                step[key] = step.get(key, 0) + many
        ways = step
    return ways.get((n, total, squares), 0)


@dataclass(frozen=True, slots=True)
class Consistency:
    """The verdict on one printed number: possible or not, and why in one sentence."""

    result: str
    source: str
    variable: str
    statistic: str
    value: str
    n: int
    possible: bool | None
    sentence: str


def check_published(rows: Sequence[Published]) -> tuple[Consistency, ...]:
    """Every printed summary judged; an SD needs the mean of the same variable and source beside it."""
    means = {(row.source, row.variable): row for row in rows if row.statistic == "mean"}
    return tuple(_judge(row, means.get((row.source, row.variable))) for row in rows)


def _judge(row: Published, mean: Published | None) -> Consistency:
    possible, sentence = True, "Printed as a count; nothing to contradict it here."
    if row.statistic == "mean" and row.whole:
        possible, sentence = _judge_mean(row)
    elif row.statistic == "sd" and row.whole and mean is not None:
        possible, sentence = _judge_sd(row, mean)
    elif row.statistic == "percent":
        possible, sentence = _judge_percent(row)
    elif row.statistic in {"mean", "sd"}:
        why = "the mean is not given" if row.whole else "the values are not declared to be whole numbers"
        return _verdict(row, f"Not judged: {why}.", possible=None)
    return _verdict(row, sentence, possible=possible)


def _verdict(row: Published, sentence: str, *, possible: bool | None) -> Consistency:
    return Consistency(
        row.result, row.source, row.variable, row.statistic, row.value, row.n, possible, sentence
    )


def _judge_mean(row: Published) -> tuple[bool, str]:
    sums = possible_sums(row.value, row.n)
    if not sums:
        return False, f"No {row.n} whole numbers have a mean that prints as {row.value}."
    which = f"the sum is {sums[0]}" if len(sums) == 1 else f"the sum lies between {sums[0]} and {sums[-1]}"
    return True, f"Possible for {row.n} whole numbers: {which}."


def _judge_sd(row: Published, mean: Published) -> tuple[bool, str]:
    words = []
    for divisor, name in ((row.n - 1, "n - 1"), (row.n, "n")):
        found = {
            s
            for total in possible_sums(mean.value, row.n)
            for s in possible_square_sums(row.value, total, row.n, divisor)
        }
        if found:
            squares = " or ".join(map(str, sorted(found)[:3]))
            words.append(f"possible with divisor {name} (sum of squares {squares})")
        else:
            words.append(f"impossible with divisor {name}")
    sentence = f"For {row.n} whole numbers with mean {mean.value}: {' and '.join(words)}."
    return not words[0].startswith("impossible"), sentence


def _judge_percent(row: Published) -> tuple[bool, str]:
    low, high = interval_of(row.value)
    counts = [count for count in range(row.n + 1) if low <= Fraction(100 * count, row.n) <= high]
    if counts:
        return True, f"Possible: {counts[0]} of {row.n}."
    return False, f"No count out of {row.n} gives {row.value} %."


@dataclass(frozen=True, slots=True)
class TotalMismatch:
    """A printed total that its own rows do not add up to."""

    column: str
    printed: int
    added: int

    @property
    def sentence(self) -> str:
        return f"{self.column}: the printed total is {self.printed}, the rows add up to {self.added}."


def check_totals(columns: dict[str, tuple[int, Iterable[int]]]) -> tuple[TotalMismatch, ...]:
    """Column > (printed total, its rows); returns the columns that do not add up."""
    return tuple(
        TotalMismatch(column, total, added)
        for column, (total, rows) in columns.items()
        if (added := sum(rows)) != total
    )


def check_shares(rows: Iterable[tuple[str, int, int, str]]) -> tuple[str, ...]:
    """(label, count, of, printed percent): a sentence for each percentage that is not the rounded share."""
    wrong = []
    for label, count, of, text in rows:
        decimals = len(text.partition(".")[2])
        right = printed(Fraction(100 * count, of), decimals)
        if Decimal(text) != Decimal(right):
            wrong.append(f"{label}: {count} of {of} is {right} %, printed as {text} %.")
    return tuple(wrong)
