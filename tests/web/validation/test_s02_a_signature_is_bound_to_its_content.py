"""S2: a signature is bound to the exact content and cannot be moved."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from firstdose.records.log.chain import canonical
from firstdose.records.log.verifying import verify
from firstdose.web.audit import guards
from firstdose.web.audit.models import CurrentValue, Payload
from tests.web import people
from tests.web.accounts.doors import add_factor, code_of
from tests.web.validation.acting import PERSON, enter, log, said, sign


@pytest.fixture
def investigator(coordinator, as_role):
    enter(coordinator, PERSON)
    return as_role("investigator")


@pytest.fixture
def secret(study):
    return add_factor(people.person_of("investigator"))


def test_a_signature_names_every_value_with_its_event_and_the_digest_of_what_was_shown(investigator, secret):
    digest = investigator.get("/sign/P-001/SCR/").context["digest"]
    sign(investigator, code=code_of(secret))
    told = said(log("sign.made")[0])
    rows = CurrentValue.objects.filter(participant="P-001", visit="SCR")
    assert sorted((key[2], key[4], key[5]) for key in told["shown"]) == sorted(
        (row.form, row.item, row.seq) for row in rows
    )
    assert (told["digest"], len(digest)) == (digest, 64)


def test_what_changed_between_the_page_and_the_signature_is_not_signed(coordinator, investigator, secret):
    page = investigator.get("/sign/P-001/SCR/")
    enter(coordinator, {"age": "34"}, reason="typing error")
    answer = sign(investigator, code=code_of(secret), digest=page.context["digest"])
    assert (answer.status_code, log("sign.made")) == (422, [])


def test_the_digest_of_one_participant_signs_no_other(investigator, secret):
    people.add_participant("P-002", "S1")
    people.set_values("demographics", PERSON, "P-002", "SCR")
    of_another = investigator.get("/sign/P-002/SCR/").context["digest"]
    answer = sign(investigator, code=code_of(secret), digest=of_another)
    assert (answer.status_code, log("sign.made")) == (422, [])


def test_a_signature_moved_to_other_values_breaks_the_chain(investigator, secret):
    sign(investigator, code=code_of(secret))
    [event] = log("sign.made")
    moved = said(event) | {"shown": [["P-002", "SCR", "demographics", "", "age", 3]]}
    with transaction.atomic(), guards.lifted(connection, ["payload"]):
        Payload.objects.filter(seq=event.seq).update(text=canonical(moved).decode())
    found = verify(log())
    assert not found.whole
    assert any(str(event.seq) in str(each.issue) for each in found.findings)
