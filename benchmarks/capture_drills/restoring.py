"""G18: a backup is restored on an empty machine: another process, another folder, another database.

python -m benchmarks.capture_drills.restoring --events 10000 [--database postgresql://...] [--page]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by


def restore_here(file: Path, database: str) -> None:
    """The empty machine: tells what came back and how long it took, from an empty folder to a verified log."""
    began = time.perf_counter()
    ground.begin(database, empty=True)
    from firstdose.records.log.verifying import verify
    from firstdose.web.audit.anchoring import anchors
    from firstdose.web.audit.backing import restore
    from firstdose.web.audit.head import last_event
    from firstdose.web.audit.projecting import differences
    from firstdose.web.audit.reading import events

    restore(file)
    took = time.perf_counter() - began
    verdict = verify(events(), anchors())
    known = last_event().kind
    if not verdict.whole or differences() or known != "anchor.made":
        raise SystemExit(f"not as it was: {verdict.findings[:3]}, {differences()[:3]}, {known}")
    print(f"{verdict.last} {verdict.anchors} {took:.1f}")


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--file", type=Path, help="restore this file here")
    asked = parser.parse_args()
    if asked.file:
        restore_here(asked.file, asked.database)
        return
    name = ground.begin(asked.database)
    from benchmarks.capture_drills.log_million import lengthen, rehearsed

    from firstdose.web.audit.backing import backup
    from firstdose.web.audit.projecting import rebuild

    lengthen(asked.events, rehearsed())
    rebuild()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "study.zip"
        began = time.perf_counter()
        made = backup(file)
        took, size = time.perf_counter() - began, file.stat().st_size
        where = ["--database", f"{asked.database}_2"] if asked.database else []
        words = [sys.executable, "-m", "benchmarks.capture_drills.restoring", "--file", str(file), *where]
        answer = subprocess.run(words, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(answer.stderr[-2000:])
    last, anchors, back = answer.stdout.split()
    rows = [
        ("Events in the backup", f"{made.seq:,}"),
        ("Its size", f"{size / 1e6:.1f} MB"),
        ("To make it", f"{took:.1f} s"),
        ("From an empty folder to the verified log with its tables", f"{back} s (goal: 120 s)"),
        ("Events afterwards, with `restore.done` and a new anchor", f"{int(last):,}"),
        ("Anchors that confirm them", anchors),
    ]
    written = written_by("benchmarks/capture_drills/restoring.py")
    text = f"## Backup and restore: {name}\n\n{written}\n\n{table(('What', 'Figure'), rows)}"
    print(text)
    if asked.page:
        write_section(f"restoring-{name.lower()}", text)


if __name__ == "__main__":
    main()
