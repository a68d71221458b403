"""Dose rows where the protocol says less: no uncertainty, no dose in cells per area."""

from __future__ import annotations

from dataclasses import replace

from firstdose.report.content.exposure import exposure_section
from tests.acceptance.study_of import part_of_seed, study_of, words_of

PLAN = part_of_seed("E5", activities=["lesion_map"])
SPOT = {
    "participant": "P1",
    "lesion": "L1",
    "long_diameter": "8.0",
    "short_diameter": "5.0",
    "dose_level": "DL1",
}


def test_without_declared_uncertainties_none_is_told(tmp_path):
    limits = replace(
        PLAN.intervention, uncertainty_area=None, uncertainty_count=None, uncertainty_volume=None
    )
    rows = study_of(tmp_path, {"lesion_map": [SPOT]}, replace(PLAN, intervention=limits)).results.of("dose")
    assert "uncertainty" not in {row.variable for row in rows}
    assert {"area", "planned_cells"} <= {row.variable for row in rows}


def test_an_area_with_its_own_error_has_an_uncertainty_of_its_own(tmp_path):
    """4 and 6 % of the area beside 7.5 and 3 %: 9.0 and 10.1 %; the protocol's 10 % make 12.9 %."""
    measured = [
        {**SPOT, "area_given": "31.25", "area_error": "1.25"},
        {**SPOT, "lesion": "L2", "area_given": "30.0", "area_error": "1.8"},
        {**SPOT, "lesion": "L3"},
    ]
    rows = study_of(tmp_path, {"lesion_map": measured}, PLAN).results.of("dose")
    found = {(row.variable, row.statistic): row for row in rows if row.variable.startswith("uncertainty")}
    assert {key: row.text for key, row in found.items()} == {
        ("uncertainty", "value"): "12.9",
        ("uncertainty_measured", "min"): "9.0",
        ("uncertainty_measured", "max"): "10.1",
    }
    one = found["uncertainty_measured", "min"]
    assert (one.n_lesions, one.sources[0].items) == (2, ("area_given", "area_error"))


def test_the_report_says_where_the_error_of_an_area_was_measured(tmp_path):
    spot = {**SPOT, "area_given": "31.25", "area_error": "1.25"}
    study = study_of(tmp_path, {"lesion_map": [spot]}, PLAN)
    told = words_of(exposure_section(study.material))
    assert "Where the error of a plaque's area was measured with it" in told
    plain = study_of(tmp_path / "plain", {"lesion_map": [SPOT]}, PLAN)
    assert "was measured with it" not in words_of(exposure_section(plain.material))


def test_the_level_of_a_dose_decides_its_group_and_says_so(tmp_path):
    rows = study_of(tmp_path, {"lesion_map": [SPOT]}, PLAN).results.of("dose", group="dose_level")
    assert {row.level for row in rows} == {"DL1", "DL2"}
    assert all(("dose_level",) in {source.items for source in row.sources} for row in rows)


def test_a_trial_that_doses_nothing_per_area_has_no_dose_rows(tmp_path):
    plan = replace(PLAN, intervention=None)
    assert study_of(tmp_path, {"lesion_map": [SPOT]}, plan).results.of("dose") == ()
