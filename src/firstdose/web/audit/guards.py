"""What the database itself refuses: triggers on both kinds, and on SQLite an authorizer on every connection."""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LOG = ("event", "payload", "anchor")
_REFUSED = frozenset(
    {
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_TEMP_TRIGGER,
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_DETACH,
    }
)
_CHANGES = frozenset({sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_PRAGMAS = frozenset({"writable_schema", "recursive_triggers"})


class Unguarded(Exception):
    """Triggers of the log are missing in this database; nothing is written to it. `missing`: their names."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(f"triggers of the log are missing: {', '.join(missing)}")


def statements(vendor: str) -> list[str]:
    """The statements that make the triggers, as shipped for `sqlite` or `postgresql`."""
    text = (files("firstdose.web.audit") / f"triggers_{vendor}.sql").read_text(encoding="utf-8")
    return [part.strip() for part in text.split("\n\n") if part.strip() and not part.startswith("--")]


def triggers(vendor: str) -> dict[str, str]:
    """Name of each trigger -> the statement that makes it."""
    found = [(re.match(r"CREATE TRIGGER (\w+)", each), each) for each in statements(vendor)]
    return {match[1]: each for match, each in found if match}


def missing(connection: Any) -> list[str]:
    """Triggers that are not there, are switched off, or (on SQLite, which keeps their text) say something else."""
    wanted = triggers(connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = dict(cursor.fetchall())
            return [name for name, text in wanted.items() if there.get(name) != text]
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        active = {name for (name,) in cursor.fetchall()}
    return [name for name in wanted if name not in active]


def require(connection: Any) -> None:
    """Triggers are there: looked at once for each connection.

    Raises:
        Unguarded: some are not.
    """
    raw = connection.connection
    if getattr(connection, "_guarded", None) is raw and raw is not None:
        return
    if gone := missing(connection):
        raise Unguarded(gone)
    connection._guarded = connection.connection  # noqa: SLF001, our own mark on Django's connection


def install(connection: Any) -> None:
    """Make every trigger, in a database that has none."""
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def remake(connection: Any) -> None:
    """Make every trigger anew, whatever is there."""
    with connection.cursor() as cursor:
        for name in triggers(connection.vendor):
            of = f" ON {name.split('_')[0]}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of}")
    install(connection)


# ------------------------------------------------------------------------------------------------- SQLite's authorizer


def _judge(action: int, one: str | None, two: str | None, _database: str | None, _by: str | None) -> int:
    changes_log = action in _CHANGES and one in LOG
    unlocks = action == sqlite3.SQLITE_PRAGMA and one in _PRAGMAS and two is not None
    return sqlite3.SQLITE_DENY if changes_log or unlocks or action in _REFUSED else sqlite3.SQLITE_OK


def arm(connection: Any) -> None:
    """From now on this SQLite connection cannot even prepare a statement against the log."""
    if connection.vendor == "sqlite" and connection.connection is not None:
        disarm(connection)
        connection.connection.execute("PRAGMA recursive_triggers=ON")
        connection.connection.set_authorizer(_judge)


def disarm(connection: Any) -> None:
    if connection.vendor == "sqlite" and connection.connection is not None:
        connection.connection.set_authorizer(None)


@receiver(connection_created)
def _on_connection(connection: Any, **_: Any) -> None:
    if not _migrating:
        arm(connection)


_migrating: set[str] = set()


@receiver(pre_migrate)
def _before_migration(using: str, **_: Any) -> None:
    """Django rebuilds a table of SQLite to alter it; the command `migrate` may, and nothing else."""
    _migrating.add(using)
    disarm(connections[using])


@receiver(post_migrate)
def _after_migration(using: str, **_: Any) -> None:
    _migrating.discard(using)
    arm(connections[using])


@contextmanager
def lifted(connection: Any, tables: Sequence[str] = LOG) -> Iterator[None]:
    """Without the triggers of these tables, for the owner's account, inside a transaction; they are back afterwards.

    On PostgreSQL by switching them off, on SQLite by dropping and making them again: both are undone with the
    transaction.
    """
    off, on = _SWITCHES[connection.vendor]
    disarm(connection)
    try:
        off(connection, tables)
        yield
        on(connection, tables)
    finally:
        arm(connection)


def _switch(word: str) -> Callable[[Any, Sequence[str]], None]:
    def switch(connection: Any, tables: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")

    return switch


def _drop(connection: Any, tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for name in _of(tables):
            cursor.execute(f"DROP TRIGGER {name}")


def _make(connection: Any, tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in _of(tables).values():
            cursor.execute(statement)


def _of(tables: Sequence[str]) -> dict[str, str]:
    return {name: text for name, text in triggers("sqlite").items() if name.split("_")[0] in tables}


_SWITCHES: dict[str, tuple[Callable[..., None], Callable[..., None]]] = {
    "sqlite": (_drop, _make),
    "postgresql": (_switch("DISABLE"), _switch("ENABLE")),
}
