"""Gen5, SoftMax, MSD, INTELLIFLEX, Bio-Plex and plain grids: what is read, and each refusal with its place."""

from __future__ import annotations

import math

import pytest

from firstdose.readers.reader import Source
from tests.unit.readers.making_plates import (
    BIOPLEX,
    GOOD,
    INTELLIFLEX,
    LAYOUT,
    MSD,
    SIGNALS,
    STANDARDS,
    entry,
    gen5_file,
    read,
    softmax_file,
    told,
)

X, G, S = GOOD["xponent"].decode(), GOOD["gen5"].decode(), softmax_file().decode("latin-1")


def only(reading):
    assert not reading.issues, told(reading)
    assert len(reading.contents) == 1
    return reading.contents[0]


def well(plate, name):
    return next(i for i, each in enumerate(plate.wells) if each.name == name)


# the other makes


def test_gen5_reads_layout_corrected_signals_own_curve_and_dilutions():
    plate = only(read("gen5", G))
    assert plate.wells[0].sample == "STD1"
    i = next(i for i, w in enumerate(plate.wells) if w.role == "sample")
    assert (plate.wells[i].sample, plate.wells[i].dilution) == ("S00-V1", 2.0)
    analyte = plate.analytes[0]
    assert analyte.nominal[0] == 5000
    assert analyte.curve.label == "Y = (A-D)/(1+(X/C)^B)+D"
    assert [label for label, _ in analyte.signals] == ["450"]


@pytest.mark.parametrize("cut, wanted", [("\nLayout\r\n", "'Layout'"), ("\nResults\r\n", "'Results'")])
def test_gen5_without_a_section_names_it(cut, wanted):
    assert wanted in told(read("gen5", G.replace(cut, "\nOther\r\n")))


def test_gen5_results_that_end_early_name_the_row():
    at = G.index("Results")
    short = G[: G.index("\r\nF\t", at)]
    assert "section 'Results' has no row 'F'" in told(read("gen5", short))


def test_gen5_a_layout_without_a_plate_is_damaged():
    assert "holds no plate" in told(read("gen5", G.replace("\t1\t2\t3\t4", "\tx\t2\t3\t4", 1)))


def test_gen5_layout_and_results_of_other_sizes_contradict_each_other():
    at = G.index("Results")
    smaller = "Results\n\t1\t2\nA\t1\t2\t450\n"
    assert "FD-L005" in told(read("gen5", G[:at] + smaller))


def test_gen5_strange_cells_are_missing_and_said_and_overflow_is_no_number():
    at = G.index("\nA\t", G.index("Results")) + 3
    first = G[:at] + "OVRFLW" + G[G.index("\t", at) :]
    reading = read("gen5", first.replace("\t5000.0\t", "\tmuch\t", 1))
    assert "'much' is not a concentration or dilution of A1" in told(reading)
    assert "OVRFLW" not in told(reading)
    at = G.index("Results")
    odd = G[:at] + G[at:].replace("\tBlank 450", "x\tBlank 450", 1)
    assert "is not a number of 'Blank 450'" in told(read("gen5", odd))


def test_gen5_two_plates_in_one_file_are_two_plates():
    assert [p.plate for p in read("gen5", G + G[G.index("Plate Number") :]).contents] == [
        "serum 1",
        "serum 1",
    ]


def test_gen5_without_a_raw_signal_is_refused():
    at = G.index("Results")
    assert "row of signals" in told(read("gen5", G[:at] + G[at:].replace("\t450\r", "\t[450]\r")))


def test_a_whole_number_above_one_is_gen5s_dilution_factor():
    plate = only(read("gen5", gen5_file().decode().replace("\t0.5\t", "\t10\t").encode()))
    assert 10.0 in [w.dilution for w in plate.wells if w.role == "sample"]


