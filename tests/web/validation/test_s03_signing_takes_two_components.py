"""S3: signing takes two components, in full at the first signing after login."""

from __future__ import annotations

import pytest

from tests.web import people
from tests.web.accounts.doors import add_factor, code_of, log_in
from tests.web.validation.acting import PERSON, enter, log, said, sign


@pytest.fixture
def signer(coordinator):
    enter(coordinator, PERSON)
    return people.person_of("investigator")


@pytest.fixture
def secret(signer):
    return add_factor(signer)


def test_password_and_code_sign_first_and_the_password_afterwards(signer, secret):
    """The login took the code of the half minute before; a code is used once."""
    client = log_in(signer, secret, -1)
    assert sign(client).status_code == 422
    assert sign(client, code=code_of(secret)).status_code == 302
    assert sign(client).status_code == 302
    assert [said(event)["proof"] for event in log("sign.made")] == ["password totp", "password"]


@pytest.mark.parametrize("told", [{"password": "wrong"}, {"password": ""}, {"code": "000000"}, {"code": ""}])
def test_one_component_alone_signs_nothing(signer, secret, as_role, told):
    answer = sign(as_role("investigator"), **{"code": code_of(secret)} | told)
    assert (answer.status_code, log("sign.made")) == (422, [])


def test_after_another_login_both_are_asked_again(signer, secret):
    first = log_in(signer, secret, -1)
    assert sign(first, code=code_of(secret)).status_code == 302
    first.post("/accounts/logout/")
    second = log_in(signer, secret, 1)
    assert sign(second).status_code == 422
    assert len(log("sign.made")) == 1
