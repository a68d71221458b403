"""Row 33: missing values and dropouts by the plan's rule; everyone left out is named, and denominators add up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from firstdose.records.study import read_study
from firstdose.rehearsal import rehearse, write_study
from tests.acceptance.study_of import Study, endpoint, one_measure, seed_protocol, study_of

PEOPLE = 14


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A rehearsal of the seed's trial in which much goes missing."""
    rates = {"dropout": Decimal("0.3"), "missed_visit": Decimal("0.15"), "missing_value": Decimal("0.1")}
    plan = replace(seed_protocol(), rehearsal=replace(seed_protocol().rehearsal, **rates))
    folder = tmp_path_factory.mktemp("missing")
    write_study(rehearse(plan, PEOPLE, 33), None, folder)
    return Study(plan, read_study(folder, plan))


def test_row_33_analysed_and_left_out_add_up_to_the_set_and_no_name_is_lost(study):
    planned = {each.endpoint for each in study.protocol.endpoints} | {
        each.check for each in study.protocol.sensitivity
    }
    rows = [row for row in study.results if row.analysis in planned and row.statistic in {"n", "of"}]
    left_out = [row for row in rows if row.excluded]
    for row in rows:
        members = study.basis.sets[row.analysis_set]
        assert row.value == row.n_participants
        assert row.n_participants + len(row.excluded) == len(members)
        assert {name for name, _ in row.excluded} <= set(members)
        assert all(reason for _, reason in row.excluded)
    assert len(rows) > 30
    assert len(left_out) > 10


def test_row_33_with_imputation_everybody_in_the_set_is_counted(study):
    rows = study.results.of("E5.nonresponder", statistic="of")
    assert [row.value for row in rows] == [float(len(study.basis.sets["treated"]))] * 4


def test_row_33_described_and_missing_add_up_to_the_visits_that_were_due(study):
    """n of each form by visit, plus the gaps named, is everyone whose visit is listed."""
    gaps = study.snapshot.gaps.filter(pl.col("activity") == "PASI_Fredriksson")
    visits = study.snapshot.tables["visits"]
    for visit in study.protocol.activity("PASI_Fredriksson").at:
        listed = set(visits.filter(pl.col("visit") == visit)["participant"])
        n = study.results.one(
            "by_visit.value", variable="PASI_Fredriksson.PASI", visit=visit, statistic="n"
        ).value
        missing = set(gaps.filter(pl.col("visit") == visit)["participant"])
        assert n + len(missing & listed) == len(listed)


def test_row_33_flow_and_attendance_lose_nobody(study):
    flow = study.basis.flow
    left = {each.participant for each in flow.left}
    assert set(flow.treated) == set(flow.completed) | set(flow.ongoing) | (left & set(flow.treated))
    assert len(flow.completed) + len(flow.ongoing) + len(left & set(flow.treated)) == len(flow.treated)
    for visit in study.protocol.visits:
        rows = study.results.of("attendance", visit=visit.visit)
        assert sum(row.value for row in rows) == rows[0].n_participants


def test_row_33_every_gap_is_counted_once_with_its_reason(study):
    assert sum(row.value for row in study.results.of("missing")) == study.snapshot.gaps.height


def test_row_33_codes_of_a_fact_and_its_gaps_add_up_to_everybody(study):
    counts = study.results.of("facts", variable="demographics.sex", statistic="count")
    assert (
        sum(row.value for row in counts) + study.snapshot.tables["demographics"]["sex"].null_count() == PEOPLE
    )


REASONS = {
    "P2": ("ND: broken", "value at T2: ND (broken)"),
    "P3": ("12..5", "value at T2: unreadable (12..5)"),
    "P4": ("", "value at T2: empty"),
    "P5": (None, "no record of value at T1 and T2"),
    "P6": ("missed", "T2 missed: ill"),
}


def test_row_33_each_reason_for_being_left_out_is_told_in_words(tmp_path):
    plan = one_measure(("T1", "T2"), [endpoint("E1", "change", "paired_t", ["T2"], "T1")], decimals=0)
    people = ["P1", "P7", *REASONS]
    said = {name: text for name, (text, _) in REASONS.items()}
    values = {name: said.get(name, "5") for name in people}
    rows = [{"participant": name, "visit": "T1", "value": "7"} for name in people]
    rows += [
        {"participant": name, "visit": "T2", "value": text}
        for name, text in values.items()
        if text not in {None, "missed"}
    ]
    visits = [
        {"participant": name, "visit": time, "status": "done"} for name in people for time in ("T1", "T2")
    ]
    visits = [
        row
        | (
            {"status": "missed", "reason": "ill"}
            if (row["participant"], row["visit"]) == ("P6", "T2")
            else {}
        )
        for row in visits
    ]
    study = study_of(tmp_path, {"measure": rows, "visits": visits}, plan)
    row = study.results.one("E1", statistic="n")
    assert dict(row.excluded) == {name: reason for name, (_, reason) in REASONS.items()}
    assert row.value == 2.0
