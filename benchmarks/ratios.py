"""One line of the table of instrument files, and how its figures are taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[1]
NOT_INSTALLED = "not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task: our seconds, those of a peer or of a plain read, and the aims in seconds or as ours over theirs.

    `other` None: the peer is not installed, or it stops (`why`).
    """

    what: str
    ours: float
    against: str = ""
    other: float | None = None
    why: str = NOT_INSTALLED
    most_seconds: float | None = None
    most_ratio: float | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """What, ours, the other, the ratio, the aim; what misses its aim is said."""
        ours = _missed(_time(self.ours), self.ours, self.most_seconds)
        if not self.against:
            return self.what, ours, ".", ".", self._aim
        if self.other is None:
            return self.what, ours, f"{self.against}: {self.why}", ".", self._aim
        ratio = self.ours / self.other
        found = _missed(f"{ratio:.2g} x" if ratio < 20 else f"{ratio:,.0f} x", ratio, self.most_ratio)
        return self.what, ours, f"{self.against}, {_time(self.other)}", found, self._aim

    @property
    def _aim(self) -> str:
        seconds = "" if self.most_seconds is None else f"at most {_time(self.most_seconds)}"
        ratio = "" if self.most_ratio is None else f"at most {self.most_ratio:g} x"
        return ", ".join(filter(None, (seconds, ratio))) or "."


def _missed(text: str, found: float, most: float | None) -> str:
    return text if most is None or found <= most else f"**{text}, missed**"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def shortest(work: Callable[[], object], runs: int = 5) -> float:
    """Shortest seconds of some runs after one to warm up: what others do on the machine only adds."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def fresh(words: Sequence[str], **environment: str) -> tuple[dict[str, Any], float]:
    """The JSON object that a fresh process prints last, and the seconds of the whole process."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1]), passed


def python_with(package: str) -> str | None:
    """A Python that has the package: the one that FLOWKIT_PYTHON and the like name, else this one."""
    python = os.environ.get(f"{package.upper()}_PYTHON") or sys.executable
    code = f"import importlib.util as of; raise SystemExit(of.find_spec({package!r}) is None)"
    return None if subprocess.run([python, "-c", code], check=False).returncode else python


def reference(*parts: str) -> Path | None:
    """A file of the reference data beside the project; None where they are not there."""
    home = Path(os.environ.get("FIRSTDOSE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = home.joinpath("assays", *parts)
    return path if path.exists() else None
