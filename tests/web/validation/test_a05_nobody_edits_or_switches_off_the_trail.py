"""A5: no role, nor the application's database account, can edit, switch off or delete the trail."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from firstdose.web.accounts.rights import ROLES
from firstdose.web.audit import guards
from firstdose.web.audit.models import Anchor
from firstdose.web.audit.roles import make_role
from tests.web import people
from tests.web.accounts.addresses import addresses
from tests.web.validation.acting import PERSON, enter, log

ACCOUNT = "firstdose_validation"
METHODS = ("get", "post", "put", "patch", "delete")
PAGES = [each for each in addresses() if each.rights and each.route.startswith(("/trail/", "/system/"))]
STATEMENTS = (
    "UPDATE event SET actor = 'somebody else'",
    "DELETE FROM event",
    "UPDATE payload SET text = '{}'",
    "DELETE FROM payload",
    "DELETE FROM anchor",
    "DROP TABLE event",
    "ALTER TABLE payload RENAME TO elsewhere",
)
SWITCHES = {
    "sqlite": (
        "DROP TRIGGER event_never_changes",
        "PRAGMA recursive_triggers=OFF",
        "PRAGMA writable_schema=ON",
    ),
    "postgresql": (
        "DROP TRIGGER event_never_changes ON event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ),
}


@contextmanager
def account_of_the_application():
    """On PostgreSQL the account that `make_roles` makes; on SQLite the connection itself is held by an authorizer."""
    if connection.vendor == "sqlite":
        yield
        return
    make_role(connection, ACCOUNT)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {ACCOUNT}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@contextmanager
def refusal(match: str):
    """The database refuses, in these words."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_or_removes_an_event_by_any_page_of_the_trail(coordinator, role):
    enter(coordinator, PERSON)
    before, client = log(), people.client_of(role)
    client.raise_request_exception = False
    sent = {"seq": "2", "act": "delete", "do": "delete", "confirm": "1", "finding": "none", "DELETE": "1"}
    for page in PAGES:
        for method in METHODS:
            assert getattr(client, method)(page.path(), sent).status_code < 500
    assert log()[: len(before)] == before
    assert guards.missing(connection) == []


@pytest.mark.parametrize("number", range(len(STATEMENTS) + 3))
def test_the_account_of_the_application_cannot_change_delete_or_switch_off(coordinator, number):
    before, statements = log(), (*STATEMENTS, *SWITCHES[connection.vendor])
    refused = refusal("not authorized|prohibited|permission denied|must be owner")
    with account_of_the_application(), refused, connection.cursor() as cursor:
        cursor.execute(statements[number])
    assert log() == before
    assert guards.missing(connection) == []


@pytest.mark.parametrize("statement", STATEMENTS[:5])
def test_even_the_owner_is_refused_by_the_triggers(coordinator, statement):
    Anchor.objects.create(seq=1, line="an anchor")
    before = log()
    guards.disarm(connection)  # another program on the same file, or the owner's account
    try:
        with refusal("the log"), connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        guards.arm(connection)
    assert (log(), Anchor.objects.get().line) == (before, "an anchor")
