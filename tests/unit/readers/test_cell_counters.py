"""Readers of cell counters: what they read, and every refusal with its place."""

from __future__ import annotations

import pytest

from firstdose.catalogue import load
from firstdose.readers.reader import Source
from tests.unit.readers import counter_files as files

FORMATS = sorted(files.good())


def read(name, content, file="counts.csv"):
    content = content.encode() if isinstance(content, str) else content
    return load("readers.formats")[name].read(Source(file, content))


def told(reading):
    return [(issue.code, str(issue.place)) for issue in reading.issues]


@pytest.mark.parametrize("name", FORMATS)
def test_a_good_file_is_recognised_by_one_reader_alone_whatever_its_name(name):
    source = Source("anything.bin", files.good()[name])
    assert [key for key, reader in load("readers.formats").items() if reader.recognises(source)] == [name]


@pytest.mark.parametrize("name", FORMATS)
def test_a_good_file_gives_its_first_sample_without_an_issue(name):
    reading = read(name, files.good()[name])
    count = reading.contents[0].counts[0]
    assert reading.issues == ()
    assert count.sample == ("A1" if name == "cellaca" else "LOT-1")
    if name != "haemocytometer":
        assert count.viability.value == 95.0
        per_ml = count.viable_concentration
        assert per_ml.value == (1.9 if per_ml.unit == "10^6 cells/mL" else 1.9e6)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_file_is_refused_and_recognised_by_nobody(name):
    reading = read(name, b"")
    assert reading.contents == ()
    assert {code for code, _ in told(reading)} <= {"FD-L002", "FD-L003", "FD-L004"}
    assert not load("readers.formats")[name].recognises(Source("x", b""))


def test_utf_16_and_either_micro_sign_read_alike():
    plain = read("vicell_blu", files.BLU)
    for other in (files.BLU.encode("utf-16"), files.BLU.replace("\u03bc", "\u00b5").encode()):
        assert read("vicell_blu", other).contents == plain.contents
        assert load("readers.formats")["vicell_blu"].recognises(Source("x", other))


def test_a_concentration_in_plain_cells_per_ml_is_read_from_its_heading():
    reading = read("vicell_blu", files.BLU.replace("(x10^6) ", ""))
    assert reading.contents[0].counts[0].viable_concentration.unit == "cells/mL"


def test_error_in_a_count_is_missing_with_its_words_and_line():
    reading = read("vicell_blu", files.BLU.replace("1000,800", "ERROR,ERROR"))
    assert reading.contents[0].counts[1].total_cells.reason == "ERROR"
    assert told(reading) == [("FD-L007", "counts.csv:3:1")] * 2


def test_a_viability_above_a_hundred_percent_is_missing():
    count = read("vicell_blu", files.BLU.replace(",95.0,", ",195.0,")).contents[0].counts[0]
    assert (count.viability.value, count.viability.reason) == (None, "195.0 cannot be")


@pytest.mark.parametrize(
    ("name", "text", "code", "place"),
    [
        ("vicell_blu", files.BLU.replace("Viability (%)", "Vitality"), "FD-L004", "counts.csv:1:1"),
        ("vicell_blu", files.BLU.replace("Viable (x10^6) cells/mL", "Viable"), "FD-L004", "counts.csv:1:1"),
        ("vicell_blu", files.BLU.replace("Cluster count", "Cell count"), "FD-L013", "counts.csv:1:1"),
        ("vicell_blu", files.BLU[:-40], "FD-L003", "counts.csv:3:1"),
        ("vicell_blu", files.BLU.split("LOT-1")[0], "FD-L004", "counts.csv:1:1"),
        ("vicell_blu", files.BLU + '"' + "x" * 200_000, "FD-L003", "counts.csv"),
        ("cedex_hires", files.CEDEX.replace("Viable Cell Conc.", "Conc."), "FD-L004", "counts.csv:1:1"),
        ("cedex_hires", files.CEDEX.replace("1,LOT-1", "1,LOT-1,2"), "FD-L003", "counts.csv:2:1"),
        ("cellaca", files.CELLACA.replace("Live Concentration (E6)", "Live"), "FD-L004", "counts.csv"),
        ("cellaca", files.CELLACA.replace("Total Concentration (E6)", "Total"), "FD-L004", "counts.csv:6:1"),
        ("nucleoview", files.NUCLEO.replace("Total (cells/ml)", "Total"), "FD-L004", "counts.csv"),
        ("nucleoview", files.NUCLEO + "Live (cells/ml);1.0E6;\r\n", "FD-L013", "counts.csv:12:1"),
        ("haemocytometer", files.CHAMBER.replace("squares", "fields"), "FD-L003", "counts.csv:1:1"),
        ("haemocytometer", files.CHAMBER.replace(",squares", ""), "FD-L004", "counts.csv:1:1"),
        ("haemocytometer", files.CHAMBER.replace("dead", "live"), "FD-L013", "counts.csv:1:1"),
        ("haemocytometer", files.CHAMBER.replace("LOT-1,190", "190"), "FD-L003", "counts.csv:2:1"),
        ("haemocytometer", files.CHAMBER.split("LOT-1")[0], "FD-L004", "counts.csv:1:1"),
        ("haemocytometer", 'sample,live,dead,squares,dilution\n"' + "x" * 200_000, "FD-L003", "counts.csv"),
        ("cedex_hires", 'Cedex ID,Viable Cell Conc.\n"' + "x" * 200_000, "FD-L003", "counts.csv"),
        ("cellaca", 'Plate Name,Live Concentration (E6)\n"' + "x" * 200_000, "FD-L003", "counts.csv"),
    ],
)
def test_a_damaged_text_is_refused_and_the_place_is_named(name, text, code, place):
    reading = read(name, text)
    assert reading.contents == ()
    assert told(reading) == [(code, place)]


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (files.asm()[:-9], "FD-L003", "counts.csv:42:5"),
        (files.asm(viability=None), "FD-L004", "counts.csv"),
        (files.asm(viability={"value": 0.95, "unit": "fraction"}), "FD-L006", "counts.csv:16:1"),
        (files.asm(viable_cell_density={"value": 1.9, "unit": "%"}), "FD-L006", "counts.csv:16:1"),
        (files.asm().replace(b"95.0", b"NaN"), "FD-L003", "counts.csv"),
        (b"[" * 100_000, "FD-L003", "counts.csv"),
    ],
)
def test_a_damaged_allotrope_document_is_refused(content, code, place):
    reading = read("allotrope_counts", content)
    assert reading.contents == ()
    assert told(reading) == [(code, place)]


