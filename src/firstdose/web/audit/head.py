"""The head of the log: its last event, and the right to write the next one."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from django.db import connection, transaction

from firstdose.web.audit import guards, models

if TYPE_CHECKING:
    from collections.abc import Iterator

# SQLite's own lock is unfair when many wait. It is taken again by what is written right after a commit: the anchor.
_WRITER = threading.RLock()
_LOCK_NUMBER = 0x66697273  # of PostgreSQL's advisory lock, held until the transaction ends


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that holds the head of the log; nobody else can append until it ends.

    Raises:
        Unguarded: triggers of the log are missing.
    """
    # Who is inside a transaction of SQLite holds its lock already; to wait for the other one would be a deadlock.
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    with _WRITER if waits else nullcontext(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBER])
        guards.require(connection)
        yield


def last_event() -> models.Event | None:
    """The head of the log, None where nothing happened yet."""
    return models.Event.objects.order_by("-seq").first()
