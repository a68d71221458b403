"""S5: a change under a signature voids it visibly."""

from __future__ import annotations

import pytest

from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import PERSON, enter, log, said, sign, text


@pytest.fixture
def signed(coordinator, as_role):
    """The investigator signed screening."""
    enter(coordinator, PERSON)
    client = as_role("investigator")
    assert sign(client, code=code_of(add_factor(people.person_of("investigator")))).status_code == 302
    return client


def test_an_untouched_signature_stands(signed):
    page = text(signed.get("/signatures/P-001/"))
    assert ("stands" in page, "void:" in page) == (True, False)


def test_a_changed_value_voids_it_in_the_same_save_and_the_page_says_so(coordinator, signed):
    enter(coordinator, {"age": "34"}, reason="typing error")
    [made], [voided], [change] = log("sign.made"), log("sign.voided"), log("value.set", item="age")[1:]
    assert (said(voided)["signature"], voided.idem, voided.key.item) == (made.seq, change.idem, "age")
    page = text(signed.get("/signatures/P-001/"))
    assert ("void: 1 values changed since" in page, ">stands<" in page) == (True, False)


def test_the_investigator_can_sign_anew_and_both_are_shown(coordinator, signed):
    enter(coordinator, {"age": "34"}, reason="typing error")
    assert sign(signed).status_code == 302
    page = text(signed.get("/signatures/P-001/"))
    assert (page.count("void:"), page.count(">stands<")) == (1, 1)
