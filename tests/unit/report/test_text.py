"""The report as lines for a terminal."""

from __future__ import annotations

from dataclasses import replace

from firstdose.report.text import WIDTH, render_text
from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Listing,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    ToWrite,
)
from firstdose.report.wording import INVENTED


def words(*cells: str):
    return tuple((Text(cell),) for cell in cells)


TABLE = Table(
    "t",
    "Numbers",
    "participants",
    (Column("level"), Column("low", over="rate", numeric=True), Column("high", over="rate", numeric=True)),
    (((Text("first"),), (), ()), words("DL1", "0.1", "10.25"), words("DL12", "12.5", "3")),
    ("A note.",),
)
REPORT = Report(
    title="Sample",
    trial="T-1",
    snapshot="",
    protocol="",
    software="",
    facts=(("Trial", "a trial"), ("Levels", "two")),
    blocks=(
        Section("a", "First", (Paragraph((Text("long " * 60),), "caution"), TABLE)),
        Section(
            "b",
            "Second",
            (
                Bullets(((Text("one"),), (ToWrite("a name", "the chair"),))),
                Section("c", "Deeper", (Listing("l", "Rows", ("x", "y"), (("one", "2"),)),)),
                Figure("f", "Drawn", "a drawing", "<svg/>", replace(TABLE, id="ft", title="Behind it")),
                Figure("g", "Only drawn", "a drawing", "<svg/>"),
            ),
        ),
    ),
)


def test_facts_sections_and_tables_stand_below_each_other():
    told = render_text(REPORT).splitlines()
    assert told[:3] == ["Sample: T-1", "Trial   a trial", "Levels  two"]
    assert [line for line in told if line[:1].isdigit() and "  " in line[:5]] == [
        "1  First",
        "2  Second",
        "2.1  Deeper",
    ]
    assert max(map(len, told)) <= WIDTH
    assert told[told.index("1  First") + 2].startswith("! long")
    assert told[told.index("1  First") + 3].startswith("  long")


def test_a_table_has_its_heads_over_its_columns_and_numbers_flush_right():
    told = render_text(REPORT).splitlines()
    at = told.index("Table 1  Numbers")
    assert told[at + 1 : at + 9] == [
        "Counted: participants",
        "       rate",
        "level   low   high",
        "-----  ----  -----",
        "first",
        "DL1     0.1  10.25",
        "DL12   12.5      3",
        "  A note.",
    ]


def test_what_a_person_writes_is_said_and_drawings_are_left_out():
    told = render_text(REPORT)
    assert "- [To be written by the chair: a name]" in told
    assert "Figure 1  Behind it" in told
    assert "svg" not in told
    assert "Listing 1  Rows" in told
    assert INVENTED not in told
    assert INVENTED in render_text(replace(REPORT, invented=True))
