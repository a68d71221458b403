"""Every printed number leads to a row that says what it is and where it comes from."""

from __future__ import annotations

from dataclasses import replace

from firstdose.analysis.results import Source
from firstdose.report.trace import printed_rows, trace_id, with_trace
from firstdose.report.tree import Number, Origin, Paragraph, Section, Table, Text, walk
from tests.unit.report.sample import number, sample_report


def tables_for(*numbers: Number) -> list[Table]:
    report = replace(sample_report(), blocks=(Section("s", "S", (Paragraph(numbers),)),))
    return [block for block in walk(with_trace(report).blocks) if isinstance(block, Table)]


def words_of(table: Table) -> str:
    return " ".join(getattr(span, "text", "") for row in table.rows for cell in row for span in cell)


def test_every_number_of_the_report_has_one_place_in_the_appendix() -> None:
    traced = with_trace(sample_report())
    places = [
        trace_id(span.row)
        for block in walk(traced.blocks[-1:])
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        for span in cell
        if isinstance(span, Origin)
    ]
    assert places
    assert sorted(places) == sorted(trace_id(row) for row in printed_rows(sample_report().blocks))
    assert len(places) == len(set(places))


def test_numbers_of_one_origin_share_a_row_and_others_do_not() -> None:
    (table,) = tables_for(
        number("mean", "1.0", visit="M3"), number("sd", "2.0", visit="M3"), number("mean", "3.0", visit="M6")
    )
    assert [row[0][0].text for row in table.rows] == ["M3", "M6"]


def test_whoever_is_left_out_is_named_with_the_reason() -> None:
    (table,) = tables_for(
        number("mean", "1.0", excluded=(("P02", "no month 6"), ("P04", "no month 6"))),
        number("sd", "1.0", method="other"),
    )
    assert "P02, P04: no month 6" in words_of(table)
    assert "nobody" in words_of(table)


def test_method_set_counts_caveats_and_records_are_told() -> None:
    source = Source("plaque_score", ("erythema", "scaling"), ("BL", "M6"), ("P01",))
    (table,) = tables_for(
        number(
            "p", "0.0625", exact=True, n_lesions=11, caveats=("SMALL-N",), sources=(source,), estimand="E3-1"
        )
    )
    told = " ".join(table.footnotes)
    for word in (
        "paired_t; two-sided, 95 %; exact; estimand E3-1",
        "full analysis; unit: participant; 5 participants; 11 lesions",
        "Caveats: SMALL-N.",
        "plaque_score (erythema, scaling) at BL, M6 of P01",
    ):
        assert word in told


def test_the_reason_of_a_number_that_cannot_be_calculated_is_told() -> None:
    (table,) = tables_for(number("sd", "NC", reason="one value has no spread"))
    assert "one value has no spread" in " ".join(table.footnotes)


def test_a_report_without_numbers_has_no_appendix() -> None:
    report = replace(sample_report(), blocks=(Section("s", "S", (Paragraph((Text("words"),)),)),))
    assert with_trace(report) == report
