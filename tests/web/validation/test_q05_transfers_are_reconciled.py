"""Q5: transfers are reconciled by counts and digests."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from tests.web.validation.acting import PERSON, enter, import_table, log, said, text, unzipped

TABLE = "participant,date,sex,age,birth_year,ethnicity\nP-001,2024-01-25,male,33,,\n"


@pytest.fixture
def manager(coordinator, as_role):
    return as_role("data manager")


def test_an_import_tells_rows_values_and_the_digest_of_what_was_sent(manager):
    assert import_table(manager, TABLE, confirm="1").status_code == 302
    told = said(log("import.done")[0])
    written = [
        event for event in log("value.set", form="demographics") if event.idem == log("import.done")[0].idem
    ]
    assert (told["rows"], told["values"], len(written)) == (1, 3, 3)
    assert told["sha256"] == hashlib.sha256(TABLE.encode()).hexdigest()


def test_the_same_file_once_more_changes_nothing_and_its_counts_say_so(manager):
    import_table(manager, TABLE, confirm="1")
    page = text(import_table(manager, TABLE))
    assert "0 values are new, 0 change, 3 are the same" in page
    before = len(log("value.set"))
    import_table(manager, TABLE, confirm="1")
    assert (len(log("value.set")), said(log("import.done")[-1])["values"]) == (before, 0)


@pytest.mark.parametrize("form", ["study", "csv", "odm", "redcap"])
def test_an_export_tells_format_rows_and_the_digest_of_what_left(coordinator, manager, form):
    enter(coordinator, PERSON)
    file = manager.post(f"/exports/{form}/").content
    told = said(log("export.made")[-1])
    assert (told["format"], told["sha256"]) == (form, hashlib.sha256(file).hexdigest())
    assert int(told["rows"]) > 0


def test_what_left_as_a_table_comes_back_without_a_difference(coordinator, manager):
    enter(coordinator, PERSON)
    table = unzipped(manager.post("/exports/csv/").content)["demographics.csv"].decode()
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["participant"], row["sex"], row["age"]) == ("P-001", "male", "33")
    assert "0 values are new, 0 change" in text(import_table(manager, table))
