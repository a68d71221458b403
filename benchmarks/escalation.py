"""Speed of the exact engine as ratios in one run: `python benchmarks/escalation.py` prints them and writes their part of
docs/reference/speed.md.

Each ratio compares exact characteristics with trials drawn by the package itself, in the same process, compiled code warm.
Programs in R are added where Rscript and their packages are installed.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import load
from firstdose.escalation.calibrating import best_boundary
from firstdose.escalation.certify import certify
from firstdose.escalation.deciding import decide_line
from firstdose.escalation.efficacy import enumerate_efficacy, evaluate_efficacy
from firstdose.escalation.efficacy_tables import compile_efficacy
from firstdose.escalation.exact import enumerate_exact, evaluate
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.paths import enumerate_paths
from firstdose.escalation.planned import words_of
from firstdose.escalation.rule import Rule
from firstdose.escalation.simulate import simulate, simulate_compiled
from firstdose.escalation.tables import compile_rule
from firstdose.protocol.model import PlannedStop, Protocol, Scenario, Sentinel
from firstdose.protocol.reading import read_protocol
from firstdose.protocol.writing import starter
from firstdose.values.quantity import read_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "speed.md"
START, END = "<!-- escalation: begin -->", "<!-- escalation: end -->"
CURVE = (0.05, 0.10, 0.20, 0.30, 0.45)
STEEP = (0.05, 0.15, 0.30)
RUNS = 7

LARGE = """
import json, resource, sys, time
from benchmarks.escalation import CURVE, rule
from firstdose.escalation.exact import enumerate_exact, evaluate, predict_size
from firstdose.escalation.tables import compile_rule
evaluate(enumerate_exact(compile_rule(rule("boin", 5, 12))), CURVE)
tables = compile_rule(rule("boin", 5, 60))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = predict_size(tables)
start = time.perf_counter()
polynomial = enumerate_exact(tables)
total = float(evaluate(polynomial, CURVE).total[0])
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak_gb": peak / 1e6, "more_gb": (peak - before) / 1e6, "states": polynomial.states,
                  "endings": len(polynomial.ways), "predicted": size.states, "predicted_gb": size.bytes / 1e9,
                  "off_one": abs(total - 1)}))