def test_an_allotrope_value_that_is_no_number_is_missing():
    reading = read(
        "allotrope_counts",
        files.asm(total_cell_count={"value": [1], "unit": "cell"}, viable_cell_count="N/A"),
    )
    count = reading.contents[0].counts[0]
    assert (count.total_cells.reason, count.viable_cells.reason) == ("list", "N/A")
    assert [code for code, _ in told(reading)] == ["FD-L007", "FD-L007"]


def test_an_allotrope_document_may_lack_what_it_does_not_count():
    count = read("allotrope_counts", files.asm(total_cell_count=None)).contents[0].counts[0]
    assert not count.total_cells.is_printed


def test_both_dialects_of_nucleoview_say_the_same():
    one, other = (read("nucleoview", text).contents[0].counts[0] for text in (files.NUCLEO, files.NUCLEO_202))
    for name in ("viability", "viable_concentration", "dead_concentration", "total_concentration"):
        assert one.printed(name).value == other.printed(name).value


def test_a_remark_that_goes_on_in_the_next_line_stays_beside_its_number():
    diameter = read("nucleoview", files.NUCLEO).contents[0].counts[0].diameter
    assert (diameter.value, diameter.remark) == (13.2, "Uncertain determination")


def test_a_status_other_than_ok_is_kept():
    count = read("nucleoview", files.NUCLEO_202.replace("OK", "Too few cells")).contents[0].counts[0]
    assert count.complaint == "Too few cells"


def test_a_chamber_form_takes_semicolons_and_decimal_commas():
    text = "sample;live;dead;squares;dilution\nLOT-1;190;10;4;1,5\nLOT-2;190;10;4;2\n"
    counts = read("haemocytometer", text).contents[0].counts
    assert [count.dilution.value for count in counts] == [1.5, 2.0]


def test_a_sample_without_a_name_is_named_after_its_line():
    assert read("vicell_blu", files.BLU.replace("LOT-2", "")).contents[0].counts[1].sample == "line 3"
    assert read("haemocytometer", files.CHAMBER.replace("LOT-1", "")).contents[0].counts[0].sample == "line 2"


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([["Another counter"], *files.XR_ROWS[1:]], "Vi-CELL XR"),
        ([*files.XR_ROWS[:4]], "Sample ID"),
        (
            [
                *files.XR_ROWS[:4],
                [cell if cell != "Total cells" else "Cells" for cell in files.XR_ROWS[4]],
                *files.XR_ROWS[5:],
            ],
            "Total cells /ml",
        ),
        ([*files.XR_ROWS[:6]], "samples"),
    ],
)
def test_a_workbook_without_its_parts_is_refused(rows, parts):
    reading = read("vicell_xr", files.xr(rows))
    assert [issue.code for issue in reading.issues] == ["FD-L004"]
    assert parts in reading.issues[0].message


def test_a_cut_workbook_is_refused():
    content = files.xr()
    assert [code for code, _ in told(read("vicell_xr", content[: len(content) // 2]))] == ["FD-L003"]
    assert not load("readers.formats")["vicell_xr"].recognises(Source("x", content[:200]))


def test_a_workbook_with_entities_or_a_broken_sheet_is_refused():
    import io
    import zipfile

    def changed(change):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(files.xr())) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, change(name, old.read(name)))
        return out.getvalue()

    entity = changed(lambda name, text: b"<!DOCTYPE x []>" + text if "sheet1" in name else text)
    assert [code for code, _ in told(read("vicell_xr", entity))] == ["FD-L011"]
    broken = changed(lambda name, text: text[: len(text) // 2] if "sheet1" in name else text)
    assert [code for code, _ in told(read("vicell_xr", broken))] == ["FD-L003"]
    wide = changed(lambda name, text: text.replace(b'r="7"', b'r="1048576"') if "sheet1" in name else text)
    assert read("vicell_xr", wide).contents == ()


def test_a_date_in_a_workbook_becomes_text():
    from datetime import datetime

    rows = [*files.XR_ROWS[:6], ["LOT-1", 3, datetime(2024, 3, 4, 8), 1000, 950, 95.0, 2.0, 1.9, 50]]  # noqa: DTZ001
    assert read("vicell_xr", files.xr(rows)).run_date == "2024-03-04 08:00:00"
