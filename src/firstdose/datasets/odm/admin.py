"""The element AdminData: who entered and signed, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.datasets.odm.element import element
from firstdose.datasets.odm.metadata import study_oid
from firstdose.datasets.odm.oids import LOCATION, SIGNATURE, USER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from firstdose.datasets.odm.versions import Versions
    from firstdose.records.log.event import Event

SITE = "site"  # the only site of a protocol that names none
PROCESS = "process "


def admin_element(versions: Versions, events: Sequence[Event], as_of: str) -> Element:
    """Users and meanings of signatures in the order in which they occur; sites as the protocol lists them."""
    return element(
        "AdminData",
        *_users(events),
        *_locations(versions, events, as_of),
        *_signatures(events),
        StudyOID=study_oid(versions.now.protocol),
    )


def location_oid(site: str) -> str:
    return f"{LOCATION}{site or SITE}"


def signature_oid(meaning: str) -> str:
    return f"{SIGNATURE}{meaning}"


def _users(events: Iterable[Event]) -> Iterator[Element]:
    names = {
        str(event.payload.get("person", "")): str(event.payload.get("name", ""))
        for event in events
        if event.kind == "user.added" and event.payload
    }
    roles: dict[str, str] = {}
    for event in events:
        roles[event.actor] = roles.get(event.actor) or event.role
    for actor, role in roles.items():
        yield element(
            "User",
            element("LoginName", text=actor),
            element("DisplayName", text=f"{actor} ({role})") if role else None,
            element("FullName", text=names[actor]) if names.get(actor) else None,
            OID=f"{USER}{actor}",
            UserType=_kind(actor, role),
        )


def _kind(actor: str, role: str) -> str:
    if actor.startswith(PROCESS):
        return "Other"
    return "Investigator" if "investigator" in role else "Sponsor" if "sponsor" in role else "Other"


def _locations(versions: Versions, events: Iterable[Event], as_of: str) -> Iterator[Element]:
    """Each with every version and the day since which it is in force."""
    labels = {site.site: site.label for site in versions.now.protocol.sites}
    since = next((event.at for event in events), as_of)[:10]
    for site in dict.fromkeys([*labels, *(event.site or SITE for event in events)]) or [SITE]:
        yield element(
            "Location",
            *(
                element(
                    "MetaDataVersionRef",
                    StudyOID=study_oid(version.protocol),
                    MetaDataVersionOID=version.oid,
                    EffectiveDate=version.since or since,
                )
                for version in versions.each
            ),
            OID=location_oid(site),
            Name=labels.get(site) or site,
            LocationType="Site",
        )


def _signatures(events: Iterable[Event]) -> Iterator[Element]:
    meanings = [
        str(event.payload.get("meaning", ""))
        for event in events
        if event.kind == "sign.made" and event.payload
    ]
    for meaning in dict.fromkeys(meanings):
        yield element(
            "SignatureDef",
            element("Meaning", text=meaning or "signed"),
            element("LegalReason", text=meaning or "signed"),
            OID=signature_oid(meaning),
            Methodology="Electronic",
        )
