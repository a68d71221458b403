"""How often each estimator rejects where nothing changes: `make errors` writes docs/reference/type-one-error.md.

Random numbers are placed by scenario, number of participants and block alone, so the page is the same on one core,
on several (--workers) and on a dask cluster (--cluster).
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from firstdose.catalogue import Contrast, Factor, Layout, load
from firstdose.planning.drawing import normals
from firstdose.planning.spreading import spread

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "type-one-error.md"
COUNTS = (5, 6, 8, 12)
TIMES = ("M1", "M2", "M3")
LESIONS = 3
ALPHA, LEVEL = 0.05, 0.95
MAIN = 0.060  # what a main estimator may reject at most
SURE = 2.6  # Monte Carlo errors above alpha at which an exact test is said to miss it
BLOCK = 1000
INTERVALS = 1000  # trials in which an exact interval, found by inverting the test, is asked for
DRAWS = "999"  # random arrangements where there are more than 5 million
LADDER = "toeplitz_h compound_symmetry_h compound_symmetry"
FIELDS = ("trials", "answered", "rejected", "intervals", "covered")


# ------------------------------------------------------------------------------------------------------ scenarios


@dataclass(frozen=True)
class Scenario:
    """`exchangeable`: times might as well have come in another order; `symmetric`: changes in another direction."""

    name: str
    told: str
    exchangeable: bool = True
    symmetric: bool = True
    lesions: int = 1
    gap: bool = False


SCENARIOS = (
    Scenario("normal", "normal values, any two times correlate by .5"),
    Scenario("lognormal", "the same, exponentiated (standard deviation 1 of the logarithms)"),
    Scenario("lesions", "three lesions each, intraclass correlation .5", lesions=LESIONS),
    Scenario("epsilon .55", "normal, a covariance with sphericity epsilon .55", exchangeable=False),
    Scenario("AR(1)", "normal, autoregressive correlation .6", exchangeable=False),
    Scenario("one gap", "as normal, and one participant misses the last visit", gap=True),
    Scenario(
        "skewed change", "normal before, lognormal change with mean 0 after: outside every aim", exchangeable=False, symmetric=False
    ),
)  # fmt: skip


def draw(scenario: Scenario, n: int, block: int, seed: int) -> np.ndarray:
    """(m, n, lesions, times), no difference between times on average."""
    k, stream = len(TIMES), f"{scenario.name} {n}"
    if scenario.lesions > 1:
        people, own = (
            _exchangeable(seed, f"{stream} participants", block, n, 1),
            _exchangeable(seed, f"{stream} lesions", block, n, scenario.lesions),
        )
        return math.sqrt(0.5) * people + math.sqrt(0.5) * own
    if scenario.exchangeable:
        z = _exchangeable(seed, stream, block, n, 1)
        return np.exp(z) if scenario.name == "lognormal" else z
    z = normals(seed, stream, block, (BLOCK, n, 1, k))
    if scenario.symmetric:
        covariance = _of_epsilon(0.55) if scenario.name.startswith("epsilon") else _autoregressive(0.6)
        return z @ np.linalg.cholesky(covariance).T
    changed = np.exp(z[..., 1:]) - math.exp(0.5)
    return np.concatenate([z[..., :1], z[..., :1] + changed], axis=-1)


def _exchangeable(seed: int, stream: str, block: int, n: int, lesions: int) -> np.ndarray:
    """Any two times correlate by .5."""
    z = normals(seed, stream, block, (BLOCK, n, lesions, 1 + len(TIMES)))
    return math.sqrt(0.5) * (z[..., :1] + z[..., 1:])


def _of_epsilon(epsilon: float) -> np.ndarray:
    """Three times whose two orthonormal contrasts have variances 1 and x: (1 + x)^2 / (2 (1 + x^2)) = epsilon."""
    half = 2 * epsilon - 1
    x = (1 - math.sqrt(1 - half**2)) / half
    linear, square = np.array([-1, 0, 1]) / math.sqrt(2), np.array([1, -2, 1]) / math.sqrt(6)
    return np.full((3, 3), 1 / 3) + np.outer(linear, linear) + x * np.outer(square, square)


def _autoregressive(rho: float) -> np.ndarray:
    steps = np.arange(len(TIMES))
    return rho ** np.abs(steps[:, None] - steps)


# ----------------------------------------------------------------------------------------------------- estimators


@dataclass(frozen=True)
class Estimator:
    """`held`: main (at most MAIN), exact (at most alpha), or nothing. `p`: which array holds the p value.

    `changes`: is given changes from the first to the last time. `lesions`: looks at lesions, and is asked in that scenario alone; `null`: what makes an exact test exact.
    """

    label: str
    method: str
    held: str = "main"
    options: tuple[tuple[str, str], ...] = ()
    p: str = "p"
    times: int = 2
    changes: bool = False
    lesions: bool = False
    gaps: bool = False
    null: str = "symmetric"


ESTIMATORS = (
    Estimator("paired t", "paired_t"),
    Estimator("exact sign flip", "sign_flip_exact", "exact"),
    Estimator("exact signed rank (Pratt)", "signed_rank_pratt_exact", "exact"),
    Estimator("RM-ANOVA, Greenhouse-Geisser", "rm_anova", times=3),
    Estimator("RM-ANOVA, Huynh-Feldt", "rm_anova", options=(("correction", "huynh_feldt"),), times=3),
    Estimator("exact permutation over times", "permutation_rm_exact", "exact", (("draws", DRAWS),), times=3, null="exchangeable"),
    Estimator("exact Friedman", "friedman_exact", "exact", times=3, null="exchangeable"),
    Estimator("MMRM, KR-linear, last - first", "mmrm", options=(("fallback", LADDER),), times=3, gaps=True),
    Estimator("MMRM, KR-linear, time", "mmrm", options=(("fallback", LADDER),), p="p_time", times=3, gaps=True),
    Estimator("participant means, t", "participant_summary", lesions=True),
    Estimator("CR2, Satterthwaite", "cr2", lesions=True),
    Estimator("mixed model of lesions' changes, KR", "lmm_kr", changes=True, lesions=True),
    Estimator("mixed model of lesions over time, KR", "lmm_kr", times=3, lesions=True),
    Estimator(
        "the same as if lesions changed independently (told by FD-A139)", "lmm_kr", "",
        options=(("random", "participant_lesion"),), times=3, lesions=True,
    ),
    Estimator("exact sign flip of participants", "participant_sign_flip", "exact", lesions=True),
    Estimator("lesions as if participants (refused by firstdose)", "paired_t", "", lesions=True),
)  # fmt: skip
NAIVE = ESTIMATORS[-1]


def present() -> tuple[Estimator, ...]:
    """Those on the shelf; the others are said loudly."""
    shelf = load("methods")
    for absent in dict.fromkeys(each.method for each in ESTIMATORS if each.method not in shelf):
        print(f"!!! {absent} is not on the shelf: its rows are left out. This is not the final table. !!!")
    return tuple(each for each in ESTIMATORS if each.method in shelf)


def asked(estimator: Estimator, scenario: Scenario) -> bool:
    if scenario.symmetric:
        return not estimator.lesions or scenario.lesions > 1
    return not estimator.lesions and estimator.times == 2


def answer(estimator: Estimator, y: np.ndarray, scenario: Scenario, block: int) -> np.ndarray:
    """The sums in the order of FIELDS, of values (m, n, lesions, times)."""
    method, words = load("methods")[estimator.method], dict(estimator.options)
    if estimator.times == 2:
        y = y[..., [0, -1]]
    rows, n = y[:, :, 0] if y.shape[2] == 1 else y.mean(axis=2), y.shape[1]
    if estimator.lesions:
        rows = y.reshape(len(y), -1, y.shape[-1])
        if estimator is not NAIVE:
            words["units"] = np.repeat(np.arange(n), y.shape[2])
    if scenario.gap:
        rows = rows.copy()
        rows[:, 0, -1] = np.nan
        rows = rows if estimator.gaps else rows[:, 1:]
    if estimator.changes:
        rows = rows[..., -1:] - rows[..., :1]
    columns = rows.shape[-1]
    if "layout" in method.takes and columns > 1:
        words["layout"] = Layout(within=(Factor(name="time", levels=TIMES),))
    if "contrasts" in method.takes:
        words["contrasts"] = (Contrast(name="change", columns=(-1.0, 0.0, 1.0)[-columns:]),)
    arrays = method.many(rows, level=LEVEL, **words).arrays
    p = arrays[estimator.p]
    low, high = _limits(estimator, method, rows, words, arrays, block)
    there = ~np.isnan(low)
    noise = 1e-9
    covered = there & (np.nan_to_num(low) <= noise) & (np.nan_to_num(high) >= -noise)
    return np.array([len(p), (~np.isnan(p)).sum(), (np.nan_to_num(p, nan=1.0) <= ALPHA + 1e-12).sum(), there.sum(), covered.sum()], dtype=float)  # fmt: skip


def _limits(estimator: Estimator, method, rows: np.ndarray, words: dict, arrays, block: int) -> tuple:
    """Limits of the interval for the change; of an exact test in the first trials alone."""
    nothing = np.full(len(rows), np.nan)
    if estimator.p != "p" or "ci_low" not in set(arrays):
        return nothing, nothing
    if not method.exact:
        return arrays["ci_low"], arrays["ci_high"]
    few = max(0, INTERVALS - block * BLOCK)
    if few == 0:
        return nothing, nothing
    first = method.many(rows[:few], level=LEVEL, **words).arrays
    low, high = nothing.copy(), nothing.copy()
    low[:few], high[:few] = first["ci_low"], first["ci_high"]
    return low, high


def work(
    estimators: tuple[Estimator, ...], cells: list[tuple[int, int, int]], trials: int, seed: int, task: int
) -> np.ndarray:
    """One block of one scenario at one number of participants: (estimators, FIELDS)."""
    s, n, block = cells[task]
    scenario = SCENARIOS[s]
    y = draw(scenario, n, block, seed)[: trials - block * BLOCK]
    nothing = np.zeros(len(FIELDS))
    return np.array(
        [answer(each, y, scenario, block) if asked(each, scenario) else nothing for each in estimators]
    )


def measure(trials: int, seed: int, workers: int, cluster: str) -> tuple[tuple[Estimator, ...], np.ndarray]:
    """Sums (scenarios, counts, estimators, FIELDS)."""
    from rich.progress import track

    estimators = present()
    blocks = range(math.ceil(trials / BLOCK))
    cells = [(s, n, block) for s in range(len(SCENARIOS)) for n in COUNTS for block in blocks]
    sums = np.zeros((len(SCENARIOS), len(COUNTS), len(estimators), len(FIELDS)))
    done = spread(
        partial(work, estimators, cells, trials, seed), len(cells), workers=workers, cluster=cluster
    )
    for (s, n, _), found in zip(cells, track(done, "simulating", total=len(cells)), strict=True):
        sums[s, COUNTS.index(n)] += found
    return estimators, sums


# ----------------------------------------------------------------------------------------------------------- page


def share(sums: np.ndarray, count: str, of: str) -> tuple[float, float]:
    """A share with its Monte Carlo standard error."""
    total = sums[FIELDS.index(of)]
    value = sums[FIELDS.index(count)] / total
    return value, math.sqrt(value * (1 - value) / total)


def judged(estimator: Estimator, scenario: Scenario, rate: float, error: float) -> str:
    """`ok`, `missed`, or `.` where nothing was promised."""
    if not estimator.held or not scenario.symmetric:
        return "."
    if estimator.held == "main":
        return "ok" if rate <= MAIN else "missed"
    if estimator.null == "exchangeable" and not scenario.exchangeable:
        return "."
    return "ok" if rate <= ALPHA + SURE * max(error, math.sqrt(ALPHA * (1 - ALPHA)) / 1e3) else "missed"


def render(estimators: tuple[Estimator, ...], sums: np.ndarray, trials: int, seed: int) -> str:
    """The page."""
    lines = [*_head(trials, seed)]
    for s, scenario in enumerate(SCENARIOS):
        lines += [
            f"## {scenario.name[0].upper()}{scenario.name[1:]}",
            "",
            f"{scenario.told[0].upper()}{scenario.told[1:]}.",
            "",
        ]
        lines += [*_table(estimators, sums[s], scenario), ""]
    return "\n".join([*lines, "## Verdict", "", *_verdict(estimators, sums)]) + "\n"


def _head(trials: int, seed: int) -> list[str]:
    return [
        "# Type I error and coverage",
        "",
        (
            f"How often each estimator rejects at {ALPHA:g} where nothing changes, in {trials:,} simulated trials of three times"
            " (paired ones look at the first and the last). ± is the Monte Carlo standard error; below it, how often"
            f" the {LEVEL:.0%} interval holds the true change. A share of trials in which there is no p, not even by the declared"
            f" fallback ({LADDER}), is named; it counts as not rejected."
        ),
        "",
        (
            f"Written by `python benchmarks/type_one_error.py --trials {trials} --seed {seed}`, which is `make errors`. The numbers"
            " do not depend on `--workers` or `--cluster`."
        ),
        "",
        (
            f"A main estimator may reject at most {MAIN:.3f}; an exact test at most {ALPHA:g}, told as missed from {SURE:g} Monte"
            " Carlo errors above it. † marks a test outside its own null hypothesis: permuting times is exact where the times are"
            " exchangeable, and nothing is promised elsewhere. Exact intervals were asked for in the first"
            f" {INTERVALS:,} trials; permutation tests with more than 5 million arrangements drew {DRAWS}."
        ),
        "",
    ]


def _table(estimators: tuple[Estimator, ...], sums: np.ndarray, scenario: Scenario) -> list[str]:
    heads = ["estimator", "held to", *(f"n = {n}" for n in COUNTS)]
    rows = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    for e, estimator in enumerate(estimators):
        if sums[0, e, 0]:
            held = {"main": f"{MAIN:.3f}", "exact": f"{ALPHA:g}", "": "."}[estimator.held]
            cells = [_cell(estimator, scenario, sums[i, e]) for i in range(len(COUNTS))]
            rows.append(f"| {' | '.join([estimator.label, held, *cells])} |")
    return rows


def _cell(estimator: Estimator, scenario: Scenario, sums: np.ndarray) -> str:
    rate, error = share(sums, "rejected", "trials")
    verdict = judged(estimator, scenario, rate, error)
    said = f"{rate:.3f} ± {error:.4f}"
    said = f"**{said}**" if verdict == "missed" else said
    outside = estimator.null == "exchangeable" and not scenario.exchangeable
    parts = [f"{said} †" if outside else said]
    if sums[FIELDS.index("intervals")]:
        parts.append(f"covers {share(sums, 'covered', 'intervals')[0]:.3f}")
    answered = share(sums, "answered", "trials")[0]
    if answered < 1:
        parts.append(f"no p in {100 * (1 - answered):.2f} %")
    return "<br>".join(parts)


def _verdict(estimators: tuple[Estimator, ...], sums: np.ndarray) -> list[str]:
    missed, kept = [], 0
    for s, scenario in enumerate(SCENARIOS):
        for i, n in enumerate(COUNTS):
            for e, estimator in enumerate(estimators):
                if sums[s, i, e, 0]:
                    rate, error = share(sums[s, i, e], "rejected", "trials")
                    verdict = judged(estimator, scenario, rate, error)
                    kept += verdict == "ok"
                    if verdict == "missed":
                        missed.append(
                            f"- {estimator.label}, {scenario.name}, n = {n}: {rate:.3f} ± {error:.4f}"
                        )
    lines = [f"{kept} of {kept + len(missed)} aims are kept.", "", *(missed or ["None is missed."])]
    return [
        *lines,
        "",
        "Nothing is promised for skewed changes: look at the logarithms, or at ratios of geometric means.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cluster", default="")
    parser.add_argument("--out", type=Path, default=PAGE)
    words = parser.parse_args()
    estimators, sums = measure(words.trials, words.seed, words.workers, words.cluster)
    page = render(estimators, sums, words.trials, words.seed)
    words.out.write_text(page, encoding="utf-8")
    print(page[page.index("## Verdict") :])


if __name__ == "__main__":
    main()
