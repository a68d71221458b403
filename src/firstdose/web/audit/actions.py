"""What people do with the trail itself. Each act is an event of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from firstdose.records.log.event import NewEvent
from firstdose.records.log.verifying import verify_lines
from firstdose.web.audit import issues
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.anchoring import anchors
from firstdose.web.audit.append import append
from firstdose.web.audit.reading import lines
from firstdose.web.audit.trail import as_csv, found, told

if TYPE_CHECKING:
    from firstdose.records.log.event import Actor, Event, Json
    from firstdose.records.log.verifying import Verdict
    from firstdose.web.audit.trail import Filters, Scope


def review_trail(*, by: Actor, since: str, until: str, finding: str, idem: str = "") -> Event:
    """Somebody looked through the trail of these days and says what was found.

    Raises:
        Refused: no finding.
    """
    if not finding.strip():
        raise Refused([issues.no_finding()])
    payload = {"from": since, "to": until, "finding": finding.strip()}
    return append([NewEvent(kind="trail.reviewed", payload=payload)], by=by, idem=idem)[0]


def export_trail(*, by: Actor, filters: Filters, scope: Scope) -> bytes:
    """The filtered trail as CSV, on record."""
    content, many = as_csv(told(found(filters, scope), blind=scope.blind))
    payload: dict[str, Json] = {
        "format": "trail CSV",
        "rows": many,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    append([NewEvent(kind="export.made", payload=payload)], by=by)
    return content


def verify_now() -> Verdict:
    """The log as the database holds it, against itself and against its anchors."""
    return verify_lines(lines(), anchors())
