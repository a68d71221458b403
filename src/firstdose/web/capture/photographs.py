"""Photographs of lesions: checked, drawn anew without what the camera wrote, kept under their own hash.

Kept in STUDY/capture/photographs/<sha256>.jpg; the log names hash, size and whose lesion it is.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from firstdose.records.log.event import Key, NewEvent
from firstdose.web.audit.append import append, with_idem
from firstdose.web.audit.reading import events
from firstdose.web.capture import issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from firstdose.records.log.event import Actor, Event, Json
    from firstdose.web.capture.strict import Objection

FORM, ADDED = "photographs", "photo.added"
LARGEST = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE, QUALITY = 4096, 92
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}


class NoPhotograph(Exception):
    """A file that is none; the Objection says why."""

    def __init__(self, why: str) -> None:
        self.objection = issues.no_photograph(why)
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One photograph as the log has it."""

    participant: str
    visit: str
    lesion: str
    sha256: str
    at: str
    width: int
    height: int

    @property
    def path(self) -> Path:
        return path_of(self.sha256)

    @property
    def whole(self) -> bool:
        """Whether the file is there and still has its hash."""
        return self.path.is_file() and sha256(self.path.read_bytes()).hexdigest() == self.sha256


def path_of(digest: str) -> Path:
    """Where the photograph with this hash is kept."""
    return Path(settings.KEPT) / "photographs" / f"{digest}.jpg"


def photographs_of(participant: str) -> list[Photograph]:
    """The photographs of a participant in the order they were added."""
    return list(_photographs(participant=participant))


def check_photographs() -> list[Objection]:
    """FD-W052: every stored photograph of the study that is gone or was changed."""
    return [issues.photograph_changed(each.sha256) for each in _photographs() if not each.whole]


def _photographs(**where: Any) -> Iterator[Photograph]:
    for event in events(kind=ADDED, **where):
        told = event.payload or {}
        if told.get("sha256"):
            yield Photograph(
                participant=event.key.participant,
                visit=event.key.visit,
                lesion=event.key.repeat,
                sha256=str(told["sha256"]),
                at=event.at,
                width=int(str(told.get("width", 0))),
                height=int(str(told.get("height", 0))),
            )


def add_photograph(
    *, content: bytes, participant: str, visit: str, lesion: str, site: str, by: Actor, idem: str
) -> Event:
    """Keep a photograph of a lesion; the file first, so that no event speaks of a file that is not there.

    Raises:
        NoPhotograph: it is none, or too large.
        Refused: by the log.
    """
    if idem and (known := with_idem(idem)):
        return known[0]
    drawn, width, height = drawn_anew(content)
    digest = sha256(drawn).hexdigest()
    _keep(path_of(digest), drawn)
    told: Mapping[str, Json] = {
        "name": f"{digest}.jpg",
        "sha256": digest,
        "bytes": len(drawn),
        "width": width,
        "height": height,
    }
    key = Key(participant, visit, FORM, lesion)
    return append([NewEvent(kind=ADDED, key=key, site=site, payload=told)], by=by, idem=idem)[0]


def drawn_anew(content: bytes) -> tuple[bytes, int, int]:
    """(JPEG without any metadata, width, height); upright, as the camera meant it.

    Raises:
        NoPhotograph: as said.
    """
    from PIL import Image, ImageOps

    kind = kind_of(content)
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            _refuse_size(opened)
            opened.verify()
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, ZeroDivisionError) as why:
        raise NoPhotograph(_("The file is damaged.")) from why
    except Image.DecompressionBombError as why:
        raise NoPhotograph(_("The picture has too many pixels.")) from why
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY)
    return written.getvalue(), bare.width, bare.height


def kind_of(content: bytes) -> str:
    """JPEG or PNG by the first bytes; what the file is called says nothing."""
    if len(content) > LARGEST:
        raise NoPhotograph(_("The file is larger than 15 MB."))
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    raise NoPhotograph(_("The file is neither JPEG nor PNG."))


def _refuse_size(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise NoPhotograph(_("The picture has too many pixels."))


def _keep(path: Path, content: bytes) -> None:
    """Written whole or not at all."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
