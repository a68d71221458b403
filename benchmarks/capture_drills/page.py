"""docs/reference/capture-drills.md: every drill writes its own section, the others stay as they are.

A section stands between two comments that no reader sees; sections follow each other by their names.
"""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "capture-drills.md"
HEAD = """# Drills of capture

What was tried on purpose, how often, and what came of it. Each section is written by the program it names; nothing here is
asserted in a test, the tests hold smaller versions of the same drills. A goal that is missed stays in its table.
"""
_SECTION = re.compile(r"(?s)<!-- drill: (\S+) -->\n(.*?)<!-- end: \1 -->\n")


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """The section of this drill in the page, anew; the page is begun where there is none."""
    before = page.read_text("utf-8") if page.exists() else HEAD
    sections = dict(_SECTION.findall(before)) | {name: f"\n{text.strip()}\n\n"}
    written = [
        f"\n<!-- drill: {each} -->\n{sections[each]}<!-- end: {each} -->\n" for each in sorted(sections)
    ]
    head = before[: before.find("<!-- drill: ")] if "<!-- drill: " in before else before
    page.write_text(f"{head.rstrip()}\n{''.join(written)}", encoding="utf-8")


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows))


def written_by(program: str) -> str:
    """The sentence that begins a section: by which program, when, on what machine."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"Written by `{program}` on {day}: {machine}."
