"""Numbers and heads are alike in every rendering."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.report.outline import head_lines, number_blocks, target_ids
from firstdose.report.tree import Column, Paragraph, Report, Section, Text
from tests.unit.report.sample import sample_report


def test_sections_tables_figures_and_listings_are_numbered_in_reading_order() -> None:
    numbers = number_blocks(sample_report())
    assert [numbers[name] for name in ("synopsis", "people", "flow", "baseline", "feasibility")] == [
        "1",
        "2",
        "2.1",
        "2.2",
        "4.1",
    ]
    assert [numbers[name] for name in ("demographics", "pasi", "fig-flow", "fig-pasi", "events")] == [
        "Table 1",
        "Table 2",
        "Figure 1",
        "Figure 3",
        "Listing 1",
    ]
    assert numbers["fig-pasi-numbers"] == "Numbers of Figure 3"


def test_the_numbers_of_a_figure_are_no_place_to_link_to() -> None:
    report = sample_report()
    targets = target_ids(report, number_blocks(report))
    assert "fig-pasi" in targets
    assert "fig-pasi-numbers" not in targets


def test_two_blocks_with_one_id_are_refused() -> None:
    section = Section("same", "A", (Section("same", "B", (Paragraph((Text("x"),)),)),))
    with pytest.raises(ValueError, match="same id: same"):
        number_blocks(_with(section))


def test_neighbours_under_one_word_share_a_head() -> None:
    columns = (
        Column("Visit"),
        Column("Mean", "PASI", numeric=True),
        Column("SD", "PASI", numeric=True),
        Column("p"),
    )
    upper, lower = head_lines(columns)
    assert [(h.text, h.first, h.columns, h.lines) for h in upper] == [
        ("Visit", 0, 1, 2),
        ("PASI", 1, 2, 1),
        ("p", 3, 1, 2),
    ]
    assert [(h.text, h.first) for h in lower] == [("Mean", 1), ("SD", 2)]


def test_a_plain_table_has_one_line_of_heads() -> None:
    (line,) = head_lines((Column("A"), Column("B")))
    assert [h.text for h in line] == ["A", "B"]


def _with(*sections: Section) -> Report:
    return replace(sample_report(), blocks=sections)
