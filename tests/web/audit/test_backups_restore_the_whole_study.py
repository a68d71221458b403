"""The trail lives as long as the data: it survives export, backup and restore (A12, Q2, G18)."""

from __future__ import annotations

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from firstdose.records.log.anchors import read_anchors
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.verifying import verify, verify_file
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.audit import anchoring, models
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.append import append
from firstdose.web.audit.backing import backup, restore, write_log_file
from firstdose.web.audit.projecting import differences
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import current
from tests.web import people
from tests.web.audit.conftest import SITE, empty_the_log, setting


@pytest.fixture
def filled(participant, kept):
    """A small study: values, a redacted one among them, people and a photograph."""
    for number in range(3):
        append([setting(str(number), reason="again"), setting("a", item="bsa")], by=SITE)
    append([NewEvent(kind="form.completed", key=Key("P-001", "V1", "pasi"))], by=SITE)
    people.person_of("coordinator", "site")
    people.person_of("monitor")
    (kept / "photographs").mkdir()
    (kept / "photographs" / "one.jpg").write_bytes(b"a picture")
    return kept


def tables() -> list[list[tuple]]:
    kept = (models.CurrentRecord, models.CurrentValue, models.CurrentQuery, models.CurrentLock)
    return [
        sorted(model.objects.values_list(*[f.name for f in model._meta.fields if f.name != "id"]))
        for model in kept
    ]


def test_the_exported_log_proves_itself_without_the_database(filled, tmp_path):
    anchoring.anchor_now()
    call_command("export_log", str(tmp_path / "log.jsonl"))
    anchors, _ = read_anchors(tmp_path / "log.anchors.txt")
    verdict = verify_file(tmp_path / "log.jsonl", anchors)
    assert (verdict.whole, verdict.anchors, verdict.last) == (True, 1, models.Event.objects.count())
    assert write_log_file(tmp_path / "again.jsonl") == verdict.last


def test_a_backup_restores_the_very_same_events_people_and_photographs(filled, tmp_path):
    made = backup(tmp_path / "study.zip")
    before, was = list(events()), tables()
    assert before[-1].kind == "backup.made"
    assert before[-1].payload == {"seq": made.seq, "sha256": made.sha256}
    text, memberships = current().text, sorted(Membership.objects.values_list("person__code", "role", "site"))
    empty_the_log()
    (filled / "photographs" / "one.jpg").unlink()
    restore(tmp_path / "study.zip")
    after = list(events())
    assert after[: made.seq] == before[: made.seq]
    assert [each.kind for each in after[made.seq :]] == ["restore.done", "anchor.made"]
    assert after[made.seq].payload["sha256"] == made.sha256
    assert (tables(), differences(), current().text) == (was, [], text)
    assert verify(events(), anchoring.anchors()).whole
    assert sorted(Membership.objects.values_list("person__code", "role", "site")) == memberships
    assert (filled / "photographs" / "one.jpg").read_bytes() == b"a picture"
    people.person_of("board")


def test_work_goes_on_after_a_restore(filled, tmp_path):
    backup(tmp_path / "study.zip")
    empty_the_log()
    restore(tmp_path / "study.zip")
    append([setting("9", reason="later")], by=SITE)
    assert verify(events(), anchoring.anchors()).whole
    assert models.CurrentValue.objects.get(item="pasi").text == "9"


def test_a_backup_holds_no_password_and_no_key(filled, tmp_path):
    backup(tmp_path / "study.zip")
    secret = (filled / "anchor.key").read_bytes()
    with zipfile.ZipFile(tmp_path / "study.zip") as archive:
        told = b"".join(archive.read(name) for name in archive.namelist())
        rows = json.loads(archive.read("people.json"))
    assert secret not in told
    assert all(word not in told for word in (b"argon2", b"md5$", b'"password"'))
    assert {row["fields"]["code"] for row in rows if "code" in row["fields"]} >= {"monitor-invented"}
    empty_the_log()
    restore(tmp_path / "study.zip")
    assert not any(person.has_usable_password() for person in Person.objects.all())


def test_a_backup_is_only_restored_into_an_empty_database(filled, tmp_path):
    backup(tmp_path / "study.zip")
    with pytest.raises(Refused, match="not empty"):
        restore(tmp_path / "study.zip")


@pytest.mark.parametrize("cut", [False, True])
def test_a_backup_that_was_tampered_with_is_refused_and_nothing_is_written(filled, tmp_path, cut):
    backup(tmp_path / "study.zip")
    with zipfile.ZipFile(tmp_path / "study.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = files["log.jsonl"].splitlines(keepends=True)
    log = b"".join(lines[:-3]) if cut else files["log.jsonl"].replace(b'"ann"', b'"eve"')
    with zipfile.ZipFile(tmp_path / "spoiled.zip", "w") as archive:
        for name, content in (files | {"log.jsonl": log}).items():
            archive.writestr(name, content)
    empty_the_log()
    with pytest.raises(Refused):
        restore(tmp_path / "spoiled.zip")
    assert not models.Event.objects.exists()


def test_a_file_that_is_no_backup_is_refused_in_words(db, kept, tmp_path):
    (tmp_path / "x.zip").write_text("hello")
    with pytest.raises(CommandError, match="FD-W177"):
        call_command("restore", str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="FD-W175"):
        call_command("backup", str(tmp_path / "y.zip"))


def test_the_commands_back_up_and_restore(filled, tmp_path, capsys):
    call_command("backup", str(tmp_path / "study.zip"))
    empty_the_log()
    call_command("restore", str(tmp_path / "study.zip"))
    assert "invite everybody anew" in capsys.readouterr().out
    call_command("rebuild", check=True)
