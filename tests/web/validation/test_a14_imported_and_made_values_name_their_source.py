"""A14: imported and machine-made values name their source and the process."""

from __future__ import annotations

import hashlib

from firstdose import __version__
from tests.web import people
from tests.web.entering import enter_record
from tests.web.validation.acting import PERSON, enter, import_table, log, said, text

TABLE = "participant,date,sex,age,birth_year,ethnicity\nP-001,2024-01-25,male,33,,\n"


def test_an_imported_value_names_its_file_in_the_trail_and_the_import_its_digest(coordinator, as_role):
    assert import_table(as_role("data manager"), TABLE, confirm="1").status_code == 302
    [value] = log("value.set", item="age")
    assert said(value)["source"] == "import of demographics.csv"
    [done] = log("import.done")
    assert said(done)["source"] == "demographics.csv"
    assert said(done)["sha256"] == hashlib.sha256(TABLE.encode()).hexdigest()
    assert (value.idem, value.actor) == (done.idem, done.actor)
    assert "source: import of demographics.csv" in text(as_role("monitor").get("/trail/?item=age"))


def test_what_a_person_typed_names_no_process_and_no_source(coordinator):
    enter(coordinator, PERSON)
    [value] = log("value.set", item="age")
    assert (value.actor, "source" in said(value)) == ("coordinator-invented", False)


def test_a_deviation_found_by_rule_is_proposed_by_the_process_with_its_version(coordinator, as_role):
    people.set_values("injection", {"date": "2024-02-06"}, visit="D0", repeat="L1")
    people.set_values("visits", {"date": "2024-02-25", "status": "done"}, visit="W1")
    as_role("investigator").get("/deviations/")
    assert {event.actor for event in log("deviation.proposed")} == {f"process deviations {__version__}"}


def test_a_query_raised_by_a_check_says_so(coordinator):
    typed = PERSON | {"age": "133"}
    enter_record(coordinator, "P-001", "SCR", "demographics", "", typed, do="save", keep="so it is")
    assert [said(event)["source"] for event in log("query.opened")] == ["check"]
