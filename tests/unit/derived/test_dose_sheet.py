from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.derived import dose_slips
from firstdose.report.dose_sheet import build_dose_sheets
from firstdose.report.html import render_html
from firstdose.report.tree import Paragraph, Section, Table, ToWrite
from tests.unit.derived.dose_records import injected, mapped, product, seed_protocol, snapshot_of

PROTOCOL = seed_protocol()


def sheets_of(lesions, injections=(), products=()):
    return build_dose_sheets(PROTOCOL, snapshot_of(lesions, injections, products))


def lines_of(section: Section) -> dict[str, list[str]]:
    """First cell of each row > the other cells as text; a field to fill is [what]."""
    tables = [block for block in section.blocks if isinstance(block, Table)]
    return {
        row[0][0].text: ["".join(words(span) for span in cell) for cell in row[1:]]
        for table in tables
        for row in table.rows
    }


def words(span) -> str:
    return f"[{span.what}]" if isinstance(span, ToWrite) else span.text


def warnings(section: Section) -> list[str]:
    return [
        block.spans[0].text
        for block in section.blocks
        if isinstance(block, Paragraph) and block.kind == "caution"
    ]


def test_a_sheet_holds_everything_that_is_drawn_up_injected_and_signed():
    (section,) = sheets_of([mapped("P1", "L1", laterality="left")], products=[product("P1", 1.8e7)]).blocks
    assert section.title == "Participant P1"
    assert warnings(section) == []
    assert lines_of(section) == {
        "site, side": ["knee, left"],
        "diameters": ["8 cm × 5 cm"],
        "area": ["31.42 cm2 ± 10.0 %, ellipse of the diameters"],
        "dose level": ["DL1, 1.00 million cells/cm2"],
        "planned cells": ["31.42 million cells"],
        "density, one standard uncertainty": ["0.87 to 1.13 million cells/cm2 (± 12.9 %)"],
        "living cells in the suspension": ["18.00 million/mL"],
        "volume to inject": ["1.7453 mL"],
        "volume to draw up, with dead volume": ["1.85 mL"],
        "injection points": ["32 (by volume 18, by area 32)"],
        "volume per point": ["0.05 mL (0.0545 mL)"],
        "lot": ["[lot]"],
        "drawn, mL": ["[mL drawn]"],
        "residual, mL": ["[mL left]"],
        "points": ["[points]"],
        "time of the first point": ["[hh:mm]"],
        "cells given": ["[(drawn - residual) x living cells per mL]"],
        "signature": ["[signature]"],
        "second signature": ["[signature]"],
    }


def test_an_area_that_brings_its_own_error_is_printed_with_it():
    lesions = [mapped("P1", "L1", area_given=31.25, area_error=1.25), mapped("P1", "L2", area_given=31.25)]
    (section,) = sheets_of(lesions, products=[product("P1", 1.8e7)]).blocks
    lines = lines_of(section)
    assert lines["area"] == [
        "31.25 cm2 ± 4.0 % (measured), measured elsewhere",
        "31.25 cm2 ± 10.0 %, measured elsewhere",
    ]
    assert lines["density, one standard uncertainty"] == [
        "0.91 to 1.09 million cells/cm2 (± 9.0 %)",
        "0.87 to 1.13 million cells/cm2 (± 12.9 %)",
    ]
    assert warnings(section) == []


def test_without_any_uncertainty_the_area_stands_alone():
    limits = replace(PROTOCOL.intervention, uncertainty_area=None)
    report = build_dose_sheets(replace(PROTOCOL, intervention=limits), snapshot_of([mapped("P1", "L1")]))
    assert lines_of(report.blocks[0])["area"] == ["31.42 cm2, ellipse of the diameters"]


def test_the_total_is_told_with_its_cap():
    (section,) = sheets_of([mapped("P1", "L1"), mapped("P1", "L2")], products=[product("P1", 1.8e7)]).blocks
    summary = section.blocks[0]
    assert isinstance(summary, Paragraph)
    assert summary.spans[0].text == (
        "2 plaques at Day of injection: 62.83 million cells planned in all. "
        "Cap 300.00 million cells: kept (20.9 % of it)."
    )


def test_without_a_concentration_the_volume_is_left_to_the_hand():
    (section,) = sheets_of([mapped("P1", "L1")]).blocks
    lines = lines_of(section)
    assert warnings(section) == ["FD-R219"]
    assert lines["planned cells"] == ["31.42 million cells"]
    assert lines["living cells in the suspension"] == ["concentration not on record"]
    assert lines["volume to inject"] == ["[mL = planned cells / living cells per mL]"]
    assert lines["volume to draw up, with dead volume"] == ["[mL = volume to inject + 0.1 mL]"]
    assert lines["injection points"] == ["[points, at least 32]"]


