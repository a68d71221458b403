"""`firstdose assay`: what a file of an instrument is, what it yields and what becomes of a file that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.laboratory.reading import formats
from firstdose.rehearsal.instrument_files.counters import CountedLot, write_chamber_form, write_nucleoview
from firstdose.rehearsal.instrument_files.fcs import InventedTube, write_gates, write_tube
from firstdose.rehearsal.instrument_files.immunoassay_plates import (
    SERUM_CYTOKINES,
    InventedPlate,
    InventedSample,
)
from firstdose.rehearsal.instrument_files.outlines import invent_border, write_geojson, write_svg
from firstdose.rehearsal.instrument_files.qpcr import expression_plate, write_quantstudio
from firstdose.rehearsal.instrument_files.qupath import InventedSlide, write_annotations
from firstdose.rehearsal.instrument_files.xponent import write_xponent
from tests.functional.test_cli import run
from tests.shared import shared_data

DAY = datetime(2000, 1, 1, 12, tzinfo=UTC)
COUNTS = [("LOT-1", 180, 20, 4, 10), ("LOT-2", 90, 110, 4, 10)]
NO_SCALE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0 L1 0 L1 1 Z"/></svg>'


def plate() -> bytes:
    serum = InventedSample(name="P1 BL", concentrations=(20.0, 30.0, 40.0, 50.0))
    invented = InventedPlate(
        name="INVENTED", date="1/1/2000", analytes=tuple(SERUM_CYTOKINES), samples=(serum,)
    )
    return write_xponent(invented, np.random.default_rng(1))


def expression() -> bytes:
    wells = expression_plate({"P1 BL": {"IL17A": 2.0}}, reference="GAPDH", seed=1)
    return write_quantstudio(wells, name="INVENTED", ended="2000-01-01 12:00:00", seed=1)


FILES = {
    "form.csv": lambda: write_chamber_form(COUNTS, DAY),
    "nucleoview.csv": lambda: write_nucleoview(
        CountedLot(sample="LOT-1", viable=1e6, viability=95.0, time=DAY)
    ),
    "slides.tsv": lambda: write_annotations(
        [InventedSlide(image="S1.svs", area_mm2=4.0, densities={"CD3": 150.0})]
    ),
    "plate.csv": plate,
    "expression.txt": expression,
    "plaque.svg": lambda: write_svg(invent_border(2500.0), "L1", 0.1),
    "plaque.geojson": lambda: write_geojson(invent_border(2500.0), "L1"),
}


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("FIRSTDOSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def file(tmp_path):
    """Writes one of the invented files and answers its path."""

    def write(name: str):
        path = tmp_path / name
        path.write_bytes(FILES[name]())
        return path

    return write


def said(answer) -> str:
    """Everything that was told, without the frame and the line breaks of usage errors."""
    return " ".join(answer.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("name", "assay", "format_", "shown"),
    [
        ("form.csv", "cell_count", "haemocytometer 1", "4.5e+06"),
        ("nucleoview.csv", "cell_count", "nucleoview 1", "1e+06"),
        ("slides.tsv", "digital_pathology", "qupath_annotations 1", "150"),
        ("plate.csv", "multiplex", "xponent 1", "IL-17A"),
        ("expression.txt", "qpcr", "quantstudio 1", "GAPDH"),
        ("plaque.svg", "planimetry", "svg_outline 1", "25"),
        ("plaque.geojson", "planimetry", "geojson 1", "missing: no scale"),
    ],
)
def test_a_file_is_told_with_its_format_its_values_and_their_verdicts(file, name, assay, format_, shown):
    answer = run("assay", file(name), "--assay", assay)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[0] == f"Assay: {name}"
    assert f"({assay}, version {load('assays')[assay].version})" in said(answer)
    assert format_ in answer.output
    assert shown in answer.output
    assert "Verdict on the run" in answer.output
    assert "Table 2  Values" in answer.output


def test_a_chambers_form_gives_cells_by_the_volume_of_its_squares(file):
    """180 living cells in 4 squares of 0.1 uL, diluted 10 times: 180 / 4 x 10 x 10^4 = 4.5e6 cells/mL; 90 % live."""
    lines = run("assay", file("form.csv")).output.splitlines()
    first = [line.split() for line in lines if line.startswith("LOT-1")]
    assert [row[1:4] for row in first] == [
        ["viability", "90", "%"],
        ["viable", "concentration", "4.5e+06"],
        ["total", "concentration", "5e+06"],
    ]
    assert first[0][-1] == "good"


def test_tubes_and_gates_are_one_run_and_one_page(tmp_path):
    tube = InventedTube(sample="P1 BL", fractions={"B cells": 0.2, "CD4 T cells": 0.5}, lymphocytes=2000)
    (tmp_path / "P1.fcs").write_bytes(write_tube(tube, 1))
    (tmp_path / "gates.xml").write_bytes(write_gates())
    words = ("assay", tmp_path / "P1.fcs", tmp_path / "gates.xml", "--assay", "flow_cytometry")
    answer = run(*words)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[0] == "Assay: P1.fcs, gates.xml"
    assert "B cells" in answer.output


def test_the_page_holds_the_pictures_and_the_terminal_does_not(file, tmp_path):
    answer = run("assay", file("plate.csv"), "--assay", "multiplex", "--out", tmp_path / "out")
    assert answer.exit_code == 0
    assert answer.output.splitlines()[-1] == str(tmp_path / "out" / "assay.html")
    page = (tmp_path / "out" / "assay.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= len(SERUM_CYTOKINES)
    assert "Pictures" not in answer.output
    assert not (tmp_path / "out" / "assay.pdf").exists()


def test_the_page_is_set_as_pdf_where_it_is_asked_for(file, tmp_path):
    answer = run("assay", file("form.csv"), "--out", tmp_path, "--pdf")
    assert answer.exit_code == 0
    assert (tmp_path / "assay.pdf").read_bytes().startswith(b"%PDF")


def test_the_values_as_json_are_those_of_the_page_with_their_file(file, tmp_path):
    answer = run("assay", file("form.csv"), "--json", tmp_path / "made" / "run.json")
    assert answer.exit_code == 0, answer.output
    written = json.loads((tmp_path / "made" / "run.json").read_text(encoding="utf-8"))
    assert written["assay"]["name"] == "cell_count"
    assert set(written["files"]) == {"form.csv"}
    values = {(each["sample"], each["quantity"]): each["value"] for each in written["values"]}
    assert values["LOT-1", "viability"] == pytest.approx(90)
    assert values["LOT-2", "viability"] == pytest.approx(45)


def test_json_that_cannot_be_written_is_told(file, tmp_path):
    (tmp_path / "taken").mkdir()
    answer = run("assay", file("form.csv"), "--json", tmp_path / "taken")
    assert answer.exit_code == 13
    assert "FD-D002" in answer.output


@pytest.mark.parametrize("words", [("--formats",), ()])
def test_formats_and_assays_are_listed(words):
    answer = run("assay", *words)
    assert answer.exit_code == 0
    for name in sorted({**formats(), **load("assays")}):
        assert f"  {name} " in answer.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--assay", "cell_cuont"), "Did you mean 'cell_count'? The shelf has cell_count, digital_pathology"),
        (("--set", "mode=odd"), "cell_count has no word 'mode'. It knows none."),
        (("--assay", "planimetry", "--set", "cm=1"), "planimetry has no word 'cm'. It knows cm_per_px"),
        (("--assay", "planimetry", "--set", "cm_per_px=wide"), "cm_per_px takes a number, not 'wide'."),
        (("--assay", "planimetry", "--set", "cm_per_px"), "cm_per_px takes a number, not ''."),
        (("--assay", "planimetry", "--set", "form=round"), "form takes ellipse or rectangle, not 'round'."),
    ],
)
def test_what_is_typed_wrongly_ends_with_2_and_says_what_is_known(file, words, told):
    answer = run("assay", file("form.csv"), *words)
    assert answer.exit_code == 2
    assert told in said(answer)


def test_a_word_of_the_assay_is_heard(file):
    """2500 square pixels, a pixel 0.2 cm wide: 100 cm2."""
    words = ("--assay", "planimetry", "--set", "cm_per_px=0.2")
    answer = run("assay", file("plaque.geojson"), *words)
    assert answer.exit_code == 0
    assert "cm2" in answer.output
    assert "no scale" not in answer.output
    area = next(line for line in answer.output.splitlines() if "plaque area" in line)
    assert float(area.split()[3]) == pytest.approx(100, rel=1e-3)


def test_a_file_that_several_assays_can_measure_asks_for_the_one_that_is_meant(file):
    answer = run("assay", file("plaque.svg"))
    assert answer.exit_code == 2
    assert "(svg_outline 1) can be measured by: digital_pathology, planimetry." in said(answer)


def test_a_file_that_the_named_assay_cannot_measure_is_refused_with_what_it_takes(file):
    answer = run("assay", file("form.csv"), "--assay", "qpcr")
    assert answer.exit_code == 11
    assert answer.output.startswith("form.csv  FD-L1")
    assert "qpcr" in answer.output


def test_a_missing_file_and_a_folder_are_told_together(tmp_path):
    answer = run("assay", tmp_path / "nowhere.fcs", tmp_path)
    assert answer.exit_code == 11
    assert sorted(line.split("  ")[0] for line in answer.output.splitlines()) == sorted(
        [str(tmp_path), str(tmp_path / "nowhere.fcs")]
    )
    assert "no such file or directory" in answer.output
    assert "is a directory" in answer.output


@pytest.mark.parametrize("named", [(), ("--assay", "cell_count")])
@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "FD-L002"), (b"nothing that an instrument would write\n", "FD-L001"), (NO_SCALE, "FD-L009")],
)
def test_a_refused_file_ends_with_11_and_nothing_is_measured(tmp_path, content, code, named):
    (tmp_path / "x.svg").write_bytes(content)
    answer = run("assay", tmp_path / "x.svg", *named, "--out", tmp_path / "out")
    assert answer.exit_code == 11
    assert answer.output.startswith(f"x.svg  {code}  ")
    assert not (tmp_path / "out").exists()


def test_the_same_file_twice_is_no_second_reading(file):
    path = file("plaque.svg")
    answer = run("assay", path, path, "--assay", "planimetry")
    assert answer.exit_code == 11
    assert answer.output.count("FD-L013") == 1


def test_files_of_one_name_in_two_folders_keep_their_own_digests(file, tmp_path):
    path = file("plaque.svg")
    other = tmp_path / "second" / "plaque.svg"
    other.parent.mkdir()
    other.write_bytes(write_svg(invent_border(2600.0), "L1", 0.1))
    answer = run("assay", path, other, "--assay", "planimetry", "--json", tmp_path / "run.json")
    assert answer.exit_code == 0, answer.output
    files = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["files"]
    assert set(files) == {str(path), str(other)}
    assert len({each["sha256"] for each in files.values()}) == 2


# ------------------------------------------------------------------------------------------------- bad files of others

READ = {
    "ct_decimal_comma.csv",
    "ct_undetermined.csv",
    "open_ring.geojson",
    "qupath_no_pixel_size.tsv",
    "scale_cm.svg",
    "selfcrossing.geojson",
    "vicell_error.csv",
}
OF_TWO = {"open_ring.geojson", "scale_cm.svg", "selfcrossing.geojson"}
BAD = (
    "empty.fcs", "magic.fcs", "truncated.fcs", "ct_undetermined.csv", "ct_decimal_comma.csv",
    "quantstudio_no_header.csv", "luminex_truncated.csv", "selfcrossing.geojson", "open_ring.geojson",
    "truncated.roi", "scale_cm.svg", "no_scale.svg", "vicell_error.csv", "not_a_zip.rdml",
    "qupath_no_pixel_size.tsv",
)  # fmt: skip


def test_every_file_of_the_manifest_is_tried():
    manifest = json.loads(shared_data("assays", "bad_inputs", "manifest.json").read_text(encoding="utf-8"))
    assert sorted(each["file"] for each in manifest) == sorted(BAD)


def assayed(name: str):
    words = ("--assay", "planimetry") if name in OF_TWO else ()
    return run("assay", shared_data("assays", "bad_inputs", name), *words)


@pytest.mark.parametrize("name", [name for name in BAD if name not in READ])
def test_a_bad_file_is_refused_with_its_place(name):
    """assays/bad_inputs/manifest.json: those that it expects to be rejected."""
    answer = assayed(name)
    assert answer.exit_code == 11
    for line in answer.output.splitlines():
        assert line.startswith(name)
        assert "  FD-L0" in line


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ct_undetermined.csv", "missing: undetermined"),
        ("ct_undetermined.csv", "missing: empty"),
        ("ct_decimal_comma.csv", "30.72"),
        ("open_ring.geojson", "FD-L010"),
        ("open_ring.geojson", " 100 "),
        ("scale_cm.svg", " 64 "),
        ("selfcrossing.geojson", "missing: the outline crosses itself"),
        ("qupath_no_pixel_size.tsv", "missing: the image has no physical pixel size"),
        ("vicell_error.csv", "vicell_error.csv:8:1  FD-L007  'ERROR' is not the viable cells of CLB008"),
    ],
)
def test_a_file_with_a_gap_is_read_and_the_gap_is_told(name, told):
    """assays/bad_inputs/manifest.json: those that it expects to be read, a value rejected or missing with its reason."""
    answer = assayed(name)
    assert answer.exit_code == 0, answer.output
    assert told in answer.output
    assert "3072" not in answer.output
