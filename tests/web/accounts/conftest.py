"""Tests of accounts: a clock that can be set, and browsers that log in by the real pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from firstdose.web.audit import clock

READERS_OF_THE_CLOCK = (
    "adapter", "alarm", "forms_of_people", "invitations", "lockout", "models", "people", "proof", "sessions", "views",
)  # fmt: skip


class Clock:
    """The server's clock, moved on by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.real = clock.now

    def now(self):
        return self.real() + self.ahead

    def pass_by(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@pytest.fixture
def clock_of_tests(monkeypatch) -> Clock:
    moved = Clock()
    for name in READERS_OF_THE_CLOCK:
        monkeypatch.setattr(f"firstdose.web.accounts.{name}.now", moved.now)
    monkeypatch.setattr("firstdose.web.audit.append.now", moved.now)
    return moved


@pytest.fixture(autouse=True)
def no_cache():
    cache.clear()
