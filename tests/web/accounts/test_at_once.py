"""Rows of accounts and saves of forms are written at once: each waits for the other, none is lost or refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connections

from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.records.log.verifying import verify
from firstdose.web.accounts import people as acts
from firstdose.web.accounts.models import Person
from firstdose.web.accounts.noting import note
from firstdose.web.accounts.writing import together
from firstdose.web.audit.append import append
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import events
from tests.web import people

BY = Actor(who="administrator-invented", role="administrator")


@pytest.fixture
def trial(shared):
    people.activate()
    people.add_participant()


def entering(text: str) -> None:
    told = {"old": "", "new": text, "raw": text, "unit": "", "reason": "again"}
    append([NewEvent(kind="value.set", key=Key("P-001", "BL", "pasi", "", "pasi"), payload=told)], by=BY)


def closing(task, *told):
    try:
        return task(*told)
    finally:
        connections.close_all()


def test_who_writes_an_account_waits_for_nobody_who_waits_for_it(trial):
    """A save begins while an account is written; the account's own event is the next one all the same."""
    begun, saving = threading.Event(), threading.Event()

    def account():
        with together():
            begun.set()
            assert saving.wait(10)
            saving.clear()
            saving.wait(0.2)  # the save has reached its lock
            note("user.changed", by=BY, person="nika", what="tried")

    def save():
        assert begun.wait(10)
        saving.set()
        entering("1")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(closing, account), pool.submit(closing, save)]:
            done.result()
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert ("user.changed", "value.set") in set(pairwise(each for each in kinds if each != "anchor.made"))


def test_accounts_and_values_that_are_written_at_once_are_all_there(trial):
    def add(number):
        acts.add_person(
            code=f"p{number}", email=f"p{number}@example.org", name=f"P {number}", by=BY, reason="new"
        )

    with ThreadPoolExecutor(4) as pool:
        tasks = [
            pool.submit(closing, task, told)
            for number in range(8)
            for task, told in ((add, number), (entering, str(number)))
        ]
        for done in tasks:
            done.result()
    assert Person.objects.count() == 8
    assert Event.objects.filter(kind="user.added").count() == 8
    assert Event.objects.filter(kind="value.set").count() == 8
    assert verify(events()).whole
