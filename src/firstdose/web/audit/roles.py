"""The account of PostgreSQL that the application uses: it reads everything and can only add to the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.web.audit.guards import LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

MIGRATIONS = "django_migrations"


def statements(role: str, tables: Sequence[str]) -> list[str]:
    """What makes the rights of a role: SELECT and INSERT on the log, nothing but SELECT on the list of migrations."""
    name = quoted(role)
    fixed = {*LOG, MIGRATIONS}
    others = ", ".join(quoted(table) for table in sorted(set(tables) - fixed))
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        f"GRANT SELECT, INSERT ON {', '.join(LOG)} TO {name}",
        f"GRANT SELECT ON {MIGRATIONS} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ]


def make_role(connection: Any, role: str, password: str = "") -> None:
    """Make the role where it is not there, and give it exactly its rights; run by the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            f"{verb} ROLE {quoted(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        )
        if password:
            cursor.execute(f"ALTER ROLE {quoted(role)} PASSWORD {_text(password)}")
        for statement in statements(role, connection.introspection.table_names(cursor)):
            cursor.execute(statement)


def quoted(name: str) -> str:
    """A name as PostgreSQL takes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
