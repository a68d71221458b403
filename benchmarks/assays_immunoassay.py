"""Immunoassays: curves against scipy's least_squares, the xPONENT reader against a plain read of the same bytes.

`python -m benchmarks.assays_immunoassay` prints one line a task. Peer where installed: `allotropy` for the xPONENT file.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from firstdose.assays._kernel.immunoassay.curves import LogisticCurve, derivatives, log_of
from firstdose.assays._kernel.immunoassay.fitting import fit_logistic, fit_many
from firstdose.assays._kernel.immunoassay.instrument import replayed
from firstdose.assays.multiplex import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.immunoassay_plates import (
    SERUM_CYTOKINES,
    InventedPlate,
    InventedSample,
)
from firstdose.rehearsal.instrument_files.xponent import write_xponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS, CURVES, PLEX = 5, 30, 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", help="an xPONENT export to read in place of an invented one")
    arguments = parser.parse_args()
    for line in (*fits(), *files(arguments.file)):
        print(line)


def fits() -> Iterator[str]:
    """Four and five parameters: all curves of a plate together, one alone, and the peer with three starts."""
    x = np.repeat(5000.0 / 3.0 ** np.arange(9), 2)
    random = np.random.default_rng(1)
    true = LogisticCurve(b=-0.9, c=3.0, d=10.0, e=300.0, f=0.6)
    signals = [true.signal(x) + 0.05 * random.standard_normal(len(x)) for _ in range(CURVES)]
    for five in (False, True):
        together = _seconds(lambda five=five: fit_many([x] * CURVES, signals, five=five)) / CURVES
        alone = _seconds(lambda five=five: [fit_logistic(x, y, five=five) for y in signals]) / CURVES
        peer = _seconds(lambda five=five: [_by_scipy(x, y, five=five) for y in signals]) / CURVES
        pairs = [(fit_logistic(x, y, five=five), _by_scipy(x, y, five=five)) for y in signals]
        worst = max(fit.rss / rss - 1 for fit, rss in pairs if fit is not None)
        yield (
            f"{'5PL' if five else '4PL'}: {1e3 * together:.2f} ms a curve of a plate of {CURVES}, {1e3 * alone:.1f} ms "
            f"alone; scipy least_squares, exact Jacobian, three starts {1e3 * peer:.1f} ms ({peer / together:.1f} x); "
            f"worst RSS against scipy {worst:+.1e}"
        )


def _by_scipy(x: np.ndarray, y: np.ndarray, *, five: bool) -> float:
    """Least residual sum of squares over three starts, f inside [0.1, 10]."""

    def curve(theta: np.ndarray) -> LogisticCurve:
        b, c, d, log_e, *f = theta
        return LogisticCurve(b=b, c=c, d=d, e=float(np.exp(log_e)), f=f[0] if f else 1.0)

    def jacobian(theta: np.ndarray) -> np.ndarray:
        J = derivatives(log_of(x), curve(theta), five=five)
        J[:, 3] *= np.exp(theta[3])
        return J

    low = [-50.0, -np.inf, -np.inf, -30.0, *([0.1] if five else [])]
    high = [-0.02, np.inf, np.inf, 40.0, *([10.0] if five else [])]
    middle = float(np.mean(log_of(x)))
    found = [
        least_squares(
            lambda theta: curve(theta).signal(x) - y,
            [-slope, y.min(), y.max(), middle, *([1.0] if five else [])],
            jacobian,
            (low, high),
            x_scale="jac",
        ).cost
        for slope in (0.5, 1.0, 2.0)
    ]
    return 2 * min(found)


def files(path: str | None) -> Iterator[str]:
    """An xPONENT plate: read, replayed, measured; a plain read of the same bytes; allotropy where installed."""
    source = Source("plate.csv", Path(path).read_bytes() if path else _invented())
    reader = load("readers.formats")["xponent"]
    plain = _seconds(lambda: _plain(source.content))
    ours = _seconds(lambda: reader.read(source))
    replay = _seconds(lambda: _replay(reader.read(source)))
    reading = replace(reader.read(source), file=source.name)
    measured = _seconds(lambda: ENTRY.measure([reading], Request()))
    yield (
        f"xPONENT, {len(source.content) // 1000} kB: read {1e3 * ours:.1f} ms ({ours / plain:.1f} x a plain read), read "
        f"and replayed {1e3 * replay:.1f} ms, measured {1e3 * measured:.0f} ms"
    )
    yield _against_allotropy(source, ours)


def _invented() -> bytes:
    analytes = tuple(replace(SERUM_CYTOKINES[k % 4], name=f"C{k}", region=k + 12) for k in range(PLEX))
    random = np.random.default_rng(1)
    samples = tuple(
        InventedSample(name=f"S{k}", concentrations=tuple(np.exp(random.normal(4, 1, PLEX))))
        for k in range(36)
    )
    return write_xponent(
        InventedPlate(name="bench", date="2026-01-05", analytes=analytes, samples=samples), random
    )


def _replay(reading) -> None:
    for plate in reading.contents:
        dilution = np.array([well.dilution for well in plate.wells])
        for analyte in plate.analytes:
            replayed(analyte, dilution)


def _plain(content: bytes) -> float:
    """What no reader can do without: decode, split, and turn the cells that are numbers into numbers."""
    total = 0.0
    for row in csv.reader(io.StringIO(content.decode("utf-8"))):
        for cell in row:
            try:
                total += float(cell)
            except ValueError:
                continue
    return total


def _against_allotropy(source: Source, ours: float) -> str:
    if importlib.util.find_spec("allotropy") is None:
        return "allotropy is not installed: what it would be compared with is not measured."
    from allotropy.exceptions import AllotropyError
    from allotropy.parser_factory import Vendor
    from allotropy.to_allotrope import allotrope_from_io

    def work() -> None:
        allotrope_from_io(io.BytesIO(source.content), source.name, Vendor.LUMINEX_XPONENT)

    try:
        theirs = _seconds(work)
    except AllotropyError as refusal:
        return f"allotropy does not read this file: {str(refusal)[:120]}"
    return f"allotropy reads it in {1e3 * theirs:.0f} ms, {theirs / ours:.0f} x"


def _seconds(work: Callable[[], object]) -> float:
    """Median after a warm-up."""
    times = []
    for run in range(RUNS + 1):
        start = time.perf_counter()
        work()
        if run:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
