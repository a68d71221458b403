"""Are there known weaknesses in what is installed? `python .ci/audit.py`: 0 none, 1 some; says what nobody could judge.

The advisories come over the network. Where they cannot be reached, or do not know a package, nothing was audited, and this
says SKIPPED rather than passing in silence.
"""

# ruff: noqa: INP001, a script, no package

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--skip-editable",
    "--progress-spinner",
    "off",
    "--timeout",
    "15",
    "--format",
    "json",
]


def main() -> int:
    """Run the audit and tell its endings apart: weak, clean, not judged."""
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603, our own words
    except subprocess.TimeoutExpired:
        return say("SKIPPED, no answer within five minutes")
    try:
        found = json.loads(done.stdout)["dependencies"]
    except json.JSONDecodeError:
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        return say(f"SKIPPED, the advisory service cannot be reached: {last[0][:200]}")
    return tell(found)


def tell(found: list[dict]) -> int:
    """One line for each weakness, and how many packages were judged."""
    weak = [(each["name"], each["version"], bug["id"]) for each in found for bug in each.get("vulns", [])]
    skipped = sorted(each["name"] for each in found if "skip_reason" in each)
    for line in weak:
        say(" ".join(line))
    say(f"{len(found) - len(skipped)} of {len(found)} packages judged, {len(weak)} weaknesses known")
    if skipped:
        say(f"SKIPPED, the advisory service does not know them: {', '.join(skipped)}")
    return int(bool(weak))


def say(words: str) -> int:
    sys.stderr.write(f"pip-audit: {words}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
