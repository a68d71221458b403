"""The log as ODM transactions: every event about a value, a record or its review, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstdose.datasets.odm.admin import location_oid
from firstdose.datasets.odm.clinical import Tree, act_of, audit_of, signature_of, typed_in
from firstdose.datasets.odm.element import element
from firstdose.records.visits import PARTICIPANTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.datasets.odm.versions import Versions
    from firstdose.records.log.event import Event, Key

ACT_OF = {"query": "query", "sdv": "sdv", "lock": "lock", "form": "form", "sign": "signature"}
REDACTED = "UNK: redacted"


def transactions(versions: Versions, events: Iterable[Event]) -> Tree:
    """The tree of all events, each under the version of its time.

    Those of accounts, doses and exports are no clinical data and stay in the log.
    """
    teller = _Teller(Tree(versions.each[0], transactional=True))
    for event in events:
        teller.tree.turn(versions.of(event))
        teller.tell(event)
    return teller.tree


def text_of(event: Event) -> str:
    """What the value is after the event: `''` where it was cleared."""
    return REDACTED if event.payload is None else str(event.payload.get("new", ""))


@dataclass(slots=True)
class _Teller:
    tree: Tree
    texts: dict[Key, dict[str, str]] = field(default_factory=dict)

    def tell(self, event: Event) -> None:
        key = event.key
        if key.form and key.form not in self.tree.forms:
            return
        match event.kind:
            case "value.set" | "value.cleared":
                self._value(event)
            case "participant.added":
                site = element("SiteRef", LocationOID=location_oid(event.site))
                self.tree.at(key, doing="Insert").extend([audit_of(event), site])
            case "repeat.added":
                self.tree.at(key.record, doing="Insert").append(audit_of(event))
            case "repeat.struck" | "repeat.restored" if key.form == PARTICIPANTS:
                self._act(event, "form")
            case "repeat.struck":
                self.tree.at(key.record, doing="Remove").append(audit_of(event))
            case "repeat.restored":
                self._restore(event)
            case "sign.made" if key.participant:
                self.tree.at(key.record, doing="Context").append(signature_of(event))
            case _:
                self._act(event, ACT_OF.get(event.kind.partition(".")[0], ""))

    def _value(self, event: Event) -> None:
        key, text = event.key, text_of(event)
        value = typed_in(self.tree.forms, key, text)
        if value is None:
            return
        held = self.texts.setdefault(key.record, {})
        before = held.get(key.item, "")
        held[key.item] = text
        doing = "Remove" if not text else "Update" if before else "Insert"
        self.tree.item(
            key, replace(value, value=value.value if text else None), doing=doing, audit=audit_of(event)
        )
        old = typed_in(self.tree.forms, key, before)
        if old and old.comparator and not value.comparator:
            self.tree.uncompared(key)

    def _restore(self, event: Event) -> None:
        """What was removed is there again, with all its values."""
        record = event.key.record
        self.tree.at(record, doing="Insert").append(audit_of(event))
        for item, text in self.texts.get(record, {}).items():
            key = replace(record, item=item)
            value = typed_in(self.tree.forms, key, text)
            if text and value is not None:
                self.tree.item(key, value, doing="Insert")

    def _act(self, event: Event, act: str) -> None:
        """Review and locks: a note at the value, the record or the visit, nothing of it changes."""
        key = event.key
        if not act or not key.participant or event.payload is None:
            return
        note = act_of(event, act)
        if not key.item:
            self.tree.at(key, doing="Context").extend([audit_of(event), note])
        elif typed_in(self.tree.forms, key, "") is not None:
            group = self.tree.at(key.record, doing="Context")
            oid = f"IT.{key.form}.{key.item}"
            group.append(element("ItemData", audit_of(event), note, ItemOID=oid, TransactionType="Context"))
