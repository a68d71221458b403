"""Row 42: unscheduled visits, an early end and years of follow-up use the forms of the protocol; no record is an orphan."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from firstdose.protocol.model import Visit
from firstdose.records.study import read_study
from firstdose.rehearsal import rehearse, write_study
from firstdose.values.window import Window
from tests.acceptance.study_of import Study, day, graded, seed_protocol, study_of
from tests.unit.records.invented import clean_study

ORPHANS = {"FD-R040", "FD-R041", "FD-R042", "FD-R043", "FD-R052", "FD-R053", "FD-R055"}


def orphans(study):
    """Records whose participant, visit or lesion nobody knows."""
    tables, found = study.snapshot.tables, []
    people = set(study.snapshot.participants)
    visits = set(tables["visits"].select("participant", "visit").iter_rows())
    lesions = set(tables["lesion_map"].select("participant", "lesion").iter_rows())
    for name, table in tables.items():
        if name in {"visits", "participants"}:
            continue
        for row in table.select("participant", "visit", "lesion").iter_rows(named=True):
            who = row["participant"]
            known = who in people and (row["visit"] is None or (who, row["visit"]) in visits)
            if not known or (row["lesion"] and (who, row["lesion"]) not in lesions):
                found.append((name, row))
    return found


def test_row_42_an_unscheduled_visit_keeps_its_records_and_raises_nothing(tmp_path):
    study = clean_study()
    study["visits"].append(
        {"participant": "P1", "visit": "UNS1", "date": day(40), "status": "done", "reason": "itching"}
    )
    study["PASI_Fredriksson"].append({"participant": "P1", "visit": "UNS1", **graded(60)})
    study["plaque_score"].append(
        {
            "participant": "P1",
            "visit": "UNS1",
            "lesion": "L1",
            "erythema": "1",
            "induration": "1",
            "desquamation": "0",
        }
    )
    read = study_of(tmp_path, study)
    assert read.issues == []
    assert orphans(read) == []
    kept = read.snapshot.tables["PASI_Fredriksson"].filter(pl.col("visit") == "UNS1")
    assert kept.height == 1
    assert [row.visit for row in read.results.of("by_visit.value") if row.visit == "UNS1"] == []


def test_row_42_an_early_end_owes_what_the_last_visit_owes(tmp_path):
    study = clean_study()
    late = {"M4", "M5", "M6"}
    for rows in study.values():
        rows[:] = [row for row in rows if row.get("participant") != "P2" or row.get("visit") not in late]
    study["visits"].append(
        {"participant": "P2", "visit": "END", "date": day(100), "status": "done", "reason": "moved away"}
    )
    study["end_of_study"].append(
        {"participant": "P2", "visit": "END", "status": "withdrawn", "date": day(100), "reason": "moved away"}
    )
    read = study_of(tmp_path, study)
    assert orphans(read) == []
    owed = {issue.message.split(" ")[0] for issue in read.issues if issue.code == "FD-R051"}
    due = {row.activity for row in read.protocol.schedule if "M6" in row.at}
    assert len([issue for issue in read.issues if issue.code == "FD-R051"]) >= len(due) - 2, owed
    assert [(each.participant, each.status, each.reason) for each in read.basis.flow.left] == [
        ("P2", "withdrawn", "moved away")
    ]


def test_row_42_years_of_follow_up_are_visits_like_any_other(tmp_path):
    seed = seed_protocol()
    year = Visit(visit="Y1", day=365, window=Window(335, 395), epoch="long term", label="Year 1")
    schedule = tuple(
        replace(row, at=(*row.at, "Y1")) if row.activity in {"adverse_events", "plaque_severity"} else row
        for row in seed.schedule
    )
    plan = replace(seed, visits=(*seed.visits, year), schedule=schedule)
    study = study_of(tmp_path, clean_study(protocol=plan), plan)
    assert orphans(study) == []
    assert not ORPHANS & {issue.code for issue in study.issues}
    row = study.results.one(
        "by_visit.value", variable="plaque_severity", visit="Y1", unit="participant", statistic="n"
    )
    assert row.value == 3.0


@pytest.mark.parametrize("seed", [1, 42])
def test_row_42_a_rehearsal_with_dropouts_leaves_no_orphan(tmp_path, seed):
    plan = seed_protocol()
    write_study(rehearse(plan, 15, seed), None, tmp_path)
    study = Study(plan, read_study(tmp_path, plan))
    assert orphans(study) == []
    assert not ORPHANS & {issue.code for issue in study.issues}


def test_row_42_a_record_of_nobody_nowhere_is_told(tmp_path):
    """The search itself finds what it looks for."""
    study = clean_study(1)
    study["plaque_score"].append(study["plaque_score"][0] | {"lesion": "L9"})
    read = study_of(tmp_path, study)
    assert len(orphans(read)) == 1
    assert "FD-R042" in {issue.code for issue in read.issues}
