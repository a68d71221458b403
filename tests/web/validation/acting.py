"""How the tests of the points act: enter by the pages, sign with both components, read what the log says."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from firstdose.records.log.event import Event
from firstdose.web.audit.models import CurrentValue
from firstdose.web.audit.reading import events
from tests.shared import ROOT
from tests.web import people
from tests.web.entering import enter_record, inputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.test import Client

SITE = "S1"
CONSENT = {"consent_date": "2024-01-25", "version": "1.0"}
PERSON = {"sex": "male", "age": "33"}
FORM = "/participants/P-001/SCR/demographics/"
VALUE = {"participant": "P-001", "visit": "SCR", "form": "demographics", "item": "age"}


def enter(client: Client, values: Mapping[str, str], form: str = "demographics", **more: str) -> Any:
    """Values of P-001 at screening, saved by the page of the form."""
    told: dict[str, Any] = {"do": "save", **more}
    return enter_record(client, "P-001", "SCR", form, "", values, **told)


def age() -> CurrentValue:
    """The age of P-001 as it stands."""
    return CurrentValue.objects.get(**VALUE)


def log(*kinds: str, **where: Any) -> list[Event]:
    """The events of these kinds, in order; all where none is named."""
    return list(events(**({"kind__in": kinds} if kinds else {}), **where))


def said(event: Event) -> dict[str, Any]:
    """What an event says."""
    assert event.payload is not None
    return dict(event.payload)


def text(answer: Any) -> str:
    """The page, which must have been given."""
    assert answer.status_code == 200, (answer.status_code, getattr(answer, "url", ""))
    return str(answer.content.decode())


def sign(
    client: Client, *, code: str = "", password: str = people.PASSWORD, visit: str = "SCR", **more: str
) -> Any:
    """Sign a visit of P-001 by the page, as it is shown now."""
    at = f"/sign/P-001/{visit}/"
    shown = client.get(at)
    told = {"digest": shown.context["digest"], "idem": shown.context["idem"], "meaning": "reviewed"}
    return client.post(at, told | {"password": password, "code": code} | more)


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return {name: held.read(name) for name in held.namelist()}


def import_table(client: Client, content: str, name: str = "demographics.csv", **more: str) -> Any:
    """Bring in one table by the page."""
    return client.post("/import/", {"file": SimpleUploadedFile(name, content.encode()), **more})


def command(study: Path, *words: str) -> str:
    """A command of the site in another process, on a database of its own: SQLite in this folder."""
    told = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "FIRSTDOSE_STUDY"}
    }
    told |= {"FIRSTDOSE_STUDY": str(study), "DJANGO_SETTINGS_MODULE": "firstdose.web.project.settings"}
    (study / "capture" / "static").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "firstdose.web", *words], cwd=ROOT, env=told, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


__all__ = [
    "CONSENT", "FORM", "PERSON", "SITE", "VALUE", "age", "command", "enter", "import_table", "inputs_of", "log", "said",
    "sign", "text", "unzipped",
]  # fmt: skip
