"""Q1: the order of steps is enforced: no dose before eligibility and consent."""

from __future__ import annotations

import re

import pytest

from firstdose.web.audit.models import CurrentRecord
from tests.web import people
from tests.web.entering import faults_of
from tests.web.safety import trial
from tests.web.validation.acting import PERSON, SITE, enter, log


def test_nothing_is_entered_before_consent(as_role):
    people.add_participant(site=SITE)
    answer = enter(as_role("coordinator"), PERSON)
    assert answer.status_code == 422
    assert any("FD-W045" in each for each in faults_of(answer))
    assert not CurrentRecord.objects.filter(form="demographics").exists()


@pytest.fixture
def study(db, monkeypatch, settings):
    """The protocol in force on the morning of the injection. The second factor is tested under S3."""
    settings.MFA_REQUIRED = False
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    return people.activate()


@pytest.fixture
def on_the_day(study):
    """What stands before an injection, all or with one form left out."""
    return trial.prepare


def whole_path(client) -> list[str]:
    """Sheet, second person, record: what each step refused."""
    answers = [trial.propose(client, "L1"), trial.confirm(client), trial.record(client, "L1")]
    return [
        code for answer in answers if answer.status_code == 422 for code in _codes(answer.content.decode())
    ]


def _codes(page: str) -> list[str]:
    return re.findall(r"FD-[A-Z]\d{3}", page)


@pytest.mark.parametrize(("missing", "code"), [("informed_consent", "FD-W100"), ("screening", "FD-W101")])
def test_no_dose_is_recorded_without_consent_or_eligibility(on_the_day, as_role, missing, code):
    on_the_day(leave_out=missing)
    assert code in whole_path(as_role("coordinator"))
    assert log("dose.given", "dose.approved") == []
    assert not CurrentRecord.objects.filter(form="injection").exists()


def test_a_criterion_that_fails_forbids_the_dose(on_the_day, as_role):
    on_the_day()
    visit = CurrentRecord.objects.get(form="screening").visit
    people.set_values("screening", {"diabetes": "yes"}, "INV-001", visit)
    assert "FD-W101" in whole_path(as_role("coordinator"))
    assert log("dose.given") == []


def test_in_the_right_order_the_dose_is_recorded(on_the_day, as_role):
    on_the_day()
    assert whole_path(as_role("coordinator")) == []
    assert [event.kind for event in log(kind__startswith="dose.")] == [
        "dose.proposed",
        "dose.approved",
        "dose.given",
    ]
