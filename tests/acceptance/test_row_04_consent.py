"""Row 4: consent before all else; no earlier record is accepted without a deviation."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tests.acceptance.study_of import names, seed_protocol, study_of, visits_as_planned

PEOPLE = 120
VISITS = {visit.visit: visit.day for visit in seed_protocol().visits}


def consents(signed):
    return [{"participant": name, "consent_date": when, "version": "1"} for name, when in signed.items()]


def test_row_04_no_record_before_consent_is_accepted_without_a_deviation(tmp_path):
    rng = np.random.default_rng(4)
    visits = visits_as_planned(seed_protocol(), names(PEOPLE))
    days = {name: [row for row in visits if row["participant"] == name] for name in names(PEOPLE)}
    signed = {}
    for name, rows in days.items():
        around = dt.date.fromisoformat(str(rng.choice([row["date"] for row in rows])))
        signed[name] = (around + dt.timedelta(days=int(rng.integers(-1, 2)))).isoformat()
    study = study_of(tmp_path, {"visits": visits, "informed_consent": consents(signed)})
    expected = {
        (row["participant"], row["visit"]) for row in visits if row["date"] < signed[row["participant"]]
    }
    found = [(each.participant, each.visit) for each in study.deviations if each.kind == "before consent"]
    told = [issue for issue in study.issues if issue.code == "FD-R060"]
    assert len(expected) > 300
    assert sorted(found) == sorted(expected)
    assert len(told) == len(expected)


def test_row_04_a_record_with_a_date_of_its_own_is_told_too(tmp_path):
    visits = visits_as_planned(seed_protocol(), ["P1"])
    signed = visits[0]["date"]
    early = (dt.date.fromisoformat(signed) - dt.timedelta(days=1)).isoformat()
    score = {"participant": "P1", "visit": "BL", "lesion": "L1", "date": early, "plaque_severity": "3"}
    tables = {"visits": visits, "informed_consent": consents({"P1": signed}), "plaque_severity": [score]}
    study = study_of(tmp_path, tables)
    found = [(each.visit, each.sentence) for each in study.deviations if each.kind == "before consent"]
    assert found == [("BL", f"A record of plaque_severity was made on {early}, before consent on {signed}.")]
    assert "FD-R060" in {issue.code for issue in study.issues}


def test_row_04_a_visit_on_the_day_of_consent_is_in_time(tmp_path):
    visits = visits_as_planned(seed_protocol(), ["P1"])
    study = study_of(tmp_path, {"visits": visits, "informed_consent": consents({"P1": visits[0]["date"]})})
    assert [each for each in study.deviations if "consent" in each.kind] == []


def test_row_04_taking_part_without_a_dated_consent_is_a_deviation(tmp_path):
    visits = visits_as_planned(seed_protocol(), ["P1", "P2", "P3"])
    study = study_of(
        tmp_path, {"visits": visits, "informed_consent": consents({"P1": visits[0]["date"], "P2": "2023-02"})}
    )
    found = [each.participant for each in study.deviations if each.kind == "consent missing"]
    assert found == ["P2", "P3"]


def test_row_04_of_several_consents_the_first_counts(tmp_path):
    visits = visits_as_planned(seed_protocol(), ["P1"])
    first, later = visits[0]["date"], visits[5]["date"]
    signed = [*consents({"P1": later}), *consents({"P1": first})]
    study = study_of(tmp_path, {"visits": visits, "informed_consent": signed})
    assert [each for each in study.deviations if each.kind == "before consent"] == []
