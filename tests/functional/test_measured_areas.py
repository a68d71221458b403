"""From traced outlines to the dose sheet: the area, and the uncertainty of its scale."""

from __future__ import annotations

from decimal import Decimal

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.derived.dose import derive_doses
from firstdose.derived.dose_slips import check_doses
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.rehearsal.instrument_files.outlines import invent_border, write_svg
from firstdose.report.dose_sheet import build_dose_sheets
from firstdose.report.text import render_text
from tests.shared import ROOT

CM_PER_PX = 0.02
# Outline > its area in cm2; the first plaque was traced twice.
OUTLINES = {"P1_L1_first.svg": 30.0, "P1_L1_second.svg": 31.0, "P1_L2.svg": 20.0, "P2_L1.svg": 40.0}
SAMPLES = """\
file,run,sample_role,participant,lesion,date,site,laterality,long_diameter,short_diameter,dose_level,role
P1_L1_first.svg,P1 L1,sample,P1,L1,2024-01-02,knee,left,7.9,4.9,DL1,treated
P1_L1_second.svg,P1 L1,reading,P1,L1,,,,,,,
P1_L2.svg,P1 L2,,P1,L2,2024-01-02,elbow,left,6.4,4.0,DL1,control
P2_L1.svg,P2 L1,,P2,L1,2024-01-02,back,midline,9.0,5.6,DL1,treated
"""
LABORATORY = """
laboratory:
  lesion_map:
    assay: planimetry
    scale_error: 2
    quantities: |
      item        quantity
      area_given  plaque_area
      area_error  area_error
"""


def write_study(folder, laboratory=LABORATORY):
    """A study whose lesion map is a folder of traced outlines; everything in it is invented."""
    records = folder / "records"
    raw = records / "lesion_map"
    raw.mkdir(parents=True)
    base = (ROOT / "docs" / "issues" / "base" / "protocol.yaml").read_text("utf-8")
    (folder / "protocol.yaml").write_text(base.rstrip() + "\n" + laboratory, encoding="utf-8")
    for seed, (name, area) in enumerate(OUTLINES.items(), start=1):
        border = invent_border(area / CM_PER_PX**2, seed=seed)
        (raw / name).write_bytes(write_svg(border, name.removesuffix(".svg"), CM_PER_PX))
    (raw / "samples.csv").write_text(SAMPLES, encoding="utf-8")
    (records / "participants.csv").write_text("participant\nP1\nP2\n", encoding="utf-8")
    (records / "visits.csv").write_text("participant,visit,date,status\n", encoding="utf-8")
    release = """\
participant,visit,viable_concentration,viability,lot,donor,passage,sterility,expiry
P1,D0,1.8e7,90,A1,N1,4,passed,2024-06-01
P2,D0,1.8e7,90,A1,N1,4,passed,2024-06-01
"""
    (records / "cell_product.csv").write_text(release, encoding="utf-8")
    return folder


def read(folder):
    outcome = read_protocol(folder / "protocol.yaml")
    protocol = outcome.protocol
    assert protocol is not None
    assert not check_protocol(protocol, outcome.places)
    reading = read_study(folder, protocol)
    assert reading.issues == ()
    return protocol, reading


def sheet(folder):
    protocol, reading = read(folder)
    return render_text(build_dose_sheets(protocol, reading.snapshot))


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("FIRSTDOSE_CACHE", str(tmp_path / "cache"))


def test_the_error_of_the_scale_becomes_the_uncertainty_of_the_dose(tmp_path):
    """The scale is known to 2 %, so one tracing of 40 cm2 to 4 %: sqrt(4^2 + 7.5^2 + 3^2) = 9.0 % of the density."""
    protocol, reading = read(write_study(tmp_path / "study"))
    doses = {(dose.participant, dose.lesion): dose for dose in derive_doses(protocol, reading.snapshot)}
    assert sorted(doses) == [("P1", "L1"), ("P2", "L1")]  # L2 is a control
    area, plan = doses["P2", "L1"].areas[0], doses["P2", "L1"].plan
    assert (area.method, float(area.value.value)) == ("given", pytest.approx(40, rel=1e-6))
    assert area.uncertainty == pytest.approx(Decimal("0.04"))
    assert plan.uncertainty**2 == pytest.approx(
        Decimal("0.04") ** 2 + Decimal("0.075") ** 2 + Decimal("0.03") ** 2
    )
    assert [issue for issue in check_doses(protocol, reading.snapshot) if issue.weight == "error"] == []


def test_the_scatter_of_two_tracings_is_added_to_the_scale(tmp_path):
    """30 and 31 cm2: 30.5 cm2 with a standard error of 0.5 cm2 beside 4 % of it."""
    protocol, reading = read(write_study(tmp_path / "study"))
    dose = derive_doses(protocol, reading.snapshot)[0]
    share = (0.04**2 + (0.5 / 30.5) ** 2) ** 0.5
    assert float(dose.areas[0].value.value) == pytest.approx(30.5, rel=1e-6)
    assert float(dose.areas[0].uncertainty) == pytest.approx(share, rel=1e-6)


def test_the_dose_sheet_prints_the_uncertainty_that_was_measured(tmp_path):
    printed = sheet(write_study(tmp_path / "study"))
    assert "40.00 cm2 ± 4.0 % (measured), measured elsewhere" in printed
    assert "(± 9.0 %)" in printed
    assert "± 10.0 %" not in printed


def test_without_an_error_of_the_scale_the_protocols_uncertainty_stands(tmp_path):
    study = write_study(tmp_path / "study", LABORATORY.replace("    scale_error: 2\n", ""))
    _, reading = read(study)
    gaps = {value["item"]: value["reason"] for value in reading.snapshot.laboratory.to_dicts()}
    assert gaps == {"area_given": "", "area_error": "the error of the scale, or of a diameter, was not said"}
    printed = sheet(study)
    assert "40.00 cm2 ± 10.0 %, measured elsewhere" in printed
    assert "(± 12.9 %)" in printed


def test_the_command_prints_the_sheets_of_such_a_study(tmp_path):
    study = write_study(tmp_path / "study")
    done = CliRunner().invoke(app, ["dose", str(study), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "4.0 % (measured)" in (tmp_path / "out" / "dose.html").read_text("utf-8")
