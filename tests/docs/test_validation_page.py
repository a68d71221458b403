"""The validation page has a line for each of the 38 points; what came out of a run is not held against this one."""

from __future__ import annotations

from tests.shared import ROOT
from tests.web.validation.points import POINTS

PAGE = ROOT / "docs" / "reference" / "validation.md"


def lines() -> list[list[str]]:
    """The cells of the page's table, head left out."""
    rows = [
        line.strip("| ").split(" | ")
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    return [row for row in rows if row[0] != "point"]


def test_the_page_lists_the_38_points_in_order_with_their_words_and_sources():
    assert [(row[0], row[1], row[2]) for row in lines()] == [(name, *told) for name, told in POINTS.items()]
    assert len(lines()) == 38


def test_every_line_tells_how_many_tests_and_what_came_out():
    assert all(int(row[3]) > 0 for row in lines())
    assert {row[4].split(",")[0] for row in lines()} <= {"holds", "FAILS", "SKIPPED"}


def test_the_page_claims_no_compliance_of_a_trial():
    words = PAGE.read_text("utf-8")
    assert "does not say that a trial, a centre or an\ninstallation complies" in words
    assert "Part 11 compliant" not in words
