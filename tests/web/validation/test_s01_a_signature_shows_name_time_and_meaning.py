"""S1: a signature shows printed name, date and time, meaning."""

from __future__ import annotations

import pytest

from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import PERSON, enter, log, said, sign, text, unzipped

MEANING = "I have reviewed these records and they are complete and correct to my knowledge."


@pytest.fixture
def signed(coordinator, servers_clock, as_role):
    enter(coordinator, PERSON)
    investigator = as_role("investigator")
    assert sign(investigator, code=code_of(add_factor(people.person_of("investigator")))).status_code == 302
    return investigator


@pytest.mark.parametrize("role", ["investigator", "monitor", "data manager"])
def test_the_page_of_signatures_shows_all_three(signed, as_role, role):
    page = text(as_role(role).get("/signatures/P-001/"))
    for part in ("Investigator Invented", "2031-03-03T09:00:00", "UTC", MEANING):
        assert part in page, part


def test_the_three_are_in_the_log_and_so_in_the_inspectors_pack(signed, as_role):
    [event] = log("sign.made")
    assert (said(event)["name"], said(event)["meaning"]) == ("Investigator Invented", MEANING)
    assert event.at == "2031-03-03T09:00:00.000000Z"
    assert MEANING.encode() in unzipped(as_role("data manager").post("/exports/pack/").content)["log.jsonl"]


def test_whoever_signs_reads_the_name_and_the_meanings_before(coordinator, as_role):
    page = text(as_role("investigator").get("/sign/P-001/SCR/"))
    assert "Investigator Invented" in page
    assert MEANING in page
