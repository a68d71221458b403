"""What `firstdose serve` does: database, protocol in force, first account, and the server on this computer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from firstdose import __version__
from firstdose.records.log.event import Actor, NewEvent

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.protocol.model import Protocol

PROCESS = Actor(who=f"process serve {__version__}")


def configure(study: Path, *, rehearsal: bool = False) -> None:
    """Django for this study folder. `rehearsal`: no second factor is asked for, and every page says so."""
    os.environ["FIRSTDOSE_STUDY"] = str(study.resolve())
    (study / "capture" / "static").mkdir(
        parents=True, exist_ok=True
    )  # its own; whitenoise warns where it is missing
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstdose.web.project.settings")
    if rehearsal:
        os.environ["FIRSTDOSE_MFA"] = "off"
    import django

    django.setup()


def prepare_database() -> None:
    """Tables and triggers, made or brought up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def ensure_protocol(protocol: Protocol, text: str, identity: str) -> str:
    """Put the protocol in force where none is; else a sentence about the one that is, where it is another."""
    from firstdose.web.audit.append import append
    from firstdose.web.audit.study import NoStudy, current

    try:
        known = current()
    except NoStudy:
        told = {"text": text, "identity": identity, "version": protocol.trial.version}
        append(
            [NewEvent(kind="protocol.activated", payload=told)],
            by=PROCESS,
            study=protocol.trial.id,
            protocol=identity,
        )
        return ""
    if known.id != protocol.trial.id:
        raise ValueError(
            f"This folder's database belongs to trial {known.id}, protocol.yaml to {protocol.trial.id}."
        )
    if known.identity != identity:
        return (
            f"protocol.yaml is not the version in force ({known.protocol.trial.version}). "
            "The version in force is served; put the new one in force on the page Protocol."
        )
    return ""


def first_account(administrator: str, address: str, *, rehearsal: bool) -> list[str]:
    """Lines about the first accounts, which are made where there are none.

    Raises:
        ValueError: there is none, and nobody is named.
    """
    from firstdose.web.accounts.models import Person
    from firstdose.web.project import first_people

    if rehearsal:
        return first_people.invent_people(PROCESS)
    if not administrator and not Person.objects.exists():
        raise ValueError("There is no account yet.")
    return first_people.invite_administrator(administrator, address, PROCESS)


def run(host: str, port: int, threads: int) -> None:
    """Serve until interrupted, by gunicorn: one process, several threads."""
    from gunicorn.app.base import BaseApplication

    from firstdose.web.project.wsgi import application

    class Server(BaseApplication):
        def load_config(self) -> None:
            words: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "threads": threads,
                "worker_class": "gthread",
                "accesslog": None,
                "loglevel": "warning",
                "proc_name": "firstdose",
            }
            for word, value in words.items():
                self.cfg.set(word, value)

        def load(self) -> Any:
            return application

    Server().run()
