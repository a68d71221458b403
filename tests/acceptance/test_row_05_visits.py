"""Row 5: the visits of the registry text, every edge of every window, and what a month is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from firstdose.protocol.telling import render_telling, tell_protocol
from tests.acceptance.study_of import day, names, seed_protocol, study_of, visits_as_planned
from tests.shared import shared_data

PLAN = seed_protocol()
EDGES = [
    (visit.visit, number, visit.window.distance(number))
    for visit in PLAN.visits
    if visit.day != 0
    for number in (visit.window.first - 1, visit.window.first, visit.window.last, visit.window.last + 1)
]


def test_row_05_the_registry_text_gives_one_visit_before_four_weekly_and_five_monthly():
    """IRCT20080728001031N24: severity before, every week to 1 month, every month to 6 months."""
    registry = json.loads(shared_data("published-trials", "seed-trial", "registry.json").read_text("utf-8"))
    assert "before, every week to 1 month, every month to 6 months" in registry["secondary"][0]
    counts = registry["derived_visit_count"]
    severity = PLAN.activity("plaque_severity")
    days = [PLAN.visit(name).day for name in severity.at]
    assert len([day for day in days if day < 0]) == counts["baseline"]
    assert [day for day in days if 0 < day <= 30] == [
        7 * week for week in range(1, counts["weekly_to_1_month"] + 1)
    ]
    assert [day for day in days if day > 30] == [30 * month for month in range(2, 7)]
    assert len(days) == 1 + 4 + 5


def test_row_05_the_convention_of_a_month_is_declared_and_told():
    assert PLAN.trial.month == "30 days"
    assert "A month is 30 days" in render_telling(tell_protocol(PLAN), "")


@pytest.mark.parametrize(("visit", "number", "off"), EDGES)
def test_row_05_both_edges_of_every_window_are_inside_and_the_next_day_is_not(edges, visit, number, off):
    study, who = edges
    found = [each for each in study.deviations if each.participant == who[visit, number]]
    assert [(each.kind, each.visit) for each in found] == (
        [("visit outside its window", visit)] if off else []
    )
    if off:
        side = "after" if off > 0 else "before"
        assert found[0].sentence.startswith(f"{visit} took place on day {number}, 1 day {side} its window")


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    """One participant for each edge, on time otherwise; nobody consents here, since the protocol does not ask for it."""
    who = {(visit, number): f"P{place}" for place, (visit, number, _) in enumerate(EDGES, start=1)}
    rows = visits_as_planned(PLAN, names(len(EDGES)))
    moved = {(name, visit): number for (visit, number), name in who.items()}
    for row in rows:
        if (row["participant"], row["visit"]) in moved:
            row["date"] = day(moved[row["participant"], row["visit"]])
    schedule = tuple(row for row in PLAN.schedule if row.activity != "informed_consent")
    plan = replace(PLAN, schedule=schedule)
    return study_of(tmp_path_factory.mktemp("edges"), {"visits": rows}, plan), who


def test_row_05_one_schedule_makes_forms_due_records_and_tables(tmp_path):
    """The visits of the schedule are those at which a record is due and those of the table by visit."""
    scheduled = PLAN.activity("plaque_severity").at
    spot = {"participant": "P1", "lesion": "L1", "site": "elbow", "laterality": "left"}
    score = {"participant": "P1", "visit": "BL", "lesion": "L1", "plaque_severity": "3"}
    study = study_of(
        tmp_path,
        {"visits": visits_as_planned(PLAN, ["P1"]), "lesion_map": [spot], "plaque_severity": [score]},
    )
    absent = study.snapshot.gaps.filter(study.snapshot.gaps["activity"] == "plaque_severity")
    assert tuple(absent["visit"].to_list()) == scheduled[1:]
    rows = study.results.of("by_visit.value", variable="plaque_severity", statistic="n", unit="participant")
    assert tuple(row.visit for row in rows) == scheduled
    assert [row.value for row in rows] == [1.0] + [0.0] * 9
