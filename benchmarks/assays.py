"""Instrument files in one table: readers and kernels of the five topics, and all files of a trial.

`python -m benchmarks.assays` prints it, `--write` writes its part of docs/reference/speed.md. Peers are run where a
Python has them: this one, or those that FLOWKIT_PYTHON, ALLOTROPY_PYTHON and RDMLPYTHON_PYTHON name.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import struct
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.ratios import ROOT, Row, fresh, python_with, reference, shortest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PAGE = ROOT / "docs" / "reference" / "speed.md"
START, END = "<!-- written by benchmarks/assays.py -->", "<!-- end of benchmarks/assays.py -->"
HEADS = ("What", "Ours", "Against", "Ours over it", "Aim")
PLAIN = "plain read of the same bytes"

# What a peer does with a file, in its own Python: seconds of the shortest of five after one to warm up.
_PEER = """
import contextlib, io, json, sys, time
with contextlib.redirect_stdout(io.StringIO()):
    {imports}
    taken = []
    for _ in range(6):
        start = time.perf_counter()
        {work}
        taken.append(time.perf_counter() - start)
print(json.dumps({{"seconds": min(taken[1:])}}))
"""


def peer(package: str, imports: str, work: str, path: Path) -> dict[str, Any]:
    """`other` and `why` of a Row; a peer that stops is told by the name of its exception."""
    python = python_with(package)
    if python is None:
        return {"other": None}
    command = [python, "-c", _PEER.format(imports=imports, work=work), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {
            "other": None,
            "why": f"stops, {done.stderr.splitlines()[-1].partition(':')[0].rpartition('.')[2]}",
        }
    return {"other": json.loads(done.stdout)["seconds"]}


# --------------------------------------------------------------------------------------------------------- topics


def flow() -> Iterator[Row]:
    """A cold job against FlowKit, a million events, a file of an older instrument."""
    from benchmarks.assays_flow import million_events

    yield from _cold_job()
    found = million_events()
    yield Row(
        what="FCS of 1e6 events x 12 floats into memory, checked",
        ours=found["read 1e6 x 12"], against=PLAIN, other=found["plain read of the bytes"], most_seconds=0.06,
    )  # fmt: skip
    yield Row(what="logicle of 1e6 values, one core", ours=found["logicle of 1e6"], most_seconds=0.06)
    if (path := reference("flow_noncompliant", "coulter.lmd")) is not None:
        from firstdose.laboratory.reading import formats, read_source
        from firstdose.readers.reader import source_of

        formats()
        theirs = peer(
            "flowio",
            "import flowio",
            "flowio.read_multiple_data_sets(sys.argv[1], ignore_offset_error=True)",
            path,
        )
        ours = shortest(lambda: read_source(source_of(path)))
        yield Row(
            what="Beckman LMD recognised and read",
            ours=ours,
            against="flowio, told to ignore the offset",
            **theirs,
        )


def _cold_job() -> Iterator[Row]:
    from benchmarks.assays_flow import OURS, THEIRS, cold_job

    tube, gates = (reference("flow_lymphocyte_panel", name) for name in ("68983.fcs", "gating.wsp"))
    if tube is None or gates is None:
        return
    seconds, memory = cold_job(sys.executable, OURS, tube, gates)
    python = python_with("flowkit")
    theirs = cold_job(python, THEIRS, tube, gates)[0] if python else None
    yield Row(
        what=f"fresh process: FCS and a FlowJo workspace of 15 gates, counts printed; {memory} MB at its peak",
        ours=seconds, against="FlowKit", other=theirs, most_seconds=0.8, most_ratio=0.25,
    )  # fmt: skip


def qpcr() -> Iterator[Row]:
    """RDML against rdmlpython, curves, an export as text, stability of reference genes."""
    from benchmarks.assays_qpcr import codes, curve_matrix, invented, parse_plainly

    from firstdose.assays._kernel.qpcr.amplification import analyse
    from firstdose.readers.formats.rdml import ENTRY
    from firstdose.readers.reader import source_of

    files = [reference("qpcr_rdml", name) for name in ("eva_green_a.rdml", "quantification_methods.rdml")]
    sources = [source_of(path) for path in files if path is not None] or [invented()]
    for source in sources:
        runs: list[Any] = list(ENTRY.read(source).contents)
        told = f"{Path(source.name).name}, {sum(len(run.wells) for run in runs)} reactions"
        read = shortest(lambda source=source: ENTRY.read(source))
        plain = shortest(lambda source=source: parse_plainly(source.content))
        yield Row(
            what=f"RDML, {told}: read",
            ours=read,
            against="plain parse of its XML",
            other=plain,
            most_seconds=0.1,
        )
        ours = [(matrix, codes(run)) for run in runs if (matrix := curve_matrix(run.wells)) is not None]
        curves = shortest(lambda ours=ours: [analyse(*each) for each in ours])
        with TemporaryDirectory() as folder:
            path = Path(folder) / "file.rdml"
            path.write_bytes(source.content)
            of_read, of_curves = _by_rdmlpython(path)
        yield Row(what=f"RDML, {told}: read", ours=read, against="rdmlpython", **of_read)
        yield Row(
            what=f"RDML, {told}: amplification curves analysed", ours=curves, against="rdmlpython",
            most_seconds=0.25, **of_curves,
        )  # fmt: skip
    yield from _text_and_genes()


def _by_rdmlpython(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    imports = "from rdmlpython import Rdml"
    runs = "[run.linRegPCR() for each in Rdml(sys.argv[1]).experiments() for run in each.runs()]"
    return peer("rdmlpython", imports, "Rdml(sys.argv[1])", path), peer("rdmlpython", imports, runs, path)


def _text_and_genes() -> Iterator[Row]:
    from benchmarks.assays_qpcr import GENES, split_plainly

    from firstdose.assays._kernel.qpcr.stability import ge_norm, norm_finder
    from firstdose.readers.formats.quantstudio import ENTRY
    from firstdose.readers.reader import Source
    from firstdose.rehearsal.instrument_files.qpcr import expression_plate, write_quantstudio

    content = write_quantstudio(expression_plate(GENES), name="bench", ended="2024-03-04 12:00:00 PM UTC")
    source = Source("plate.txt", content)
    yield Row(
        what=f"QuantStudio text of {len(content) / 1e6:.1f} MB: read", ours=shortest(lambda: ENTRY.read(source)),
        against="splitting its lines", other=shortest(lambda: split_plainly(content)),
    )  # fmt: skip
    y, groups = np.random.default_rng(1).normal(size=(80, 10)), np.repeat([0, 1], 40)
    for name, work in (("geNorm", lambda: ge_norm(y)), ("NormFinder", lambda: norm_finder(y, groups))):
        ours = shortest(work)
        yield Row(
            what=f"{name}, 80 samples, 10 genes", ours=ours, against="NormqPCR (R)", why="R is not installed"
        )


def immunoassay() -> Iterator[Row]:
    """Curves of a plate against scipy with three starts; an xPONENT export read, replayed, and by allotropy."""
    from benchmarks.assays_immunoassay import CURVES, _by_scipy

    from firstdose.assays._kernel.immunoassay.curves import LogisticCurve
    from firstdose.assays._kernel.immunoassay.fitting import fit_many

    x = np.repeat(5000.0 / 3.0 ** np.arange(9), 2)
    random = np.random.default_rng(1)
    true = LogisticCurve(b=-0.9, c=3.0, d=10.0, e=300.0, f=0.6)
    signals = [true.signal(x) + 0.05 * random.standard_normal(len(x)) for _ in range(CURVES)]
    for five in (False, True):
        ours = shortest(lambda five=five: fit_many([x] * CURVES, signals, five=five)) / CURVES
        theirs = shortest(lambda five=five: [_by_scipy(x, y, five=five) for y in signals], 2) / CURVES
        yield Row(
            what=f"{'5PL' if five else '4PL'}, a curve of a plate of {CURVES}", ours=ours,
            against="scipy least_squares, three starts", other=theirs, most_seconds=2.5e-3,
        )  # fmt: skip
    yield from _xponent()


def _xponent() -> Iterator[Row]:
    from benchmarks.assays_immunoassay import _invented, _plain, _replay

    from firstdose.readers.formats.xponent import ENTRY
    from firstdose.readers.reader import Source

    path = reference("cytokine_luminex_xponent", "plate1.csv")
    files = {"invented": _invented()} | ({"plate1.csv": path.read_bytes()} if path else {})
    for name, content in files.items():
        source = Source("plate.csv", content)
        told = f"xPONENT, {name}, {len(content) / 1000:.0f} kB"
        read = shortest(lambda source=source: ENTRY.read(source))
        plain = shortest(lambda content=content: _plain(content))
        yield Row(what=f"{told}: read", ours=read, against=PLAIN, other=plain)
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "plate.csv"
            copy.write_bytes(content)
            theirs = _by_allotropy(copy)
        yield Row(what=f"{told}: read", ours=read, against="allotropy", **theirs)
        replay = shortest(lambda source=source: _replay(ENTRY.read(source)))
        yield Row(what=f"{told}: read and replayed", ours=replay, most_seconds=0.05)


def _by_allotropy(path: Path) -> dict[str, Any]:
    imports = (
        "from allotropy.parser_factory import Vendor; "
        "from allotropy.to_allotrope import allotrope_from_file as read"
    )
    return peer("allotropy", imports, "read(sys.argv[1], Vendor.LUMINEX_XPONENT)", path)


def histology() -> Iterator[Row]:
    """Tables of slides and outlines in three formats."""
    import csv

    from benchmarks.assays_histology import CORNERS, OUTLINES, SLIDES

    from firstdose.rehearsal.instrument_files.outlines import (
        invent_border,
        write_geojson,
        write_roi,
        write_svg,
    )
    from firstdose.rehearsal.instrument_files.qupath import InventedSlide, write_annotations, write_detections

    slides = [
        InventedSlide(image=f"s{number}.tif", area_mm2=2.5, densities={"CD3": 320, "CD20": 40}, outside=20)
        for number in range(SLIDES)
    ]

    def tabbed(content: bytes) -> object:
        return list(csv.reader(content.decode().split("\n"), delimiter="\t"))

    yield _read(
        "qupath_annotations", f"QuPath annotations, {SLIDES} slides", [write_annotations(slides)], tabbed
    )
    yield _read(
        "qupath_detections", f"QuPath detections, {SLIDES} slides", [write_detections(slides)], tabbed
    )
    borders = [invent_border(2.5e5, corners=CORNERS, seed=seed) + 1000 for seed in range(OUTLINES)]
    told = f"{OUTLINES} outlines of {CORNERS} corners"
    yield _read("imagej_roi", f"ImageJ ROI, {told}", [write_roi(each, "L1") for each in borders], _corners)
    yield _read("geojson", f"GeoJSON, {told}", [write_geojson(each, "L1") for each in borders], json.loads)
    yield _read(
        "svg_outline", f"SVG, {told}", [write_svg(each, "L1", 0.02) for each in borders], _path_of_svg
    )


def _corners(content: bytes) -> object:
    from benchmarks.assays_histology import CORNERS

    return struct.unpack_from(f">{2 * CORNERS}f", content, 64 + 4 * CORNERS)


def _path_of_svg(content: bytes) -> object:
    path = content.decode().split('d="M')[1].split(" Z")[0]
    return [float(word) for word in path.replace("L", "").split()]


def cells() -> Iterator[Row]:
    """Files of counters."""
    from benchmarks.assays_cells import FILES, NOON, _plain

    from firstdose.rehearsal.instrument_files.counters import CountedLot, write_chamber_form, write_nucleoview

    lots = [
        CountedLot(sample=f"LOT-{i}", viable=1e6 + 1e4 * i, viability=90.0, time=NOON) for i in range(FILES)
    ]
    yield _read("nucleoview", f"NucleoView, {FILES} files", [write_nucleoview(each) for each in lots], _plain)
    forms = [write_chamber_form([(f"LOT-{i}", 150 + i, 12, 4, 2)] * 20, NOON) for i in range(FILES)]
    yield _read("haemocytometer", f"chamber counts, {FILES} files of 20 lots", forms, _plain)


def _read(name: str, told: str, contents: Sequence[bytes], plain: Callable[[bytes], object]) -> Row:
    from importlib import import_module

    from firstdose.readers.reader import Source

    reader = import_module(f"firstdose.readers.formats.{name}").ENTRY
    sources = [Source(name, content) for content in contents]
    return Row(
        what=f"{told}: read",
        ours=shortest(lambda: [reader.read(source) for source in sources]),
        against=PLAIN,
        other=shortest(lambda: [plain(content) for content in contents]),
    )


def trial() -> Iterator[Row]:
    """All files of a trial."""
    from benchmarks.assays_trial import rows

    yield from rows()


TOPICS: dict[str, Callable[[], Iterator[Row]]] = {
    each.__name__: each for each in (flow, qpcr, immunoassay, histology, cells, trial)
}

# ----------------------------------------------------------------------------------------------------------- page


def render(table: list[tuple[str, ...]]) -> str:
    """The part of the page, between its markers."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            START,
            "",
            "## Instrument files",
            "",
            (
                f"Written by `python -m benchmarks.assays --write` on {time.strftime('%Y-%m-%d', time.gmtime())}. Machine: "
                f"{machine}; load at the end {os.getloadavg()[0]:.1f}. A process for each topic, the shortest of several "
                "runs. A plain read is what no reader can do without: the bytes, and the numbers among them as numbers."
            ),
            "",
            *(f"| {' | '.join(cells)} |" for cells in (HEADS, ("---",) * len(HEADS), *table)),
            "",
            "An aim that is missed stays in the table. Every peer is run on the same file in a Python of its own.",
            "",
            END,
        ]
    )


def rewritten(page: str, part: str) -> str:
    """The page with this part in its place, or at its end."""
    place = re.compile(rf"(?s){re.escape(START)}.*?{re.escape(END)}")
    if place.search(page):
        return place.sub(lambda _: part, page)
    return f"{page.rstrip()}\n\n{part}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", choices=list(TOPICS), default=list(TOPICS), help="print these")
    parser.add_argument(
        "--write", action="store_true", help="write the part of the page, where all were measured"
    )
    parser.add_argument("--topic", choices=list(TOPICS), help=argparse.SUPPRESS)  # in a process of its own
    words = parser.parse_args()
    if words.topic:
        print(json.dumps({"rows": [row.cells for row in TOPICS[words.topic]()]}))
        return
    table = []
    for name in words.only:
        found, _ = fresh(["-m", "benchmarks.assays", "--topic", name])
        table += [tuple(cells) for cells in found["rows"]]
    part = render(table)
    print(part)
    if words.write and words.only == list(TOPICS):
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), part), encoding="utf-8")


if __name__ == "__main__":
    main()
