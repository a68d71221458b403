"""Readers of real-time PCR: what each finds in a small file, and every refusal with its place."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from firstdose.catalogue import load
from firstdose.laboratory.reading import read_source
from firstdose.readers.contents.qpcr import position_of
from firstdose.readers.qpcr_words import columns_of, cq_of, role_of
from firstdose.readers.reader import Source
from tests.unit.readers import making_qpcr as made


def read(content: bytes | str, name: str = "plate.txt") -> Any:
    return read_source(Source(name, content.encode() if isinstance(content, str) else content))


def run(content: bytes | str, name: str = "plate.txt") -> Any:
    reading = read(content, name)
    assert not [issue for issue in reading.issues if issue.weight == "error"], reading.issues
    (found,) = reading.contents
    return found


def refusal(content: bytes | str, name: str = "plate.txt") -> Any:
    reading = read(content, name)
    assert reading.contents == ()
    return reading.issues[0]


def cycles(found: Any) -> dict[tuple[str, str], Any]:
    return {(well.well, well.target): (well.cq if not well.missing else well.missing) for well in found.wells}


@pytest.mark.parametrize("name", sorted(made.GOOD))
def test_each_file_is_recognised_by_its_reader_alone(name: str) -> None:
    source = Source("anything", made.GOOD[name])
    assert [each for each, reader in load("readers.formats").items() if reader.recognises(source)] == [name]


def test_quantstudio_text_has_wells_curves_standards_and_reference() -> None:
    found = run(made.QUANTSTUDIO)
    assert cycles(found) == {
        ("A1", "IL17A"): 27.5,
        ("A2", "GAPDH"): 20.1,
        ("A3", "IL17A"): "undetermined",
        ("A4", "IL17A"): 24.0,
    }
    assert [well.role for well in found.wells] == ["sample", "sample", "ntc", "standard"]
    assert (found.wells[3].amount, found.cycle_count, found.shape) == (1000.0, 40, (16, 24))
    assert [target.name for target in found.targets if target.is_reference] == ["GAPDH"]
    assert found.wells[0].fluorescence.shape == (40,)


def test_a_stepone_table_with_a_cyrillic_letter_and_no_sections_is_read() -> None:
    text = (
        "Block Type,96 Wells\nExperiment Name,x\nInstrument Type,StepOne\nChemistry,TAQMAN\n\n"
        "Well,Sample Name,Target Name,Task,Quantity,Cт,Ct Threshold\nA1,S1,T,UNKNOWN,,21.5,0.2\n"
        'A2,S1,T,STANDARD,"1,000.0",22.5,0.2\n\nEndogenous Control,"T, U"\n'
    )
    found = run(text, "plate.csv")
    assert cycles(found) == {("A1", "T"): 21.5, ("A2", "T"): 22.5}
    assert (found.wells[1].amount, found.shape) == (1000.0, (8, 12))
    assert found.targets[0].is_reference


def test_curves_that_end_before_a_baseline_do_not_say_how_many_cycles_there_were() -> None:
    cut = made.QUANTSTUDIO.decode().split("\r\n")
    cells = [line.split("\t") for line in cut]
    short = ["\t".join(row) for row in cells if len(row) != 5 or not row[1].isdecimal() or int(row[1]) < 4]
    found = run("\n".join(short))
    assert found.cycle_count is None
    assert cycles(found)["A1", "IL17A"] == 27.5


def test_points_of_curves_that_cannot_be_read_are_left_out_and_melting_curves_are_kept() -> None:
    text = (
        made.QUANTSTUDIO.decode()
        .replace("1\t2\tIL17A\t", "1\t2\tIL17A\tx", 1)
        .replace("1\t3\tIL17A\t", "1\t3\n", 1)
    )
    melt = "[Melt Curve Raw Data]\nWell\tWell Position\tReading\tTemperature\tFluorescence\tDerivative\n"
    melt += "".join(f"1\tA1\t{i}\t{60 + i}.0\t1,{300 - i}.5\t0.1\n" for i in range(5))
    found = run(text.replace("\r\n", "\n").replace("[Results]", f"{melt}\n[Results]"))
    assert found.wells[0].fluorescence.size == 38
    assert found.wells[0].melt.tolist() == [1300.5, 1299.5, 1298.5, 1297.5, 1296.5]
    assert found.wells[1].melt is None


def test_a_quantstudio_workbook_is_read_like_its_text() -> None:
    head: list[list[object]] = [
        ["Block Type", "96-Well Block"],
        ["Experiment Name", "x"],
        ["Instrument Type", "QuantStudio"],
        [],
    ]
    sheets = {
        "Sample Setup": head,
        "Results": [*head, ["Well", "Well Position", "Sample Name", "Target Name", "Task", "CT"],
                    [1, "A1", "S1", "T", "UNKNOWN", 21.5], [2, "A2", "S1", "T", "UNKNOWN", "Undetermined"]],
        "Amplification Data": [*head, ["Well", "Cycle", "Target Name", "Rn"],
                               *([1, cycle, "T", 0.5 + cycle / 10] for cycle in range(1, 41))],
    }  # fmt: skip
    found = run(made.workbook_of(sheets), "plate.xlsx")
    assert cycles(found) == {("A1", "T"): 21.5, ("A2", "T"): "undetermined"}
    assert found.cycle_count == 40
    assert found.wells[0].fluorescence[0] == pytest.approx(0.6)


def test_workbooks_are_known_by_their_sheets_and_refused_when_damaged() -> None:
    head: list[list[object]] = [["Block Type", "96-Well Block"]]
    alone = made.workbook_of(
        {"Results": [*head, ["Well", "Sample Name", "Target Name", "CT"], [1, "S", "T", 20.0]]}
    )
    assert refusal(alone, "p.xlsx").code == "FD-L004"
    assert "not recognised" in refusal(made.workbook_of({"Results": [["a", "b"]]}), "p.xlsx").message
    assert "not recognised" in refusal(made.workbook_of({"Other": [["a"]]}), "p.xlsx").message
    broken = made.zipped({"xl/workbook.xml": '<x><sheet name="Results"/><sheet name="Sample Setup"/></x>'})
    assert refusal(broken, "p.xlsx").code == "FD-L003"


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("* Block Type = 384-Well Block\r\n", "", "FD-L004", "Block type"),
        ("[Results]", "[Other]", "FD-L004", "Results"),
        ("\tCT\t", "\tXX\t", "FD-L004", "CT"),
        ("2\tA2\t", "1\tA1\t", "", ""),
        ("\tGAPDH\tUNKNOWN\tFAM\tNFQ-MGB\t\t20.100\t", "\tGAPDH\r\n", "FD-L003", "cells"),
    ],
)
def test_damaged_quantstudio_text_is_refused_at_its_place(old: str, new: str, code: str, told: str) -> None:
    text = made.QUANTSTUDIO.decode()
    assert old in text
    if not code:
        assert len(run(text.replace(old, new)).wells) == 4
        return
    issue = refusal(text.replace(old, new))
    assert issue.code == code
    assert told in issue.message


def test_a_file_with_well_positions_and_no_mark_of_a_program_says_what_it_lacks() -> None:
    assert "Block Type" in refusal("Well Position\tOmit\nA1\tfalse\n").message
    assert "no reader" in refusal("one\ttwo\n").message
    assert "no reader" in refusal(b"\x00\x01", "x.csv").message


def test_a_reaction_that_stands_twice_is_refused() -> None:
    line = "A1;S1;GAPDH;UNKNOWN;20,1;\n"
    issue = refusal(made.LONG.decode().replace(line, line + line), "p.csv")
    assert (issue.code, issue.place.line) == ("FD-L013", 3)
    assert "A1 GAPDH" in issue.message


def test_sds_keeps_operator_dates_reference_and_omitted_wells() -> None:
    reading = read(made.SDS)
    found = reading.contents[0]
    assert (reading.software, reading.operator, found.run) == ("SDS 2.3 RQ Results", "NN", "small.sdm")
    assert cycles(found)["A3", "TNF"] == "undetermined"
    assert [target.name for target in found.targets if target.is_reference] == ["GAPDH"]
    assert [bool(well.excluded) for well in found.wells] == [False, False, True]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("SDS 2.3 RQ Results\t1.2\nFilename\tx\n", "FD-L004"),
        ("SDS 2.3 RQ Results\t1\n\nSample\tDetector\tCt\n", "FD-L003"),
        ("SDS 2.3 RQ Results\t1\n\nSample\tDetector\tCt\nS1\tT\n", "FD-L003"),
        ("SDS 2.3 RQ Results\t1\n\nSample\tDetector\tCt\nS1\tT\t20\tmore\n", "FD-L005"),
        (",Well,Fluor,Target,Content,Sample,Cq\n", "FD-L003"),
        (",Well,Fluor,Content,Sample,Cq\n,A1,SYBR,Unkn,S1,20\n", "FD-L004"),
        (",Well,Fluor,Target,Content,Sample,Cq\n,A1,SYBR\n", "FD-L003"),
        ("Experiment: x  Selected Filter: y\n", "FD-L004"),
        ("Experiment: x  Selected Filter: y\nPos\tName\tCp\n", "FD-L003"),
        ("Experiment: x  Selected Filter: y\nPos\tName\tCp\nA1\n", "FD-L003"),
        ("Excel Analysed Data Export;;\n", "FD-L004"),
        ("Excel Analysed Data Export;;\nQuantitative analysis of Cycling A.Green (T);;\n;;\n", "FD-L004"),
        ("Excel Analysed Data Export;;\nQuantitative analysis of A.Green;;\nNo.;Name;Ct\n;;\n", "FD-L003"),
        (
            "Excel Analysed Data Export;;\nQuantitative analysis of A.Green;;\nNo.;Name;Xt\n1;S;20\n",
            "FD-L004",
        ),
        ("Well;Sample;Target;Cq\n", "FD-L003"),
        ("Well;Sample;Target;Cq\nA1;S;T\n", "FD-L003"),
        ("IL17A,GAPDH\n20,21\n20\n", "FD-L005"),
    ],
)
def test_each_refusal_has_its_code(content: str, code: str) -> None:
    assert refusal(content, "plate.csv").code == code


def test_cfx_knows_roles_amounts_and_plates() -> None:
    found = run(made.CFX, "plate.csv")
    assert [well.role for well in found.wells] == ["sample", "sample", "ntc", "standard"]
    assert (found.wells[3].amount, found.shape) == (1000.0, (8, 12))
    large = made.CFX.replace(b"A04", b"P24")
    assert run(b"File Name,x.pcrd\nCreated By User,NN\n" + large, "p.csv").shape == (16, 24)


def test_lightcycler_files_with_cr_alone_keep_blank_crossing_points_empty() -> None:
    found = run(made.LIGHTCYCLER)
    assert cycles(found) == {
        ("A1", "SYBR Green (483-533)"): 20.1,
        ("A2", "SYBR Green (483-533)"): "empty",
    }
    assert found.wells[1].role == "ntc"
    assert run(made.LIGHTCYCLER.replace(b"A2", b"P2")).shape == (16, 24)


def test_several_rotor_gene_assays_of_one_file_become_targets() -> None:
    reading = read(made.ROTORGENE, "rotor.csv")
    assert cycles(reading.contents[0]) == {
        ("1", "GAPDH"): 20.1,
        ("2", "GAPDH"): 20.3,
        ("1", "IL17A"): 27.5,
        ("2", "IL17A"): "empty",
    }
    assert reading.run_date == "3/4/2024 12:00:00 PM"


def test_tables_of_one_row_a_well_and_of_one_column_a_gene() -> None:
    assert cycles(run(made.LONG)) == {
        ("A1", "GAPDH"): 20.1,
        ("A2", "IL17A"): 27.5,
        ("A3", "IL17A"): "undetermined",
    }
    assert cycles(run(made.WIDE)) == {
        ("1", "IL17A"): 27.5, ("1", "GAPDH"): 20.1, ("2", "IL17A"): "undetermined", ("2", "GAPDH"): 20.2,
        ("3", "IL17A"): "empty", ("3", "GAPDH"): 20.3,
    }  # fmt: skip
    spaced = run("Well Sample Target Cq Amount\nA1 S1 T 20.5 100\nA2 S1 T 21.5 0\n")
    assert [(well.role, well.amount) for well in spaced.wells] == [("standard", 100.0), ("sample", None)]


def test_cells_that_are_no_cycle_are_missing_and_said() -> None:
    reading = read(
        "Well\tSample\tTarget\tCq\tAmount\nA1\tS\tT\t20..5\t1\nA2\tS\tT\t3072\tmany\nA3\tS\tT\t0\t\n"
    )
    wells = reading.contents[0].wells
    assert [well.missing for well in wells] == ["not a number", "outside the cycles", "outside the cycles"]
    assert [(issue.code, issue.place.line, issue.weight) for issue in reading.issues] == [
        ("FD-L007", 2, "query"),
        ("FD-L007", 3, "query"),
    ]
    wide = read("IL17A,GAPDH\n20,21\n20,21\n20,21\n20,21\n20,21\nabc,21\n")
    assert [issue.code for issue in wide.issues] == ["FD-L007"]


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "GAPDH\n20\n", "GAPDH,GAPDH\n20,20\n", "GAPDH,x\nhigh,low\n", "GAPDH,x\n900,2\n", ""],
)
def test_other_tables_are_left_to_others(text: str) -> None:
    assert not load("readers.formats")["qpcr_table"].recognises(Source("x.csv", text.encode()))


def test_words_of_programs() -> None:
    assert cq_of(" Undetermined ", None)[1] == "undetermined"
    assert cq_of("40.5", 40)[1] == "outside the cycles"
    assert cq_of("30,5", None, decimal_comma=True) == (30.5, "")
    assert cq_of("30.5", None, decimal_comma=True)[1] == "not a number"
    assert [role_of(word) for word in ("Std-3", "NTC-1", "-RT", "Pos Ctrl", "IRC", "Calibrator", "miR-101")] == [
        "standard", "ntc", "no_rt", "control", "inter_run", "calibrator", "sample",
    ]  # fmt: skip
    assert columns_of(["Well", "Well Position", "C\u0442"]) == {"well": 1, "cq": 2}


def test_positions_on_plates() -> None:
    assert position_of("B03", None) == (1, 2)
    assert position_of("AB1", None) == (27, 0)
    assert position_of("14", (8, 12)) == (1, 1)
    assert position_of("14", None) is None
    assert position_of("x", (8, 12)) is None


def test_rdml_of_the_writer_is_read_with_its_curves() -> None:
    reading = read(made.RDML, "small.rdml")
    found = reading.contents[0]
    assert cycles(found)["A3", "IL17A"] == "undetermined"
    assert (found.cycle_count, found.shape, reading.run_date) == (40, (16, 24), "2024-03-04T12:00:00")
    assert [(well.role, well.amount, well.unit) for well in found.wells][3] == ("standard", 1000.0, "cop")


ADP = "<adp><cyc>{}</cyc><tmp>60</tmp><fluor>{}</fluor></adp>"


def curve(*levels: object) -> str:
    return "".join(ADP.format(cycle, level) for cycle, level in enumerate(levels, start=1))


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (curve(1, "x", 3), "amplification curve of A1 T"),
        (curve(1, 2) + ADP.format(2, 5), "twice"),
        (curve(1, "1.2.3"), "1.2.3"),
        ("<adp><cyc>1</cyc><fluor>2</fluor></adp><adp><tmp>1</tmp><fluor>2</fluor></adp>", "''"),
        (ADP.format(900, 1) + ADP.format(1, 1), "900"),
        (curve(1, "1e999", 3), "infinite"),
        ("<cq>abc</cq>", "abc"),
        ("<mdp><tmp>60</tmp><fluor>1</fluor></mdp><mdp><tmp>60</tmp><fluor>2</fluor></mdp>", "temperature"),
    ],
)
def test_rdml_reactions_that_cannot_be_are_refused(inside: str, told: str) -> None:
    issue = refusal(made.run_of(made.react_of("1", inside)), "p.rdml")
    assert issue.code == "FD-L003"
    assert told in issue.message


def test_rdml_ids_that_repeat_or_point_nowhere_are_refused() -> None:
    twice = made.react_of("1", "<cq>20</cq>")
    assert refusal(made.run_of(twice + twice), "p.rdml").code == "FD-L013"
    assert "'S9'" in refusal(made.run_of(made.react_of("1", "", sample="S9")), "p.rdml").message
    assert "'U'" in refusal(made.run_of(made.react_of("1", "", target="U")), "p.rdml").message
    assert refusal(made.rdml_of('<sample id="a"/><sample id="a"/>'), "p.rdml").code == "FD-L013"
    assert "run" in refusal(made.rdml_of('<sample id="a"/>'), "p.rdml").message


def test_rdml_versions_members_and_damage() -> None:
    assert refusal(made.rdml_of("", "2.0"), "p.rdml").code == "FD-L006"
    assert refusal(made.zipped({"rdml_data.xml": "nothing"}), "p.rdml").code == "FD-L004"
    assert refusal(made.RDML[: len(made.RDML) // 2], "p.rdml").code == "FD-L003"
    assert (
        refusal(made.zipped({"rdml_data.xml": '<!DOCTYPE x><rdml version="1.2"/>'}), "p.rdml").code
        == "FD-L011"
    )
    broken = made.RDML[:60] + bytes(len(made.RDML) - 60)
    assert refusal(broken, "p.rdml").code == "FD-L003"
    assert refusal(b"<rdml>", "p.rdml").code == "FD-L001"
    stored = b"PK\x03\x04" + bytes(4) + b"\x00\x00" + bytes(20)
    assert "not recognised" in refusal(stored + b"x" * 40, "p.zip").message


def test_rdml_samples_say_what_a_reaction_is_for() -> None:
    samples = (
        '<sample id="a"><type>unkn</type><type targetId="T">ntc</type></sample>'
        '<sample id="b"><interRunCalibrator>true</interRunCalibrator></sample>'
        '<sample id="c"><calibratorSample>1</calibratorSample></sample>'
        '<sample id="d"><type>std</type><quantity><value>100</value><unit>cop</unit></quantity>'
        '<quantity targetId="T"><value>50</value><unit>cop</unit></quantity></sample><sample id="e"/>'
    )
    reacts = "".join(
        made.react_of(str(at), "<cq>20</cq>", sample=name) for at, name in enumerate("abcde", start=1)
    )
    found = run(made.run_of(reacts, samples), "p.rdml")
    assert [well.role for well in found.wells] == ["ntc", "inter_run", "calibrator", "standard", "sample"]
    assert found.wells[3].amount == 50


def test_rdml_cycles_that_were_never_reached_are_undetermined_and_that_is_said() -> None:
    reacts = (
        made.react_of("1", "<cq>20</cq>" + curve(*range(40)))
        + made.react_of("2", "<cq>40.0</cq>" + curve(*range(40)))
        + made.react_of("3", "<cq>-1.0</cq>")
        + made.react_of("4", curve(*range(40)))
        + made.react_of("13", "<cq>41</cq><N0>1e-9</N0><excl>spilled</excl>")
        + made.react_of("xyz", "")
    )
    reading = read(made.run_of(reacts), "p.rdml")
    assert [issue.code for issue in reading.issues] == ["FD-L010"]
    wells = reading.contents[0].wells
    assert [well.missing for well in wells] == [
        "", "undetermined", "undetermined", "undetermined", "outside the cycles", "empty",
    ]  # fmt: skip
    assert [well.well for well in wells] == ["A1", "A2", "A3", "A4", "B1", "xyz"]
    assert (wells[4].quantity, wells[4].excluded, wells[4].found) == (1e-9, "spilled", False)


@pytest.mark.parametrize(
    ("text", "base"), [("1.95", 1.95), ("0.95", 1.95), ("95", 1.95), ("0", None), ("400", None), ("", None)]
)
def test_rdml_efficiencies_are_written_in_three_ways(text: str, base: float | None) -> None:
    content = made.run_of(made.react_of("1", f"<cq>20</cq><ampEff>{text}</ampEff>"))
    found = run(content, "p.rdml").wells[0].efficiency
    assert found == (pytest.approx(base) if base else None)


def test_curves_written_in_an_unusual_way_are_read_from_the_tree() -> None:
    odd = "<adp><fluor>1.5</fluor><cyc>1</cyc></adp>" + "<adp><cyc>2</cyc><fluor>2.5</fluor></adp>"
    well = run(made.run_of(made.react_of("1", odd)), "p.rdml").wells[0]
    assert (well.cycles.tolist(), well.fluorescence.tolist()) == ([1.0, 2.0], [1.5, 2.5])
    mixed = ADP.format(1, 1.0) + "<adp><cyc>2</cyc><fluor>2.5</fluor></adp>"
    assert run(made.run_of(made.react_of("1", mixed)), "p.rdml").wells[0].fluorescence.tolist() == [1.0, 2.5]
    sly = '<curve-taken-out kind="adp" nr="7"/>' + ADP.format(1, 2.0)
    assert run(made.run_of(made.react_of("1", sly)), "p.rdml").wells[0].fluorescence.tolist() == [2.0]
    commented = f"<!-- {ADP.format(1, 9.0)} -->" + ADP.format(1, 2.0)
    assert run(made.run_of(made.react_of("1", commented)), "p.rdml").wells[0].fluorescence.tolist() == [2.0]


def test_lines_keep_their_numbers_when_curves_are_taken_out() -> None:
    text = '<rdml version="1.2">\n<a>' + "\n".join(ADP.format(at, at) for at in range(1, 4)) + "\n</b></rdml>"
    assert refusal(made.zipped({"rdml_data.xml": text}), "p.rdml").place.line == 5


def test_shapes_that_no_plate_has_leave_numbers_as_they_are() -> None:
    rotor = made.run_of(made.react_of("5", "<cq>20</cq>")).replace(b"", b"")
    assert run(rotor, "p.rdml").wells[0].well == "A5"
    text = '<dye id="F"/><sample id="S1"/><target id="T"/><experiment id=""><run id="R"><pcrFormat><rows>1</rows><columns>36</columns></pcrFormat>'
    found = run(made.rdml_of(f"{text}{made.react_of('5', '<cq>20</cq>')}</run></experiment>"), "p.rdml")
    assert (found.wells[0].well, found.shape, found.run) == ("5", None, "R")
    assert np.isnan(run(made.run_of(made.react_of("99999", "<cq>NaN</cq>")), "p.rdml").wells[0].cq)


def test_readers_answer_for_what_they_would_not_have_recognised() -> None:
    shelf = load("readers.formats")
    assert shelf["qpcr_table"].read(Source("x", b"\n\n")).issues[0].code == "FD-L003"
    assert shelf["quantstudio"].read(Source("x", b"PK\x03\x04")).issues[0].code == "FD-L003"
    assert shelf["quantstudio"].read(Source("x", b"nothing")).issues[0].code == "FD-L004"


def test_a_section_without_rows_and_a_sheet_without_a_table_are_left_aside() -> None:
    assert (
        refusal(
            "* Block Type = x\n* Experiment Name = x\n* Instrument Type = y\n* Chemistry = z\n[Results]\n"
        ).code
        == "FD-L004"
    )
    head: list[list[object]] = [["Block Type", "96"], ["Experiment Name", "x"], ["Instrument Type", "y"]]
    only = made.workbook_of({"Results": head, "Sample Setup": head})
    assert refusal(only, "p.xlsx").code == "FD-L003"


def test_a_workbook_with_one_far_cell_is_not_unrolled() -> None:
    book = Workbook()
    book.worksheets[0].title = "Results"
    book.create_sheet("Sample Setup")
    for row in range(1, 60):
        book.worksheets[0].cell(row=row * 17000, column=16000, value="x")
    opened = io.BytesIO()
    book.save(opened)
    assert refusal(opened.getvalue(), "p.xlsx").code == "FD-L003"
