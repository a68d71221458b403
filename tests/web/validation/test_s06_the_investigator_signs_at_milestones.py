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


# ------------------------------------------------------------------------------------------- no lock over a milestone


def lock(client, participant: str = "P-001", visit: str = "", reason: str = ""):
    return client.post(
        "/locks/", {"level": "locked", "participant": participant, "visit": visit, "reason": reason}
    )


@pytest.mark.parametrize("participant, visit", [("P-001", "D0"), ("P-001", ""), ("", "")])
def test_an_unsigned_milestone_is_not_locked_without_a_reason(injected, as_role, participant, visit):
    answer = lock(as_role("data manager"), participant, visit, reason="  ")
    assert (
        answer.status_code,
        "FD-W091" in answer.content.decode(),
        "P-001 D0" in answer.content.decode(),
    ) == (422, True, True)
    assert log("lock.locked") == []


def test_with_a_reason_it_is_locked_and_the_log_names_what_was_not_signed(injected, as_role):
    manager = as_role("data manager")
    assert lock(manager, reason="the investigator has left the centre").status_code == 302
    told = said(log("lock.locked")[0])
    assert (told["unsigned"], told["reason"]) == (["P-001 D0"], "the investigator has left the centre")


@pytest.mark.parametrize("participant, visit", [("P-001", "D0"), ("P-001", ""), ("", "")])
def test_signed_milestones_are_locked_without_more(injected, as_role, participant, visit):
    sign(as_role("investigator"), code=code_of(injected), visit="D0")
    assert lock(as_role("data manager"), participant, visit).status_code == 302
    assert "unsigned" not in said(log("lock.locked")[0])


def test_a_change_under_the_signature_stands_in_the_way_of_the_lock_again(injected, as_role):
    sign(as_role("investigator"), code=code_of(injected), visit="D0")
    people.set_values("local_tolerability_mm", {"pain": "3"}, visit="D0", repeat="L1")
    assert "FD-W091" in lock(as_role("data manager")).content.decode()


def test_a_visit_that_is_no_milestone_is_locked_and_the_site_may_be_frozen_at_any_time(injected, as_role):
    manager = as_role("data manager")
    assert lock(manager, visit="W1").status_code == 302
    assert (
        manager.post("/locks/", {"level": "frozen", "participant": "P-001", "visit": ""}).status_code == 302
    )


def test_the_page_of_locks_shows_what_is_not_signed(injected, as_role):
    page = text(as_role("data manager").get("/locks/"))
    assert "Milestones not signed" in page
    assert "<td>D0</td>" in page
