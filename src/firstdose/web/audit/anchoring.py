"""Anchors of this log: its head, signed, in the database, in a file beside it and mailed out of its owner's reach."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from firstdose import __version__
from firstdose.records.log.anchors import Anchor, anchors_in
from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.audit import models
from firstdose.web.audit.append import append
from firstdose.web.audit.clock import now, read_stamp, stamp
from firstdose.web.audit.head import last_event, writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from firstdose.records.log.event import Event, Json

EVERY: Final = timedelta(minutes=15)
PROCESS = Actor(who=f"process anchor {__version__}")
_LOG = logging.getLogger(__name__)
_MADE = "anchor.made"


def anchor_now() -> Anchor | None:
    """Sign the head of the log as it is; None where the log is empty. The line leaves once the transaction commits."""
    with writing():
        last = last_event()
        if last is None:
            return None
        anchor = _signed(last)
        models.Anchor.objects.create(seq=anchor.seq, line=str(anchor))
        told: dict[str, Json] = {"seq": anchor.seq, "hash": anchor.hash, "key": anchor.key}
        append([NewEvent(kind=_MADE, payload=told)], by=PROCESS)
        transaction.on_commit(lambda: _hand_out(anchor))
    return anchor


def keep_up(written: Sequence[Event]) -> None:
    """After a save: an anchor for a signature, and for anything once 15 minutes have passed since the last one."""
    kinds = {event.kind for event in written}
    if kinds - {_MADE} and ("sign.made" in kinds or due()):
        anchor_now()


def due() -> bool:
    """Whether the last anchor is older than 15 minutes, or there is none."""
    line = models.Anchor.objects.order_by("-pk").values_list("line", flat=True).first()
    last = next((each for each in anchors_in(line or "") if isinstance(each, Anchor)), None)
    return last is None or now() - read_stamp(last.at) >= EVERY


def anchors() -> list[Anchor]:
    """Every anchor of the database."""
    text = "\n".join(models.Anchor.objects.order_by("pk").values_list("line", flat=True))
    return [each for each in anchors_in(text) if isinstance(each, Anchor)]


def _signed(last: models.Event) -> Anchor:
    key = _key()
    public = key.public_key().public_bytes_raw().hex()
    at = max(stamp(now()), last.at)
    bare = Anchor(study=last.study, seq=last.seq, hash=last.hash, at=at, key=public)
    signature = key.sign(bare.to_sign()).hex()
    return Anchor(study=last.study, seq=last.seq, hash=last.hash, at=at, key=public, signature=signature)


def _key() -> Ed25519PrivateKey:
    """The study's key, made at first use and readable by its owner only; its public half lies beside it."""
    path: Path = settings.KEPT / "anchor.key"
    if not path.exists():
        _make_key(path)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))


def _make_key(path: Path) -> None:
    """It takes its name once it is whole, so that no other process reads half of it."""
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(key.private_bytes_raw().hex())
    try:
        os.link(part, path)
        path.with_suffix(".pub").write_text(
            key.public_key().public_bytes_raw().hex() + "\n", encoding="ascii"
        )
    except FileExistsError:  # another process was quicker
        return
    finally:
        part.unlink()


def _hand_out(anchor: Anchor) -> None:
    """The save stands already: a disk or a mail server that fails is told to those who run the site, not to the user."""
    for hand in (_to_file, _to_mail):
        try:
            hand(anchor)
        except OSError:  # a mail server's refusals are OSErrors too
            _LOG.exception(
                "The anchor of event %s did not leave by %s.", anchor.seq, hand.__name__.strip("_")
            )


def _to_file(anchor: Anchor) -> None:
    with (settings.KEPT / "anchors.txt").open("a", encoding="ascii") as file:
        file.write(f"{anchor}\n")
        file.flush()
        os.fsync(file.fileno())


def _to_mail(anchor: Anchor) -> None:
    addresses = [
        each.strip() for each in os.environ.get("FIRSTDOSE_ANCHOR_MAIL", "").split(",") if each.strip()
    ]
    if not addresses:
        return
    text = (
        f"{anchor}\n\nKeep this mail. It proves that the log of study {anchor.study} was, up to event {anchor.seq}, "
        "what it is now:\nfirstdose verify LOG THIS-MAIL\n"
    )
    headline = f"Anchor of {anchor.study}, event {anchor.seq}"
    EmailMessage(headline, text, to=addresses, connection=get_connection(timeout=10)).send()
