"""P9: a lost second factor is withdrawn at once; its replacement is logged."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from tests.web import people
from tests.web.accounts.doors import FACTOR, LOGIN, add_factor, code_of, log_in
from tests.web.validation.acting import log, said, text

CHOSEN = "a phrase that I chose myself"


@pytest.fixture
def nika(study):
    return people.person_of("coordinator", name="Nika Invented")


def withdraw(as_role, person):
    at = f"/people/p/{person.code}/factor/"
    return as_role("administrator").post(at, {"reason": "telephone stolen"})


def test_the_lost_factor_and_the_open_login_end_at_once(nika, as_role):
    secret = add_factor(nika)
    client = log_in(nika, secret)
    assert withdraw(as_role, nika).status_code == 302
    assert client.get("/participants/").url.startswith(LOGIN)
    thief = Client()
    thief.post(LOGIN, {"login": nika.email, "password": people.PASSWORD})
    thief.post(FACTOR, {"code": code_of(secret, 1)})
    assert thief.get("/participants/").status_code == 302
    told = said(log("factor.withdrawn")[0])
    assert (told["person"], told["factor"], told["reason"]) == (nika.code, "totp", "telephone stolen")


def test_the_replacement_goes_by_mail_and_is_logged(nika, as_role, django_capture_on_commit_callbacks):
    add_factor(nika)
    withdraw(as_role, nika)
    [link] = re.findall(r"/accounts/invitation/\S+", mail.outbox[-1].body)
    client = Client()
    client.post(link, {"password": CHOSEN, "again": CHOSEN})
    client.post(LOGIN, {"login": nika.email, "password": CHOSEN})
    page = text(client.get("/accounts/2fa/totp/activate/"))
    [secret] = re.findall(r'<code dir="ltr">([A-Z2-7]+)</code>', page)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    kinds = [
        event.kind for event in log("factor.withdrawn", "factor.added") if said(event)["factor"] == "totp"
    ]
    assert kinds == ["factor.withdrawn", "factor.added"]
    assert client.get("/participants/").status_code == 200
