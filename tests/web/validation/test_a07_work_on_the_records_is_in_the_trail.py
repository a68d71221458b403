"""A7: queries, verification, locks, signatures and exports stand in the trail."""

from __future__ import annotations

import hashlib

import pytest

from firstdose.web.audit.models import CurrentQuery
from firstdose.web.audit.templatetags import words as known
from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import PERSON, age, enter, log, said, sign, text


@pytest.fixture
def saved(coordinator):
    enter(coordinator, PERSON)
    return coordinator


def on_the_page(as_role, *kinds: str) -> bool:
    """In the column that says what was done, as people call it."""
    page = text(as_role("board").get("/trail/?print=1"))
    return all(f'<td class="nowrap">{known.words(kind, "kind")}<' in page for kind in kinds)


def test_a_query_leaves_its_question_its_answer_and_its_end(saved, as_role):
    manager = as_role("data manager")
    at = "/queries/new/?participant=P-001&visit=SCR&form=demographics&item=age"
    url = manager.post(at, {"text": "Is this the age in years?"}).url
    for client, act, words in ((saved, "answered", "It is."), (manager, "closed", "Thank you.")):
        client.post(url, {"act": act, "text": words, "last": CurrentQuery.objects.get().last})
    told = [(event.kind, event.role, said(event)["text"]) for event in log(kind__startswith="query.")]
    assert told == [
        ("query.opened", "data manager", "Is this the age in years?"),
        ("query.answered", "coordinator", "It is."),
        ("query.closed", "data manager", "Thank you."),
    ]
    assert on_the_page(as_role, "query.opened", "query.answered", "query.closed")


def test_a_verification_names_the_value_and_its_event(saved, as_role):
    row = age()
    as_role("monitor").post("/verify/P-001/SCR/", {"value": [f"{row.pk}:{row.seq}"]})
    [event] = log("sdv.done")
    assert (event.role, event.key.item, said(event)["seq"]) == ("monitor", "age", row.seq)
    assert on_the_page(as_role, "sdv.done")


def test_freezing_thawing_locking_and_unlocking_are_four_events(saved, as_role):
    manager = as_role("data manager")
    for level in ("frozen", "thawed", "locked", "unlocked"):
        manager.post(
            "/locks/", {"level": level, "participant": "P-001", "visit": "SCR", "reason": "as agreed"}
        )
    kinds = [event.kind for event in log(kind__startswith="lock.")]
    assert kinds == ["lock.frozen", "lock.thawed", "lock.locked", "lock.unlocked"]
    assert on_the_page(as_role, *kinds)


def test_a_signature_is_an_event(saved, as_role):
    client, secret = as_role("investigator"), add_factor(people.person_of("investigator"))
    assert sign(client, code=code_of(secret)).status_code == 302
    assert [(event.kind, event.actor) for event in log("sign.made")] == [
        ("sign.made", "investigator-invented")
    ]
    assert on_the_page(as_role, "sign.made")


def test_what_left_is_told_with_its_digest(saved, as_role):
    file = saved.post("/exports/csv/").content
    [event] = log("export.made")
    assert (event.role, said(event)["sha256"]) == ("coordinator", hashlib.sha256(file).hexdigest())
    assert on_the_page(as_role, "export.made")


def test_a_view_of_the_dose_is_told_with_person_role_and_page_and_not_again_that_day(saved, as_role):
    for role in ("investigator", "evaluator"):
        for _ in range(2):
            assert as_role(role).get("/participants/P-001/").status_code == 200
    told = [(event.actor, event.role, said(event)["page"]) for event in log("view.unblinded")]
    assert told == [("investigator-invented", "investigator", "participant")]
    table = as_role("board").get("/trail/table/").content.decode()
    assert table.count(",view.unblinded,") == 1
