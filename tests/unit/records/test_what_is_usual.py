"""Values that are possible and do not fit: days against days, numbers against the visit before, lesions against each other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.catalogue import Item
from firstdose.protocol.model_of_capture import Capture, Usual
from firstdose.records.checking_change import departs, fit_each_other, has_other_units
from tests.unit.records.invented import clean_study, day, judged, seed_protocol


def told(tmp_path, study, protocol=None):
    return [(issue.code, issue.place.file, issue.message) for issue in judged(tmp_path, study, protocol)]


def codes(tmp_path, study, protocol=None):
    return [code for code, _, _ in told(tmp_path, study, protocol)]


def usual(*rows, **more):
    protocol = seed_protocol()
    return replace(protocol, capture=replace(protocol.capture or Capture(), usual=rows, **more))


def rows_of(study, form, participant="P1", **where):
    found = [row for row in study[form] if row["participant"] == participant]
    return [row for row in found if all(row[key] == value for key, value in where.items())]


def not_treated(study, name="P1"):
    """Only what was done before the injection."""
    for form, rows in study.items():
        late = [
            row for row in rows if row["participant"] == name and row.get("visit") not in {None, "SCR", "BL"}
        ]
        rows[:] = [
            row
            for row in rows
            if row not in late and not (form == "adverse_events" and row["participant"] == name)
        ]


def test_a_record_of_another_day_than_its_visit_names_both_days_and_the_window(tmp_path):
    study = clean_study()
    for row in study["plaque_score"]:
        row["date"] = ""
    rows_of(study, "plaque_score", visit="W1")[0]["date"] = day(8)
    rows_of(study, "plaque_score", visit="W2")[0]["date"] = day(20)
    found = told(tmp_path, study)
    assert [code for code, _, _ in found] == ["FD-R065", "FD-R065"]
    assert found[0][2].endswith(f"dated {day(8)}, and W1 took place on {day(7)}.")
    assert found[1][2].endswith(f"W2 took place on {day(14)}: day 20, outside the window 12 .. 16.")


def test_a_day_that_agrees_is_not_asked_about(tmp_path):
    study = clean_study()
    for row in study["plaque_score"]:
        row["date"] = next(
            each["date"]
            for each in rows_of(study, "visits", row["participant"])
            if each["visit"] == row["visit"]
        )
    assert codes(tmp_path, study) == []


def test_a_calibration_after_the_measurement_is_asked_about_and_a_month_of_the_same_year_is_not(tmp_path):
    study = clean_study()
    first, second, *_ = rows_of(study, "skin_thickness", visit="BL")
    first["calibration_date"], second["calibration_date"] = day(30), day(-3)[:7]
    found = told(tmp_path, study)
    assert [code for code, _, _ in found] == ["FD-R066"]
    assert f"is {day(30)}, after {day(-3)}" in found[0][2]


def test_a_date_that_may_lie_ahead_by_the_protocol_is_asked_about_by_its_limits_only(tmp_path):
    study = clean_study()
    ahead, far, *_ = rows_of(study, "skin_thickness", visit="BL")
    ahead["calibration_date"], far["calibration_date"] = day(30), day(400)
    limits = Usual(item="skin_thickness.calibration_date", values=(Decimal(-365), Decimal(60)))
    assert codes(tmp_path, study, usual(limits)) == ["FD-R077"]


def test_an_event_that_began_before_consent_is_asked_about(tmp_path):
    study = clean_study()
    rows_of(study, "adverse_events")[0]["onset"] = day(-40)
    assert codes(tmp_path, study) == ["FD-R067"]
    rows_of(study, "adverse_events")[0]["onset"] = day(-40)[:4]
    assert codes(tmp_path, study) == []


@pytest.mark.parametrize(("ahead", "asked"), [(28, False), (29, True)])
def test_a_consent_may_lie_four_weeks_before_its_visit(tmp_path, ahead, asked):
    study = clean_study()
    rows_of(study, "informed_consent")[0]["consent_date"] = day(-14 - ahead)
    assert codes(tmp_path, study) == (["FD-R068"] if asked else [])


@pytest.mark.parametrize(("apart", "asked"), [(1, False), (27, False), (28, True), (0, True)])
def test_visits_before_the_injection_leave_a_day_for_it_or_are_asked_about(tmp_path, apart, asked):
    study = clean_study()
    not_treated(study)
    screening, baseline = rows_of(study, "visits")
    screening["date"], baseline["date"] = day(-40), day(-40 + apart)
    rows_of(study, "informed_consent")[0]["consent_date"] = day(-41)
    for row in rows_of(study, "skin_thickness"):
        row["calibration_date"] = day(-50)
    found = [code for code in codes(tmp_path, study) if code.startswith("FD-R06")]
    assert found == (["FD-R069"] if asked else [])


def test_visits_out_of_order_are_told_as_that_alone(tmp_path):
    study = clean_study()
    not_treated(study)
    screening, baseline = rows_of(study, "visits")
    screening["date"], baseline["date"] = day(-10), day(-19)
    assert [code for code in codes(tmp_path, study) if code in {"FD-R062", "FD-R069"}] == ["FD-R062"]


def test_once_the_injection_is_known_each_visit_is_told_by_itself(tmp_path):
    study = clean_study()
    rows_of(study, "visits", visit="SCR")[0]["date"] = day(-40)
    rows_of(study, "informed_consent")[0]["consent_date"] = day(-41)
    found = codes(tmp_path, study)
    assert "FD-R063" in found
    assert "FD-R069" not in found


def test_a_visit_after_the_last_day_in_the_trial_is_asked_about(tmp_path):
    study = clean_study()
    rows_of(study, "end_of_study")[0]["date"] = day(179)
    found = told(tmp_path, study)
    assert [code for code, _, _ in found] == ["FD-R078"]
    assert f"M6 took place on {day(180)}" in found[0][2]


# ------------------------------------------------------------------------------------------ the visit before


def thick(study, before, now, lesion="L1"):
    for visit, text in (("BL", before), ("M6", now)):
        rows_of(study, "histology", visit=visit, lesion=lesion)[0]["epidermal_thickness"] = text
    return study


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [
        ("300", "1500", False),
        ("300", "1501", True),
        ("300", "60", False),
        ("300", "59", True),
        ("0", "300", False),
    ],
)
def test_more_than_five_times_or_less_than_a_fifth_is_asked_about(tmp_path, before, now, asked):
    found = told(tmp_path, thick(clean_study(), before, now))
    assert [code for code, _, _ in found] == (["FD-R075"] if asked else [])


def test_the_question_names_both_values_their_unit_and_the_visit(tmp_path):
    message = told(tmp_path, thick(clean_study(), "320", "0.32"))[0][2]
    assert message == (
        "Participant P1, plaque L1, visit M6: epidermal thickness without the horny layer is 0.32 um, and it was 320 um at BL:"
        " less than a 5th part."
    )


def test_a_value_is_compared_with_the_last_one_there_was(tmp_path):
    study = clean_study()
    for visit, text in (("BL", "4"), ("M3", ""), ("M6", "40")):
        rows_of(study, "serum_cytokines", visit=visit)[0]["il23"] = text or "ND: no tube"
    found = told(tmp_path, study)
    assert [code for code, _, _ in found] == ["FD-R075"]
    assert "it was 4 pg/mL at BL" in found[0][2]


def test_values_below_quantification_and_other_participants_are_not_compared(tmp_path):
    study = clean_study()
    for visit, text in (("BL", "40"), ("M3", "<1.0"), ("M6", "<1.0")):
        rows_of(study, "serum_cytokines", visit=visit)[0]["il23"] = text
    assert codes(tmp_path, study) == []


@pytest.mark.parametrize(
    ("unit", "asked"),
    [("mm", True), ("cells/uL", True), ("%", True), ("fold", False), ("points", False), ("", False)],
)
def test_what_has_one_unit_only_may_fall_as_far_as_a_treatment_takes_it(unit, asked):
    assert has_other_units(Item(name="x", label="x", kind="number", unit=unit)) is asked


def test_a_reaction_comes_and_goes_and_is_compared_only_where_the_protocol_says_so(tmp_path):
    study = clean_study()
    for visit, text in (("BL", "2"), ("D0", "40"), ("H24", "3")):
        rows_of(study, "local_tolerability_mm", visit=visit, lesion="L1")[0]["swelling_mm"] = text
    assert codes(tmp_path, study) == []
    limits = Usual(item="local_tolerability_mm.swelling_mm", by=Decimal(37))
    found = told(tmp_path, study, usual(limits))
    assert [code for code, _, _ in found] == ["FD-R075"]
    assert found[0][2].startswith("Participant P1, plaque L1, visit D0:")


def test_the_protocols_own_limits_take_the_place_of_the_five_times(tmp_path):
    limits = Usual(item="histology.epidermal_thickness", times=Decimal(2), by=Decimal(250))
    study = thick(clean_study(), "300", "601")
    found = told(tmp_path, study, usual(limits))
    assert [code for code, _, _ in found] == ["FD-R075"]
    assert found[0][2].endswith("over 2 times as much.")
    found = told(tmp_path, thick(clean_study(), "300", "551"), usual(limits))
    assert found[0][2].endswith("more by over 250 um.")
    assert codes(tmp_path, thick(clean_study(), "300", "550"), usual(limits)) == []
    wide = Usual(item="histology.epidermal_thickness", times=Decimal(100))
    assert codes(tmp_path, thick(clean_study(), "300", "4000"), usual(wide)) == []


def test_a_number_outside_of_what_is_usual_is_asked_about(tmp_path):
    study = clean_study()
    for row in study["demographics"]:
        row["age"] = "40"
    rows_of(study, "demographics")[0]["age"] = "17"
    limits = Usual(item="demographics.age", values=(Decimal(18), Decimal(75)))
    assert told(tmp_path, study, usual(limits))[0][2].endswith("is 17 years; usual is 18 to 75 years.")


def test_the_records_own_day_is_counted_from_the_visit(tmp_path):
    study = clean_study()
    rows_of(study, "end_of_study")[0]["date"] = day(190)
    limits = Usual(item="end_of_study.date", values=(Decimal(0), Decimal(0)))
    assert codes(tmp_path, study, usual(limits)) == ["FD-R077"]


_VALUES = st.lists(st.one_of(st.floats(0, 1e5), st.just(0.0)), min_size=1, max_size=6)


@given(st.data(), st.sampled_from([None, 0, 1, 2]), st.sampled_from(["integer", "number", "quantity"]))
def test_what_departs_is_what_a_person_would_count(data, decimals, kind):
    now = data.draw(_VALUES)
    was = data.draw(st.lists(st.floats(0, 1e5), min_size=len(now), max_size=len(now)))
    item = Item(name="x", label="x", kind=kind, unit="mm", decimals=decimals)
    places = 0 if kind == "integer" else decimals
    found = departs(np.array(now), np.array(was), item, None).tolist()
    for said, one, other in zip(found, now, was, strict=True):
        small, large = sorted((one, other))
        steps = 0.0 if places is None else 10 * 10.0**-places
        if abs(large - 5 * small) > 1e-6 * large and abs(large - small - steps) > 1e-6 * max(large, steps):
            assert said == (small > 0 and large > 5 * small and large - small > steps)


# ------------------------------------------------------------------------------------------------ exchanged


def scores(study, visit, **grades):
    for lesion, values in grades.items():
        row = rows_of(study, "plaque_score", visit=visit, lesion=lesion)[0]
        names = [name for name in row if name not in {"participant", "visit", "lesion", "date"}]
        row |= dict(zip(names, values, strict=False))


def severe(study, l1, l2):
    """All visits: L1 severe, L2 mild; at M2 as given."""
    for visit in ("BL", "W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5", "M6"):
        scores(study, visit, L1="333", L2="111")
    scores(study, "M2", L1=l1, L2=l2)
    return study


def test_two_exchanged_records_are_asked_about_once_at_each_of_their_two_visits(tmp_path):
    found = [each for each in told(tmp_path, severe(clean_study(), "111", "333")) if each[0] == "FD-R076"]
    assert [message.partition(":")[0] for _, _, message in found] == [
        "Participant P1, visit M2",
        "Participant P1, visit M3",  # which no longer fits what stands at M2
    ]
    assert "L1 fits L2 at W4 better than L1" in found[0][2]


@pytest.mark.parametrize(("l1", "l2"), [("333", "111"), ("222", "222"), ("111", "111"), ("332", "112")])
def test_lesions_that_change_in_their_own_way_are_not_asked_about(tmp_path, l1, l2):
    assert "FD-R076" not in codes(tmp_path, severe(clean_study(), l1, l2))


def test_two_lesions_that_trade_one_grade_are_ordinary():
    scales = np.array([[1.5, 1.0, 1.0, 1.5]])  # a grade counts half
    pair = np.array([2]), np.array([3])
    assert not fit_each_other(scales, *pair, np.array([-1, -1, 0, 1]))[0]
    assert fit_each_other(scales * 3, *pair, np.array([-1, -1, 0, 1]))[0]


def test_nothing_is_said_where_there_is_nothing_to_compare():
    scales = np.full((2, 4), np.nan)
    assert not fit_each_other(scales, np.array([2]), np.array([3]), np.array([-1, -1, 0, 1]))[0]
