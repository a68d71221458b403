"""Every point has its test file, and every file its point."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.validation.points import POINTS


def test_each_of_the_38_points_has_exactly_one_file():
    files = [path.name for path in Path(__file__).parent.glob("test_[a-z][0-9][0-9]_*.py")]
    found = sorted(re.match(r"test_([a-z])(\d\d)_", name).groups() for name in files)
    assert found == sorted((name[0].lower(), f"{int(name[1:]):02d}") for name in POINTS)
    assert len(POINTS) == 38
