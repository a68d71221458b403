"""All instrument files of a trial: a plain read of their bytes, read alone, read and measured, and again from the cache.

Files are those of the seed's rehearsal, and of one with four visits of blood and tissue, tubes of 1e5 events and
twenty counter files. Every figure is the shortest of several fresh processes; libraries and shelves are imported before
the clock starts, except where the whole process is meant.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.ratios import ROOT, Row, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.protocol.model import Protocol

SEED = ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml"
VISITS = ("BL", "W4", "M3", "M6")
EVENTS = {"_LYMPHOCYTES": 75_000, "_GRANULOCYTES": 25_000}
ROUNDS, COUNTERS = 5, 20
TIMES_PLAIN, OF_FIRST, FIRST_SECONDS, AGAIN_SECONDS = 10, 0.1, 10, 1  # the aims


def rows() -> Iterator[Row]:
    """Of the seed's trial, then of the large one, which alone has aims in seconds."""
    for kind in ("seed", "large"):
        with TemporaryDirectory() as folder:
            study = Path(folder) / "study"
            made, _ = fresh(["-m", "benchmarks.assays_trial", f"make_{kind}", str(study)])
            yield from _rows_of(study, made, large=kind == "large")


def _rows_of(study: Path, made: dict[str, float], *, large: bool) -> Iterator[Row]:
    told = f"{made['tubes']:.0f} tubes, {made['files']:.0f} files, {made['bytes'] / 1e6:.1f} MB"
    trial = (
        f"trial of 5 participants, {len(VISITS)} visits, tubes of 1e5 events" if large else "seed's rehearsal"
    )
    plain, _ = _best(_round(study, "plain"))
    read, _ = _best(_round(study, "read"))
    first, again = _first_and_again(study)
    yield Row(
        what=f"{trial} ({told}), files recognised and read",
        ours=read,
        against="plain read of the same bytes",
        other=plain,
    )
    yield Row(
        what=f"{trial}, read and measured, pictures and quality rules included",
        ours=first[0],
        against="plain read of the same bytes",
        other=plain,
        most_ratio=TIMES_PLAIN,
    )
    yield Row(
        what=f"{trial}, again from the cache, all {made['values']:.0f} values equal",
        ours=again[0],
        against="first run",
        other=first[0],
        most_ratio=OF_FIRST,
    )
    if large:
        yield Row(what=f"{trial}, whole process", ours=first[1], most_seconds=FIRST_SECONDS)
        yield Row(what=f"{trial}, whole process from the cache", ours=again[1], most_seconds=AGAIN_SECONDS)


Taken = tuple[float, float]  # seconds of the work, of the whole process


def _round(study: Path, task: str) -> list[Taken]:
    taken = []
    for _ in range(ROUNDS):
        found, whole = fresh(["-m", "benchmarks.assays_trial", task, str(study)])
        taken.append((found["seconds"], whole))
    return taken


def _best(taken: list[Taken]) -> Taken:
    return min(work for work, _ in taken), min(whole for _, whole in taken)


def _first_and_again(study: Path) -> tuple[Taken, Taken]:
    """Each first run has a cache of its own; a pair between which the package's source changed does not count."""
    first: list[Taken] = []
    again: list[Taken] = []
    for number in range(3 * ROUNDS):
        if len(first) == ROUNDS:
            break
        cache = study.parent / f"cache_{number}"
        words = ["-m", "benchmarks.assays_trial", "measure", str(study)]
        (one, one_whole), (two, two_whole) = (fresh(words, FIRSTDOSE_CACHE=str(cache)) for _ in range(2))
        if len(list(cache.rglob("*.json"))) != one["runs"]:
            continue
        if one["digest"] != two["digest"]:
            raise SystemExit("The values from the cache are not those that were measured.")
        first.append((one["seconds"], one_whole))
        again.append((two["seconds"], two_whole))
    if not first:
        raise SystemExit("The package's source changes too often to measure its cache.")
    return _best(first), _best(again)


# ------------------------------------------------------------------------------------------- in a process of its own


def make_seed(study: Path) -> dict[str, float]:
    """The seed's trial as it is rehearsed."""
    return _rehearsed(SEED, study)


