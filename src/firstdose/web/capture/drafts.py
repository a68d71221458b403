"""Drafts: what was typed and not saved, kept for the same person on the same page. They are no record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firstdose.web.audit.clock import now
from firstdose.web.capture.entries import LETTERS, input_name
from firstdose.web.capture.models import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.web.capture.sheet import Sheet

_TYPED = tuple(LETTERS)
LONGEST = 200_000
IDEM = "idem"  # of the page that was typed into


def keep_draft(sheet: Sheet, posted: Mapping[str, str]) -> bool:
    """Keep what was typed into this page; false where it is longer than a page can be."""
    names = {input_name(part, key) for key, _ in sheet.keys for part in _TYPED}
    names |= {IDEM} | {input_name(part, record) for record in sheet.records for part in ("keep", "shown")}
    held = {name: text for name in sorted(names) if (text := posted.get(name)) is not None}
    typed = json.dumps(held, ensure_ascii=True)
    if len(typed) > LONGEST:
        return False
    Draft.objects.update_or_create(**_place(sheet), defaults={"typed": typed, "at": now()})
    return True


def read_draft(sheet: Sheet) -> dict[str, str] | None:
    """What was typed here and not saved, as a browser would send it; None where there is nothing."""
    row = Draft.objects.filter(**_place(sheet)).first()
    return None if row is None else dict(json.loads(row.typed))


def _place(sheet: Sheet) -> dict[str, object]:
    return {
        "person": sheet.standing.person,
        "participant": sheet.participant,
        "visit": sheet.visit,
        "form": sheet.name,
        "repeat": sheet.repeat,
    }