def test_softmax_reads_wavelengths_groups_masks_and_dilutions():
    plate = only(read("softmax", softmax_file()))
    analyte = plate.analytes[0]
    assert [label for label, _ in analyte.signals] == ["450", "620"]
    assert analyte.unit == "pg/mL"
    assert plate.wells[well(plate, "A2")].masked
    assert plate.wells[well(plate, "A1")].sample == "Standards 1"
    assert analyte.nominal[well(plate, "A2")] == 400
    b2 = well(plate, "B2")
    assert (plate.wells[b2].sample, plate.wells[b2].dilution, analyte.comparators[b2]) == ("P1", 10.0, "")
    assert plate.wells[well(plate, "B3")].role == "unknown"


@pytest.mark.parametrize(
    "old, new, wanted",
    [
        ("##BLOCKS= 3", "##BLOCKS= 4", "announces 4 blocks, the file holds 3"),
        ("##BLOCKS= 3", "##BLOCKS= ", "announces no number of"),
        ("~End\r\nGroup: Standards", "Group: Standards", "has no '~End'"),
        ("\tA1\t2.000", "\tA1\t2.100", "group and plate disagree on A1: 2.1, but 2.04 less 0.04"),
        ("\tA3\t0.500", "\tZ3\t0.500", "'Z3' is no well"),
        ("\tB2\t0.125", "\tB1\t0.125", "'B1' occurs more than once"),
        ("\tB2\t0.125", "\tB9\t0.125", "has a well B9, the plate has none"),
        ("\t24.6\t0.040\t0.040", "\t\t", "1 rows of signals for 2 wavelengths"),
        ("\t2.040\t", "\tOVER\t", "'OVER' is not an optical density at 450 nm in A1"),
    ],
)  # fmt: skip
def test_softmax_says_what_is_wrong(old, new, wanted):
    source = S.replace(old, new)
    if "rows of signals" in wanted:
        source = S.replace("\t24.6\t" + "\t".join(["0.040"] * 6), "")
    if "disagree" in wanted:  # where most wells agree, one that does not is a slip
        source = _many_wells().replace("\tA1\t2.000", "\tA1\t2.100")
    assert wanted in told(read("softmax", source.encode("latin-1")))


def _many_wells():
    lines = S.split("\r\n")
    wells = [f"A{k}" for k in range(1, 13)]
    lines[2] = "\tTemperature\t" + "\t".join(wells)
    lines[3], lines[5] = "\t24.6" + "\t2.040" * 12, "\t24.6" + "\t0.040" * 12
    lines[10:13] = [f"1\t400\t401.5\t{name}\t2.000" for name in wells]
    at = next(i for i, line in enumerate(lines) if line.startswith("P1"))
    lines[at : at + 2] = []
    return "\r\n".join(lines)


def test_softmax_plates_written_as_grids_are_read_too():
    row = "\t".join(f"0.{k}" for k in range(1, 4))
    text = "\n".join(
        ["##BLOCKS= 1", "Plate:\tP\t1.3\tPlateFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t2\t450 620 \t1\t3\t12\t1\t2",
         "\tTemperature\t1\t2\t3\t\t1\t2\t3", f"\t24.6\t{row}\t\t{row}", f"\t\t{row}\t\t{row}", "~End"]
    )  # fmt: skip
    plate = only(read("softmax", text))
    assert [w.name for w in plate.wells] == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert plate.analytes[0].signals[1][1].tolist() == [0.1, 0.2, 0.3] * 2
    assert "names 6 columns for 4 wavelengths" in told(
        read("softmax", text.replace("450 620", "450 620 570 600"))
    )
    wide = text.replace("\t1\t2\t3\t\t1\t2\t3", "\t" + "\t".join(map(str, range(1, 13)))).replace(
        "450 620", "450"
    )
    assert "has 2 rows of wells" in told(read("softmax", wide))


def test_softmax_without_a_plate_is_refused():
    assert "'Plate:'" in told(read("softmax", "##BLOCKS= 1\nNote:\nx\n~End"))


