"""S3, S7: who signs proves it: password and second factor at the first signing after login, then the password."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.sessions.backends.db import SessionStore

from firstdose.values.issue import Issue
from firstdose.web.accounts.proof import check_proof, needs_code
from tests.web import people
from tests.web.accounts.doors import add_factor, code_of, told


@pytest.fixture
def signer(study):
    return people.person_of("investigator")


def test_the_first_signature_takes_both_and_the_second_the_password(signer):
    """21 CFR 11.200(a)(1)(i): all components at the first signing, at least one at those that follow."""
    secret, session = add_factor(signer), SessionStore()
    assert needs_code(signer, session)
    assert check_proof(signer, people.PASSWORD, "", session).code == "FD-W133"
    assert str(check_proof(signer, people.PASSWORD, code_of(secret), session)) == "password totp"
    assert not needs_code(signer, session)
    assert str(check_proof(signer, people.PASSWORD, "", session)) == "password"


def test_another_session_begins_with_both_again(signer):
    secret = add_factor(signer)
    check_proof(signer, people.PASSWORD, code_of(secret), SessionStore())
    assert needs_code(signer, SessionStore())


def test_the_proof_of_one_person_is_none_for_another_in_the_same_session(signer):
    session = SessionStore()
    check_proof(signer, people.PASSWORD, code_of(add_factor(signer)), session)
    assert needs_code(people.person_of("board"), session)


def test_a_second_person_at_the_same_screen_always_gives_both(signer):
    secret = add_factor(signer)
    assert str(check_proof(signer, people.PASSWORD, code_of(secret, -1), None)) == "password totp"
    assert check_proof(signer, people.PASSWORD, "", None).code == "FD-W133"


@pytest.mark.parametrize(("password", "ahead"), [("wrong", 0), (people.PASSWORD, 40), ("", 0)])
def test_a_wrong_password_or_code_signs_nothing_and_is_in_the_log(signer, password, ahead):
    refused = check_proof(
        signer, password, code_of(add_factor(signer), ahead), SessionStore(), purpose="lock"
    )
    assert refused.code == "FD-W130"
    assert [(kind, payload["step"]) for kind, payload in told("login.failed")] == [("login.failed", "lock")]


def test_a_code_signs_only_once(signer):
    code = code_of(add_factor(signer))
    assert not isinstance(check_proof(signer, people.PASSWORD, code, SessionStore()), Issue)
    assert check_proof(signer, people.PASSWORD, code, SessionStore()).code == "FD-W130"


def test_the_fifth_wrong_signature_locks(signer):
    secret, session = add_factor(signer), SessionStore()
    codes = [check_proof(signer, "wrong", "000000", session).code for _ in range(5)]
    assert codes == ["FD-W130"] * 5
    assert check_proof(signer, people.PASSWORD, code_of(secret), session).code == "FD-W131"
    assert len(told("login.locked")) == 1


def test_nobody_signs_before_the_identity_check_is_recorded(signer):
    """21 CFR 11.100(b)."""
    signer.identified_on = None
    assert check_proof(signer, people.PASSWORD, code_of(add_factor(signer)), SessionStore()).code == "FD-W132"
    signer.identified_on = date(2024, 1, 1)


def test_nobody_signs_without_a_second_factor(signer):
    assert check_proof(signer, people.PASSWORD, "123456", SessionStore()).code == "FD-W134"


def test_in_a_rehearsal_the_password_is_enough_and_the_proof_says_no_more(signer, settings):
    settings.MFA_REQUIRED = False
    assert str(check_proof(signer, people.PASSWORD, "", SessionStore())) == "password"


def test_somebody_who_left_cannot_sign(signer):
    secret = add_factor(signer)
    signer.is_active = False
    assert check_proof(signer, people.PASSWORD, code_of(secret), None).code == "FD-W130"