def make_large(study: Path) -> dict[str, float]:
    """Blood and tissue at four visits, large tubes, and the counts of twenty lots."""
    from firstdose.protocol.reading import read_protocol
    from firstdose.protocol.writing import render_protocol
    from firstdose.rehearsal import raw_of_blood
    from firstdose.rehearsal.instrument_files.counters import CountedLot, write_nucleoview

    seed = read_protocol(SEED).protocol
    assert seed is not None
    measured = {row.activity for row in seed.laboratory}
    schedule = tuple(replace(row, at=VISITS) if row.activity in measured else row for row in seed.schedule)
    path = study.parent / "large.yaml"
    path.write_text(render_protocol(replace(seed, schedule=schedule)), encoding="utf-8")
    for name, events in EVENTS.items():
        setattr(raw_of_blood, name, events)
    counters = study / "counters"
    counters.mkdir(parents=True)
    for number in range(COUNTERS):
        lot = CountedLot(
            sample=f"LOT-{number}", viable=1e6 + 1e4 * number, viability=90.0,
            time=datetime(2000, 1, 1, 12, tzinfo=UTC),
        )  # fmt: skip
        (counters / f"count_{number}.csv").write_bytes(write_nucleoview(lot))
    return _rehearsed(path, study)


def _rehearsed(path: Path, study: Path) -> dict[str, float]:
    from typer.testing import CliRunner

    from firstdose.cli import app

    done = CliRunner().invoke(app, ["rehearse", str(path), "--seed", "1", "--out", str(study)])
    if done.exit_code:
        raise SystemExit(done.output)
    files = _files(study)
    return {
        "files": len(files),
        "bytes": sum(file.stat().st_size for file in files),
        "tubes": sum(file.suffix == ".fcs" for file in files),
        "values": _measured(study)()[1],
    }


def _files(study: Path) -> list[Path]:
    """Those of instruments; the lists of samples are not counted."""
    found = [*study.glob("records/*/*"), *study.glob("counters/*")]
    return sorted(file for file in found if file.is_file() and file.name != "samples.csv")


def plain(study: Path) -> dict[str, float]:
    """What no reader can do without: the bytes, and the numbers among them as numbers."""
    files = _files(study)
    return _timed(lambda: [_plainly(file.read_bytes()) for file in files])


def _plainly(content: bytes) -> object:
    if content.startswith(b"FCS"):
        first, last = int(content[26:34]), int(content[34:42])
        return np.frombuffer(content[first : last + 1], "<f4").astype(np.float64)
    text = content.decode("utf-8-sig")
    separator = max("\t;,", key=text.count)
    return [_number(cell) for line in csv.reader(io.StringIO(text), delimiter=separator) for cell in line]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def read(study: Path) -> dict[str, float]:
    """Every file recognised by its content and read."""
    from firstdose.laboratory.reading import formats, read_source
    from firstdose.readers.reader import source_of

    formats()
    files = _files(study)
    return _timed(lambda: [read_source(source_of(file)) for file in files])


def measure(study: Path) -> dict[str, float | str]:
    """Every folder as the records of a study are read, and the counters."""
    work = _measured(study)
    start = time.perf_counter()
    digest, _, runs = work()
    return {"seconds": time.perf_counter() - start, "digest": digest, "runs": runs}


def _measured(study: Path) -> Callable[[], tuple[str, int, int]]:
    from firstdose.catalogue import Request, load
    from firstdose.laboratory.activity import read_activity
    from firstdose.laboratory.measuring import measure_run
    from firstdose.laboratory.reading import formats
    from firstdose.protocol.names import forms
    from firstdose.readers.reader import source_of

    protocol = _protocol(study)
    known = forms(protocol)
    formats()
    counter = load("assays")["cell_count"]

    def work() -> tuple[str, int, int]:
        told: list[object] = []
        runs = 0
        for row in protocol.laboratory:
            name = f"records/{row.activity}"
            reading = read_activity(study / name, name, protocol, known[row.activity])
            told += reading.values
            runs += sum(bool(run.origins) for run in reading.runs)
        for file in sorted(study.glob("counters/*")):
            found = measure_run(counter, Request(), [source_of(file)], file.name)
            told += found.run.measured
            runs += 1
        return hashlib.sha256("\n".join(map(repr, told)).encode()).hexdigest(), len(told), runs

    return work


def _protocol(study: Path) -> Protocol:
    from firstdose.protocol.reading import read_protocol

    protocol = read_protocol(study / "protocol.yaml").protocol
    assert protocol is not None
    return protocol


def _timed(work: Callable[[], object]) -> dict[str, float]:
    start = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - start}


TASKS = {each.__name__: each for each in (make_seed, make_large, plain, read, measure)}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](Path(sys.argv[2]))))
