"""Participants of the log's tests: one of the seed trial with two values, and a clock that can be set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.audit import append as appending
from firstdose.web.audit import guards
from firstdose.web.audit.projecting import PROJECTIONS

SITE = Actor(who="ann", role="coordinator", auth="session password totp")


class Clock:
    """The server's time, as a test says."""

    def __init__(self) -> None:
        self.time = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def later(self, **more: int) -> None:
        self.time += timedelta(**more)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(appending, "now", clock)
    return clock


def key_of(
    item: str = "pasi", participant: str = "P-001", visit: str = "V1", form: str = "pasi", repeat: str = ""
):
    return Key(participant, visit, form, repeat, item)


def setting(text: str, *, reason: str = "tried by a test", **key: str) -> NewEvent:
    told = {"old": "", "new": text, "raw": text, "unit": "", "reason": reason}
    return NewEvent(kind="value.set", key=key_of(**key), site="site", payload=told)


@pytest.fixture
def participant(study) -> str:
    appending.append(
        [NewEvent(kind="participant.added", key=Key("P-001", form="participants"), site="site")], by=SITE
    )
    return "P-001"


@pytest.fixture
def kept(settings, tmp_path):
    """A folder of one's own for keys, anchors and photographs."""
    settings.KEPT = tmp_path / "capture"
    settings.KEPT.mkdir()
    return settings.KEPT


def empty_the_log() -> None:
    """What a new database would be: the owner takes the guards away."""
    tables = [*guards.LOG, *(model._meta.db_table for model in PROJECTIONS)]
    with transaction.atomic(), guards.lifted(connection), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
    Membership.objects.all().delete()
    Person.objects.all().delete()
