"""P1: access only for the authorised, by role, site and blinding. Every address of the site, read from its resolver."""

from __future__ import annotations

import pytest
from django.test import Client

from firstdose.web.accounts.rights import RIGHTS, ROLES, may
from tests.web import people
from tests.web.accounts.addresses import OPEN, addresses
from tests.web.validation.acting import FORM, PERSON, enter, log, text

OURS = [each for each in addresses() if each.rights]


def test_every_page_bears_a_right_of_the_declared_matrix():
    bare = {each.name for each in addresses() if not each.rights and not each.of_library}
    assert bare == OPEN
    assert {right for each in OURS for right in each.rights} <= set(RIGHTS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_without_the_right_gets_403_and_writes_nothing(coordinator, role):
    enter(coordinator, PERSON)
    client = people.client_of(role)
    before = len(log())
    closed = [each for each in OURS if not any(may(role, right) for right in each.rights)]
    answers = {(each.route, client.get(each.path()).status_code) for each in closed}
    answers |= {
        (each.route, client.post(each.path(), {"do": "save", "act": "x"}).status_code) for each in closed
    }
    assert closed
    assert {status for _, status in answers} <= {403, 405}, answers
    assert len(log()) == before


def test_nobody_gets_in_without_a_login(coordinator):
    before = len(log())
    for each in OURS:
        for answer in (Client().get(each.path()), Client().post(each.path())):
            assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/"), each.route
    assert len(log()) == before


def test_somebody_of_another_site_finds_no_participant_of_this_one(coordinator):
    enter(coordinator, PERSON)
    other = people.client_of("coordinator", site="elsewhere", name="Other Coordinator")
    of_participant = [each for each in OURS if any(name == "participant" for name, _ in each.parameters)]
    assert {other.get(each.path()).status_code for each in of_participant} <= {403, 404, 405}
    assert other.get(FORM).status_code == 404
    assert "P-001" not in text(other.get("/participants/"))
    assert "P-001" not in text(other.get("/calendar/"))


def test_the_blinded_get_404_where_the_dose_stands(coordinator, as_role):
    people.set_values("injection", {"dose_level": "DL2"}, visit="D0", repeat="L1")
    assert as_role("evaluator").get("/participants/P-001/D0/injection/L1/").status_code == 404
    assert as_role("monitor").get("/participants/P-001/D0/injection/L1/").status_code in {200, 404}
