"""How long a large log takes: `python -m benchmarks.log_speed [EVENTS]`, against merely reading the same lines.

The plain reading is `json.loads` of every line of the file, in one loop. Everything is timed in seconds of the processor, in
one process, one after the other; the log is invented.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.capture_drills.page import table, write_section, written_by

from firstdose.records.log.chain import make_event, origin_of
from firstdose.records.log.event import Actor, Event, Key, NewEvent
from firstdose.records.log.file import read_log, write_log
from firstdose.records.log.state import fold
from firstdose.records.log.verifying import verify_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = "python -m benchmarks.log_speed"
STUDY = "ADSC-PSO-01"
WHO = Actor(who="nurse.one", role="coordinator", auth="password+totp")
VISITS = ("SCR", "D0", "D7", "M1", "M3", "M6")


def invented(events: int) -> Iterator[Event]:
    """Values of a growing trial, 20 a save, one in ten a change with its reason."""
    rng, prev = np.random.default_rng(1), origin_of(STUDY)
    for seq in range(1, events + 1):
        save, item = divmod(seq, 20)
        key = Key(
            f"P{save // 48 + 1}", VISITS[save // 8 % 6], "plaque_score", f"L{save % 8 + 1}", f"item_{item}"
        )
        text = str(int(rng.integers(100)) / 10)
        reason = {"old": "1.5", "reason": "misread"} if rng.random() < 0.1 else {"old": ""}
        event = make_event(
            NewEvent(kind="value.set", key=key, site="site", payload={"new": text, "raw": text, "unit": "mm", **reason}),
            study=STUDY, seq=seq, at=_time(seq), by=WHO, protocol="ab" * 32, app="firstdose 1", idem=f"save-{save:012}",
            prev=prev, salt=rng.bytes(16).hex(),
        )  # fmt: skip
        prev = event.hash
        yield event


def _time(seq: int) -> str:
    """A second after the one before."""
    minutes, second = divmod(seq, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    month, day = divmod(days, 28)
    return f"{2026 + month // 12}-{month % 12 + 1:02}-{day + 1:02}T{hour:02}:{minute:02}:{second:02}.000000Z"


def read_plainly(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for line in lines if json.loads(line))


def verified(file: Path) -> None:
    verdict = verify_file(file)
    assert verdict.whole, verdict.findings[:3]


def folded(file: Path) -> None:
    state = fold(each for each in read_log(file) if isinstance(each, Event))
    assert state.values


def seconds(work: Callable[[Path], object], file: Path) -> float:
    """Of the processor, so that other work on the machine counts less."""
    start = time.process_time()
    work(file)
    return time.process_time() - start


def measure(events: int, folder: Path) -> str:
    file = folder / "log.jsonl"
    write_log(invented(events), file)
    plain = min(seconds(read_plainly, file), seconds(read_plainly, file))
    found = {"verify": seconds(verified, file), "rebuild": seconds(folded, file)}
    what = {
        "verify": ("`firstdose verify`: every hash, digest, time and number", 30),
        "rebuild": ("rebuild: every event folded into the state", 15),
    }
    rows = [("reading every line with `json.loads`", f"{plain:.1f} s", "1 x", ".")]
    for name, taken in found.items():
        words, most = what[name]
        missed = "" if taken <= most * events / 1e6 else ", **missed**"
        rows.append(
            (words, f"{taken:.1f} s", f"{taken / plain:.1f} x", f"less than {most} s a million{missed}")
        )
    size = file.stat().st_size / events
    return f"""## Verify and rebuild a large log

{written_by(PROGRAM)} {events:,} events of {size:.0f} bytes. Seconds of the processor, one process.

{table(("What", "took", "against plain reading", "goal"), rows)}
"""


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory() as folder:
        text = measure(events, Path(folder))
    print(text)
    if events >= 1_000_000:
        write_section("log-speed", text)


if __name__ == "__main__":
    main()
