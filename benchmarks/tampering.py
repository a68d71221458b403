"""The owner of the database tampers with the log: `python -m benchmarks.tampering [LOGS]`.

Every log is invented and verified twice, clean and after one tampering drawn at random by somebody who may change every
byte, knows the format and computes every hash anew where that helps; what that person cannot do is to sign, or to reach
the anchors that others hold. Every verdict is held against that of the second verifier,
tests/reference/log/second_verifier.py. A tampering counts as found when `verify` finds anything, as located when a finding
names an event that was tampered with and no finding names only events before it.
"""

from __future__ import annotations

import copy
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.capture_drills.logs import anchors_of, invent_log, public
from benchmarks.capture_drills.page import table, write_section, written_by
from benchmarks.capture_drills.tamperings import TAMPERINGS, log_of

from firstdose.records.log.verifying import verify_file
from tests.reference.log import second_verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.capture_drills.tamperings import Log

    from firstdose.records.log.verifying import Verdict

PROGRAM = "python -m benchmarks.tampering"


def located(verdict: Verdict, touched: set[int], erased: set[int]) -> bool:
    """A finding names a touched event, and none names only events before all of them.

    `erased`: events whose payload was erased on record; they may be named where that record is gone.
    """
    spans = [(each.first, each.last) for each in verdict.findings]
    named = any(first <= seq <= last for first, last in spans for seq in touched)
    return named and all(last >= min(touched) - 1 or first in erased for first, last in spans)


def exactly(verdict: Verdict, touched: set[int]) -> bool:
    """A finding names one event, or two neighbours, or exactly those that are gone."""
    return any(
        touched & {each.first, each.last} and (each.last - each.first <= 1 or each.issue.code == "FD-R322")
        for each in verdict.findings
    )


@dataclass(slots=True)
class Found:
    """What came of the drill."""

    clean: int = 0
    alarms: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    located: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    agreed: int = 0
    missed: list[str] = field(default_factory=list)


def drill(logs: int, folder: Path, seed: int = 1) -> Found:
    """So many clean logs and as many tamperings, each kind in turn."""
    result, file = Found(), folder / "log.jsonl"
    for number in range(logs):
        rng = np.random.default_rng((seed, number))
        events = invent_log(rng, int(rng.integers(4, 40)))
        log = log_of(events, anchors_of(events, rng))
        log.written(file)
        result.clean += 1
        result.alarms += not _verdict(result, file, log).whole
        before = (log.study, copy.deepcopy(log.rows), list(log.anchors))
        tampering = TAMPERINGS[number % len(TAMPERINGS)]
        tampering(log, rng)
        if (log.study, log.rows, log.anchors) == before:  # two payloads that were erased, say
            continue
        log.written(file)
        erased = {event.seq for event in events if event.payload is None}
        _judge(result, tampering, _verdict(result, file, log), log, erased, number)
    return result


def _verdict(result: Found, file: Path, log: Log) -> Verdict:
    """Ours; it is counted whether the second verifier says the same."""
    verdict = verify_file(file, log.anchors, keys=[public()])
    study, hashes, faults = second_verifier.verify_lines(file.read_bytes().split(b"\n"))
    lines = "\n".join(map(str, log.anchors))
    faults += second_verifier.anchor_faults(lines, study, hashes, [public()])
    result.judged += 1
    result.agreed += verdict.whole == (not faults)
    return verdict


def _judge(
    result: Found, tampering: Callable[..., None], verdict: Verdict, log: Log, erased: set[int], number: int
) -> None:
    name = (tampering.__doc__ or "").rstrip(".")
    result.tried[name] += 1
    result.found[name] += not verdict.whole
    place = located(verdict, log.touched, erased)
    result.located[name] += place
    result.exact[name] += exactly(verdict, log.touched)
    if not place:
        spans = [(each.first, each.last, each.issue.code) for each in verdict.findings]
        result.missed.append(f"{number} {tampering.__name__} {sorted(log.touched)} {spans}")


def render(result: Found, seconds: float) -> str:
    names = [(each.__doc__ or "").rstrip(".") for each in TAMPERINGS]
    rows = [
        (
            name,
            *(f"{counts[name]:,}" for counts in (result.tried, result.found, result.located, result.exact)),
        )
        for name in names
    ]
    totals = [
        f"**{sum(counts.values()):,}**"
        for counts in (result.tried, result.found, result.located, result.exact)
    ]
    heads = ("Tampering", "tried", "found", "located", "to the event")
    return f"""## Tampering with the log

{written_by(PROGRAM)} {seconds:.0f} s.

Clean logs: {result.clean:,}; false alarms: **{result.alarms}** (goal: 0).

Each log has 4 to 47 events and one to four anchors. The tamperer owns the database, knows the format and computes hashes
anew where that helps, but cannot sign and cannot reach the anchors. Goal: all found and located. Located: a finding names an
event that was tampered with, and none names only earlier ones. To the event: it names that event alone or one of two
neighbours; where everything was computed anew, the finding names the span from the last anchor that fits to the first that
does not.

{table(heads, [*rows, ("**all**", *totals)])}

The [second verifier](../../tests/reference/log/second_verifier.py), written from [the format](log-format.md) alone, came to the
same verdict on {result.agreed:,} of {result.judged:,} logs, clean and tampered with (goal: on all of 1,000).

What comes after the last anchor can be rewritten or cut off unseen by anybody who owns the database: no tampering of that
sort is among these, and no verifier could find it. `firstdose verify` says from which event on that is so.
"""


def main() -> None:
    logs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        result = drill(logs, Path(folder))
    text = render(result, time.perf_counter() - start)
    print(text, *result.missed[:40], sep="\n")
    if logs >= 10_000:
        write_section("tampering", text)


if __name__ == "__main__":
    main()
