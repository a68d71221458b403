"""A8: logins, failures, accounts and role changes stand in the trail."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web import people
from tests.web.accounts.doors import LOGIN, add_factor, log_in
from tests.web.validation.acting import log, said

NEW = {"name": "Nika Invented", "email": "nika@example.org", "code": "nika", "reason": "joins"}


@pytest.fixture
def somebody(study):
    return people.person_of("coordinator")


def test_a_login_and_a_logout_are_told_with_the_person(somebody):
    client = log_in(somebody, add_factor(somebody))
    client.post("/accounts/logout/")
    told = [(event.kind, said(event)["person"]) for event in log("login.done", "logout.done")]
    assert told == [("login.done", somebody.code), ("logout.done", somebody.code)]


def test_every_failure_and_the_lock_are_told(somebody):
    for _ in range(5):
        Client().post(LOGIN, {"login": somebody.email, "password": "wrong"})
    kinds = [event.kind for event in log("login.failed", "login.locked")]
    assert kinds == ["login.failed"] * 5 + ["login.locked"]


def test_an_account_and_every_change_of_its_roles_are_told_with_who_did_it(as_role):
    client = as_role("administrator")
    client.post("/people/new/", NEW)
    client.post("/people/p/nika/grant/", {"role": "monitor", "since": "2024-05-01", "reason": "joins"})
    client.post("/people/p/nika/train/", {"role": "monitor", "on": "2024-05-01", "training": "GCP"})
    row = people.Membership.objects.get(person__code="nika")
    client.post(f"/people/p/nika/roles/{row.pk}/", {"reason": "changes"})
    client.post("/people/p/nika/leave/", {"reason": "leaves"})
    wanted = ["user.added", "role.granted", "user.trained", "role.withdrawn", "user.left"]
    told = [event for event in log(*wanted) if said(event)["person"] == "nika"]
    assert [event.kind for event in told] == wanted
    assert {event.actor for event in told} == {"administrator-invented"}
