"""What follows by itself from a change of a value, in the same transaction: its signature and its verification lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records.log.event import NewEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.web.audit.folding import Now

CHANGES = frozenset({"value.set", "value.cleared"})


def consequences(new: Sequence[NewEvent], now: Now) -> Iterator[NewEvent]:
    """`sign.voided` and `sdv.voided`, once for every changed value that was signed or verified."""
    changed = {each.key: each.site for each in new if each.kind in CHANGES}
    for key, site in changed.items():
        row = now.values.get((key.participant, key.visit, key.form, key.repeat, key.item))
        if row and row.signed:
            yield NewEvent(kind="sign.voided", key=key, site=site, payload={"signature": row.signed})
        if row and row.verified:
            yield NewEvent(kind="sdv.voided", key=key, site=site, payload={"seq": row.seq})
