"""The database itself refuses to change the log (A5, 6.5): by triggers, by the rights of its account, by its authorizer."""

from __future__ import annotations

import sqlite3

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from firstdose.records.log.event import NewEvent
from firstdose.web.audit import guards, models
from firstdose.web.audit.append import append
from firstdose.web.audit.checks import check_that_the_log_is_guarded
from firstdose.web.audit.reading import events
from firstdose.web.audit.roles import make_role
from tests.web import people

EVENT = (
    "INSERT{how} INTO event (seq, study, at, actor, role, auth, kind, site, participant, visit, form, repeat, item,"
    " payload_digest, protocol, app, idem, prev, hash) SELECT {seq}, study, at, 'mallory', role, auth, kind, site,"
    " participant, visit, form, repeat, item, payload_digest, protocol, app, idem, {prev}, hash FROM event WHERE seq = 1"
)
ATTACKS = {
    "an event is changed": "UPDATE event SET actor = 'mallory' WHERE seq = 1",
    "all events are changed": "UPDATE event SET actor = 'mallory'",
    "an event is deleted": "DELETE FROM event WHERE seq = 2",
    "all events are deleted": "DELETE FROM event",
    "what an event says is changed": "UPDATE payload SET text = '{}' WHERE seq = 1",
    "what an event says is deleted": "DELETE FROM payload WHERE seq = 1",
    "an anchor is changed": "UPDATE anchor SET line = ''",
    "an anchor is deleted": "DELETE FROM anchor",
    "an event is put in out of order": EVENT.format(how="", seq=7, prev="hash"),
    "an event is put in before the end": EVENT.format(how="", seq=0, prev="hash"),
    "an event follows another hash": EVENT.format(how="", seq=3, prev="prev"),
    "an event is put in twice": EVENT.format(how="", seq=1, prev="prev"),
    "an event's words are put in twice": "INSERT INTO payload (seq, salt, text) SELECT seq, salt, '{}' FROM payload WHERE seq = 1",
    "words of no event are put in": "INSERT INTO payload (seq, salt, text) SELECT 99, salt, text FROM payload WHERE seq = 1",
    "an anchor of no event is put in": "INSERT INTO anchor (seq, line) VALUES (99, 'x')",
    "an event is put over another": EVENT.format(how="", seq=1, prev="prev") + " ON CONFLICT (seq) DO UPDATE SET actor = 'mallory'",
}  # fmt: skip
ON_SQLITE = {
    "an event replaces another": EVENT.format(how=" OR REPLACE", seq=1, prev="prev"),
    "an event replaces the last": EVENT.format(how=" OR REPLACE", seq=2, prev="prev"),
    "words replace others": "INSERT OR REPLACE INTO payload (seq, salt, text) SELECT seq, salt, '{}' FROM payload WHERE seq = 2",
    "an anchor replaces another": "INSERT OR REPLACE INTO anchor (id, seq, line) SELECT id, seq, 'x' FROM anchor",
}
ON_POSTGRESQL = {
    "the log is emptied": "TRUNCATE event",
    "what it says is emptied": "TRUNCATE payload",
    "the anchors are emptied": "TRUNCATE anchor",
    "words that do not fit the digest": "DELETE FROM payload WHERE false; INSERT INTO payload (seq, salt, text) SELECT 3, salt, '{}' FROM payload WHERE seq = 1",
}
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite")
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL")


@pytest.fixture
def log(study):
    append([NewEvent(kind="logout.done", payload={"person": "ann"})], by=people.SETTER)
    models.Anchor.objects.create(seq=1, line="an anchor")
    before = list(events())
    yield before
    assert list(events()) == before
    assert [anchor.line for anchor in models.Anchor.objects.all()] == ["an anchor"]


@pytest.fixture
def owner():
    """The owner's account: on SQLite a connection without the authorizer, as any other program has."""
    guards.disarm(connection)
    yield connection
    guards.arm(connection)


def refused(statement: str, match: str = "the log") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_triggers_refuse_even_the_owner(log, owner, attack):
    refused(attack)


@sqlite_only
@pytest.mark.parametrize("attack", ON_SQLITE.values(), ids=ON_SQLITE.keys())
def test_the_triggers_of_sqlite_refuse_replacement(log, owner, attack):
    refused(attack)


@sqlite_only
@pytest.mark.parametrize("attack", ON_SQLITE.values(), ids=ON_SQLITE.keys())
def test_replacement_is_refused_without_recursive_triggers_too(log, owner, attack):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
    refused(attack)


