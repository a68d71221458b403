"""One tree, two renderings: the same words in the same order, the same bytes in any process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest

from firstdose.report.html import render_html
from firstdose.report.pdf import render_pdf
from firstdose.report.tree import Section, Table
from tests.shared import ROOT
from tests.unit.report.reading import read_page, read_pdf_words
from tests.unit.report.sample import sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.report.tree import Block

STAMP = datetime(2024, 1, 2, tzinfo=UTC)
DIGESTS = """
from datetime import UTC, datetime
from hashlib import sha256
from firstdose.report.html import render_html
from firstdose.report.pdf import render_pdf
from tests.unit.report.sample import sample_report
for text in (render_html(sample_report()).encode(), render_pdf(sample_report(), datetime(2024, 1, 2, tzinfo=UTC))):
    print(sha256(text).hexdigest())
"""


def test_page_and_pdf_say_the_same_words_in_the_same_order(tmp_path: Path) -> None:
    """Compared letter by letter: a line end inside a long word is no difference."""
    report = replace(sample_report(), blocks=tuple(map(ungrouped, sample_report().blocks)))
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(report, STAMP))
    front, *body = ("".join(page) for page in read_pdf_words(path))
    words = read_page(render_html(report)).words()
    start = next(place for place in range(len(words)) if words[place : place + 2] == ["1", "Synopsis"])
    assert front.startswith("".join(words[:start]) + "Contents")
    assert first_difference("".join(words[start:]), "".join(body).replace("•", "")) == ""


def ungrouped(block: Block) -> Block:
    """Heads over several lines are set in another order than they are read: tests of the tags look at those."""
    if isinstance(block, Section):
        return replace(block, blocks=tuple(map(ungrouped, block.blocks)))
    if isinstance(block, Table):
        return replace(block, columns=tuple(replace(column, over="") for column in block.columns))
    return block


def first_difference(one: str, other: str) -> str:
    pairs = zip_longest(one, other)
    place = next((place for place, (a, b) in enumerate(pairs) if a != b), None)
    return "" if place is None else f"{one[place - 40 : place + 40]} | {other[place - 40 : place + 40]}"


@pytest.mark.slow
def test_two_processes_write_the_same_bytes() -> None:
    assert digests("1") == digests("2")


def digests(seed: str) -> list[str]:
    """Of the page and the PDF, from a new process with another order of hashing."""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DIGESTS]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = answer.stdout.split()
    assert len(found) == 2
    return found
