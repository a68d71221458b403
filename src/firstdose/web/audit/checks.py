"""Django's system check: `manage.py check --database default`, and by itself after every migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import Error, Tags, register
from django.db import connections

from firstdose.web.audit import guards

if TYPE_CHECKING:
    from collections.abc import Iterable


@register(Tags.database)
def check_that_the_log_is_guarded(databases: Iterable[str] | None = None, **_: Any) -> list[Error]:
    """Every trigger of the log is there, once its tables are."""
    return [
        Error(
            f"The log in database {name!r} has lost its trigger {trigger}.",
            hint="Find out who dropped it and verify the log; `guard` makes the triggers anew.",
            id="firstdose.E001",
        )
        for name in databases or ()
        if _has_log(connections[name])
        for trigger in guards.missing(connections[name])
    ]


def _has_log(connection: Any) -> bool:
    """Whether the migration that makes the triggers was applied."""
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT 1 FROM django_migrations WHERE app = 'audit' AND name = '0002_triggers'")
        return cursor.fetchone() is not None
