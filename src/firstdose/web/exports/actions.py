"""Acts of this app: what left is told in the log, with its digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from firstdose.records.log.event import Actor, Event, NewEvent
from firstdose.web.audit.append import append

if TYPE_CHECKING:
    from firstdose.records.log.event import Json
    from firstdose.web.exports.making import Made


def note_export(*, by: Actor, made: Made, form: str) -> Event:
    """An export was made: format, rows, SHA-256 of the file."""
    payload: dict[str, Json] = {
        "format": form,
        "rows": made.rows,
        "sha256": hashlib.sha256(made.content).hexdigest(),
        "name": made.name,
    }
    return append([NewEvent(kind="export.made", payload=payload)], by=by)[0]
