from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.derived.dose import derive_doses
from firstdose.derived.dose_slips import check_doses, check_lesion, check_totals
from firstdose.values.issue import Place
from firstdose.values.quantity import read_quantity
from tests.unit.derived.dose_records import injected, mapped, product, seed_protocol, snapshot_of
from tests.unit.derived.dose_slips_planted import SLIPS, sheets

PROTOCOL = seed_protocol()
assert PROTOCOL.intervention is not None
LIMITS = PROTOCOL.intervention


def found(*lesions, injections=(), products=()):
    return check_doses(PROTOCOL, snapshot_of(lesions, injections, products))


def codes(*lesions, injections=(), products=()):
    return [issue.code for issue in found(*lesions, injections=injections, products=products)]


def test_a_sheet_that_was_followed_raises_nothing():
    assert found(mapped("P1", "L1"), injections=[injected("P1", "L1")], products=[product("P1", 1.8e7)]) == ()


def test_a_plan_whose_suspension_is_released_raises_nothing():
    assert found(mapped("P1", "L1"), products=[product("P1", 1.8e7)]) == ()


@pytest.mark.parametrize(
    ("lesion", "code"),
    [
        (mapped("P1", "L1", area_given=36.0), "FD-R201"),
        (mapped("P1", "L1", 20, 1.9), "FD-R202"),
        (mapped("P1", "L1", 0.8, 0.8), "FD-R203"),
        (mapped("P1", "L1", outline="0,0; 6,0; 6,5; 0,5; 0,0", area_given=34.0), "FD-R201"),
        (mapped("P1", "L1", None, None, outline="0,0; 6,0; 6,5; 0,5; 0,0", area_given=34.0), "FD-R201"),
        (mapped("P1", "L1", area_given=314.16), "FD-R209"),
        (mapped("P1", "L1", area_given=3.14), "FD-R209"),
        (mapped("P1", "L1", 80, 50, area_given=31.4), "FD-R213"),
        (mapped("P1", "L1", area_given=125.66), "FD-R214"),
        (mapped("P1", "L1", area_given=40.0), "FD-R215"),
        (mapped("P1", "L1", outline="0,0; 8,0; 8,5; 0,5"), "FD-R221"),
        (mapped("P1", "L1", dose_level="DL9"), "FD-R220"),
        (mapped("P1", "L1", dose_level=None), "FD-R225"),
        (mapped("P1", "L1", long=None, short=None), "FD-R226"),
    ],
)
def test_a_lesion_map_is_looked_at_before_anything_is_drawn_up(lesion, code):
    assert code in codes(lesion, products=[product("P1", 1.8e7)])


@pytest.mark.parametrize("given_area", [28.6, 34.5])
def test_readings_within_ten_percent_agree(given_area):
    assert codes(mapped("P1", "L1", area_given=given_area), products=[product("P1", 1.8e7)]) == []


def test_readings_ten_percent_and_a_little_apart_do_not():
    (issue,) = found(mapped("P1", "L1", area_given=34.6), products=[product("P1", 1.8e7)])
    assert (issue.code, issue.weight) == ("FD-R201", "query")
    assert "10 % apart: 34.60 cm2 (as given) and 31.42 cm2 (ellipse)" in issue.message


def test_a_traced_outline_and_a_measured_area_that_differ_are_told_at_the_outline():
    lesion = mapped("P1", "L1", None, None, outline="0,0; 6,0; 6,5; 0,5; 0,0", area_given=34.0)
    (issue,) = found(lesion, products=[product("P1", 1.8e7)])
    assert "13 % apart: 30.00 cm2 (traced) and 34.00 cm2 (as given)" in issue.message


@pytest.mark.parametrize(("strength", "code"), [(5e7, None), (5.1e7, "FD-R204")])
def test_the_concentration_has_a_limit(strength, code):
    told = codes(mapped("P1", "L1", dose_level="DL2"), products=[product("P1", strength)])
    assert ("FD-R204" in told) is (code is not None)


def test_a_point_that_holds_too_little_is_asked_about():
    (issue,) = found(mapped("P1", "L1"), products=[product("P1", 2.5e7)])
    assert issue.code == "FD-R205"
    assert "0.039 mL, outside the protocol's limits 0.05 mL to 0.2 mL" in issue.message


def test_a_syringe_too_coarse_for_the_tolerance_is_asked_about():
    fine = replace(LIMITS, syringe_graduation=read_quantity("0.5 mL"))
    protocol = replace(PROTOCOL, intervention=fine)
    snapshot = snapshot_of([mapped("P1", "L1", 5, 4)], products=[product("P1", 1.2e7)])
    assert "FD-R222" in [issue.code for issue in check_doses(protocol, snapshot)]
    assert "FD-R222" not in [issue.code for issue in check_doses(PROTOCOL, snapshot)]


def test_a_missing_concentration_is_a_warning_that_says_why():
    (issue,) = found(mapped("P1", "L1"))
    assert (issue.code, issue.weight) == ("FD-R219", "warning")
    assert "neither a count at release nor one of the day" in issue.message


