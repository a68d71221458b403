"""Cell counters and doses: readers against a plain read of the same bytes, and 1e5 doses computed three ways.

`python -m benchmarks.assays_cells` prints one line a task; no peer is needed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.cells import compute_exact_dose
from firstdose.assays.cell_count import ENTRY as ASSAY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.derived.area import compute_given
from firstdose.derived.dose_in_float import disagreement
from firstdose.derived.dose_plan import DoseRequest, compute_dose
from firstdose.protocol.model import Intervention
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.counters import CountedLot, write_chamber_form, write_nucleoview
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

RUNS, FILES, CASES = 5, 200, 100_000
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=CASES, help="random doses")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for line in (*reading(), *doses(arguments.cases, arguments.seed)):
        print(line)


def reading() -> Iterator[str]:
    """Files read, recognised and measured, each as a multiple of decoding and splitting the same bytes."""
    made = {
        "nucleoview": [
            write_nucleoview(CountedLot(sample=f"LOT-{i}", viable=1e6 + 1e4 * i, viability=90.0, time=NOON))
            for i in range(FILES)
        ],
        "haemocytometer": [
            write_chamber_form([(f"LOT-{i}", 150 + i, 12, 4, 2)] * 20, NOON) for i in range(FILES)
        ],
    }
    for name, contents in made.items():
        sources = [Source(f"{name}-{i}.csv", content) for i, content in enumerate(contents)]
        plain = _seconds(partial(_each, _plain, contents))
        reader = load("readers.formats")[name]
        ours = _seconds(partial(_each, reader.read, sources))
        readings = [reader.read(each) for each in sources]
        measured = _seconds(partial(ASSAY.measure, readings, Request()))
        yield (
            f"{name}, {FILES} files: read {1e3 * ours / FILES:.3f} ms a file, {ours / plain:.1f} x a plain read; "
            f"measured {1e3 * measured / FILES:.3f} ms a file"
        )


def _each(work: Callable[[Any], object], parts: Sequence[Any]) -> None:
    for part in parts:
        work(part)


def _plain(content: bytes) -> list[list[str]]:
    return [line.split(";") for line in content.decode().splitlines()]


def doses(cases: int, seed: int) -> Iterator[str]:
    """How many of so many random doses the two computations of the sheet and exact fractions disagree about."""
    start = time.perf_counter()
    differing = sum(not agrees(*case) for case in random_cases(cases, seed))
    passed = time.perf_counter() - start
    yield f"{cases} random doses three ways: {differing} disagree, {passed:.1f} s"


def random_cases(count: int, seed: int) -> Iterator[tuple[Decimal, ...]]:
    """Area, density, living cells per mL, dead volume, volume per point, spacing: what a plaque trial can ask."""
    draw = np.random.default_rng(seed)
    lows, highs = (100, 1, 10, 0, 5, 5), (50_000, 100, 5_000, 50, 20, 20)
    for row in draw.integers(lows, highs, (count, 6), endpoint=True).tolist():
        yield tuple(Decimal(number).scaleb(power) for number, power in zip(row, _POWERS, strict=True))


_POWERS = (-2, 5, 4, -2, -2, -1)
_UNITS = tuple(map(read_unit, ("cm2", "cells/cm2", "cells/mL", "mL", "mL", "cm")))


def agrees(*case: Decimal) -> bool:
    """Whether the dose sheet in Decimal equals exact fractions digit by digit, and the one in floats agrees with both."""
    area, density, viable, dead, per_point, spacing = map(Quantity, case, _UNITS)
    limits = Intervention(
        product="cells", route="local", dead_volume=dead, volume_per_point=per_point, point_spacing=spacing
    )
    request = DoseRequest(area=compute_given(area), density=density, concentration=viable)
    plan = compute_dose(request, limits)
    exact = compute_exact_dose(*case[:3], dead_volume=case[3], volume_per_point=case[4], spacing=case[5])
    assert plan.volume is not None
    assert plan.volume_to_prepare is not None
    assert plan.volume_per_point is not None
    same = (
        plan.cells.value == exact.cells
        and plan.volume.value == exact.volume
        and (plan.points_by_volume, plan.points_by_grid, plan.points)
        == (exact.points_by_volume, exact.points_by_grid, exact.points)
        and _last_digit(plan.volume_to_prepare.value, exact.volume_to_prepare)
        and _last_digit(plan.volume_per_point.value, exact.volume_per_point)
    )
    return same and not disagreement(request, plan, limits)


def _last_digit(one: Decimal, other: Decimal) -> bool:
    """Equal but for the fortieth digit: a sum of a rounded volume is rounded twice."""
    return abs(one - other) <= abs(other).scaleb(-38)


def _seconds(work: Callable[[], object]) -> float:
    """The median of several runs after one that warms up."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
