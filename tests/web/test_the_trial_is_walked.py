"""Two rehearsed participants walk the whole trial by the real pages: what stands on record is what was rehearsed.

The five walk in a browser (tests/browser/test_capture_walk.py), sixty in benchmarks/capture_drills/walk.py.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from firstdose.records.log.tables import study_tables
from firstdose.records.log.verifying import verify
from firstdose.rehearsal import rehearse
from firstdose.web.accounts import sessions
from firstdose.web.audit.models import CurrentLock, CurrentQuery, CurrentRecord
from firstdose.web.audit.reading import current_state, events
from firstdose.web.audit.snapshot import reading_now
from firstdose.web.review.shown import signatures
from tests.functional.test_rehearsal import PROTOCOL, seed_trial
from tests.web import people
from tests.web.comparing import cells_of, differences, digest_of, results_of, unpack, write_rehearsed
from tests.web.entering import enter_record, faults_of
from tests.web.safety import trial
from tests.web.walking import Walk, at_home, named_here, only

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.slow
PARTICIPANTS = int(os.environ.get("WALK_PARTICIPANTS", "2"))


@pytest.fixture
def walk(db, monkeypatch, settings) -> Walk:
    settings.MFA_REQUIRED = False
    monkeypatch.setattr(sessions, "now", lambda: datetime.now(UTC))  # noqa: TID251, logins last by the real clock
    trial.freeze(monkeypatch, trial.at(date(2024, 1, 2)))
    study = people.activate()
    clients: dict[str, Client] = {}
    return Walk(
        study=study,
        tables=named_here(only(seed_trial().tables, PARTICIPANTS)),
        desks=lambda role: clients.get(role) or clients.setdefault(role, people.client_of(role)),
        set_clock=lambda moment: trial.freeze(monkeypatch, moment),
        email_of=lambda role: people.person_of(role).email,
        password=people.PASSWORD,
    )


def test_two_participants_walk_the_trial_by_the_forms_and_come_back_as_rehearsed(
    walk: Walk, tmp_path: Path
) -> None:
    """Six months with injection days and adverse events; each export reads back, the report is that of the folder."""
    done = walk.go()
    walk.judge_deviations()
    assert (done["participants"], done["locks"], done["signatures"]) == (
        PARTICIPANTS,
        PARTICIPANTS,
        3 * PARTICIPANTS,
    )

    folder = write_rehearsed(seed_trial(), walk.tables, tmp_path / "rehearsed", people.protocol_text())
    protocol, state = walk.study.protocol, current_state()
    assert cells_of(protocol, study_tables(protocol, state)) == cells_of(protocol, walk.tables)
    assert reading_now().snapshot.digest == digest_of(folder)

    desk = walk.desks("data manager")
    assert differences(protocol, state, lambda kind: desk.post(f"/exports/{kind}/").content, tmp_path) == {
        "ODM": 0,
        "REDCap": 0,
        "CSV": 0,
    }
    back = unpack(desk.post("/exports/study/").content, tmp_path / "study", "")
    assert results_of(back, tmp_path / "1") == results_of(folder, tmp_path / "2")

    assert not CurrentQuery.objects.exclude(status="closed").exists()
    assert (
        not CurrentRecord.objects.filter(completed=0).exclude(form__in=["participants", "injection"]).exists()
    )
    assert CurrentLock.objects.filter(level="locked").count() == PARTICIPANTS
    assert all(
        not each.voided for name in walk.tables["participants"]["participant"] for each in signatures(name)
    )
    assert verify(events()).findings == ()

    late = enter_record(walk.desks("coordinator"), "P-001", "M6", "DLQI", "", {"item_1": "3"}, reason="late")
    assert late.status_code != 302, faults_of(late)


LOST, WITHDRAWN, MISSED = "INV-040", "INV-013", "INV-001"  # of sixty that are rehearsed


def test_who_is_lost_or_withdraws_or_misses_a_visit_comes_back_as_rehearsed_too(
    walk: Walk, tmp_path: Path
) -> None:
    rehearsed = rehearse(PROTOCOL, 60, 3)
    some = {
        name: table.filter(pl.col("participant").is_in([LOST, WITHDRAWN, MISSED]))
        for name, table in rehearsed.tables.items()
    }
    assert set(some["end_of_study"]["status"]) == {"lost", "withdrawn", "completed"}
    assert "missed" in some["visits"]["status"].to_list()
    walk.tables = at_home(walk.study, named_here(some))
    walk.go()
    folder = write_rehearsed(rehearsed, walk.tables, tmp_path / "rehearsed", people.protocol_text())
    assert reading_now().snapshot.digest == digest_of(folder)
