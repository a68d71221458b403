"""Q4: printouts show whether a value changed since its first entry."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from firstdose.report.html import render_html
from firstdose.web.exports.making import filled_crf, whole_source
from tests.web.validation.acting import FORM, PERSON, enter, text, unzipped


@pytest.fixture
def changed(coordinator):
    """The age was changed, the sex was not."""
    enter(coordinator, PERSON)
    enter(coordinator, {"age": "34"}, reason="read the wrong line")
    return coordinator


def test_the_filled_form_prints_the_older_value_its_author_and_the_reason(changed):
    printed = render_html(filled_crf(whole_source(), "P-001"))
    for part in ("34", "33", "read the wrong line", "coordinator-invented"):
        assert part in printed, part


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_the_pdf_that_leaves_says_it_too(changed, tmp_path):
    path = tmp_path / "crf.pdf"
    path.write_bytes(changed.post("/exports/crf/P-001/").content)
    told = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "read the wrong line" in " ".join(told.split())


def test_the_pages_of_form_and_signing_mark_the_changed_value_and_no_other(changed, as_role):
    assert text(as_role("monitor").get(FORM)).count('<span class="badge">changed</span>') == 1
    assert (
        text(as_role("investigator").get("/sign/P-001/SCR/")).count('<span class="badge">changed</span>') == 1
    )


def test_an_unchanged_record_is_not_marked(coordinator, as_role):
    enter(coordinator, PERSON)
    assert '<span class="badge">changed</span>' not in text(as_role("monitor").get(FORM))
    files = unzipped(as_role("data manager").post("/exports/pack/").content)
    assert files["crf/P-001.pdf"].startswith(b"%PDF")
