"""Speed and size as ratios in one run: `make bench` prints them and writes docs/reference/speed.md.

Each ratio compares our command with a plain yardstick on the same machine in the same minute.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstdose.protocol.model import Activity

ROOT = Path(__file__).parents[1]
PROTOCOL = ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml"
PARTICIPANTS, LESIONS = 1000, 4
OTHERS = "<!-- "
RUNS = 7


def seconds(command: list[str], runs: int = RUNS) -> float:
    """Median wall time of a whole process after one warm-up."""
    times = []
    for run in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if run:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure_in_process(code: str, *arguments: str) -> dict[str, float]:
    """Run code in a fresh interpreter; it prints one JSON object as its last line."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


HELP = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "x"): print(name)
app()
"""
CHECK = """
import json, sys, time
from pathlib import Path
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.reading import read_protocol
path = Path(sys.argv[1])
first = read_protocol(path); check_protocol(first.protocol, first.places)
times = []
for _ in range(15):
    start = time.perf_counter()
    reading = read_protocol(path); check_protocol(reading.protocol, reading.places)
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": sorted(times)[7]}))
"""
# The warm catalogue is the shelves read once; nothing of the protocol is remembered between two readings.
POLARS = """
import json, sys, time
from pathlib import Path
import polars as pl
start = time.perf_counter()
values = 0
for file in sorted(Path(sys.argv[1]).glob("*.csv")):
    frame = pl.read_csv(file, infer_schema_length=10000)
    values += frame.height * frame.width
    keys = [name for name in ("participant", "visit") if name in frame.columns]
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    frame.group_by(keys).agg(pl.col(numbers).mean()).sort(keys)
print(json.dumps({"seconds": time.perf_counter() - start, "values": values}))
"""
REPORT = """
import json, resource, sys, time
from pathlib import Path
import matplotlib.backends.backend_svg, matplotlib.figure, polars, scipy.optimize, scipy.special, scipy.stats
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.cli.studies import write_outputs
protocol = read_checked_protocol(Path(sys.argv[1]) / "protocol.yaml")
start = time.perf_counter()
reading, issues = read_checked_records(Path(sys.argv[1]), protocol, None)
checked = time.perf_counter()
write_outputs(protocol, reading, issues, Path(sys.argv[2]), pdf=False)
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"check": checked - start, "report": end - checked, "peak_gb": peak}))
"""


def large_protocol() -> str:
    """The seed's protocol with 1,000 participants, four lesions each, and a 14th visit at which everything is repeated."""
    from firstdose.protocol.model import Visit
    from firstdose.protocol.reading import read_protocol
    from firstdose.protocol.writing import render_protocol
    from firstdose.values.window import Window

    seed = read_protocol(PROTOCOL).protocol
    if seed is None:
        raise SystemExit("The seed's protocol cannot be read.")
    year = Visit(visit="Y1", day=365, window=Window(335, 395), epoch="follow-up", label="Year 1")
    schedule = tuple(
        replace(row, at=("Y1",)) if row.activity == "end_of_study" else _longer(row) for row in seed.schedule
    )
    return render_protocol(
        replace(
            seed,
            trial=replace(seed.trial, participants=PARTICIPANTS),
            visits=(*seed.visits, year),
            schedule=schedule,
            rehearsal=replace(seed.rehearsal, lesions=(LESIONS, LESIONS)),
            safety=replace(seed.safety, dlt_until=None)
            if seed.safety
            else None,  # its rule would end the trial
            laboratory=(),
        )
    )


def _longer(row: Activity) -> Activity:
    """An activity that is repeated is repeated once more."""
    return replace(row, at=(*row.at, "Y1")) if len(row.at) > 1 else row


def rehearse(folder: Path) -> None:
    """The large study of invented participants."""
    folder.mkdir()
    protocol = folder.parent / "large.yaml"
    protocol.write_text(large_protocol(), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "firstdose",
        "rehearse",
        str(protocol),
        "--participants",
        str(PARTICIPANTS),
    ]
    subprocess.run([*command, "--seed", "1", "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)


def measure() -> dict[str, float]:
    """All figures of one run."""
    start = seconds([sys.executable, "-c", HELP, "--help"])
    ours = seconds([sys.executable, "-m", "firstdose", "--help"])
    check = measure_in_process(CHECK, str(PROTOCOL))["seconds"]
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        rehearse(study)
        read = [measure_in_process(POLARS, str(study / "records")) for _ in range(3)]
        done = measure_in_process(REPORT, str(study), str(Path(folder) / "out"))
    polars = statistics.median(each["seconds"] for each in read)
    return {
        "help_ratio": ours / start,
        "check_ms": 1000 * check,
        "values": read[0]["values"],
        "polars_s": polars,
        "check_s": done["check"],
        "report_s": done["report"],
        "study_ratio": (done["check"] + done["report"]) / polars,
        "peak_gb": done["peak_gb"],
    }


def render(found: dict[str, float]) -> str:
    """The page of figures with date and machine size."""
    rows = [
        ("`firstdose --help` against a bare typer program", f"{found['help_ratio']:.2f} x", "3 x"),
        ("reading and checking the seed's protocol, after import", f"{found['check_ms']:.0f} ms", "50 ms"),
        (
            "check + report of the large study against polars reading and grouping its files, libraries imported in both",
            f"{found['study_ratio']:.1f} x",
            "10 x",
        ),
        ("peak memory of check + report of the large study", f"{found['peak_gb']:.2f} GB", "1.5 GB"),
    ]
    lines = [
        "# Speed and size",
        "",
        "Written by `make bench`; nothing here is asserted in a test.",
        "",
        (
            f"Date: {time.strftime('%Y-%m-%d', time.gmtime())}. Machine: {os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}."
        ),
        (
            f"Large study: {PARTICIPANTS} invented participants, {LESIONS} lesions each, {found['values']:,.0f} values; "
            f"polars {found['polars_s']:.2f} s, check {found['check_s']:.2f} s, report {found['report_s']:.2f} s (HTML, no PDF)."
        ),
        "",
        "| What | Found | Aim |",
        "|---|---|---|",
        *(f"| {name} | {value} | at most {aim} |" for name, value, aim in rows),
        "",
        "An aim that is missed stays in the table.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page, target = render(measure()), ROOT / "docs" / "reference" / "speed.md"
    print(page)
    # What other benchmarks wrote below stays until they are run again.
    _, marker, theirs = target.read_text("utf-8").partition(OTHERS) if target.exists() else ("", "", "")
    target.write_text(f"{page.rstrip()}\n\n{marker}{theirs}" if marker else page, encoding="utf-8")
    # Instrument files have a part of their own, measured in processes of their own.
    subprocess.run([sys.executable, "-m", "benchmarks.assays", "--write"], cwd=ROOT, check=True)
