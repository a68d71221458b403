"""P8: a role counts only with recorded training for it."""

from __future__ import annotations

import pytest

from tests.web import people
from tests.web.validation.acting import FORM, PERSON, enter, log, said


@pytest.fixture
def untrained(coordinator, as_role):
    """Somebody with the role of an investigator, given by the page, without training."""
    person = people.person_of("monitor", name="Nika Invented")
    person.memberships.all().delete()
    told = {"role": "investigator", "since": "2024-05-01", "reason": "joins"}
    as_role("administrator").post(f"/people/p/{person.code}/grant/", told)
    assert person.memberships.count() == 1
    return person


def browser(person):
    return people.client_of("monitor", name=person.printed_name)


def train(as_role, person, role: str):
    told = {"role": role, "on": "2024-05-01", "training": "GCP and the manual, version 1"}
    return as_role("administrator").post(f"/people/p/{person.code}/train/", told)


def test_without_training_the_role_opens_no_page(untrained):
    client = browser(untrained)
    for path in (FORM, "/participants/", "/trail/"):
        assert client.get(path).url == "/no-role/"


def test_training_for_another_role_does_not_count(untrained, as_role):
    train(as_role, untrained, "coordinator")
    assert browser(untrained).get("/participants/").url == "/no-role/"


def test_recorded_training_puts_the_role_in_force(untrained, as_role):
    assert train(as_role, untrained, "investigator").status_code == 302
    assert enter(browser(untrained), PERSON).status_code == 302
    told = said(log("user.trained")[0])
    assert (told["person"], told["role"], told["training"]) == (
        untrained.code, "investigator", "GCP and the manual, version 1",
    )  # fmt: skip
