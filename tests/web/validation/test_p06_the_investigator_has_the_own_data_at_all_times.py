"""P6: the investigator has the own data at all times, with its trail; nobody else's act takes them away."""

from __future__ import annotations

import csv
import io

import pytest

from tests.web.validation.acting import FORM, PERSON, SITE, VALUE, enter, text, unzipped


@pytest.fixture(params=["open", "locked"])
def investigator(request, coordinator, as_role):
    """The investigator of one site; the study stands open, or was locked by data management."""
    enter(coordinator, PERSON)
    enter(coordinator, {"age": "34"}, reason="read the wrong line")
    if request.param == "locked":
        as_role("data manager").post("/locks/", {"level": "locked", "participant": "", "visit": ""})
        assert enter(coordinator, {"age": "35"}, reason="too late").status_code == 422
    return as_role("investigator", SITE)


def test_the_investigator_reads_every_value_and_its_history(investigator):
    assert "34" in text(investigator.get(FORM))
    assert "read the wrong line" in text(investigator.get("/trail/value/", VALUE))


def test_the_investigator_takes_away_the_tables_of_the_own_site(investigator):
    tables = unzipped(investigator.post("/exports/study/").content)
    [row] = csv.DictReader(io.StringIO(tables["records/demographics.csv"].decode()))
    assert (row["participant"], row["age"]) == ("P-001", "34")


def test_the_investigator_takes_away_the_trail_and_the_filled_form(investigator):
    rows = list(csv.DictReader(io.StringIO(text(investigator.get("/trail/table/")))))
    assert [(row["old"], row["new"]) for row in rows if row["item"] == "age"] == [("", "33"), ("33", "34")]
    odm = investigator.post("/exports/odm/").content
    assert b"AuditRecord" in odm
    assert investigator.post("/exports/crf/P-001/").content.startswith(b"%PDF")
