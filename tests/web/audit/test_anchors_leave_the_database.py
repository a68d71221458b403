"""Heads of the chain, signed, go where the owner of the database cannot reach (A13, 6.4)."""

from __future__ import annotations

import stat

import pytest
from django.core import mail
from django.db import connection, transaction

from firstdose.records.log.anchors import Anchor, check_anchor, read_anchors
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.verifying import verify
from firstdose.web.audit import anchoring, guards, models
from firstdose.web.audit.append import append
from firstdose.web.audit.reading import events
from tests.web.audit.conftest import SITE, setting


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What is done after a commit is done at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def at(clock, monkeypatch, kept):
    monkeypatch.setattr(anchoring, "now", clock)
    return clock


def test_an_anchor_signs_the_head_and_goes_to_table_file_and_mail(participant, kept, committed, monkeypatch):
    monkeypatch.setenv("FIRSTDOSE_ANCHOR_MAIL", "pi@example.org, board@example.org")
    with committed():
        anchor = anchoring.anchor_now()
    head = models.Event.objects.get(seq=anchor.seq)
    assert (anchor.hash, anchor.study) == (head.hash, head.study)
    assert check_anchor(anchor) is None
    [line] = models.Anchor.objects.values_list("line", flat=True)
    assert (kept / "anchors.txt").read_text() == f"{line}\n" == f"{anchor}\n"
    [sent] = mail.outbox
    assert (sent.to, str(anchor) in sent.body) == (["pi@example.org", "board@example.org"], True)
    told = list(events())[-1]
    assert (told.kind, told.payload) == (
        "anchor.made",
        {"seq": anchor.seq, "hash": anchor.hash, "key": anchor.key},
    )


def test_without_an_address_nothing_is_mailed(participant, kept, committed):
    with committed():
        anchoring.anchor_now()
    assert mail.outbox == []


def test_an_empty_log_has_no_anchor(db, kept):
    assert anchoring.anchor_now() is None


def test_the_key_is_made_once_and_read_by_its_owner_only(participant, kept):
    first, second = anchoring.anchor_now(), anchoring.anchor_now()
    assert first.key == second.key == (kept / "anchor.pub").read_text().strip()
    assert stat.S_IMODE((kept / "anchor.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in kept.iterdir()) == ["anchor.key", "anchor.pub"]


def test_a_save_is_anchored_when_the_last_anchor_is_fifteen_minutes_old(participant, at, committed):
    made = []
    for minutes in (0, 14, 1, 1):
        at.later(minutes=minutes)
        with committed():
            append([setting("1", reason="again")], by=SITE)
        made.append(models.Anchor.objects.count())
    assert made == [1, 1, 2, 2]


def test_a_signature_is_anchored_at_once(participant, at, committed):
    with committed():
        append([setting("1")], by=SITE)
    with committed():
        append(
            [NewEvent(kind="sign.made", key=Key("P-001", "V1"), payload={"meaning": "m", "shown": []})],
            by=SITE,
        )
    signed = models.Event.objects.get(kind="sign.made")
    assert [anchor.seq for anchor in anchoring.anchors()][-1] == signed.seq


def test_a_disk_or_a_mail_server_that_fails_does_not_undo_the_save(
    participant, at, committed, monkeypatch, caplog
):
    def fails(anchor: Anchor) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(anchoring, "_to_file", fails)
    with committed():
        append([setting("1")], by=SITE)
    assert models.CurrentValue.objects.get().text == "1"
    assert "did not leave" in caplog.text


def test_a_log_rewritten_by_the_owner_is_found_by_its_anchor(participant, kept, committed):
    with committed():
        append([setting("1")], by=SITE)
        anchoring.anchor_now()
    anchors, faults = read_anchors(kept / "anchors.txt")
    assert faults == []
    assert verify(events(), anchors).whole
    with transaction.atomic(), guards.lifted(connection), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payload WHERE seq >= 3")
        cursor.execute("DELETE FROM event WHERE seq >= 3")
    append([setting("2")], by=SITE)
    assert verify(events()).whole, "the chain alone cannot tell"
    assert not verify(events(), anchors).whole


@pytest.mark.parametrize(
    "spoiled",
    [
        "UPDATE event SET actor = 'mallory' WHERE seq = 2",
        "UPDATE payload SET text = '{}' WHERE seq = 3",
        "DELETE FROM payload WHERE seq = 3",
        "DELETE FROM event WHERE seq = 2",
    ],
)
def test_altered_or_missing_records_are_detected(participant, spoiled):
    append([setting("1")], by=SITE)
    with transaction.atomic(), guards.lifted(connection), connection.cursor() as cursor:
        cursor.execute(spoiled)
    assert not verify(events()).whole