@postgresql_only
@pytest.mark.parametrize("attack", ON_POSTGRESQL.values(), ids=ON_POSTGRESQL.keys())
def test_the_triggers_of_postgresql_refuse_truncation_and_words_that_do_not_fit(log, attack):
    refused(attack)


@sqlite_only
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE event SET actor = 'mallory'",
        "DELETE FROM payload",
        "DROP TABLE event",
        "DROP TRIGGER event_never_changes",
        "ALTER TABLE event RENAME TO old",
        "ALTER TABLE event ADD COLUMN more",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA writable_schema=ON",
        "PRAGMA recursive_triggers=OFF",
    ],
)
def test_a_connection_of_the_application_cannot_even_prepare_an_attack(log, attack):
    refused(attack, "not authorized|prohibited")


@sqlite_only
def test_the_authorizer_holds_on_a_new_connection_too(db):
    raw = connection.get_new_connection({"database": ":memory:"})
    kept, connection.connection = connection.connection, raw
    try:
        guards.arm(connection)
        raw.execute("CREATE TABLE event (seq)")
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            raw.execute("DELETE FROM event")
        assert raw.execute("PRAGMA recursive_triggers").fetchone() == (1,)
    finally:
        connection.connection = kept
        raw.close()


@postgresql_only
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE event SET actor = 'mallory' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "TRUNCATE event",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        ATTACKS["an event is put over another"],
        "DROP FUNCTION log_refuses() CASCADE",
        "CREATE OR REPLACE FUNCTION log_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "UPDATE payload SET text = ''",
        "DELETE FROM anchor",
        "DELETE FROM django_migrations",
        "CREATE TRIGGER mine BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION log_refuses()",
    ],
)
def test_the_account_of_the_application_has_no_right_to_any_of_it(log, attack):
    make_role(connection, "firstdose_test_app")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE firstdose_test_app")
        refused(attack, "permission denied|must be owner|must be member")
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@postgresql_only
def test_the_account_of_the_application_can_append(study):
    make_role(connection, "firstdose_test_app")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE firstdose_test_app")
    people.add_participant()
    people.set_values("pasi", {"pasi": "3.5"}, visit="V1")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert models.CurrentValue.objects.get(item="pasi").text == "3.5"


@sqlite_only
def test_sqlite_has_no_accounts_to_make(db):
    with pytest.raises(CommandError, match="no accounts"):
        call_command("make_roles")


def test_every_trigger_is_there_after_the_migrations(db):
    assert guards.missing(connection) == []
    assert check_that_the_log_is_guarded(databases=["default"]) == []


@pytest.mark.parametrize("table", guards.LOG)
def test_a_lost_trigger_is_found_by_the_check_and_stops_every_save(study, table):
    name = f"{table}_never_changes"
    guards.disarm(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
    found = check_that_the_log_is_guarded(databases=["default"])
    assert [each.id for each in found] == ["firstdose.E001"]
    assert name in found[0].msg
    del connection._guarded  # what a new connection finds
    with pytest.raises(guards.Unguarded, match=name):
        append([NewEvent(kind="logout.done")], by=people.SETTER)
    call_command("guard", verbosity=0)
    append([NewEvent(kind="logout.done")], by=people.SETTER)


@postgresql_only
def test_a_trigger_that_is_switched_off_counts_as_lost(study):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE event DISABLE TRIGGER event_follows")
        assert guards.missing(connection) == ["event_follows"]
        transaction.set_rollback(True)


@sqlite_only
def test_a_trigger_that_says_something_else_counts_as_lost(study, owner):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER event_never_goes")
        cursor.execute("CREATE TRIGGER event_never_goes BEFORE DELETE ON event BEGIN SELECT 1; END")
    assert guards.missing(connection) == ["event_never_goes"]


def test_lifted_guards_are_back_afterwards(study):
    with transaction.atomic(), guards.lifted(connection, ["payload"]):
        assert set(guards.missing(connection)) == {
            name for name in guards.triggers(connection.vendor) if "payload" in name
        }
    assert guards.missing(connection) == []


def test_the_command_flush_is_refused_outside_of_tests(study, monkeypatch):
    from django.core import mail

    monkeypatch.delattr(mail, "outbox")
    with pytest.raises(CommandError, match="never emptied"):
        call_command("flush", interactive=False, verbosity=0)
    assert models.Event.objects.exists()
