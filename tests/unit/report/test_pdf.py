"""Pages: accessible, archivable, complete, with nothing clipped and no character lost."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from firstdose.report.columns import LANDSCAPE, PORTRAIT, lay_out
from firstdose.report.pdf import render_pdf
from firstdose.report.pdf_tree import plain_report
from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Link,
    Listing,
    Paragraph,
    Section,
    Table,
    Text,
    ToWrite,
)
from tests.unit.report.reading import read_pdf_words, run
from tests.unit.report.sample import HOSTILE, number, sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.report.tree import Block, Report

STAMP = datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
WORD = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>')


def report_of(*blocks: Block, **named: object) -> Report:
    return replace(sample_report(), blocks=(Section("s", "S", blocks),), **named)


def listing_of(columns: int, rows: int, word: str = "word") -> Listing:
    return Listing("l", "Listing", tuple(f"Column {n}" for n in range(columns)), ((word,) * columns,) * rows)


def file_of(folder: Path, report: Report) -> Path:
    path = folder / "report.pdf"
    path.write_bytes(render_pdf(report, STAMP))
    return path


def pages_of(path: Path) -> list[tuple[float, float, list[tuple[float, float, float, float, str]]]]:
    """Width, height and words of each page."""
    pages = run("pdftotext", "-bbox", str(path), "-").split("<page ")[1:]
    found = []
    for page in pages:
        width, height = re.match(r'width="(\S+)" height="(\S+)"', page).groups()
        words = [(*map(float, place), word) for *place, word in WORD.findall(page)]
        found.append((float(width), float(height), words))
    return found


def check_nothing_clipped(path: Path) -> None:
    for width, height, words in pages_of(path):
        assert [w for w in words if w[0] < 50 or w[2] > width - 50 or w[1] < 20 or w[3] > height - 20] == []
        # The foot of the page holds the snapshot and the page number alone.
        assert len([w for w in words if w[3] > height - 60]) == 6
        lines: dict[float, list[tuple[float, float, float, float, str]]] = {}
        for word in words:
            lines.setdefault(word[3], []).append(word)
        for line in lines.values():
            line.sort()
            assert [(a, b) for a, b in itertools.pairwise(line) if a[2] > b[0] + 1] == []


def test_the_sample_is_whole_and_nothing_is_clipped(tmp_path: Path) -> None:
    check_nothing_clipped(file_of(tmp_path, sample_report()))


def test_the_file_is_tagged_and_says_which_standards_it_keeps(tmp_path: Path) -> None:
    path = file_of(tmp_path, sample_report())
    told = run("pdfinfo", str(path))
    assert re.search(r"Tagged:\s+yes", told)
    assert re.search(r"Title:\s+Allogeneic stromal cells", told)
    described = run("pdfinfo", "-meta", str(path))
    assert "<pdfuaid:part>1</pdfuaid:part>" in described
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in described


def test_every_page_says_trial_snapshot_page_and_that_the_records_are_invented(tmp_path: Path) -> None:
    path = file_of(tmp_path, sample_report())
    pages = [[word for *_, word in words] for _, _, words in pages_of(path)]
    for number_of_page, words in enumerate(pages, start=1):
        text = " ".join(words)
        assert "INVENTED RECORDS" in text
        assert "ADSC-PSO-01 Allogeneic" in text
        assert "Snapshot 9f86d081, draft" in text
        assert f"{number_of_page} / {len(pages)}" in text


def test_a_report_of_real_records_bears_no_mark(tmp_path: Path) -> None:
    path = file_of(tmp_path, replace(sample_report(), invented=False))
    assert "INVENTED" not in run("pdftotext", str(path), "-")


def test_only_the_stamp_dates_the_file() -> None:
    report = report_of(Paragraph((Text("words"),)))
    later = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
    assert render_pdf(report, STAMP) == render_pdf(report, STAMP)
    assert render_pdf(report, STAMP) != render_pdf(report, later)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_printed_as_it_was_typed_wherever_it_stands(typed: str, tmp_path: Path) -> None:
    blocks = (
        Paragraph((Text(typed), Text(typed, strong=True), ToWrite(typed, typed), Link("nowhere", typed))),
        Bullets(((Text(typed),),)),
        Table(
            "t",
            typed,
            typed,
            (Column(typed), Column(typed, typed)),
            (((Text(typed),), (Text(typed),)),),
            (typed,),
        ),
        Listing("l", typed, (typed,), ((typed,),), 2, typed, (typed,)),
        Figure(
            "f",
            typed,
            typed,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'></svg>",
            None,
            (typed,),
        ),
        Paragraph((number("n", typed, "x"),)),
    )
    path = file_of(tmp_path, report_of(*blocks, title=typed, trial=typed, facts=((typed, typed),)))
    words = "".join("".join(part) for part in read_pdf_words(path))
    assert words.count("".join(typed.split())) >= 19


def test_other_scripts_are_drawn_and_what_no_font_has_is_written_as_its_number(tmp_path: Path) -> None:
    texts = ("درد", "smile 😀 needle 💉", "ελιά боль")
    path = file_of(tmp_path, report_of(*(Paragraph((Text(text),)) for text in texts)))
    words = run("pdftotext", str(path), "-")
    assert "درد" in words
    assert "smile 😀 needle [U+1F489]" in words
    assert "ελιά боль" in words
    assert "DejaVuSans" in run("pdffonts", str(path))


@settings(max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(st.text(max_size=40), min_size=3, max_size=3))
def test_any_text_becomes_pages(typed: list[str]) -> None:
    first, second, third = typed
    blocks = (
        Paragraph((Text(first), ToWrite(second, third)), second),
        Listing("l", second, (first, third), ((second, first), (third, second)), 9, first),
    )
    assert (
        render_pdf(report_of(*blocks, title=third, trial=first, facts=((first, second),)), STAMP)[:5]
        == b"%PDF-"
    )


def test_cells_under_a_grouped_head_are_tagged_with_all_their_heads(tmp_path: Path) -> None:
    columns = (Column("Visit"), Column("Mean", "PASI"), Column("SD", "PASI"))
    table = Table("t", "T", "", columns, (((Text("BL"),), (Text("10.2"),), (Text("0.71"),)),))
    told = run("pdfinfo", "-struct-text", str(file_of(tmp_path, report_of(table))))
    heads = re.findall(r'TH <(\S+)>:.*?"([^"]*)"', told, re.DOTALL)
    names = dict(heads)
    assert [word for _, word in heads] == ["Visit", "PASI", "Mean", "SD"]
    cells = re.findall(r'TD:\s+/Headers \[(.*?)\].*?"([^"]*)"', told, re.DOTALL)
    assert [({names[h] for h in re.findall(r"\((.*?)\)", over)}, word) for over, word in cells] == [
        ({"Visit"}, "BL"),
        ({"PASI", "Mean"}, "10.2"),
        ({"PASI", "SD"}, "0.71"),
    ]


def test_a_long_table_repeats_its_head_on_every_page(tmp_path: Path) -> None:
    path = file_of(tmp_path, report_of(listing_of(3, 200)))
    pages = [" ".join(word for *_, word in words) for _, _, words in pages_of(path)][1:]
    assert len(pages) > 3
    assert all("Column 0" in page for page in pages)
    check_nothing_clipped(path)


@pytest.mark.parametrize("sentences", [1, 20, 60])
def test_a_table_of_few_tall_rows_never_runs_off_the_page(sentences: int, tmp_path: Path) -> None:
    cell = "a sentence of several words; " * sentences
    rows = (((Text("head"),), (Text(cell),), (Text("short"),)),) * 17
    table = Table("t", "T", "", (Column("A"), Column("B"), Column("C")), rows)
    path = file_of(tmp_path, report_of(table))
    check_nothing_clipped(path)
    assert run("pdftotext", str(path), "-").count("short") == 17


def test_a_number_of_the_appendix_never_runs_into_the_next_column(tmp_path: Path) -> None:
    long = "a very long name of a statistic indeed"
    numbers = [number("participants", "11/13 (84.6%)", visit=f"V{n}", caveats=(long * 3,)) for n in range(9)]
    others = [number("mean", "1.0", visit=f"W{n}", excluded=((f"P{n}", long * 5),)) for n in range(9)]
    check_nothing_clipped(file_of(tmp_path, report_of(Paragraph((*numbers, *others)))))


def test_a_wide_table_turns_the_paper_and_the_next_page_turns_back(tmp_path: Path) -> None:
    blocks = (Paragraph((Text("before"),)), listing_of(14, 3, "words enough"), Paragraph((Text("after"),)))
    path = file_of(tmp_path, report_of(*blocks))
    check_nothing_clipped(path)
    assert [width > height for width, height, _ in pages_of(path)] == [False, True, False]


@pytest.mark.parametrize("columns", [20, 40, 90])
def test_a_table_wider_than_any_paper_is_cut_into_pieces_that_repeat_the_row_heads(
    columns: int, tmp_path: Path
) -> None:
    path = file_of(tmp_path, report_of(listing_of(columns, 2, "2023-04-11")))
    check_nothing_clipped(path)
    text = " ".join(word for page in read_pdf_words(path) for word in page)
    assert all(f"Column {n}" in text for n in range(columns))


def test_the_heading_of_a_wide_table_goes_with_it() -> None:
    blocks = (Paragraph((Text("before"),)), Section("w", "Wide", (listing_of(30, 2),)))
    runs = plain_report(report_of(*blocks))["runs"]
    assert [run["landscape"] for run in runs] == [False, True]
    assert [block["kind"] for block in runs[1]["blocks"]] == ["heading", "table"]


def test_columns_that_fit_keep_their_own_widths() -> None:
    layout = lay_out([["Visit", "BL"], ["n", "5"]], [False, True], 1)
    assert (layout.size, layout.landscape, layout.widths) == (9.0, False, ((),))


@given(st.lists(st.integers(1, 60), min_size=2, max_size=40), st.booleans())
def test_the_columns_of_every_piece_fit_the_paper(lengths: list[int], numeric: bool) -> None:
    columns = [["word " * length, "2023-04-11"] for length in lengths]
    layout = lay_out(columns, [numeric] * len(columns), 1)
    room = LANDSCAPE if layout.landscape else PORTRAIT
    assert {column for part in layout.parts for column in part} == set(range(len(columns)))
    assert all(part[0] == 0 for part in layout.parts)
    assert all(sum(widths) <= room + 0.01 for widths in layout.widths)


def test_a_figure_without_words_and_a_report_without_title_still_become_pages() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>'
    report = report_of(Figure("f", "F", " ", svg), title=" ", trial="")
    assert plain_report(report)["name"] == "Report"
    assert render_pdf(report, STAMP)[:5] == b"%PDF-"


def test_a_tall_figure_is_shrunk_to_the_page(tmp_path: Path) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 2000" width="480pt" height="2000pt"></svg>'
    )
    (run_of_blocks,) = plain_report(report_of(Figure("f", "F", "tall", svg)))["runs"]
    (figure,) = [block for block in run_of_blocks["blocks"] if block["kind"] == "figure"]
    assert figure["width"] / 480 * 2000 <= 640
    check_nothing_clipped(file_of(tmp_path, report_of(Figure("f", "F", "tall", svg))))
