"""RT-qPCR: reading and curve analysis against rdmlpython where it is installed, else against a plain read of the bytes.

`python -m benchmarks.assays_qpcr [FILE.rdml ...]` prints one line a task. Without files an invented plate is used.
rdmlpython is on the package index up to version 1.7.2, which opens RDML 1.0 to 1.3 (`pip install --group bench`).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import statistics
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import numpy as np

from firstdose.assays._kernel.qpcr.amplification import analyse
from firstdose.assays._kernel.qpcr.stability import ge_norm, norm_finder
from firstdose.assays._kernel.qpcr.wells import curve_matrix
from firstdose.assays.qpcr import ENTRY as ASSAY
from firstdose.catalogue.assay import Request
from firstdose.readers.formats.quantstudio import ENTRY as QUANTSTUDIO
from firstdose.readers.formats.rdml import ENTRY as RDML
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.qpcr import expression_plate, write_quantstudio, write_rdml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.readers.contents.qpcr import QpcrWells

RUNS = 5
GENES = {f"S{n}": {"IL17A": 0.01, "TNF": 0.1, "IFNG": 0.003} for n in range(11)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="RDML files; without any an invented plate")
    arguments = parser.parse_args()
    sources = [Source(path.name, path.read_bytes()) for path in arguments.files] or [invented()]
    for source in sources:
        for line in of_rdml(source):
            print(line)
    for line in (*of_text(), *of_genes()):
        print(line)


def invented() -> Source:
    return Source("invented.rdml", write_rdml(expression_plate(GENES), name="bench", run_date="2024-03-04"))


def of_rdml(source: Source) -> Iterator[str]:
    """Seconds to read and to analyse, over a plain parse of the same XML and over rdmlpython."""
    reading, ours = RDML.read(source), median(lambda: RDML.read(source))
    plain = median(lambda: parse_plainly(source.content))
    runs: list[QpcrWells] = list(reading.contents)
    wells = sum(len(run.wells) for run in runs)
    yield f"{source.name}: {wells} reactions read in {ours:.3f} s, {ours / plain:.1f} x a plain parse"
    matrices = [(curve_matrix(run.wells), codes(run)) for run in runs]
    curves = median(lambda: [analyse(matrix, own) for matrix, own in matrices if matrix is not None])
    yield f"{source.name}: curves analysed in {curves:.3f} s"
    measured = median(lambda: ASSAY.measure([reading], Request()))
    yield f"{source.name}: measured with quality rules and pictures in {measured:.3f} s"
    yield from of_peer(source, ours, curves)


def parse_plainly(content: bytes) -> object:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return fromstring(archive.read(archive.namelist()[0]))


def codes(run: QpcrWells) -> np.ndarray:
    names = sorted({well.target for well in run.wells})
    return np.array([names.index(well.target) for well in run.wells])


def of_peer(source: Source, reading: float, curves: float) -> Iterator[str]:
    if importlib.util.find_spec("rdmlpython") is None:
        yield "rdmlpython is not installed: not compared"
        return
    from rdmlpython import Rdml, RdmlError

    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder) / "file.rdml"
        path.write_bytes(source.content)
        told = [f"{source.name}: rdmlpython"]
        try:
            told.append(f"{median(lambda: Rdml(str(path))) / reading:.1f} x our reading")
            runs = [run for experiment in Rdml(str(path)).experiments() for run in experiment.runs()]
            told.append(f"{median(lambda: [run.linRegPCR() for run in runs], 1) / curves:.0f} x our analysis")
        except (
            RdmlError,
            AttributeError,
        ) as refusal:  # 1.7.2 asks NumPy for a name that version 2 does not have
            told.append(f"stops ({refusal})")
    yield ", ".join(told)


def of_text() -> Iterator[str]:
    content = write_quantstudio(expression_plate(GENES), name="bench", ended="2024-03-04 12:00:00 PM UTC")
    source = Source("plate.txt", content)
    ours, plain = median(lambda: QUANTSTUDIO.read(source)), median(lambda: split_plainly(content))
    yield f"QuantStudio text of {len(content) / 1e6:.1f} MB read in {ours:.3f} s, {ours / plain:.1f} x splitting its lines"


def split_plainly(content: bytes) -> list[list[str]]:
    return [line.split("\t") for line in content.decode().split("\n")]


def of_genes() -> Iterator[str]:
    """80 samples of 10 candidate genes."""
    y = np.random.default_rng(1).normal(size=(80, 10))
    groups = np.repeat([0, 1], 40)
    yield f"geNorm of 10 genes in {median(lambda: ge_norm(y)) * 1e3:.2f} ms"
    yield f"NormFinder of 10 genes in {median(lambda: norm_finder(y, groups)) * 1e3:.2f} ms"


def median(task: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of a run, the median of several after one to warm up."""
    task()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
