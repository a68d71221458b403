"""What follows by itself from a change of a value, in the same transaction: its signature and its verification lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records.log.event import NewEvent
from firstdose.web.audit import models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHANGES = frozenset({"value.set", "value.cleared"})


def consequences(new: Sequence[NewEvent]) -> Iterator[NewEvent]:
    """`sign.voided` and `sdv.voided` for every changed value that was signed or verified."""
    for each in new:
        if each.kind not in CHANGES:
            continue
        key = each.key
        row = models.CurrentValue.objects.filter(
            participant=key.participant, visit=key.visit, form=key.form, repeat=key.repeat, item=key.item
        ).first()
        if row is None:
            continue
        if row.signed:
            yield NewEvent(kind="sign.voided", key=key, site=each.site, payload={"signature": row.signed})
        if row.verified:
            yield NewEvent(kind="sdv.voided", key=key, site=each.site, payload={"seq": row.seq})
