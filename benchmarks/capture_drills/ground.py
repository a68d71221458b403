"""Where the drills of the log take place: a new database on SQLite or PostgreSQL, with a trial in force."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]


def arguments(about: str) -> argparse.ArgumentParser:
    """What every drill is asked: which database, and whether the page is written."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "--database", default="", help="postgresql://... of a database to make anew; SQLite without"
    )
    parser.add_argument("--page", action="store_true", help="write the figures into docs/reference")
    return parser


def begin(database: str = "", *, empty: bool = False) -> str:
    """Django on a new database with the seed trial in force, or `empty`; answers SQLite or PostgreSQL."""
    os.environ["FIRSTDOSE_STUDY"] = tempfile.mkdtemp(prefix="firstdose-drill-")
    (Path(os.environ["FIRSTDOSE_STUDY"]) / "capture").mkdir()
    os.environ["FIRSTDOSE_SECRET_KEY"] = "only for drills: " + "x" * 50
    os.environ["DATABASE_URL"] = database
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstdose.web.project.settings"
    if database:
        _make_anew(database)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if not empty:
        _activate()
    return "PostgreSQL" if database else "SQLite"


def _make_anew(database: str) -> None:
    import psycopg

    name = urlsplit(database).path.lstrip("/")
    if "drill" not in name:
        raise SystemExit(f"The database {name} would be dropped: its name must contain `drill`.")
    with psycopg.connect(database.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


def _activate() -> None:
    from firstdose.protocol.identity import compute_identity
    from firstdose.protocol.reading import read_protocol_text
    from firstdose.records.log.event import Actor, NewEvent
    from firstdose.web.audit.append import append

    text = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text(encoding="utf-8")
    protocol = read_protocol_text(text).protocol
    identity = compute_identity(protocol)
    told = {"text": text, "identity": identity, "version": protocol.trial.version}
    new = [NewEvent(kind="protocol.activated", payload=told)]
    append(new, by=Actor(who="process drill 1"), study=protocol.trial.id, protocol=identity)


def form(participant: str, visit: str, text: str, items: int = 20) -> list:
    """A form of 20 items, each set to this text."""
    from firstdose.records.log.event import Key, NewEvent

    told = {"old": "", "new": text, "raw": text, "unit": "", "reason": "drill"}
    keys = [Key(participant, visit, "drill", "", f"item{number}") for number in range(items)]
    return [NewEvent(kind="value.set", key=key, site="site", payload=told) for key in keys]
