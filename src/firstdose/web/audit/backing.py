"""Backup and restore. The log is the record: everything else in a backup stands beside it, or follows from it.

A backup holds the log, its anchors, the protocols, photographs and the list of people with their roles. It holds no
password, no second factor, no session and no private key: who finds it cannot log in with it. After a restore
everybody is invited anew, and the next anchors bear a new key.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, transaction

from firstdose import __version__
from firstdose.records.log.anchors import Anchor, read_anchors
from firstdose.records.log.event import Actor, Event, NewEvent
from firstdose.records.log.file import read_log, write_log
from firstdose.records.log.verifying import verify_file
from firstdose.web.audit import issues, models
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.anchoring import anchor_now
from firstdose.web.audit.append import append, put_back
from firstdose.web.audit.head import last_event
from firstdose.web.audit.projecting import rebuild
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import at_activation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.log.event import Json
    from firstdose.records.log.verifying import Verdict
    from firstdose.values.issue import Issue

LOG, ANCHORS, PEOPLE, ABOUT = "log.jsonl", "anchors.txt", "people.json", "backup.json"
PHOTOGRAPHS: Final = "photographs"
FORMAT: Final = 1
PROCESS = Actor(who=f"process backup {__version__}")
_ACCOUNTS: Final = ("accounts.Person", "accounts.Membership")
_NEVER: Final = frozenset({"password", "last_login"})


class Backup(NamedTuple):
    """A file that was written: the last event in it, and its own SHA-256."""

    path: Path
    seq: int
    sha256: str


def write_log_file(path: Path) -> int:
    """Export the log (log format 1) with every event that has happened; answers the number of the last one.

    Raises:
        OSError: the folder cannot be written.
    """
    last = last_event()
    write_log(events(), path, last.study if last else "")
    return last.seq if last else 0


def write_anchors(path: Path) -> None:
    """Every anchor, a line each."""
    lines = models.Anchor.objects.order_by("pk").values_list("line", flat=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


# ------------------------------------------------------------------------------------------------------------ backup


def backup(out: Path, *, by: Actor = PROCESS) -> Backup:
    """Everything that makes this study, in one file, anchored first and on record afterwards; whole or not at all.

    Raises:
        Refused: there is nothing to back up.
        OSError: the folder cannot be written.
    """
    if anchor_now() is None:
        raise Refused([issues.nothing_to_back_up()])
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        part = Path(folder) / out.name
        seq = _pack(Path(folder), part)
        sha256 = _digest(part)
        part.replace(out)
    append([NewEvent(kind="backup.made", payload={"seq": seq, "sha256": sha256})], by=by)
    return Backup(out, seq, sha256)


def _pack(folder: Path, part: Path) -> int:
    write_anchors(folder / ANCHORS)
    seq = write_log_file(folder / LOG)
    about = {"firstdose backup": FORMAT, "app": __version__, "seq": seq}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(ABOUT, json.dumps(about))
        archive.write(folder / LOG, LOG)
        archive.write(folder / ANCHORS, ANCHORS)
        archive.writestr(PEOPLE, _people())
        for number, text in _protocols():
            archive.writestr(f"protocols/{number}.yaml", text)
        for path in sorted((settings.KEPT / PHOTOGRAPHS).rglob("*")):
            if path.is_file():
                archive.write(
                    path, f"{PHOTOGRAPHS}/{path.relative_to(settings.KEPT / PHOTOGRAPHS).as_posix()}"
                )
    return seq


def _protocols() -> Iterator[tuple[int, str]]:
    activated = models.Event.objects.filter(kind="protocol.activated").order_by("seq")
    for number, seq in enumerate(activated.values_list("seq", flat=True), start=1):
        yield number, at_activation(seq).text


def _people() -> str:
    rows: list[Any] = []
    for name in _ACCOUNTS:
        model = apps.get_model(name)
        told = [field.name for field in model._meta.fields if field.name not in _NEVER]  # noqa: SLF001
        rows += serializers.serialize("python", model.objects.order_by("pk"), fields=told)
    return json.dumps(rows, default=str, ensure_ascii=False)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ----------------------------------------------------------------------------------------------------------- restore


def restore(path: Path, *, by: Actor = PROCESS) -> Verdict:
    """Put a backup into an empty database: the very same events, then everything that follows from them.

    Chain and anchors are verified before anything is written; the restore itself is the next event.

    Raises:
        Refused: the database is not empty, the file is no backup, or its log is not whole.
    """
    if last_event() is not None:
        raise Refused([issues.not_empty()])
    with tempfile.TemporaryDirectory(prefix="firstdose-restore-") as folder:
        where = _unpacked(path, Path(folder))
        anchors, faults = read_anchors(where / ANCHORS)
        verdict = verify_file(where / LOG, anchors)
        if faults or not verdict.whole:
            raise Refused([*faults, *(finding.issue for finding in verdict.findings)])
        with transaction.atomic():
            _put(where, anchors)
            told: dict[str, Json] = {"seq": verdict.last, "hash": verdict.head, "sha256": _digest(path)}
            append([NewEvent(kind="restore.done", payload=told)], by=by)
        if (where / PHOTOGRAPHS).is_dir():
            shutil.copytree(where / PHOTOGRAPHS, settings.KEPT / PHOTOGRAPHS, dirs_exist_ok=True)
    anchor_now()
    return verdict


def _unpacked(path: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read(ABOUT))
            if about.get("firstdose backup") != FORMAT:
                raise Refused([issues.no_backup(str(path))])
            archive.extractall(folder)  # zipfile leaves out roots and ..
    except (OSError, KeyError, ValueError, AttributeError, zipfile.BadZipFile) as why:
        raise Refused([issues.no_backup(str(path))]) from why
    return folder


def _put(where: Path, anchors: list[Anchor]) -> None:
    put_back(_events(read_log(where / LOG)))
    rebuild()
    models.Anchor.objects.bulk_create(models.Anchor(seq=each.seq, line=str(each)) for each in anchors)
    rows = json.loads((where / PEOPLE).read_text(encoding="utf-8"))
    for each in serializers.deserialize("python", rows):
        if hasattr(each.object, "password"):
            each.object.password = make_password(None)
        each.save()
    _number_on()


def _number_on() -> None:
    """PostgreSQL counts on from the numbers that were put in."""
    tables = [apps.get_model(name) for name in _ACCOUNTS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _events(lines: Iterator[Event | Issue]) -> Iterator[Event]:
    """The file was verified: it holds nothing else."""
    for each in lines:
        if isinstance(each, Event):
            yield each
