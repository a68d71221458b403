"""P2: whoever administers the system enters no data."""

from __future__ import annotations

import pytest

from firstdose.web.accounts.rights import RIGHTS
from tests.web import people
from tests.web.accounts.addresses import addresses
from tests.web.validation.acting import FORM, PERSON, enter, import_table, log

DATA = (
    "value.",
    "repeat.",
    "form.",
    "participant.",
    "photo.",
    "query.",
    "sdv.",
    "lock.",
    "sign.",
    "dose.",
    "ae.",
    "deviation.",
)
ENTERING = ("enter", "rate", "enter laboratory", "enter dose", "photograph", "import", "sign", "verify", "lock", "freeze",
            "decide dose", "override dose", "confirm deviations", "report events", "see values", "see dose")  # fmt: skip


def test_the_role_has_no_right_that_enters_changes_or_reads_values():
    assert [right for right in ENTERING if "administrator" in RIGHTS[right][1]] == []


def test_no_page_takes_data_from_the_administrator(coordinator, as_role):
    enter(coordinator, PERSON)
    client, before = as_role("administrator"), len(log())
    client.raise_request_exception = False
    sent = {
        "v--age": "99",
        "n--age": "0",
        "do": "save",
        "reason_for_all": "x",
        "same": "yes",
        "site": "S1",
        "act": "x",
    }
    for each in addresses():
        if each.rights:
            client.post(each.path(), sent)
    client.post(FORM, sent)
    import_table(client, "participant,date,sex,age\nP-001,2024-01-25,male,99\n", confirm="1")
    assert [event.kind for event in log()[before:] if event.kind.startswith(DATA)] == []


@pytest.mark.parametrize(
    "role", ["coordinator", "investigator", "evaluator", "laboratory", "data manager", "board"]
)
def test_nobody_holds_both_roles(as_role, role):
    client = as_role("administrator")
    nika = people.person_of("monitor", name="Nika Invented")
    grant = f"/people/p/{nika.code}/grant/"
    assert (
        client.post(grant, {"role": "administrator", "since": "2024-05-01", "reason": "joins"}).status_code
        == 302
    )
    answer = client.post(grant, {"role": role, "since": "2024-05-01", "reason": "joins"})
    assert (answer.status_code, "FD-W135" in answer.content.decode()) == (422, True)
    assert set(nika.memberships.values_list("role", flat=True)) == {"monitor", "administrator"}
