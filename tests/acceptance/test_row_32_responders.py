"""Row 32: PASI50, 75, 90 and 100, observed and with missing visits counted as no response.

The 30 cells of the published data stand in test_published_trials.py; here the rules themselves, from gradings.
"""

from __future__ import annotations

import pytest

from tests.acceptance.published import expected_of, results_of
from tests.acceptance.study_of import graded, part_of_seed, study_of

COURSE = {"P1": (80, 20), "P2": (80, 21), "P3": (100, 0), "P4": (90, None), "P5": (0, 0), "P6": (110, 55)}
OBSERVED = {50: "4/4 (100%)", 75: "2/4 (50.0%)", 90: "1/4 (25.0%)", 100: "1/4 (25.0%)"}
IMPUTED = {50: "4/6 (66.7%)", 75: "2/6 (33.3%)", 90: "1/6 (16.7%)", 100: "1/6 (16.7%)"}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    rows = [
        {"participant": name, "visit": visit, **graded(tenths)}
        for name, course in COURSE.items()
        for visit, tenths in zip(("BL", "M6"), course, strict=True)
        if tenths is not None
    ]
    visits = [{"participant": name, "visit": "D0", "lesion": "L1"} for name in COURSE]
    missed = {"participant": "P4", "visit": "M6", "status": "missed", "reason": "ill"}
    tables = {"PASI_Fredriksson": rows, "injection": visits, "visits": [missed]}
    return study_of(tmp_path_factory.mktemp("responders"), tables, part_of_seed("E5")).results


@pytest.mark.parametrize("cut", OBSERVED)
def test_row_32_observed_and_imputed_stand_side_by_side(results, cut):
    where = {"variable": f"PASI_Fredriksson.PASI: improved by at least {cut} %", "statistic": "count"}
    assert results.one("E5", **where).text == OBSERVED[cut]
    assert results.one("E5.nonresponder", **where).text == IMPUTED[cut]


def test_row_32_whoever_is_left_out_is_named_with_the_reason(results):
    where = {"variable": "PASI_Fredriksson.PASI: improved by at least 75 %", "statistic": "count"}
    observed, imputed = results.one("E5", **where), results.one("E5.nonresponder", **where)
    assert observed.excluded == (("P4", "M6 missed: ill"), ("P5", "baseline is 0"))
    assert (observed.variant, imputed.variant) == ("observed cases", "nonresponder")
    assert imputed.excluded == ()


def test_row_32_all_30_visit_by_arm_cells_of_the_published_trial():
    """VIS-SIG Wonderful Wednesdays 2020-03-11: PASI75 with non-responder imputation."""
    expected = expected_of("psoriasis-pasi-response")["by_visit_arm"]
    results = results_of("psoriasis_pasi_response", "psoriasis-pasi-response")
    found = {(row.visit, row.level): row.value for row in results.of("E1.nonresponder", statistic="count")}
    wanted = {
        (visit.replace("Week ", "W"), f"treatment_{arm}"): numbers["pasi75_nri_Y"]
        for visit, arms in expected.items()
        for arm, numbers in arms.items()
    }
    assert len(wanted) == 30
    assert found == wanted
