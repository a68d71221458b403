"""Q3: each version of the protocol is checked and under change control, apart from the software."""

from __future__ import annotations

import pytest

from firstdose import __version__
from firstdose.web.audit.study import current
from tests.web import people
from tests.web.validation.acting import PERSON, enter, log, said

NEXT = ("version: 1.0", "version: 1.1")


@pytest.fixture
def manager(coordinator, as_role):
    enter(coordinator, PERSON)
    return as_role("data manager")


def put_in_force(client, text: str, reason: str = "amendment 1", **more: str):
    return client.post("/protocol/", {"text": text, "confirm": "1", "reason": reason, **more})


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (("visits: |", "vists: |"), "amendment 1"),
        (("dlt: grade >= 3", "dlt: grad >= 3"), "amendment 1"),
        (("id: ADSC-PSO-01", "id: OTHER-01"), "amendment 1"),
        (NEXT, "  "),
    ],
)
def test_a_protocol_with_a_fault_or_without_a_reason_is_not_put_in_force(manager, wrong, reason):
    text = people.protocol_text().replace(*wrong, 1)
    assert text != people.protocol_text()
    answer = put_in_force(manager, text, reason)
    assert answer.status_code == 422
    assert (len(log("protocol.activated")), current().protocol.trial.version) == (1, "1.0")


def test_a_new_version_is_put_in_force_by_a_person_with_a_reason_and_every_event_names_the_one_it_was_made_under(
    manager, coordinator
):
    before = current().identity
    assert put_in_force(manager, people.protocol_text().replace(*NEXT, 1)).status_code == 302
    last = log("protocol.activated")[-1]
    assert (last.role, said(last)["version"], said(last)["reason"]) == ("data manager", "1.1", "amendment 1")
    enter(coordinator, {"age": "34"}, reason="typing error")
    first, second = log("value.set", item="age")
    assert (first.protocol, second.protocol) == (before, current().identity)
    assert before != current().identity
    assert {event.app for event in log()} == {__version__}


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "administrator", "evaluator"])
def test_nobody_else_puts_a_protocol_in_force(manager, as_role, role):
    assert put_in_force(as_role(role), people.protocol_text().replace(*NEXT, 1)).status_code == 403
    assert len(log("protocol.activated")) == 1
