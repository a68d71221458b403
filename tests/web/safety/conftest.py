"""Tests of the safety desk: the clock stands where the test puts it, the second factor is tested with the accounts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.web import people
from tests.web.safety import trial


@pytest.fixture(autouse=True)
def _one_factor(settings) -> None:
    settings.MFA_REQUIRED = False


@pytest.fixture
def study(db, monkeypatch):
    """The seed trial, activated at the beginning of the year in which its invented participants take part."""
    trial.freeze(monkeypatch, trial.at(date(2024, 1, 2)))
    return people.activate()


@pytest.fixture
def injection_day(study, monkeypatch):
    """The first invented participant on the morning of the injection, everything before on record."""
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    trial.prepare()
    return study
