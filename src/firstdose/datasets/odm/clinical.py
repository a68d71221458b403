"""Values as elements: a tree that grows record by record, with audit records where there are events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from firstdose.datasets.odm.admin import location_oid, signature_oid
from firstdose.datasets.odm.element import element
from firstdose.datasets.odm.metadata import event_of
from firstdose.datasets.odm.oids import ACT_LIST, COMPARATOR, FORM, GROUP, MISSING_LIST, USER, item_oid
from firstdose.datasets.odm.typing import typed
from firstdose.records.visits import PARTICIPANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.datasets.odm.typing import Typed
    from firstdose.datasets.odm.versions import Version
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event, Key

# A level of the tree: its tag and what identifies it within the level above.
Level = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Tree:
    """SubjectData (and ReferenceData) in the order of writing. `transactional`: every element says what it does.

    `parts`: what was written under one version after the other, each time ReferenceData and ClinicalData.
    """

    version: Version
    transactional: bool
    parts: list[tuple[Version, Element, Element]] = field(default_factory=list)
    _open: list[tuple[Level, Element]] = field(default_factory=list)
    _seen: set[tuple[Level, ...]] = field(default_factory=set)
    _items: set[str] = field(default_factory=set)

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms of the version that is written under."""
        return self.version.forms

    def turn(self, version: Version) -> None:
        """What follows is written under this version."""
        if version is not self.version:
            self.version, self._open, self._items = version, [], set()

    def at(self, key: Key, *, doing: str = "") -> Element:
        """The element of a record, visit or participant: the open one, or a new one where `doing` says what it does."""
        path = tuple(self._path(key))
        kept = len(path) - 1 if doing else len(path)
        same = 0
        while same < min(kept, len(self._open)) and self._open[same][0] == path[same]:
            same += 1
        del self._open[same:]
        for depth in range(same, len(path)):
            self._append(path, depth, doing if depth == len(path) - 1 else "")
        return self._open[-1][1]

    def item(self, key: Key, value: Typed, *, doing: str = "", audit: Element | None = None) -> None:
        """One ItemData, and one for its comparator; an item stands once in its group."""
        oid = item_oid(key.form, key.item)
        self.at(key.record)
        if oid in self._items:
            self.at(key.record, doing="Context")
        self._items.add(oid)
        self._item(oid, value.value, doing, audit, None if doing == "Remove" else _why(value))
        if value.comparator:
            self._item(f"{oid}{COMPARATOR}", value.comparator, "Upsert", None, None)

    def uncompared(self, key: Key) -> None:
        """The comparator that stood beside the value before is gone."""
        self.at(key.record, doing="Context")
        self._item(f"{item_oid(key.form, key.item)}{COMPARATOR}", None, "Remove", None, None)

    def scores(self, record: Key, values: Iterable[tuple[str, str]]) -> None:
        """Calculated values of a record; each stands in the place of the one that was calculated before."""
        self.at(record)
        for oid, value in values:
            self._item(oid, value, "Upsert", None, None)

    def _item(
        self, oid: str, value: str | None, doing: str, audit: Element | None, why: Element | None
    ) -> None:
        shown = {"ItemOID": oid} | ({} if value is None else {"Value": value})
        if value is None and doing != "Remove":
            shown["IsNull"] = "Yes"
        if self.transactional:
            shown["TransactionType"] = doing
        self._open[-1][1].append(element("ItemData", audit, why, **shown))

    def _append(self, path: tuple[Level, ...], depth: int, doing: str) -> None:
        tag, names = path[depth]
        above = self._open[-1][1] if self._open else self._part(reference=tag == "ItemGroupData")
        made = SubElement(above, tag, dict(names))
        if self.transactional:
            made.set("TransactionType", doing or ("Context" if path[: depth + 1] in self._seen else "Upsert"))
        self._seen.add(path[: depth + 1])
        self._open.append((path[depth], made))
        self._items = set()

    def _part(self, *, reference: bool) -> Element:
        """ReferenceData or ClinicalData of the version that is written under."""
        if not self.parts or self.parts[-1][0] is not self.version:
            self.parts.append((self.version, Element("ReferenceData"), Element("ClinicalData")))
        _version, product, people = self.parts[-1]
        return product if reference else people

    def _path(self, key: Key) -> Iterator[Level]:
        if key.participant:
            yield "SubjectData", (("SubjectKey", key.participant),)
            if (key.form == PARTICIPANTS and not key.item) or not (key.visit or key.form):
                return
            oid, repeat = event_of(self.version.protocol, key.visit)
            yield "StudyEventData", _named("StudyEventOID", oid, "StudyEventRepeatKey", repeat)
            if not key.form:
                return
            yield "FormData", (("FormOID", f"{FORM}{key.form}"),)
        yield "ItemGroupData", _named("ItemGroupOID", f"{GROUP}{key.form}", "ItemGroupRepeatKey", key.repeat)


def _named(name: str, oid: str, repeated: str, repeat: str | None) -> tuple[tuple[str, str], ...]:
    return ((name, oid), (repeated, repeat)) if repeat else ((name, oid),)


def _why(value: Typed) -> Element | None:
    """Why there is no value, or the text as recorded."""
    if not value.flag:
        return None
    flag = element("Flag", element("FlagValue", text=value.flag, CodeListOID=MISSING_LIST))
    return element("Annotation", element("Comment", text=value.comment), flag, SeqNum=1)


# --------------------------------------------------------------------------------------------------- from an event


def audit_of(event: Event) -> Element:
    """Who, where, when, why, and the number of the event in the log."""
    reason = str((event.payload or {}).get("reason", ""))
    return element(
        "AuditRecord",
        element("UserRef", UserOID=f"{USER}{event.actor}"),
        element("LocationRef", LocationOID=location_oid(event.site)),
        element("DateTimeStamp", text=event.at),
        element("ReasonForChange", text=reason) if reason else None,
        element("SourceID", text=str(event.seq)),
    )


def signature_of(event: Event) -> Element:
    """The signature with the digest of what was shown."""
    payload = event.payload or {}
    digest = str(payload.get("digest", ""))
    return element(
        "Signature",
        element("UserRef", UserOID=f"{USER}{event.actor}"),
        element("LocationRef", LocationOID=location_oid(event.site)),
        element("SignatureRef", SignatureOID=signature_oid(str(payload.get("meaning", "")))),
        element("DateTimeStamp", text=event.at),
        element("CryptoBindingManifest", text=digest) if digest else None,
    )


def act_of(event: Event, act: str) -> Element:
    """What was done to a value or record beside entering it."""
    payload = event.payload or {}
    told = [str(payload[name]) for name in ("scope", "text", "signature", "reason") if payload.get(name)]
    comment = ": ".join([event.kind, "; ".join(told)]) if told else event.kind
    flag = element("Flag", element("FlagValue", text=act, CodeListOID=ACT_LIST))
    return element("Annotation", element("Comment", text=comment), flag, SeqNum=event.seq)


def typed_in(forms: Mapping[str, Form], key: Key, text: str) -> Typed | None:
    """The recorded text in the type of its item; None where it is not shown."""
    form = forms.get(key.form)
    item = form.item(key.item) if form else None
    return typed(item, text) if item else None
