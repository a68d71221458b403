"""Row 22: thickness by a device that is named, with its calibration, in units that are converted exactly."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from firstdose.derived.measurements import derive_measurements
from firstdose.instruments.skin_thickness import repeat_cv
from firstdose.protocol.names import forms, measures
from firstdose.values.quantity import read_quantity
from tests.acceptance.study_of import seed_protocol, study_of


def measured(lesion="L1", **readings):
    device = {"device": "ultrasound 22 MHz", "calibration_date": "2023-01-10"}
    return {"participant": "P1", "visit": "BL", "lesion": lesion, **device, **readings}


def test_row_22_the_form_asks_for_device_calibration_and_repeated_readings_in_mm():
    form = forms(seed_protocol())["skin_thickness"]
    kinds = {item.name: (item.kind, item.unit) for item in form.items}
    assert kinds["device"] == ("text", "")
    assert kinds["calibration_date"] == ("date", "")
    assert [kinds[f"reading_{n}"] for n in (1, 2, 3)] == [("quantity", "mm")] * 3


@pytest.mark.parametrize(("text", "mm"), [("0.31 cm", "3.1"), ("3100 um", "3.1"), ("3.1 mm", "3.1")])
def test_row_22_units_are_converted_exactly(text, mm):
    assert read_quantity(text).to("mm").value == Decimal(mm)


def test_row_22_a_plaque_has_the_mean_of_its_readings(tmp_path):
    rows = [measured(reading_1="2.40", reading_2="2.60", reading_3="2.50"), measured("L2", reading_1="3.10")]
    study = study_of(tmp_path, {"skin_thickness": rows})
    values = derive_measurements(
        study.protocol, study.snapshot, measures(study.protocol, "skin_thickness")[0]
    )
    assert values["value"].to_list() == [pytest.approx(2.5, rel=1e-12), 3.1]


def test_row_22_readings_more_than_ten_percent_apart_are_asked_about(tmp_path):
    rows = [measured(reading_1="2.00", reading_2="2.20"), measured("L2", reading_1="2.00", reading_2="2.40")]
    cv = repeat_cv({"reading_1": np.array([2.0, 2.0]), "reading_2": np.array([2.2, 2.4])})
    assert cv == pytest.approx([100 * 0.1 * 2**0.5 / 2.1, 100 * 0.2 * 2**0.5 / 2.2])
    study = study_of(tmp_path, {"skin_thickness": rows})
    assert [issue.place.line for issue in study.issues if issue.code == "FD-R108"] == [3]


def test_row_22_a_record_without_device_or_calibration_is_told(tmp_path):
    row = measured(reading_1="2.0") | {"device": "", "calibration_date": ""}
    study = study_of(tmp_path, {"skin_thickness": [row]})
    assert [issue.code for issue in study.issues if issue.place.file.endswith("skin_thickness.csv")] == [
        "FD-R037"
    ] * 2
