"""P5: second factor, password policy, lockout, idle logout, alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from firstdose.web.audit import clock
from tests.web import people
from tests.web.accounts.doors import FACTOR, LOGIN, add_factor, log_in
from tests.web.validation.acting import log


@pytest.fixture
def somebody(study):
    return people.person_of("coordinator")


def with_password(person, password: str = people.PASSWORD):
    client = Client()
    return client, client.post(LOGIN, {"login": person.email, "password": password})


def test_the_password_alone_opens_nothing(somebody):
    client, _ = with_password(somebody)
    assert client.get("/participants/").url == "/accounts/2fa/totp/activate/"
    add_factor(somebody)
    client, answer = with_password(somebody)
    assert answer.url == FACTOR
    assert client.get("/participants/").url.startswith(LOGIN)


@pytest.mark.parametrize("weak", ["short", "123456789012345", "password1234", "coordinator-invented"])
def test_a_weak_password_is_refused(somebody, weak):
    client = log_in(somebody, add_factor(somebody))
    told = {"oldpassword": people.PASSWORD, "password1": weak, "password2": weak}
    assert client.post("/accounts/password/change/", told).status_code == 200
    somebody.refresh_from_db()
    assert somebody.check_password(people.PASSWORD)


def test_five_failures_lock_the_account_and_warn_the_administrators(somebody):
    administrator = people.person_of("administrator")
    for _ in range(5):
        with_password(somebody, "wrong")
    _, answer = with_password(somebody)
    assert "locked for 15 minutes" in answer.content.decode()
    assert [event.kind for event in log("login.locked")] == ["login.locked"]
    [letter] = mail.outbox
    assert (letter.to, somebody.email in letter.body) == ([administrator.email], True)


def test_half_an_hour_without_a_request_ends_the_login(somebody, monkeypatch):
    client, real = log_in(somebody, add_factor(somebody)), clock.now
    assert client.get("/participants/").status_code == 200
    monkeypatch.setattr("firstdose.web.accounts.sessions.now", lambda: real() + timedelta(minutes=31))
    assert client.get("/participants/").url.startswith(LOGIN)
    assert [event.payload["how"] for event in log("logout.done")] == ["limit of time"]
