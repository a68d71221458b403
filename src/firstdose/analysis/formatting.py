"""The text of each number, made once: decimals follow the declared precision of the variable."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.values.rounding import printed, printed_p

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.analysis.results import ResultRow
    from firstdose.values.rounding import RoundingMode

# Decimals beyond the declared precision of the variable, for statistics in the variable's own unit.
BEYOND = {
    "min": 0, "max": 0, "mean": 1, "median": 1, "q1": 1, "q3": 1, "estimate": 1, "ci_low": 1, "ci_high": 1,
    "mean_before": 1, "mean_after": 1, "hodges_lehmann": 1, "geometric_mean": 1, "sum": 0, "value": 0,
    "sd": 2, "sd_population": 2, "sd_difference": 2, "se": 2,
}  # fmt: skip
COUNTS = frozenset(
    {
        "n",
        "n_nonzero",
        "events",
        "participants",
        "lesions",
        "count",
        "numerator",
        "n_below",
        "of",
        "draws",
        "seed",
    }
)
SHARES = frozenset(
    {"proportion", "upper_one_sided", "lower_one_sided", "mid_p_low", "mid_p_high", "level", "attained_level"}
)
UNKNOWN_PRECISION = 2
PLAIN_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Format:
    """Declared decimals of the variable, the rounding mode, and whether the numbers are shares of one."""

    decimals: int | None
    mode: RoundingMode
    share: bool = False

    def text(self, statistic: str, value: float | None) -> str:
        """The printed form of one statistic."""
        if value is None or math.isnan(value):
            return "NC"
        if statistic.startswith("p_") or statistic == "p" or statistic.endswith("_p"):
            return printed_p(value, self.mode)
        stem = statistic if statistic in BEYOND else statistic.rstrip("0123456789").removesuffix("_")
        if statistic in COUNTS or stem == "n":
            return f"{value:.0f}"
        if statistic in SHARES or (self.share and statistic in {"estimate", "ci_low", "ci_high"}):
            return f"{printed(100 * value, 1, self.mode)}%"
        if stem in BEYOND or statistic.startswith("mean_"):
            known = UNKNOWN_PRECISION if self.decimals is None else self.decimals
            return printed(value, known + BEYOND.get(stem, 1), self.mode)
        if float(value).is_integer() and statistic.startswith(("df", "v_")):
            return f"{value:.0f}"
        return printed(value, PLAIN_DECIMALS, self.mode)


def rows_of(template: ResultRow, numbers: Mapping[str, float | None], style: Format) -> Iterator[ResultRow]:
    """One row for each statistic, everything else from the template."""
    for statistic, value in numbers.items():
        finite = None if value is None or math.isnan(value) else float(value)
        yield replace(template, statistic=statistic, value=finite, text=style.text(statistic, finite))
