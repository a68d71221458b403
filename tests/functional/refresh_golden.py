"""`python -m tests.functional.refresh_golden` writes the golden examples of escalation anew.

For whoever changes a rule, a trial or the wording of appendix and packet. What changed is then read in the diff.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.functional.golden import CUTS, built, write

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for trial in CUTS:
            for name, found in built(trial, Path(scratch)).items():
                write(trial, name, found)
