"""ODM 1.3.2 files that we wrote, read back: the values by their keys, and every audit record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstdose.datasets.odm.oids import (
    COMMON,
    COMPARATOR,
    EVENT,
    FORM,
    GROUP,
    MISSING_LIST,
    SCORE,
    UNPLANNED,
    USER,
    names_of,
)
from firstdose.datasets.odm.typing import untyped
from firstdose.readers.reader import Source
from firstdose.readers.xml_tree import read_xml
from firstdose.records.log.event import Key
from firstdose.records.visits import PARTICIPANTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from firstdose.values.issue import Issue


_NOTHING = ("", "", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit record: `doing` is the TransactionType, `seq` the number of the event in the log."""

    key: Key
    doing: str
    who: str
    at: str
    reason: str
    seq: int


@dataclass(frozen=True, slots=True)
class OdmReading:
    """Text of each value by its key, as recorded; audit records in the order of the file.

    `calculated`: record and score > the value that the file has for it. Nobody entered it: it is no value of the record.
    """

    values: dict[Key, str]
    records: tuple[Key, ...]
    audits: tuple[Audit, ...]
    calculated: dict[Key, str]


@dataclass(slots=True)
class _Reader:
    kinds: dict[tuple[str, str], str]  # (OID of the version, of the item) > data type
    version: str = ""
    found: dict[Key, tuple[str, str | None, str, str]] = field(
        default_factory=dict
    )  # type, value, flag, comment
    calculated: dict[Key, str] = field(default_factory=dict)
    records: dict[Key, None] = field(default_factory=dict)
    audits: list[Audit] = field(default_factory=list)

    def read(self, part: Element, key: Key) -> None:
        """One element and all below it, in the order of transactions."""
        key = _below(part, key)
        self._audit(part, key)
        if part.tag == "ItemGroupData":
            self._record(part, key)
        elif part.tag == "SubjectData":
            self.records[replace(key, form=PARTICIPANTS)] = None
        if part.tag == "ItemData":
            self._item(part, key)
        for each in part:
            if each.tag in {"SubjectData", "StudyEventData", "FormData", "ItemGroupData", "ItemData"}:
                self.read(each, key)

    def _record(self, part: Element, key: Key) -> None:
        if part.get("TransactionType") != "Remove":
            self.records[key] = None
            return
        self.records.pop(key, None)
        for of_it in (self.found, self.calculated):
            for held in [held for held in of_it if held.record == key]:
                del of_it[held]

    def _item(self, part: Element, key: Key) -> None:
        oid = part.get("ItemOID", "")
        if oid.startswith(SCORE):
            self.calculated[key] = part.get("Value", "")
            return
        match part.get("TransactionType"):
            case "Remove":
                self.found.pop(key, None)
            case "Context":
                pass
            case _:
                self.found[key] = (
                    self.kinds.get((self.version, oid), ""),
                    part.get("Value"),
                    *_annotation(part),
                )

    def _audit(self, part: Element, key: Key) -> None:
        audit = part.find("AuditRecord")
        if audit is not None:
            user = audit.find("UserRef")
            who = "" if user is None else user.get("UserOID", "").removeprefix(USER)
            made = Audit(
                key=key,
                doing=part.get("TransactionType", ""),
                who=who,
                at=audit.findtext("DateTimeStamp", ""),
                reason=audit.findtext("ReasonForChange", ""),
                seq=int(audit.findtext("SourceID", "0")),
            )
            self.audits.append(made)

    def values(self) -> Iterator[tuple[Key, str]]:
        """The recorded texts, comparators put before their numbers."""
        for key, (kind, value, flag, comment) in self.found.items():
            if key.item.endswith(COMPARATOR):
                continue
            sign = self.found.get(replace(key, item=f"{key.item}{COMPARATOR}"), _NOTHING)[1] or ""
            yield key, untyped(kind, value, sign, flag, comment)


def read_odm(path: Path) -> tuple[OdmReading | None, list[Issue]]:
    """What a file of `export_odm` says, or the Issue that says why it cannot be read."""
    root, issues = read_xml(Source(path.name, path.read_bytes()))
    if root is None:
        return None, issues
    reader = _Reader(_kinds(root))
    for part in (*root.iter("ReferenceData"), *root.iter("ClinicalData")):
        reader.version = part.get("MetaDataVersionOID", "")
        for each in part:
            reader.read(each, Key())
    values = dict(reader.values())
    return OdmReading(values, tuple(reader.records), tuple(reader.audits), reader.calculated), issues


def _kinds(root: Element) -> dict[tuple[str, str], str]:
    return {
        (version.get("OID", ""), item.get("OID", "")): item.get("DataType", "")
        for version in root.iter("MetaDataVersion")
        for item in version.iter("ItemDef")
    }


def _below(part: Element, key: Key) -> Key:
    match part.tag:
        case "SubjectData":
            return replace(key, participant=part.get("SubjectKey", ""))
        case "StudyEventData":
            return replace(key, visit=_visit(part))
        case "FormData":
            return replace(key, form=part.get("FormOID", "").removeprefix(FORM))
        case "ItemGroupData":
            form = part.get("ItemGroupOID", "").removeprefix(GROUP)
            return replace(key, form=form, repeat=part.get("ItemGroupRepeatKey", ""))
        case "ItemData":
            return replace(key, item=names_of(part.get("ItemOID", ""))[1])
        case _:
            return key


def _visit(part: Element) -> str:
    oid = part.get("StudyEventOID", "")
    if oid == UNPLANNED:
        return part.get("StudyEventRepeatKey", "")
    return "" if oid == COMMON else oid.removeprefix(EVENT)


def _annotation(part: Element) -> tuple[str, str]:
    """(flag, comment) of a value that is missing, or kept as text."""
    for note in part.iter("Annotation"):
        flag = note.find("Flag/FlagValue")
        if flag is not None and flag.get("CodeListOID") == MISSING_LIST:
            return flag.text or "", note.findtext("Comment", "")
    return "", ""
