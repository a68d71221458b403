"""`python -m tests.docs.refresh`: writes what is told today under every Message, and the base protocol into the index.

For whoever changes the wording of an Issue. What changed is then read in the diff, page by page.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from tests.docs.issue_pages import BASE, PAGES, pages, read_page
from tests.docs.telling import Teller

_MESSAGE = re.compile(r"(## Message\n\n```text\n)((?:(?!```).*\n)*)(```\n)")
_BASE_PROTOCOL = re.compile(r"(## The base protocol\n\n```yaml\n)((?:(?!```).*\n)*)(```\n)")


def refresh(path: Path, teller: Teller) -> bool:
    """Whether the page had to be changed."""
    page, text = read_page(path), path.read_text("utf-8")
    told = ["".join(f"{line}\n" for _, line in teller.tell(page, case.written)) for case in page.cases]
    messages = iter(told)
    written = _MESSAGE.sub(lambda found: found[1] + next(messages) + found[3], text)
    path.write_text(written, encoding="utf-8")
    return written != text


def refresh_index() -> None:
    index, base = PAGES / "index.md", (BASE / "protocol.yaml").read_text("utf-8")
    text = _BASE_PROTOCOL.sub(lambda found: found[1] + base + found[3], index.read_text("utf-8"))
    index.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        teller = Teller(Path(folder), patch)
        changed = [path.stem for path in pages() if refresh(path, teller)]
    refresh_index()
    print("\n".join(changed) or "nothing changed")  # noqa: T201