def test_msd_reads_roles_dilutions_limits_and_nan():
    plate = only(read("msd_workbench", MSD))
    il6, tnf = plate.analytes
    assert [w.role for w in plate.wells] == ["standard", "standard", "standard", "sample", "control"]
    assert (il6.nominal[0], il6.comparators[2], tnf.comparators[3], tnf.printed[3]) == (100, "", "<", 1.5)
    assert plate.wells[3].dilution == 2


@pytest.mark.parametrize(
    "old, new, line, wanted",
    [
        (",Signal,", ",Light,", 2, "'Signal'"),
        (",A02,", ",Z99,", 4, "'Z99' is no well"),
        (",110.0,110.0", ",110.0", 4, "9 of 10 cells"),
        (",A02,", ",A01,", 4, "holds 'S001' in line 3 and 'S002' here"),
        ("U001,TNF,", "U001,IL-6,", 7, "'A4' occurs more than once"),
        (",1000.0,1000.0", ",bright,1000.0", 3, "'bright' is not a number of column 'Signal'"),
        ("S001,IL-6,", "S001," + "x" * 140_000, 0, "a cell is longer"),
    ],
)
def test_msd_says_what_is_wrong_and_where(old, new, line, wanted):
    reading = read("msd_workbench", MSD.replace(old, new, 1))
    assert wanted in told(reading)
    assert reading.issues[0].place.line == line


def test_msd_without_rows_is_refused():
    assert "FD-L004" in told(read("msd_workbench", "\n".join(MSD.split("\n")[:2])))


def test_intelliflex_reads_names_types_and_both_reporters():
    reading = read("intelliflex", INTELLIFLEX)
    plate = only(reading)
    assert [a.analyte for a in plate.analytes] == ["IL-17A", "R25 (RP2)"]
    assert [w.role for w in plate.wells] == ["sample", "standard", "control"]
    assert (plate.wells[0].dilution, plate.wells[1].dilution) == (50, 1)
    assert (reading.instrument, reading.software, reading.operator) == (
        "INTELLIFLEX IF1",
        "Bundle - 2.1",
        "anna",
    )


@pytest.mark.parametrize(
    "old, new, wanted",
    [
        ("SAMPLE ID", "SAMPLE", "'SAMPLE ID'"),
        ("R25: RP1 NET MEDIAN", "R25: RP1 MEDIAN", "'R25: RP1 MEDIAN' occurs more than once"),
        (",6.5,69\n", "\n", "the row has 15 of 17 cells"),
        (",A1,", ",Z1,", "'Z1' is not a well of a plate"),
        (",14.9,", ",dim,", "'dim' is not a number of column 'R25: RP1 MEDIAN'"),
        (",B1,", ",A1,", "well A1 holds 'P1-V2'"),
    ],
)
def test_intelliflex_says_what_is_wrong(old, new, wanted):
    assert wanted in told(read("intelliflex", INTELLIFLEX.replace(old, new, 1)))


def test_intelliflex_without_wells_or_with_endless_cells_is_refused():
    assert not read("intelliflex", INTELLIFLEX.split("\n")[0]).contents
    assert "longer" in told(read("intelliflex", INTELLIFLEX + "x" * 140_000))


def test_bioplex_reads_roles_outliers_and_never_takes_an_unset_zero_for_a_concentration():
    reading = read("bioplex", BIOPLEX)
    plate = only(reading)
    analyte = plate.analytes[0]
    assert [w.role for w in plate.wells] == ["blank", "standard", "sample", "sample"]
    assert (analyte.unit, analyte.nominal[1], analyte.printed[2], analyte.beads[0]) == (
        "pg/mL",
        1000,
        22.5,
        61,
    )
    assert math.isnan(analyte.signals[0][1][3])
    assert analyte.comparators == ("", "", "=", "")
    assert (reading.software, reading.instrument) == ("Bio-Plex Manager 6.2.0.175", "Bio-Plex LX1")


