"""Methods against their peers, in one process: writes the marked part of docs/reference/speed.md.

A peer that is not installed is said, and no ratio is printed for it: `pip install --group bench` brings pingouin and
statsmodels. Every ratio is the peer's time for one endpoint over ours, both warm, each the median of several runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import re
import statistics
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import Factor, Layout, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "speed.md"
START, END = "<!-- written by benchmarks/speed_of_methods.py -->", "<!-- end -->"
RUNS = 5
RANDOM = np.random.default_rng(1)


@dataclass(frozen=True)
class Row:
    """One task: seconds an endpoint of ours (arrays, and with every Result built) and of the peer; the goal.

    `peer` None: not installed, or not measured.
    """

    task: str
    named: str
    goal: float
    arrays: float
    results: float | None
    peer: float | None
    at_most: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        goal = f"{'at most' if self.at_most else 'at least'} {self.goal:g} x"
        if self.peer is None:
            return self.task, f"{self.named}: not measured", _time(self.arrays), "", "", goal
        first, second = (self._ratio(each) for each in (self.arrays, self.results))
        return self.task, f"{self.named} {_time(self.peer)}", _time(self.arrays), first, second, goal

    def _ratio(self, ours: float | None) -> str:
        if ours is None or self.peer is None:
            return "."
        ratio = ours / self.peer if self.at_most else self.peer / ours
        kept = ratio <= self.goal if self.at_most else ratio >= self.goal
        said = f"{ratio:,.0f} x" if ratio >= 20 else f"{ratio:.2g} x"
        return said if kept else f"**{said}, missed**"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def seconds(work: Callable[[], object], count: int = 1, runs: int = RUNS) -> float:
    """Median time of one of `count` endpoints, after a warm-up."""
    times = []
    for run in range(runs + 1):
        start = time.perf_counter()
        work()
        if run:
            times.append(time.perf_counter() - start)
    return statistics.median(times) / count


def ours(name: str, y: np.ndarray, **words: object) -> tuple[float, float]:
    """Seconds a data set: with the arrays alone, and with every Result built."""
    method = load("methods")[name]
    m = len(y)
    few = y[: max(1, m // 10)]
    arrays = seconds(lambda: dict(method.many(y, **words).arrays), m)
    results = seconds(lambda: list(method.many(few, **words)), len(few))
    return arrays, results


def peer(package: str, work: Callable[[], Callable[[], object]], count: int = 1) -> float | None:
    """Seconds of the peer; `work` imports it and makes the call."""
    if not installed(package):
        print(f"{package} is not installed: what it would be compared with is not measured.")
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return seconds(work(), count)


# ---------------------------------------------------------------------------------------------------------- tasks


def rm_anova() -> Row:
    y = RANDOM.normal(size=(2000, 5, 3))

    def work() -> Callable[[], object]:
        import pingouin

        frame = _long(y[0])
        return lambda: pingouin.rm_anova(
            frame, dv="y", within="time", subject="who", detailed=True, correction=True
        )

    return Row("RM-ANOVA 5 x 3, full table", "pingouin", 500, *ours("rm_anova", y), peer("pingouin", work))


def _long(y: np.ndarray, groups: np.ndarray | None = None):
    import pandas as pd  # noqa: TID251, the peers speak it

    n, k = y.shape
    who, when = np.divmod(np.arange(n * k), k)
    columns = {"who": who, "time": when, "y": y.ravel()}
    if groups is not None:
        columns["group"] = groups[who]
    return pd.DataFrame(columns)


def mixed_anova() -> Row:
    y, groups = RANDOM.normal(size=(2000, 8, 3)), np.arange(8) % 2
    codes = tuple(int(code) for code in groups)
    layout = Layout(
        within=(Factor(name="time", levels=("a", "b", "c")),),
        between=(Factor(name="dose", levels=("1", "2"), codes=codes),),
    )

    def work() -> Callable[[], object]:
        import pingouin

        frame = _long(y[0], groups)
        return lambda: pingouin.mixed_anova(frame, dv="y", within="time", subject="who", between="group")

    return Row(
        "mixed ANOVA 8 x 3, two groups",
        "pingouin",
        500,
        *ours("rm_anova", y, layout=layout),
        peer("pingouin", work),
    )


def paired_t() -> Row:
    y = RANDOM.normal(size=(5000, 5, 2))

    def work() -> Callable[[], object]:
        import pingouin

        return lambda: pingouin.ttest(y[0, :, 1], y[0, :, 0], paired=True)

    return Row(
        "paired t, interval, effect sizes, n = 5",
        "pingouin",
        500,
        *_with_dz("paired_t", y),
        peer("pingouin", work),
    )


def _with_dz(name: str, y: np.ndarray) -> tuple[float, float]:
    """The interval of dz is found by search and belongs to the Result: the arrays are those pingouin has too."""
    method = load("methods")[name]
    wanted = ("estimate", "ci_low", "ci_high", "statistic", "p", "dz", "gz")
    few = y[: len(y) // 10]

    def arrays() -> object:
        found = method.many(y).arrays
        return [found[each] for each in wanted]

    return seconds(arrays, len(y)), seconds(lambda: list(method.many(few)), len(few))


def sign_flip() -> Row:
    y = np.round(RANDOM.normal(size=(2000, 12, 2)), 1)
    change = y[0, :, 1] - y[0, :, 0]

    def work() -> Callable[[], object]:
        from scipy.stats import permutation_test

        def mean(x: np.ndarray, axis: int) -> np.ndarray:
            return x.mean(axis=axis)

        return lambda: permutation_test(
            (change,), mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
        )

    method = load("methods")["sign_flip_exact"]

    def arrays() -> object:
        found = method.many(y, decimals=1).arrays
        return found["estimate"], found["p"]

    results = seconds(lambda: list(method.many(y[:100], decimals=1)), 100)
    return Row(
        "exact sign flip, n = 12, one decimal",
        "scipy",
        30,
        seconds(arrays, len(y)),
        results,
        peer("scipy", work),
    )


def signed_rank(*, ties: bool) -> Row:
    y = RANDOM.normal(size=(2000, 12, 2))
    y = np.round(y, 1) if ties else y
    change = y[0, :, 1] - y[0, :, 0]

    def work() -> Callable[[], object]:
        from scipy.stats import PermutationMethod, wilcoxon

        how = PermutationMethod(n_resamples=np.inf) if ties else "exact"
        return lambda: wilcoxon(change, method=how)

    method = load("methods")["signed_rank_exact"]

    def arrays() -> object:
        found = method.many(y, decimals=1 if ties else None).arrays
        return found["estimate"], found["p"]

    results = seconds(lambda: list(method.many(y[:100], decimals=1 if ties else None)), 100)
    told = "exact signed rank, n = 12, " + ("one decimal, ties" if ties else "no ties")
    return Row(told, "scipy", 10_000 if ties else 70, seconds(arrays, len(y)), results, peer("scipy", work))


def permutation() -> Row:
    """Both sides in all: 1,000 endpoints exactly against 50 by 9,999 random arrangements."""
    y = RANDOM.normal(size=(1000, 5, 3))

    def work() -> Callable[[], object]:
        from scipy.stats import permutation_test

        def spread(*columns: np.ndarray, axis: int) -> np.ndarray:
            return sum(column.sum(axis=axis) ** 2 for column in columns)

        def fifty() -> None:
            for each in y[:50]:
                permutation_test(
                    tuple(each.T), spread, permutation_type="samples", n_resamples=9999, vectorized=True,
                    alternative="greater", rng=1,
                )  # fmt: skip

        return fifty

    method = load("methods")["permutation_rm_exact"]
    arrays = seconds(lambda: dict(method.many(y).arrays))
    results = seconds(lambda: list(method.many(y)), runs=2)
    return Row(
        "exact permutation RM-ANOVA 5 x 3, 1,000 endpoints in all, against 50 Monte Carlo tests in all",
        "scipy", 1, arrays, results, peer("scipy", work), at_most=True,
    )  # fmt: skip


def mmrm() -> Row:
    """statsmodels has neither Kenward-Roger nor an unstructured covariance: it does less."""
    y = RANDOM.normal(size=(500, 20, 4)) + RANDOM.normal(size=(500, 20, 1))
    y[RANDOM.random(y.shape) < 0.1] = np.nan

    def work() -> Callable[[], object]:
        import statsmodels.formula.api as formula  # noqa: TID251, a peer

        frame = _long(y[0]).dropna()
        return lambda: formula.mixedlm("y ~ C(time)", frame, groups=frame["who"]).fit(reml=True)

    return Row(
        "MMRM unstructured + KR, 20 x 4, a tenth missing",
        "statsmodels MixedLM",
        30,
        *ours("mmrm", y),
        peer("statsmodels", work),
    )


def plan(*, whole: bool) -> Row:
    """10,000 trials of the primary and secondary endpoints: without effect, or the whole of `firstdose plan`."""
    from firstdose.planning import compute_characteristics
    from firstdose.protocol.reading import read_protocol

    protocol = read_protocol(ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").protocol
    assert protocol is not None
    declared = replace(
        protocol,
        trial=protocol.trial if whole else replace(protocol.trial, dropouts=0),
        endpoints=tuple(each for each in protocol.endpoints if each.level != "exploratory"),
    )
    effects = () if whole else (0.0,)
    spent = seconds(lambda: compute_characteristics(declared, trials=10_000, effects=effects), runs=3)
    y = RANDOM.normal(size=(100, 5, 3))

    def work() -> Callable[[], object]:
        import pingouin

        frames = [_long(each) for each in y]
        return lambda: [
            pingouin.rm_anova(each, dv="y", within="time", subject="who", detailed=True) for each in frames
        ]

    what = "at every effect and number of participants" if whole else "without effect, n = 5"
    task = f"10,000 simulated trials of the seed's primary and secondary analyses, {what}"
    return Row(task, "pingouin, 100 RM-ANOVAs", 20, spent, None, peer("pingouin", work), at_most=True)


TASKS: dict[str, Callable[[], Row]] = {
    "rm_anova": rm_anova,
    "mixed_anova": mixed_anova,
    "paired_t": paired_t,
    "sign_flip": sign_flip,
    "signed_rank": lambda: signed_rank(ties=False),
    "signed_rank_ties": lambda: signed_rank(ties=True),
    "permutation": permutation,
    "mmrm": mmrm,
    "plan": lambda: plan(whole=False),
    "whole_plan": lambda: plan(whole=True),
}


# ----------------------------------------------------------------------------------------------------------- page


def rows(names: list[str]) -> Iterator[Row]:
    from rich.progress import track

    for name in track(names, "measuring"):
        yield TASKS[name]()


def render(found: list[Row]) -> str:
    """The marked part."""
    heads = (
        "Task", "Peer, one endpoint", "Ours, one endpoint", "Ratio, arrays (Results when asked for)",
        "Ratio, every Result built", "Goal",
    )  # fmt: skip
    table = [heads, ("---",) * len(heads), *(row.cells for row in found)]
    versions = ", ".join(
        f"{name} {_version(name)}"
        for name in ("numpy", "scipy", "pingouin", "statsmodels")
        if installed(name)
    )
    return "\n".join(
        [
            START,
            "",
            "## Methods against their peers",
            "",
            (f"Written by `python benchmarks/speed_of_methods.py` on {time.strftime('%Y-%m-%d', time.gmtime())}: {os.cpu_count()}"
            f" cores, {platform.machine()}, Python {platform.python_version()}, {versions}. One process, warm, median of {RUNS} runs."),
            "",
            *(f"| {' | '.join(cells)} |" for cells in table),
            "",
            "A goal that is missed stays in the table. Ratios of R packages are not measured here.",
            "",
            END,
        ]
    )  # fmt: skip


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def rewritten(page: str, part: str) -> str:
    """The page with this part in its place, or at its end."""
    place = re.compile(rf"(?s){re.escape(START)}.*?{re.escape(END)}")
    if place.search(page):
        return place.sub(lambda _: part, page)
    return f"{page.rstrip()}\n\n{part}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", nargs="*", choices=list(TASKS), default=list(TASKS), help="print these, write nothing"
    )
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    words = parser.parse_args()
    part = render(list(rows(words.only)))
    print(part)
    if words.write and words.only == list(TASKS):
        PAGE.write_text(rewritten(PAGE.read_text("utf-8"), part), encoding="utf-8")


if __name__ == "__main__":
    main()