def test_an_error_withholds_the_volumes_of_its_lesion_alone():
    lesions = [mapped("P1", "L1", area_given=40.0), mapped("P1", "L2")]
    (section,) = sheets_of(lesions, products=[product("P1", 1.8e7)]).blocks
    lines = lines_of(section)
    assert warnings(section) == ["FD-R215"]
    assert lines["volume to draw up, with dead volume"] == ["withheld", "1.85 mL"]
    assert lines["lot"] == ["withheld", "[lot]"]


def test_an_exceeded_cap_withholds_everything_of_the_participant():
    lesions = [mapped("P1", "L1"), mapped("P1", "L2", 12, 12, dose_level="DL2"), mapped("P2", "L1")]
    first, second = sheets_of(lesions, products=[product("P1", 3e7), product("P2", 1.8e7)]).blocks
    assert lines_of(first)["volume to draw up, with dead volume"] == ["withheld", "withheld"]
    assert "lot" not in lines_of(first)
    assert lines_of(second)["volume to draw up, with dead volume"] == ["1.85 mL"]


def test_two_computations_that_differ_print_no_sheet(monkeypatch):
    monkeypatch.setattr(dose_slips, "disagreement", lambda *_: ("volume",))
    (section,) = sheets_of([mapped("P1", "L1")], products=[product("P1", 1.8e7)]).blocks
    assert warnings(section) == ["FD-R218"]
    assert lines_of(section) == {}


def test_what_is_on_record_stands_where_it_was_to_be_written():
    (section,) = sheets_of(
        [mapped("P1", "L1")], [injected("P1", "L1", start_time="10:05", operator="AB")]
    ).blocks
    lines = lines_of(section)
    assert lines["living cells in the suspension"] == ["18.00 million/mL (90.0 % of all cells)"]
    assert [lines[name] for name in ("lot", "drawn, mL", "residual, mL", "points")] == [
        ["A1"],
        ["1.85 mL"],
        ["0.1 mL"],
        ["32"],
    ]
    assert lines["time of the first point"] == ["10:05"]
    assert lines["cells given"] == ["31.50 million cells, 100.3 % of the plan"]
    assert lines["signature"] == ["AB"]


def test_many_lesions_stand_three_abreast():
    (section,) = sheets_of(
        [mapped("P1", f"L{k}", 3, 2) for k in range(1, 6)], products=[product("P1", 1.8e7)]
    ).blocks
    tables = [block for block in section.blocks if isinstance(block, Table)]
    assert [len(table.columns) - 1 for table in tables] == [3, 3, 2, 2]
    assert len({table.id for table in tables}) == 4


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        (replace(PROTOCOL, intervention=None), "no dose level in cells per area"),
        (PROTOCOL, "No lesion of the records is to be treated"),
    ],
)
def test_where_there_is_no_dose_the_report_says_so(protocol, said):
    report = build_dose_sheets(protocol, snapshot_of([mapped("P1", "L1", role="control")]))
    (section,) = report.blocks
    assert said in section.blocks[0].spans[0].text


def test_any_name_of_a_participant_can_be_printed_twice_alike():
    lesions = [mapped("P <1> & co", "L 1"), mapped("P-2", "L1")]
    pages = [render_html(sheets_of(lesions, products=[product("P-2", 1.8e7)])) for _ in range(2)]
    assert pages[0] == pages[1]
    assert "P &lt;1&gt; &amp; co" in pages[0]


def facts_of(**changes):
    limits = replace(PROTOCOL.intervention, **changes)
    return dict(build_dose_sheets(replace(PROTOCOL, intervention=limits), snapshot_of()).facts)


def test_limits_that_are_not_declared_are_not_among_the_facts():
    bare = facts_of(dose_levels=(), cap=None, tolerance=None, syringe_graduation=None)
    assert set(bare) == {"trial", "protocol version", "product"}
    assert {"dose levels", "cap for one participant", "tolerated", "syringe graduation"} <= set(facts_of())


def test_a_total_without_a_cap_says_that_the_protocol_sets_none():
    plan = replace(PROTOCOL, intervention=replace(PROTOCOL.intervention, cap=None))
    (section,) = build_dose_sheets(plan, snapshot_of([mapped("P1", "L1")])).blocks
    assert section.blocks[0].spans[0].text.endswith("planned in all; the protocol sets no cap.")


def test_a_lesion_that_was_not_measured_has_no_area_and_no_planned_cells():
    (section,) = sheets_of([mapped("P1", "L1", None, None)], products=[product("P1", 1.8e7)]).blocks
    lines = lines_of(section)
    assert [lines[name] for name in ("diameters", "area", "planned cells")] == [["–"], ["–"], ["–"]]
    assert lines["living cells in the suspension"] == ["–"]


def test_an_injection_without_volumes_says_that_its_cells_cannot_be_computed():
    given = injected("P1", "L1", volume_drawn=None, residual_volume=None)
    (section,) = sheets_of([mapped("P1", "L1")], [given]).blocks
    lines = lines_of(section)
    assert lines["cells given"] == ["not computable from the record"]
    assert lines["drawn, mL"] == ["–"]
