"""What the readers of plates read, and how each refuses what it cannot read, with the place."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firstdose.readers.plates import limit_of, results_of, role_of, well_name
from firstdose.readers.reader import Source
from tests.unit.readers.making_plates import (
    GOOD,
    entry,
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


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_good_file_is_recognised_by_its_own_reader_alone(name):
    assert [other for other in sorted(GOOD) if entry(other).recognises(Source("x", GOOD[name]))] == [name]
    assert read(name, GOOD[name]).contents


def test_an_empty_file_and_foreign_text_are_nobodys():
    for content in (b"", b"hello\nworld", b"a,b\n1,2\n", b"\x00" * 40):
        assert not [name for name in sorted(GOOD) if entry(name).recognises(Source("x", content))]


@pytest.mark.parametrize("text, name", [("A1", "A1"), ("a01", "A1"), ("H12", "H12"), ("P24", "P24")])
def test_a_well_has_one_name(text, name):
    assert well_name(text) == name


@pytest.mark.parametrize("text", ["A0", "A25", "Q1", "", "A1B"])
def test_what_names_no_well_is_none(text):
    assert well_name(text) is None


def test_roles_are_seen_from_names_and_participants_are_not_taken_for_blanks():
    told_roles = [
        role_of(name) for name in ("Standard1", "STD2", "Background0", "BLK", "QC1", "B-01", "C. Doe")
    ]
    assert told_roles == ["standard", "standard", "blank", "blank", "control", "sample", "sample"]


def test_limits_keep_their_sign_and_nothing_becomes_a_silent_number():
    values, signs, strange = results_of(["1.5", "< 0.105", ">9", "NaN", "oops", ""])
    assert signs == ("=", "<", ">", "", "", "")
    assert values[:3].tolist() == [1.5, 0.105, 9.0]
    assert np.isnan(values[3:]).all()
    assert strange == [4]
    assert limit_of("< x") is None


# xPONENT


def test_xponent_reads_wells_analytes_units_beads_and_the_instruments_own_curve():
    reading = read("xponent", X)
    plate = only(reading)
    assert (reading.software, reading.operator, plate.signal) == ("xPONENT 4.3.229.0", "rehearsal", "MFI")
    first = plate.analytes[0]
    assert (first.analyte, first.unit, first.beads_wanted) == ("IL-17A", "pg/mL", 50)
    assert (first.curve.label, first.curve.coefficient("C")) == ("Logistic 5P", 1200.0)
    assert [*[w.role for w in plate.wells][:3], plate.wells[-1].role] == ["standard"] * 3 + ["sample"]
    assert plate.wells[-1].dilution == 2
    assert first.nominal[0] == 5000


@pytest.mark.parametrize(
    "section, line_has",
    [("Count", "Count"), ("Result", "Result"), ("Units", "Units"), ("Dilution Factor", "Dilution Factor")],
)
def test_xponent_without_a_section_is_refused_and_the_section_is_named(section, line_has):
    reading = read("xponent", X.replace(f"DataType:,{section}\r\n", f"DataType:,Other {section}\r\n"))
    assert not reading.contents
    assert "FD-L004" in told(reading)
    assert repr(line_has) in told(reading)


def test_xponent_cut_inside_a_section_names_it_with_the_missing_ones():
    at = X.index("DataType:,Result")
    reading = read("xponent", X[: at + 400])
    assert not reading.contents
    assert "holds" in told(reading)
    assert "'Result', 'Units', 'Dilution Factor' are missing" in told(reading)


def test_xponent_without_its_last_line_is_damaged():
    assert "'-- CRC --'" in told(read("xponent", X[: X.index("-- CRC")]))


def test_xponent_sections_that_name_other_samples_are_refused_with_the_line():
    at = X.index("DataType:,Count")
    changed = X[:at] + X[at:].replace("S01-V1", "S99-V1", 1)
    reading = read("xponent", changed)
    assert "FD-L005" in told(reading)
    assert "S99-V1" in told(reading)
    assert reading.issues[0].place.line == changed[: changed.index("S99-V1")].count("\n") + 1


def test_xponent_sections_with_other_analytes_are_refused():
    at = X.index("DataType:,Count")
    assert "'TNFx'" in told(read("xponent", X[:at] + X[at:].replace("TNF", "TNFx", 1)))


def test_xponent_an_edited_net_signal_is_a_contradiction_with_both_numbers():
    rows = X.split("\r\n")
    start = rows.index("DataType:,Net MFI")
    cells = rows[start + 30].split(",")
    cells[3] = "99999"
    rows[start + 30] = ",".join(cells)
    reading = read("xponent", "\r\n".join(rows))
    assert "is 99999, but Median" in told(reading)
    assert reading.issues[0].place.line == start + 31


def test_xponent_a_section_or_a_well_twice_is_refused():
    assert "FD-L013" in told(read("xponent", X.replace("DataType:,Audit Logs", "DataType:,Units")))
    assert "'A1'" in told(read("xponent", X.replace('(1,B1)"', '(1,A1)"')))


def test_xponent_a_strange_cell_is_missing_and_said():
    rows = X.split("\r\n")
    start = rows.index("DataType:,Count")
    rows[start + 2] = (
        rows[start + 2].rpartition(",")[0].rpartition(",")[0] + ",many," + rows[start + 2].rpartition(",")[2]
    )
    reading = read("xponent", "\r\n".join(rows))
    assert "'many' is not a number of section 'Count' for IL-10" in told(reading)
    assert math.isnan(reading.contents[0].analytes[3].beads[0])


def test_xponent_a_strange_result_is_missing_and_said():
    at = X.index("DataType:,Result")
    reading = read("xponent", X[:at] + X[at:].replace("NaN", "soon", 1))
    assert "'soon' is not a result for IL-17A" in told(reading)


def test_xponent_with_an_expected_concentration_that_lost_its_decimal_point_loses_that_standard():
    """xPONENT under a decimal comma writes 215,625 as 215625 (drLumi's plate): recovery and result give it away."""
    rows = X.split("\r\n")
    end = rows.index("DataType:,Units")
    result = rows[rows.index("DataType:,Result") + 2]
    place, number = result.rpartition('",')[0] + '"', float(result.rpartition('",')[2].split(",")[1])
    recovery = [
        "DataType:,% Recovery",
        "Location,Sample,IL-17A,IL-23,TNF,IL-10,Total Events",
        f"{place},Standard1,{100 * number / 5000:.2f},N/A,N/A,N/A,1",
    ]
    good = "\r\n".join([*rows[:end], *recovery, *rows[end:]])
    assert not read("xponent", good).issues
    reading = read("xponent", good.replace("Standard1,5000.0", "Standard1,5000000.0"))
    assert "'5000000.0' is not the expected concentration of Standard1 for IL-17A" in told(reading)
    assert np.isnan(reading.contents[0].analytes[0].nominal[:2]).all()


def test_xponent_two_plates_in_one_file_stay_two():
    rows = [row.replace("(1,", "(2,") if row.startswith('"3') else row for row in X.split("\r\n")]
    reading = read("xponent", "\r\n".join(rows))
    assert [plate.plate for plate in reading.contents] == ["serum 1", "serum 1 plate 2"]
    assert sum(len(plate.wells) for plate in reading.contents) == len(only(read("xponent", X)).wells)
    assert all(len(p.analytes[0].printed) == len(p.wells) for p in reading.contents)


def test_xponent_with_other_separators_or_without_wells_is_refused():
    assert "FD-L006" in told(read("xponent", X.replace(",", ";")))
    assert "FD-L003" in told(read("xponent", X.replace('"1(1,A1)"', '"here"')))
    head = (
        X[: X.index('"1(1,A1)"')]
        + "DataType:,Count\r\nLocation,Sample,TNF\r\nDataType:,Result\r\nDataType:,Units\r\nDataType:,Dilution Factor\r\n-- CRC --"
    )
    assert not read("xponent", head).contents


def test_xponent_a_cell_beyond_all_bounds_is_refused():
    assert not read("xponent", "Program,xPONENT\n" + "x" * 200_000).contents


def test_xponent_a_median_that_is_nan_is_missing_without_a_word():
    place = X.index('"20(1')
    end = X.index("\r\n", place)
    cells = X[place:end].split(",")
    changed = X[:place] + ",".join([*cells[:3], "NaN", *cells[4:]]) + X[end:]
    reading = read("xponent", changed)
    assert not reading.issues
    assert np.isnan(reading.contents[0].analytes[0].signals[0][1][19])


def test_xponent_sections_without_a_single_well_are_refused():
    rows = [row for row in X.split("\r\n") if "(1," not in row]
    assert "section with wells" in told(read("xponent", "\r\n".join(rows)))