def test_the_cap_is_a_hard_stop_for_the_sum_of_lesions():
    lesions = [mapped("P1", "L1", 9, 9), mapped("P1", "L2", 9, 9, dose_level="DL2")]
    strong = [product("P1", 1.8e7), product("P2", 1.8e7)]
    assert codes(*lesions, products=strong) == []
    (issue,) = [
        each for each in found(*lesions, mapped("P1", "L3", 9, 9), products=strong) if each.code == "FD-R206"
    ]
    assert issue.weight == "error"
    assert "318.09 million cells; the cap is 300.00 million cells" in issue.message


def test_a_total_that_is_exactly_the_cap_is_allowed():
    doses = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1", area_given=100.0, dose_level="DL2")]))
    assert check_totals(doses, LIMITS) == ()
    assert check_totals(doses, replace(LIMITS, cap=None)) == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"volume_drawn": 1.6}, "FD-R207"),
        ({"dose_level": "DL2", "planned_cells": 9.42e7}, "FD-R208"),
        ({"planned_cells": 3.14e8}, "FD-R211"),
        ({"planned_cells": 3.14e6}, "FD-R211"),
        ({"volume_drawn": 18.5}, "FD-R212"),
        ({"volume_drawn": 0.19}, "FD-R212"),
        ({"area_cm2": 40.0, "planned_cells": 4e7}, "FD-R215"),
        ({"volume_drawn": 1.67}, "FD-R216"),  # 3.142e7 / 2e7 + 0.1
        ({"planned_cells": 3.5e7}, "FD-R223"),
        ({"points": 5}, "FD-R205"),
    ],
)
def test_the_record_of_an_injection_is_compared_with_what_follows_from_it(changed, code):
    told = found(mapped("P1", "L1"), injections=[injected("P1", "L1", **changed)])
    assert [issue.weight for issue in told if issue.code == code] == ["query"]


@pytest.mark.parametrize(
    ("released", "code"),
    [(1.8e8, "FD-R210"), (1.8e6, "FD-R210"), (1.62e7, "FD-R216"), (2e7, "FD-R217"), (1.4e7, "FD-R224")],
)
def test_the_count_of_the_day_is_compared_with_the_release(released, code):
    told = codes(mapped("P1", "L1"), injections=[injected("P1", "L1")], products=[product("P1", released)])
    assert told == [code]


def test_two_counts_that_scatter_are_no_slip():
    for released in (1.75e7, 1.9e7, 2.1e7):
        row = injected("P1", "L1", viability=80.0, concentration=2.25e7)
        assert codes(mapped("P1", "L1"), injections=[row], products=[product("P1", released, 80.0)]) == []


def test_a_second_injection_of_a_single_dose_is_refused():
    told = found(mapped("P1", "L1"), injections=[injected("P1", "L1"), injected("P1", "L1")])
    assert [(issue.code, issue.weight) for issue in told] == [("FD-R071", "error")]
    twice = replace(PROTOCOL, intervention=replace(LIMITS, administrations=2))
    again = snapshot_of([mapped("P1", "L1")], [injected("P1", "L1"), injected("P1", "L1")])
    assert check_doses(twice, again) == ()


def test_computations_that_differ_are_an_error():
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], products=[product("P1", 1.8e7)]))
    assert dose.plan is not None
    wrong = replace(dose, plan=replace(dose.plan, cells=dose.plan.cells * Decimal("1.00001")))
    (issue,) = check_lesion(wrong, LIMITS)
    assert (issue.code, issue.weight) == ("FD-R218", "error")
    assert "differ in cells" in issue.message


def test_an_issue_stands_where_the_number_was_typed():
    snapshot = snapshot_of([mapped("P1", "L1")], [injected("P1", "L1", planned_cells=3.14e8)])
    columns = {("injection", "injection.csv"): {"planned_cells": 9}}
    (issue,) = check_doses(PROTOCOL, replace(snapshot, columns=columns))
    assert issue.place == Place("injection.csv", 2, 9)


def test_no_intervention_has_no_issues():
    assert check_doses(replace(PROTOCOL, intervention=None), snapshot_of([mapped("P1", "L1")])) == ()


@pytest.mark.parametrize("slip", SLIPS)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_planted_slip_is_raised_whatever_the_seed(slip, seed):
    ((lesion, injection, release),) = sheets(seed, 1, slip)
    assert SLIPS[slip][0] in codes(lesion, injections=[injection], products=[release])


@given(seed=st.integers(0, 2**32 - 1))
def test_a_clean_sheet_raises_nothing_whatever_the_seed(seed):
    ((lesion, injection, release),) = sheets(seed, 1)
    assert found(lesion, injections=[injection], products=[release]) == ()


def test_a_volume_is_not_judged_where_no_level_says_what_it_should_be():
    release = product("P1", 1.8e7)
    told = codes(mapped("P1", "L1"), injections=[injected("P1", "L1", volume_drawn=18.5)], products=[release])
    assert "FD-R212" in told
    lesion = mapped("P1", "L1", dose_level=None)
    injection = injected("P1", "L1", dose_level=None, volume_drawn=18.5)
    told = codes(lesion, injections=[injection], products=[release])
    assert "FD-R225" in told
    assert "FD-R212" not in told
