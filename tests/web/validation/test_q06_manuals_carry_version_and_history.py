"""Q6: manuals carry the version of the software and their own history."""

from __future__ import annotations

import re

import pytest

from firstdose import __version__
from firstdose.report.crf import build_blank_crf
from firstdose.report.html import render_html
from tests.shared import ROOT
from tests.web.validation.acting import text

MANUAL = ROOT / "docs" / "how-to" / "procedures.md"
NAMES = (
    "User management", "Training record", "Data entry and correction", "Query handling", "Source data verification",
    "Signature", "Freeze and lock", "Export", "Backup and restore drill", "Paper fallback", "Custody of anchors",
    "Protocol amendment", "Incident", "Decommissioning",
)  # fmt: skip


def templates() -> dict[str, str]:
    """Name of a procedure -> its text."""
    parts = re.split(r"^## ", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part for part in parts if "| Document |" in part}


def test_every_procedure_has_its_template():
    assert tuple(templates()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_template_carries_the_version_of_the_software_and_a_change_history_of_its_own(name):
    told = templates()[name]
    assert f"| Software | firstdose {__version__} |" in told
    head = re.findall(
        r"^\| Version \| Date \| Author \| Change \|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", told, re.MULTILINE
    )
    assert len(head) == 1
    assert re.search(r"^\| 1 \| .* \|$", head[0], re.MULTILINE)
    assert len(re.findall(r"^\d+\. ", told, re.MULTILINE)) >= 3


def test_every_page_and_every_print_of_the_software_names_its_version(as_role, study):
    assert f"firstdose {__version__}" in text(as_role("monitor").get("/participants/"))
    assert f"firstdose {__version__}" in render_html(build_blank_crf(study.protocol))


def test_every_change_of_the_software_leaves_a_sentence_of_its_history():
    assert "changelog.d/" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sentences = [path.read_text(encoding="utf-8").strip() for path in (ROOT / "changelog.d").glob("*.md")]
    assert sentences
    assert all(sentences)
