"""P4: rights are reviewed; leaving removes them at once and ends open logins."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web import people
from tests.web.accounts.doors import LOGIN, add_factor, log_in
from tests.web.validation.acting import log, said, text


@pytest.fixture
def nika(study):
    return people.person_of("coordinator", name="Nika Invented")


def test_the_review_of_rights_is_on_record_and_the_page_tells_when(as_role):
    client = as_role("administrator")
    client.post("/people/review/", {"finding": "one role was no longer needed"})
    [event] = log("role.reviewed")
    assert (event.actor, said(event)["finding"]) == (
        "administrator-invented",
        "one role was no longer needed",
    )
    assert "Last reviewed on" in text(client.get("/people/"))


def test_an_open_login_of_somebody_who_leaves_ends_with_the_next_request(nika, as_role):
    client = log_in(nika, add_factor(nika))
    assert client.get("/participants/").status_code == 200
    as_role("administrator").post(f"/people/p/{nika.code}/leave/", {"reason": "leaves the centre"})
    assert client.get("/participants/").url.startswith(LOGIN)
    again = Client().post(LOGIN, {"login": nika.email, "password": people.PASSWORD})
    assert again.status_code == 200
    assert [said(event)["reason"] for event in log("user.left")] == ["leaves the centre"]


def test_a_role_that_is_withdrawn_is_gone_at_once_and_so_is_the_login(nika, as_role):
    client = log_in(nika, add_factor(nika))
    at = f"/people/p/{nika.code}/roles/{nika.memberships.get().pk}/"
    as_role("administrator").post(at, {"reason": "changes"})
    assert client.get("/participants/").status_code == 302
    assert [said(event)["role"] for event in log("role.withdrawn")] == ["coordinator"]


def test_leaving_needs_a_reason(nika, as_role):
    assert as_role("administrator").post(f"/people/p/{nika.code}/leave/", {"reason": " "}).status_code == 422
    assert log("user.left") == []
