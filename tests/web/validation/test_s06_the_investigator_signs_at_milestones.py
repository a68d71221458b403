"""S6: the investigator signs at set milestones: the visits that the protocol names under `capture: signed`."""

from __future__ import annotations

import pytest

from firstdose.web.accounts.rights import RIGHTS
from firstdose.web.audit.study import current
from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import log, said, sign, text

WAITING = "Still to be signed by the investigator:"


@pytest.fixture
def injected(coordinator):
    """The day of injection took place; the protocol has it signed, and the last visit too."""
    assert current().capture.signed == ("D0", "M6")
    people.set_values("visits", {"date": "2024-02-06", "status": "done"}, visit="D0")
    people.set_values("visits", {"date": "2024-02-13", "status": "done"}, visit="W1")
    return add_factor(people.person_of("investigator"))


def waiting(client) -> str:
    page = text(client.get("/signatures/P-001/"))
    return page.split(WAITING)[1].split("</p>")[0] if WAITING in page else ""


def test_a_milestone_that_took_place_is_asked_for_until_it_is_signed(injected, as_role):
    client = as_role("investigator")
    assert ("D0" in waiting(client), "M6" in waiting(client), "W1" in waiting(client)) == (True, False, False)
    assert "/sign/P-001/D0/" in waiting(client)
    assert sign(client, code=code_of(injected), visit="D0", meaning="before decision").status_code == 302
    assert waiting(client) == ""
    assert said(log("sign.made")[0])["meaning"] == "I have reviewed these records before a dose decision."


def test_a_value_that_changes_or_is_added_afterwards_asks_for_the_signature_again(injected, as_role):
    client = as_role("investigator")
    sign(client, code=code_of(injected), visit="D0")
    people.set_values("local_tolerability_mm", {"pain": "3"}, visit="D0", repeat="L1")
    assert "D0" in waiting(client)


def test_at_the_end_all_records_of_the_participant_are_signed_at_once(injected, as_role):
    client = as_role("investigator")
    people.set_values("visits", {"date": "2024-08-05", "status": "done"}, visit="M6")
    assert ("D0" in waiting(client), "M6" in waiting(client)) == (True, True)
    assert sign(client, code=code_of(injected), visit="all", meaning="end").status_code == 302
    assert waiting(client) == ""
    assert len(said(log("sign.made")[0])["shown"]) == 8


def test_only_the_investigator_signs(injected, as_role):
    assert RIGHTS["sign"][1] == {"investigator"}
    for role in ("coordinator", "monitor", "data manager", "administrator", "board"):
        assert as_role(role).get("/sign/P-001/D0/").status_code == 403
        assert as_role(role).post("/sign/P-001/D0/", {"meaning": "reviewed"}).status_code == 403
    assert log("sign.made") == []
