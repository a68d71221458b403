"""S8: to sign as another takes two people: no impersonation, and a reset is known to its owner only."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from tests.web import people
from tests.web.accounts.addresses import addresses
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import PERSON, enter, log, sign

CHOSEN = "a phrase that I chose myself"


@pytest.fixture
def investigator(coordinator):
    enter(coordinator, PERSON)
    return people.person_of("investigator")


def test_there_is_no_page_to_act_as_another(investigator):
    words = re.compile("impersonat|hijack|login-as|act-as|sudo|become", re.IGNORECASE)
    assert [each.route for each in addresses() if words.search(each.route + each.name)] == []


def test_the_proof_of_another_person_signs_nothing_in_my_session(investigator, as_role):
    secret = add_factor(investigator)
    people.person_of("investigator", name="Second Invented")
    second = people.client_of("investigator", name="Second Invented")
    answer = sign(second, code=code_of(secret), email=investigator.email, person=investigator.code)
    assert (answer.status_code, log("sign.made")) == (422, [])


def test_a_reset_goes_by_mail_to_its_owner_and_the_administrator_sees_neither_link_nor_password(
    investigator, as_role
):
    client = as_role("administrator")
    answer = client.post(f"/people/p/{investigator.code}/invite/", {"reason": "forgotten"}, follow=True)
    [letter] = mail.outbox
    [link] = re.findall(r"/accounts/invitation/\S+", letter.body)
    assert letter.to == [investigator.email]
    page = answer.content.decode()
    assert link not in page
    assert link.rstrip("/").rsplit("/", 1)[1] not in str([event.payload for event in log()])
    assert Client().post(link, {"password": CHOSEN, "again": CHOSEN}).status_code == 302
    investigator.refresh_from_db()
    assert investigator.check_password(CHOSEN)


def test_the_administrator_sets_no_password(investigator, as_role):
    told = {"reason": "forgotten", "password": CHOSEN, "again": CHOSEN, "new_password": CHOSEN}
    for act in ("invite", "grant", "train", "identify", "logins"):
        as_role("administrator").post(f"/people/p/{investigator.code}/{act}/", told)
    investigator.refresh_from_db()
    assert not investigator.check_password(CHOSEN)
