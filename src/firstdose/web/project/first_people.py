"""The first accounts of a study: its administrator, or for a rehearsal an invented person of every role."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from firstdose.values.issue import Issue
from firstdose.web.accounts import people
from firstdose.web.accounts.invitations import invite
from firstdose.web.accounts.models import Person
from firstdose.web.accounts.rights import ADMINISTRATOR, ROLES
from firstdose.web.audit.clock import now
from firstdose.web.audit.sayings import say

if TYPE_CHECKING:
    from firstdose.records.log.event import Actor

FIRST = "first accounts of the study"


def invite_administrator(email: str, address: str, by: Actor) -> list[str]:
    """The administrator's account, and the link by which its owner sets the password. Nothing where accounts exist."""
    if Person.objects.exists():
        return []
    person = _with_role(email.partition("@")[0], email, "Administrator", ADMINISTRATOR, by)
    link = invite(person=person, by=by, reason=FIRST, address=address)
    if isinstance(link, Issue):
        return [str(say(link))]
    return [f"The first account is {email}. Set its password here, within 72 hours: {link}"]


def invent_people(by: Actor) -> list[str]:
    """One invented person a role, all with one password that is printed once. Nothing where accounts exist."""
    if Person.objects.exists():
        return []
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    lines = [f"A rehearsal with invented people. Their password: {password}"]
    for role in ROLES:
        code = role.replace(" ", "-")
        person = _with_role(code, f"{code}@example.org", f"Invented {role}", role, by)
        person.set_password(password)
        person.save(update_fields=["password"])
        lines.append(f"  {person.email}  ({role})")
    return lines


def _with_role(code: str, email: str, name: str, role: str, by: Actor) -> Person:
    person = people.add_person(code=code, email=email, name=name, by=by, reason=FIRST)
    assert isinstance(person, Person), "there were no accounts before"
    today = now().date()
    people.grant(person=person, role=role, site="", since=now(), until=None, by=by, reason=FIRST)
    people.record_training(person=person, role=role, on=today, training=FIRST, by=by)
    people.record_identity(person=person, document=FIRST, on=today, by=by)
    return person
