"""The rehearsed participants walked through chromium, and what a page costs there.

python -m benchmarks.capture_drills.walk_chromium [--participants 5] [--page]

The walk is that of tests/browser/test_capture_walk.py: one command serves the protocol file, each role has a page of the browser.
Processor time is read from /proc for the server and for all processes of the browser.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.capture_drills.page import table, write_section, written_by
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.web.walking import Walk

TICKS = os.sysconf("SC_CLK_TCK")


def parents() -> dict[int, int]:
    """Process > its parent, of all that run now."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it ended meanwhile
    return found


def seconds_of(root: int, without: int = 0) -> float:
    """Processor time of a process and of all below it, those that ended included; `without` one branch."""
    known, waiting, total = parents(), [root], 0.0
    while waiting:
        now = waiting.pop()
        waiting += [each for each, above in known.items() if above == now and each != without]
        try:
            told = Path(f"/proc/{now}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, told[11:15])) / TICKS
    return total


class Busy:
    """Processor time of the browser, the server and this program since it was made."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.before = self.now()

    def now(self) -> dict[str, float]:
        own = time.process_time()
        drawn = seconds_of(os.getpid(), self.server) - own
        return {
            "the browser and its driver": drawn,
            "the server": seconds_of(self.server),
            "the program that walks": own,
        }

    def since(self) -> list[tuple[str, str]]:
        now = self.now()
        return [
            (f"minutes of processor time: {what}", f"{(now[what] - self.before[what]) / 60:.1f}")
            for what in now
        ]


def walked(participants: int, base: Path, play: Playwright) -> tuple[list[tuple[str, str]], dict[str, bool]]:
    """What was done and how long it took; and whether what came back is what was rehearsed."""
    from tests.browser import test_capture_walk as walking
    from tests.browser.conftest import SWITCHES
    from tests.browser.desks import Server
    from tests.shared import program

    (base / "study").mkdir()
    (base / "study" / "protocol.yaml").write_text(walking.TEXT, "utf-8")
    server = Server(base / "study")
    server.start(walking.BEGIN)
    browser = play.chromium.launch(executable_path=str(program("chromium")), args=SWITCHES)
    logins = walking.Logins(server, browser)
    walk = walking.walk_of(server, logins, participants)
    busy, began = Busy(server.number), time.perf_counter()
    walk.go()
    walk.judge_deviations()
    seconds = time.perf_counter() - began
    rows = [(what, str(many)) for what, many in sorted(walk.done.items())]
    rows.append(("pages sent by their buttons", str(sum(desk.sent for desk in logins.desks.values()))))
    rows += [("minutes of the walk", f"{seconds / 60:.1f}"), *busy.since()]
    same = compared(walk, base, logins.download("data manager", "/exports/study/", "study"))
    logins.close()
    browser.close()
    server.stop()
    return rows, same


def compared(walk: Walk, base: Path, exported: bytes) -> dict[str, bool]:
    """Whether the exported study folder and its report are those of the rehearsed one."""
    from tests.browser.test_capture_walk import TEXT
    from tests.functional.test_rehearsal import seed_trial
    from tests.web.comparing import digest_of, results_of, unpack, write_rehearsed

    folder = write_rehearsed(seed_trial(), walk.tables, base / "rehearsed", TEXT)
    back = unpack(exported, base / "back", "")
    return {
        "the records that come back": digest_of(back) == digest_of(folder),
        "the report": results_of(back, base / "1") == results_of(folder, base / "2"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--participants", type=int, default=5)
    parser.add_argument("--page", action="store_true", help="write docs/reference/capture-drills.md")
    asked = parser.parse_args()
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        rows, same = walked(asked.participants, Path(place), play)
    rows += [(f"{what} as rehearsed", "yes" if held else "no") for what, held in same.items()]
    text = (
        f"## {asked.participants} participants walked through chromium\n\n"
        f"{written_by('benchmarks/capture_drills/walk_chromium.py')} "
        f"Load average of the machine before the run: {before:.1f}, at its end: {os.getloadavg()[0]:.1f}.\n\n"
        + table(("What", "How many"), [*rows])
    )
    print(text)
    if asked.page:
        write_section("walk-chromium", text)
    sys.exit(not all(same.values()))


if __name__ == "__main__":
    main()
