"""What comes in through an import and what leaves again: the rehearsed trial, whole, both ways."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import cache

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstdose.records.log.event import NewEvent
from firstdose.records.log.file import read_log
from firstdose.records.study import read_study
from firstdose.rehearsal import write_study
from firstdose.web.audit.append import append
from firstdose.web.audit.models import CurrentValue, Event
from firstdose.web.audit.reading import events
from firstdose.web.audit.snapshot import reading_now
from tests.functional.test_rehearsal import PROTOCOL, seed_trial
from tests.web import people


@cache
def rehearsed_zip(only: str = "") -> bytes:
    """The seed's invented study as a zip of its tables; of one participant, where that is enough."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        for name, table in seed_trial().tables.items():
            rows = table.filter(pl.col("participant") == only) if only else table
            held.writestr(f"records/{name}.csv", rows.write_csv())
    return out.getvalue()


def bring(client, name: str, content: bytes, **more: str):
    return client.post("/import/", {"file": SimpleUploadedFile(name, content), **more})


@pytest.fixture
def brought_in(as_role):
    """One participant on record."""
    assert (
        bring(as_role("data manager"), "study.zip", rehearsed_zip("INV-001"), confirm="1").status_code == 302
    )
    return as_role("data manager")


@pytest.fixture
def all_brought_in(as_role):
    """The whole trial on record."""
    assert bring(as_role("data manager"), "study.zip", rehearsed_zip(), confirm="1").status_code == 302
    return as_role("data manager")


def unzipped(answer) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        return {name: held.read(name) for name in held.namelist()}


def test_the_snapshot_of_the_log_equals_that_of_the_study_folder(all_brought_in, tmp_path):
    write_study(seed_trial(), people.protocol_text(), tmp_path, raw=False)
    assert reading_now().snapshot.digest == read_study(tmp_path, PROTOCOL).snapshot.digest


def test_the_exported_study_folder_reads_back_to_the_same_snapshot(all_brought_in, tmp_path):
    for name, content in unzipped(all_brought_in.post("/exports/study/")).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert read_study(tmp_path, PROTOCOL).snapshot.digest == reading_now().snapshot.digest


def test_an_import_is_first_shown_and_writes_nothing_until_it_is_confirmed(as_role):
    page = bring(as_role("data manager"), "study.zip", rehearsed_zip())
    assert "Nothing is written yet" in page.content.decode()
    assert not CurrentValue.objects.exists()


def test_an_import_that_is_sent_twice_brings_nothing_the_second_time(brought_in):
    before = Event.objects.filter(kind="value.set").count()
    bring(brought_in, "study.zip", rehearsed_zip("INV-001"), confirm="1")
    assert Event.objects.filter(kind="value.set").count() == before


def test_what_was_brought_in_is_reconciled_by_rows_values_and_digest(all_brought_in):
    done = next(events(kind="import.done")).payload
    assert done["values"] == CurrentValue.objects.count()
    assert done["rows"] == sum(table.height for table in seed_trial().tables.values())


def test_an_import_that_changes_values_needs_a_reason(brought_in):
    table = seed_trial().tables["plaque_severity"].filter(pl.col("participant") == "INV-001")
    text = table.write_csv().replace("INV-001,BL,L1,2024-02-04,3", "INV-001,BL,L1,2024-02-04,5")
    assert text != table.write_csv()
    refused = bring(brought_in, "plaque_severity.csv", text.encode(), confirm="1")
    assert (refused.status_code, "FD-W153" in refused.content.decode()) == (422, True)
    bring(brought_in, "plaque_severity.csv", text.encode(), confirm="1", reason="read again from the source")
    last = list(events(kind="value.set"))[-1]
    assert (last.payload["old"], last.payload["new"], last.payload["reason"]) == (
        "3",
        "5",
        "read again from the source",
    )


@pytest.mark.parametrize(
    "name, content", [("a.zip", b"no zip"), ("a.txt", b"x"), ("nonsense.csv", b"a,b\n1,2\n")]
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(as_role, name, content):
    assert bring(as_role("data manager"), name, content, confirm="1").status_code == 422
    assert not CurrentValue.objects.exists()


@pytest.mark.parametrize("form", ["csv", "odm", "redcap", "crf-blank", "crf-annotated"])
def test_every_export_is_told_in_the_log_with_its_digest(brought_in, form):
    import hashlib

    answer = brought_in.post(f"/exports/{form}/")
    told = list(events(kind="export.made"))[-1].payload
    assert (told["format"], told["sha256"]) == (form, hashlib.sha256(answer.content).hexdigest())


def test_a_filled_form_of_a_participant_is_a_pdf(brought_in):
    assert brought_in.post("/exports/crf/INV-001/").content.startswith(b"%PDF")


def test_the_inspectors_pack_holds_the_whole_log_and_a_trail_of_the_same_events(brought_in, tmp_path):
    files = unzipped(brought_in.post("/exports/pack/"))
    (tmp_path / "log.jsonl").write_bytes(files["log.jsonl"])
    logged = list(read_log(tmp_path / "log.jsonl"))
    trail = list(csv.DictReader(io.StringIO(files["trail.csv"].decode())))
    assert [str(event.seq) for event in logged] == [row["seq"] for row in trail]
    assert {"anchors.txt", "people.csv", "crf/INV-001.pdf", "crf/blank.pdf"} <= files.keys()


def test_the_pack_holds_the_trail_of_the_page_and_the_events_of_people(brought_in):
    from firstdose.web.audit.trail import Filters, Scope, as_csv, found, told

    formula, names = "=HYPERLINK(1)", ("user.", "role.", "login.", "logout.", "factor.", "password.")
    people.set_values("plaque_severity", {"plaque_severity": formula}, "INV-001", "BL", "L1")
    append([NewEvent(kind="user.added", payload={"person": "ann", "name": "Ann"})], by=people.SETTER)
    page, _many = as_csv(told(found(Filters(), Scope())))
    files = unzipped(brought_in.post("/exports/pack/"))
    assert files["trail.csv"] == page
    rows = list(csv.DictReader(io.StringIO(files["trail.csv"].decode())))
    assert [row["new"] for row in rows if formula in row["new"]] == [f"'{formula}"]
    own = list(csv.DictReader(io.StringIO(files["people.csv"].decode())))
    assert own == [row for row in rows if row["kind"].startswith(names)]
    assert own


def test_a_coordinator_of_one_site_exports_only_that_site(brought_in):
    other = people.client_of("coordinator", site="elsewhere", name="Other Site")
    tables = unzipped(other.post("/exports/csv/"))
    assert not any(b"INV-" in content for content in tables.values())


def test_an_import_is_no_way_around_the_dose_gate(as_role):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        for name, table in seed_trial().tables.items():
            held.writestr(f"records/{name}.csv", table.write_csv().replace(",DL1,", ",DL2,"))
    answer = bring(as_role("data manager"), "study.zip", out.getvalue(), confirm="1")
    assert (answer.status_code, "FD-E025" in answer.content.decode()) == (422, True)
    assert not CurrentValue.objects.exists()
