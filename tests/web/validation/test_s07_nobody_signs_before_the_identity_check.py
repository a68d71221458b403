"""S7: nobody signs before an identity check is recorded."""

from __future__ import annotations

import pytest

from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.entering import faults_of
from tests.web.validation.acting import PERSON, enter, log, said, sign


@pytest.fixture
def unknown(coordinator):
    """An investigator whose document nobody has looked at."""
    enter(coordinator, PERSON)
    person = people.person_of("investigator")
    person.identified_on = None
    person.save()
    return person


def test_a_person_without_the_check_signs_nothing_although_both_components_are_right(unknown, as_role):
    answer = sign(as_role("investigator"), code=code_of(add_factor(unknown)))
    assert answer.status_code == 422
    assert any("FD-W132" in each for each in faults_of(answer))
    assert log("sign.made") == []


def test_once_the_administrator_recorded_the_check_the_person_signs(unknown, as_role):
    told = {"document": "passport", "on": "2024-05-01"}
    assert as_role("administrator").post(f"/people/p/{unknown.code}/identify/", told).status_code == 302
    [event] = log("user.identified")
    assert (event.actor, said(event)["person"], said(event)["document"]) == (
        "administrator-invented", unknown.code, "passport",
    )  # fmt: skip
    assert sign(as_role("investigator"), code=code_of(add_factor(unknown))).status_code == 302


def test_nobody_records_the_check_of_oneself(as_role):
    client, own = as_role("administrator"), people.person_of("administrator")
    assert (
        client.post(
            f"/people/p/{own.code}/identify/", {"document": "passport", "on": "2024-05-01"}
        ).status_code
        == 422
    )
    assert log("user.identified") == []
