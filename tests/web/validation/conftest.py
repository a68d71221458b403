"""What the points of the validation need: a participant whose consent was entered by the pages, and a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from firstdose.web.audit import append as appending
from tests.web import people
from tests.web.entering import faults_of
from tests.web.validation.acting import CONSENT, SITE, enter


class ServersClock:
    """The time of the server, as a test says."""

    def __init__(self) -> None:
        self.time = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def later(self, **more: int) -> None:
        self.time += timedelta(**more)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    cache.clear()


@pytest.fixture
def servers_clock(monkeypatch) -> ServersClock:
    clock = ServersClock()
    monkeypatch.setattr(appending, "now", clock)
    return clock


@pytest.fixture
def coordinator(as_role):
    """A coordinator's browser; consent of P-001 is on record."""
    people.add_participant(site=SITE)
    client = as_role("coordinator")
    answer = enter(client, CONSENT, form="informed_consent")
    assert answer.status_code == 302, faults_of(answer)
    return client


@pytest.fixture
def kept(settings, tmp_path):
    """A folder of one's own for keys, anchors and photographs."""
    settings.KEPT = tmp_path / "capture"
    settings.KEPT.mkdir()
    return settings.KEPT