@pytest.mark.parametrize(
    "old, new, wanted",
    [
        ("</Samples>", "", "the XML ends or breaks"),
        ("Samples>", "Sera>", "'Samples'"),
        ('RowNo="3"', 'RowNo="33"', "'33, 1' is not row and column of a well"),
        (">500<", ">five hundred<", "is not a number of <Reading>"),
        ("MemberWell ", "Other ", "XML ends or breaks"),
        ("MWAnalytes>", "Others>", "'MemberWell'"),
        ("<?xml version", "<!DOCTYPE x><?xml version", "declares a document type"),
    ],
)
def test_bioplex_says_what_is_wrong(old, new, wanted):
    assert wanted in told(read("bioplex", BIOPLEX.replace(old, new)))


def test_layouts_standards_and_signals_are_read_from_grids():
    layout, standards = read("plate_layout", LAYOUT + STANDARDS).contents
    assert layout.wells[:3] == (("A1", "s1", "sample"), ("A2", "s1", "sample"), ("A3", "P1", "sample"))
    assert standards.concentrations[-1] == ("s8", 0.0)
    plate = only(read("plate_layout", SIGNALS))
    assert plate.analytes[0].signals[0][1][12] == pytest.approx(0.2)
    assert plate.plate == "OD 450"


@pytest.mark.parametrize(
    "text, wanted",
    [
        (LAYOUT.replace("\nD\t", "\nX\t"), "the plate has no row 'D'"),
        (LAYOUT + LAYOUT, "'plate 1' occurs more than once"),
        (STANDARDS.replace("s2\t400", "s2\tmuch"), "'much' is not the concentration of s2"),
        (STANDARDS.replace("s2\t", "s1\t"), "'s1' occurs more than once"),
        (SIGNALS.replace("0,2", "over", 1), "'over' is not the signal of B1"),
        (LAYOUT + "what is this\tand this\tand that\n", "is neither a title nor part of a plate"),
        ("Plate:\tplate 1\n", "'plate'"),
        ("ExpID\tFileName\nE1\t\n", "'FileName'"),
        ("plate\n" + "x" * 140_000, "longer"),
    ],
)  # fmt: skip
def test_grids_say_what_is_wrong(text, wanted):
    assert wanted in told(read("plate_layout", text))


def test_a_design_keeps_its_rows():
    design = only(read("plate_layout", "ExpID\tFileName\tBatch\t\nE1\ta.txt\tB1\t\n"))
    assert design.rows == ((("ExpID", "E1"), ("FileName", "a.txt"), ("Batch", "B1")),)


@pytest.mark.parametrize("name", ["gen5", "softmax"])
def test_a_cell_beyond_all_bounds_is_refused(name):
    assert "longer than" in told(read(name, GOOD[name] + b"\n" + b"x" * 140_000))


def test_softmax_with_one_wavelength_has_nothing_to_hold_against_its_values():
    one = S.replace("450 620 ", "450").replace("\t24.6\t" + "\t".join(["0.040"] * 6), "")
    assert not read("softmax", one).issues


def test_gen5_curve_letters_without_a_number_are_left_out():
    reading = read("gen5", G.replace("\t0\t1.1\t", "\t?\t1.1\t"))
    assert "A" not in dict(reading.contents[0].analytes[0].curve.coefficients)


def test_bioplex_regions_without_a_count_have_no_beads():
    plate = only(read("bioplex", BIOPLEX.replace(">61<", "><")))
    assert plate.analytes[0].beads is None


def test_a_title_and_nothing_else_is_no_plate():
    assert not entry("plate_layout").recognises(Source("x", b"ID\tStd\n"))
    assert entry("plate_layout").recognises(Source("x", b"ExpID\tFileName\n"))


def test_a_softmax_group_without_wells_names_none():
    assert not read("softmax", S.replace("Sample\tWells", "Sample\tPlaces")).issues
