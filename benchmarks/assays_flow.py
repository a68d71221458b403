"""Speed of flow cytometry: a cold FCS and workspace job against FlowKit where it is installed, else against a plain read.

Run as a script, it prints one line a measurement. `FLOWKIT_PYTHON` names a Python that has FlowKit (package `flowkit`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROUNDS = 5
OURS = """
import sys
from pathlib import Path
from firstdose.assays._kernel.flow.gates import apply_gates
from firstdose.readers.formats import fcs, flowjo
from firstdose.readers.reader import source_of
events = fcs.ENTRY.read(source_of(Path(sys.argv[1]))).contents[0]
gates = flowjo.ENTRY.read(source_of(Path(sys.argv[2]))).contents[1]
for name, inside in apply_gates(events, gates).items():
    print(name.rpartition("/")[2], int(inside.sum()))
import resource
print("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
THEIRS = """
import sys
import flowkit
workspace = flowkit.Workspace(sys.argv[2], fcs_samples=sys.argv[1])
workspace.analyze_samples(use_mp=False)
for _, row in workspace.get_analysis_report().iterrows():
    print(row["gate_name"], row["count"])
import resource
print("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def cold_job(python: str, script: str, tube: Path, workspace: Path) -> tuple[float, int]:
    """Shortest seconds of a fresh process over some rounds, and its memory in MB."""
    seconds, memory = [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        done = subprocess.run(
            [python, "-c", script, str(tube), str(workspace)], capture_output=True, text=True, check=True
        )
        seconds.append(time.perf_counter() - start)
        memory = int(done.stdout.rpartition("MB ")[2])
    return min(seconds), memory


def shortest(work, rounds: int = ROUNDS) -> float:
    """Shortest seconds of some rounds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def million_events() -> dict[str, float]:
    """Seconds to read 1e6 events of 12 channels, to read the bytes alone, and to scale 1e6 values by logicle."""
    import tempfile

    from firstdose.assays._kernel.flow.transforms import transform_scale
    from firstdose.readers.contents.flow import Logicle
    from firstdose.readers.formats import fcs
    from firstdose.readers.reader import source_of
    from firstdose.rehearsal.instrument_files.fcs import write_fcs

    values = np.random.Generator(np.random.Philox(1)).normal(0, 30000, (1_000_000, 12))
    channels = tuple((f"FL{number}-A", f"CD{number}") for number in range(1, 13))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.fcs"
        path.write_bytes(write_fcs(channels, values, {}))
        read = shortest(lambda: fcs.ENTRY.read(source_of(path)).contents[0].values)
        plain = shortest(path.read_bytes)
    column = np.ascontiguousarray(values[:, 0])
    logicle = shortest(lambda: transform_scale(column, Logicle(262144, 0.5, 4.5, 0)))
    return {"read 1e6 x 12": read, "plain read of the bytes": plain, "logicle of 1e6": logicle}


def main(folder: Path) -> None:
    """`folder`: that of the labelled lymphocyte panel (an FCS file and its workspace)."""
    tube, workspace = folder / "68983.fcs", folder / "gating.wsp"
    seconds, memory = cold_job(sys.executable, OURS, tube, workspace)
    print(f"cold FCS + 15 gates: {seconds:.2f} s, {memory} MB")
    peer = os.environ.get("FLOWKIT_PYTHON", "")
    if peer:
        theirs, their_memory = cold_job(peer, THEIRS, tube, workspace)
        print(f"the same by FlowKit: {theirs:.2f} s, {their_memory} MB; ratio {seconds / theirs:.2f}")
    for name, found in million_events().items():
        print(f"{name}: {found:.3f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
