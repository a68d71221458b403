"""Dose rows where the protocol says less: no uncertainty, no dose in cells per area."""

from __future__ import annotations

from dataclasses import replace

from tests.acceptance.study_of import part_of_seed, study_of

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


def test_the_level_of_a_dose_decides_its_group_and_says_so(tmp_path):
    rows = study_of(tmp_path, {"lesion_map": [SPOT]}, PLAN).results.of("dose", group="dose_level")
    assert {row.level for row in rows} == {"DL1", "DL2"}
    assert all(("dose_level",) in {source.items for source in row.sources} for row in rows)


def test_a_trial_that_doses_nothing_per_area_has_no_dose_rows(tmp_path):
    plan = replace(PLAN, intervention=None)
    assert study_of(tmp_path, {"lesion_map": [SPOT]}, plan).results.of("dose") == ()