"""
IN_R = {
    "BOIN": "get.oc(target=0.3, p.true=c(.05,.1,.2,.3,.45), ncohort=10, cohortsize=3, ntrial={trials})",
    "dfcrm": "crmsim(c(.05,.1,.2,.3,.45), getprior(.05,.25,2,5), .25, 30, 1, nsim={trials}, mcohort=3)",
    "Keyboard": "get.oc.kb(target=0.3, p.true=c(.05,.1,.2,.3,.45), ncohort=10, cohortsize=3, ntrial={trials})",
}
TRIALS_IN_R = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    goal: str
    what: str
    found: str
    aim: str


def rule(name: str, doses: int, most: int, **around: object) -> Rule:
    """A design of the shelf with its defaults; words of the design go by their names, the rest around it."""
    entry = load("designs")[name]
    words = {key.name: str(around.pop(key.name)) for key in entry.keys if key.name in around}
    return Rule(design=entry.make(words_of(entry.keys, words), doses), most=most, **around)  # type: ignore[arg-type]


def pocock(most: int):  # type: ignore[no-untyped-def]
    """Pooled, acceptable rate and level both 10 %."""
    entry = load("designs.stopping")["pocock"]
    return entry.make(words_of(entry.keys, {"p0": "0.10"}), most)


def seconds(*works: Callable[[], object], runs: int = RUNS) -> tuple[float, ...]:
    """Median of each after one warm-up; they take turns, so that a busy moment meets all of them."""
    times: list[list[float]] = [[] for _ in works]
    for run in range(runs + 1):
        for work, own in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            if run:
                own.append(time.perf_counter() - start)
    return tuple(map(statistics.median, times))


def ms(value: float) -> str:
    return f"{1000 * value:.1f} ms"


def exact_and_drawn() -> list[Row]:
    """D1 and D2."""
    design = rule("boin", 5, 30)
    tables = compile_rule(design)
    assert tables is not None
    polynomial = enumerate_exact(tables)
    curves = np.sort(np.random.default_rng(1).uniform(size=(1_000, 5)), axis=1)
    drawn, exact, many = seconds(
        lambda: simulate_compiled(tables, CURVE, 10_000),
        lambda: evaluate(enumerate_exact(compile_rule(design)), CURVE),  # type: ignore[arg-type]
        lambda: evaluate(polynomial, curves),
        runs=15,
    )
    return [
        Row(
            "D1",
            f"exact BOIN, 5 levels, 10 cohorts of 3, from rule to characteristics ({ms(exact)}), against 10,000 own compiled"
            f" trials ({ms(drawn)})",
            f"{exact / drawn:.2f} x",
            "0.5 x",
        ),
        Row(
            "D2",
            f"exact characteristics of 1,000 scenarios ({ms(many)}) against 10,000 trials of one",
            f"{many / drawn:.1f} x",
            "10 x",
        ),
    ]


def large() -> list[Row]:
    """D7, in a process of its own, whose memory is measured."""
    root = Path(__file__).parents[1]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-c", LARGE],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
    )
    found = json.loads(done.stdout.splitlines()[-1])
    off = max(found["predicted"] / found["states"], found["states"] / found["predicted"])
    return [
        Row("D7", f"BOIN, 5 levels, 20 cohorts of 3: {found['states']:,} states, {found['endings']:,} endings, total"
            f" probability within {found['off_one']:.0e} of 1", f"{found['seconds']:.1f} s", "10 s"),
        Row("D7", "memory of that process at its peak", f"{found['peak_gb']:.2f} GB", "1 GB"),
        Row("D7", f"states predicted before the run ({found['predicted']:,}), off by", f"{off:.2f} x", "2 x"),
        Row("D7", f"memory predicted for it ({found['predicted_gb']:.2f} GB) against what it took more than before",
            f"{found['predicted_gb'] / max(found['more_gb'], 1e-9):.2f} x", "no aim"),
    ]  # fmt: skip


def composed() -> list[Row]:
    """D8: both in plain Python, the same rule object."""
    design = rule("boin", 3, 24, target=0.25, alone=1, stops=(pocock(24),))
    exact, drawn = seconds(lambda: enumerate_paths(design), lambda: simulate(design, STEEP, 1_000))
    found = enumerate_paths(design)
    halted = sum(each.probability(STEEP) for each in found.endings if each.end.kind == "halt")
    return [
        Row(
            "D8",
            "composed rule (sentinel, BOIN 0.25, pooled stop, 3 levels, 24 participants) enumerated in plain Python"
            f" ({ms(exact)}, it halts {100 * halted:.2f} %) against 1,000 trials in plain Python ({ms(drawn)})",
            f"{exact / drawn:.2f} x",
            "1 x",
        )
    ]


def region() -> list[Row]:
    """D9."""
    design = rule("boin", 3, 18, target=0.25)
    tables = compile_rule(design)
    assert tables is not None
    polynomial = enumerate_exact(tables)
    drawn, grid, tight = seconds(
        lambda: simulate_compiled(tables, STEEP, 100_000),
        lambda: certify(polynomial, 0.45),
        lambda: certify(polynomial, 0.45, tolerance=0.02),
    )
    found = certify(polynomial, 0.45, tolerance=0.02)
    words = f"{100 * found.worst:.1f} % at {', '.join(f'{p:g}' for p in found.curve)}"
    return [
        Row("D9", f"worst case over {found.curves:,} monotone curves ({words}) with its bound between them ({ms(grid)})"
            f" against 100,000 own compiled trials of one curve ({ms(drawn)})", f"{grid / drawn:.2f} x", "5 x"),
        Row("D9", "the same, time", f"{grid:.3f} s", "1 s"),
        Row("D9", f"bound brought to {100 * found.bound:.1f} % by halving {found.cells - found.curves:,} cells",
            f"{tight:.2f} s", "no aim"),
    ]  # fmt: skip


def composed_protocol() -> Protocol:
    """The starter with three levels, 24 participants and the composed rule."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "protocol.yaml"
        file.write_text(starter(), encoding="utf-8")
        read = read_protocol(file).protocol
    assert read is not None
    assert read.safety is not None
    assert read.intervention is not None
    levels = read.intervention.dose_levels
    third = replace(levels[-1], level="DL3", dose=read_quantity("1e7 cells/cm2"))
    rates = tuple(Decimal(str(rate)) for rate in STEEP)
    safety = replace(
        read.safety,
        design="boin",
        keys=(("target", "0.25"),),
        dlt_until=28,
        sentinel=Sentinel(14, "cohort"),
        stopping=(PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"),)),),
        scenarios=(Scenario(scenario="steep", rates=rates),),
        pause_when="",
        stop_when="",
    )
    return replace(
        read,
        trial=replace(read.trial, participants=24),
        intervention=replace(read.intervention, dose_levels=(*levels[:2], third)),
        safety=safety,
    )


def restart() -> list[Row]:
    """D10: everything the board's page shows of the future, after nine participants."""
    decision = decide_line(composed_protocol(), "1NNN 2NNT 2NNN")
    (taken,) = seconds(lambda: foresee(decision))
    return [
        Row(
            "D10",
            "after 9 of 24 participants of the composed rule: next steps and exact distribution of the end, under a scenario"
            " and averaged over what was seen",
            ms(taken),
            "50 ms",
        )
    ]


def optimal_dose() -> list[Row]:
    """D11."""
    tables = compile_efficacy(rule("boin12", 3, 24))
    assert tables is not None
    (whole,) = seconds(
        lambda: evaluate_efficacy(enumerate_efficacy(tables), (0.05, 0.15, 0.3), (0.2, 0.4, 0.5)), runs=3
    )
    states = enumerate_efficacy(tables).states
    return [
        Row(
            "D11",
            f"BOIN12, 3 levels, 8 cohorts of 3, independent: {states:,} states",
            f"{whole:.2f} s",
            "1 s",
        )
    ]


def boundary() -> list[Row]:
    """D12."""
    (taken,) = seconds(lambda: best_boundary(12, 0.10, 0.10, 0.30))
    found = best_boundary(12, 0.10, 0.10, 0.30)
    assert found is not None
    return [
        Row("D12", f"best of all boundaries that never fall, 12 participants ({found.considered:,} keep 10 % at 0.1):"
            f" {found.words}, stops {100 * found.toxic.stop:.1f} % at 0.3", f"{taken:.3f} s", "1 s")
    ]  # fmt: skip


def in_r(exact: float) -> list[Row]:
    """D3 and the R part of D4, where R and the packages are."""
    program = shutil.which("Rscript")
    if program is None:
        return [
            Row("D3, D4", "programs in R (BOIN, dfcrm, Keyboard)", "R is not installed", "≥ 1,000 x, ≥ 500 x")
        ]
    rows = []
    for package, call in IN_R.items():
        code = (
            f"suppressMessages(library({package})); set.seed(1);"
            f" cat(system.time(invisible({call.format(trials=TRIALS_IN_R)}))[['elapsed']])"
        )
        done = subprocess.run([program, "-e", code], check=False, capture_output=True, text=True)
        number = re.findall(r"[0-9.]+$", done.stdout.strip())
        what = f"R {package}, 10,000 trials scaled from {TRIALS_IN_R:,}, against exact BOIN"
        if done.returncode or not number:
            rows.append(Row("D3, D4", what, "package not installed", "–"))
        else:
            slower = float(number[0]) * 10_000 / TRIALS_IN_R / exact
            rows.append(Row("D3, D4", what, f"{slower:,.0f} x slower", "≥ 1,000 x (BOIN)"))
    return rows


def render(rows: list[Row]) -> str:
    """The part of the page, between its markers."""
    lines = [
        START,
        "",
        "## Dose escalation",
        "",
        (
            "Written by `python benchmarks/escalation.py`; D1 to D12 are the aims of the exact engine. Date: "
            f"{time.strftime('%Y-%m-%d', time.gmtime())}. Machine: {os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}; load at the end {os.getloadavg()[0]:.1f}. One core, compiled code warm."
        ),
        "",
        "| Aim | What | Found | Aim |",
        "|---|---|---|---|",
        *(f"| {row.goal} | {row.what} | {row.found} | {_at_most(row.aim)} |" for row in rows),
        "",
        "An aim that is missed stays in the table.",
        "",
        END,
    ]
    return "\n".join(lines) + "\n"


def _at_most(aim: str) -> str:
    return aim if aim[0] in "≥–n" else f"at most {aim}"


def main() -> None:
    """Everything, printed and written."""
    rows = [
        *exact_and_drawn(),
        *large(),
        *composed(),
        *region(),
        *restart(),
        *optimal_dose(),
        *boundary(),
    ]
    design = rule("boin", 5, 30)
    (exact,) = seconds(lambda: evaluate(enumerate_exact(compile_rule(design)), CURVE))  # type: ignore[arg-type]
    rows += in_r(exact)
    part = render(rows)
    print(part)
    page = PAGE.read_text(encoding="utf-8")
    if START in page:
        page = page[: page.index(START)] + part + page[page.index(END) + len(END) :].lstrip("\n")
    else:
        page = f"{page.rstrip()}\n\n{part}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
