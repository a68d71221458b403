"""Who takes part in tests: one invented person for each role, and the seed trial in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from django.test import Client

from firstdose.protocol.identity import compute_identity
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.accounts.standing import site_of
from firstdose.web.audit.append import append
from firstdose.web.audit.study import Study, current
from tests.shared import ROOT

if TYPE_CHECKING:
    pass

PASSWORD = "a long pass phrase of tests"
WHEN = datetime(2024, 1, 1, tzinfo=UTC)
SETTER = Actor(who="process tests 1")
# Nearly every test puts the seed's protocol in force, each in a log of its own: it is read once, here and by the site.
read_once = lru_cache(maxsize=8)(read_protocol_text)


@cache
def protocol_text() -> str:
    return (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text(encoding="utf-8")


def activate(text: str = "") -> Study:
    """Put a protocol in force: the seed's unless said."""
    text = text or protocol_text()
    protocol = read_once(text).protocol
    assert protocol is not None
    identity = compute_identity(protocol)
    told = {"text": text, "identity": identity, "version": protocol.trial.version}
    new = [NewEvent(kind="protocol.activated", payload=told)]
    append(new, by=SETTER, study=protocol.trial.id, protocol=identity)
    return current()


def person_of(role: str, site: str = "", name: str = "") -> Person:
    """Somebody trained for a role."""
    name = name or f"{role.title()} Invented"
    code = name.lower().replace(" ", "-")
    known = Person.objects.filter(code=code).first()
    if known:
        return known
    person = Person.objects.create_user(
        email=f"{code}@example.org", password=PASSWORD, code=code, printed_name=name, joined=WHEN,
        identified_on=date(2024, 1, 1),
    )  # fmt: skip
    Membership.objects.create(person=person, role=role, site=site, since=WHEN, trained_on=date(2024, 1, 1))
    return person


def client_of(role: str, site: str = "", name: str = "") -> Client:
    """A browser of somebody with this role, logged in."""
    client = Client()
    client.force_login(
        person_of(role, site, name), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def add_participant(participant: str = "P-001", site: str = "site") -> None:
    append(
        [NewEvent(kind="participant.added", key=Key(participant, form="participants"), site=site)], by=SETTER
    )


def set_values(
    form: str, values: dict[str, str], participant: str = "P-001", visit: str = "", repeat: str = ""
) -> None:
    """Values of one record, as an actor of tests enters them."""
    append(
        [
            NewEvent(
                kind="value.set",
                key=Key(participant, visit, form, repeat, item),
                site=site_of(participant) or "site",
                payload={"old": "", "new": text, "raw": text, "unit": "", "reason": "entered by a test"},
            )
            for item, text in values.items()
        ],
        by=SETTER,
    )
