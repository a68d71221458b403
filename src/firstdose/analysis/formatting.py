"""The text of each number, made once: decimals follow the declared precision of the variable."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from firstdose.values.rounding import printed, printed_p

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.analysis.results import ResultRow
    from firstdose.values.rounding import RoundingMode

# Decimals beyond the declared precision of the variable, for statistics in the variable's own unit.
BEYOND = {
    "min": 0, "max": 0, "mean": 1, "median": 1, "q1": 1, "q3": 1, "estimate": 1, "ci_low": 1, "ci_high": 1,
    "mean_before": 1, "mean_after": 1, "hodges_lehmann": 1, "geometric_mean": 1, "sum": 0, "value": 0,
    "sd": 2, "sd_population": 2, "sd_difference": 2, "se": 2, "lower_limit": 1, "upper_limit": 1,
}  # fmt: skip
# The same, by how a name begins.
STEMS = {"mean_": 1, "sd_": 2, "tipping_delta": 1, "bca_": 1, "percentile_": 1}
COUNTS = frozenset(
    {
        "n", "events", "participants", "lesions", "count", "numerator", "of", "draws", "seed", "arrangements",
        "resamples", "participants_with_events", "both", "only_before", "only_after", "neither", "next", "readings",
        "fewest_lesions", "most_lesions", "pairs", "fewest_pairs", "most_pairs", "categories", "improved", "same", "worse",
        "rising", "falling", "unchanged", "iterations", "residual_rank",
    }
)  # fmt: skip
SHARES = frozenset(
    {"proportion", "upper_one_sided", "lower_one_sided", "mid_p_low", "mid_p_high", "level", "attained_level"}
)
SHARES_OF = ("proportion_", "improved_", "same_", "worse_")
# Probabilities of what is not known, from a posterior; no p values, whatever they are called.
CHANCES = frozenset({"p_below_zero", "p_next_participant", "p_any_in_next"})
# Words of a quantity that has no unit of the variable: `generalized eta squared`, `ratio of geometric means`.
UNITLESS = frozenset(
    {
        "squared",
        "ratio",
        "correlation",
        "coefficient",
        "share",
        "rate",
        "per",
        "odds",
        "w",
        "factor",
        "variance",
    }
)
ESTIMATES = frozenset({"estimate", "ci_low", "ci_high"})
# Statistics without a unit where the estimate has none, such as a rate.
WITHOUT_UNIT = ESTIMATES | {"se", "upper_one_sided", "lower_one_sided"}
UNKNOWN_PRECISION = 2
PLAIN_DECIMALS = 3
NEARLY_WHOLE = 1e-6  # degrees of freedom that an iteration has brought to 4 are 4


@dataclass(frozen=True, slots=True)
class Format:
    """Declared decimals of the variable, the rounding mode, and whether estimates are shares of one or have no unit."""

    decimals: int | None
    mode: RoundingMode
    share: bool = False
    plain: bool = False

    def text(self, statistic: str, value: float | None) -> str:
        """The printed form of one statistic."""
        if value is None or math.isnan(value):
            return "NC"
        if is_p(statistic):
            return printed_p(value, self.mode)
        if statistic in COUNTS or statistic.startswith("n_") or statistic.rstrip("0123456789_") == "n":
            return f"{value:.0f}"
        if self.plain and statistic in WITHOUT_UNIT:
            return printed(value, PLAIN_DECIMALS, self.mode)
        if self._is_share(statistic):
            return f"{printed(100 * value, 1, self.mode)}%"
        if statistic.startswith("bf"):
            return _bayes_factor(value, self.mode)
        beyond = _beyond(statistic)
        if beyond is not None:
            known = UNKNOWN_PRECISION if self.decimals is None else self.decimals
            return printed(value, known + beyond, self.mode)
        if statistic == "score_norm":
            return f"{value:.1e}"
        if abs(value - round(value)) < NEARLY_WHOLE and statistic.startswith(("df", "v_")):
            return f"{value:.0f}"
        return printed(value, PLAIN_DECIMALS, self.mode)

    def _is_share(self, statistic: str) -> bool:
        own = statistic in SHARES | CHANCES or statistic.startswith(SHARES_OF)
        return own or (self.share and statistic in ESTIMATES)


def is_p(statistic: str) -> bool:
    """Whether it is a p value, of the declared test or of another."""
    named = statistic == "p" or statistic.startswith("p_") or statistic.endswith("_p")
    return named and statistic not in CHANCES


def _beyond(statistic: str) -> int | None:
    """Decimals beyond those declared; None for what is not in the variable's unit."""
    stem = statistic if statistic in BEYOND else statistic.rstrip("0123456789").removesuffix("_")
    if stem in BEYOND:
        return BEYOND[stem]
    return next((more for begin, more in STEMS.items() if statistic.startswith(begin)), None)


def scale_of(quantity: str) -> Literal["unit", "share", "plain"]:
    """Whether an estimate is in the variable's unit, a share of one, or a number of its own."""
    words = set(re.findall("[a-z]+", quantity.lower()))
    if words & {"proportion", "proportions", "probability", "share"}:
        return "share"
    return "plain" if words & UNITLESS else "unit"


def _bayes_factor(value: float, mode: RoundingMode) -> str:
    """Three decimals, or a power of ten where these would show nothing or too much."""
    return printed(value, PLAIN_DECIMALS, mode) if 0.01 <= value < 10_000 else f"{value:.2e}"


def rows_of(template: ResultRow, numbers: Mapping[str, float | None], style: Format) -> Iterator[ResultRow]:
    """One row for each statistic, everything else from the template."""
    for statistic, value in numbers.items():
        finite = None if value is None or math.isnan(value) else float(value)
        yield replace(template, statistic=statistic, value=finite, text=style.text(statistic, finite))
