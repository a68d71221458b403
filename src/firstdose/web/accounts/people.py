"""What the administrator does with people. Every function leaves its event in the transaction of its row.

Keyword-only throughout; `by` is who does it, `reason` why. An Issue is answered where the act is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator

from firstdose.values.issue import Issue
from firstdose.web.accounts import issues, sessions
from firstdose.web.accounts.alarm import administrators
from firstdose.web.accounts.invitations import invite, void
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.accounts.noting import note
from firstdose.web.accounts.rights import ADMINISTRATOR
from firstdose.web.accounts.separation import check_together
from firstdose.web.accounts.writing import together
from firstdose.web.audit.clock import now, stamp

if TYPE_CHECKING:
    from datetime import date, datetime

    from firstdose.records.log.event import Actor

FORM = "people"


def add_person(*, code: str, email: str, name: str, by: Actor, reason: str) -> Person | Issue:
    """An account without a password: its owner sets one by an invitation. Short names and addresses are never reused."""
    email = email.lower()
    with together():
        if Person.objects.filter(code=code).exists() or Person.objects.filter(email=email).exists():
            return issues.address_taken(FORM)
        person: Person = Person.objects.create_user(email=email, code=code, printed_name=name, joined=now())
        note("user.added", by=by, person=code, name=name, reason=reason)
    return person


def grant(
    *,
    person: Person,
    role: str,
    site: str,
    since: datetime,
    until: datetime | None,
    by: Actor,
    reason: str,
) -> Membership | Issue:
    """A role at a site ('' all sites), in force from `since` once training for it is on record."""
    if refused := _refuse_grant(person, role, site, since, until, by):
        return refused
    trained = Membership.objects.filter(person=person, role=role).exclude(trained_on=None).last()
    with together():
        row: Membership = Membership.objects.create(
            person=person,
            role=role,
            site=site,
            since=since,
            until=until,
            trained_on=trained.trained_on if trained else None,
        )
        note(
            "role.granted",
            by=by,
            site=site,
            person=person.code,
            role=role,
            since=stamp(since),
            until=stamp(until) if until else "",
            trained=str(row.trained_on or ""),
            reason=reason,
        )
    return row


def _refuse_grant(
    person: Person, role: str, site: str, since: datetime, until: datetime | None, by: Actor
) -> Issue | None:
    if by.who == person.code:
        return issues.not_oneself(FORM)
    if not person.is_active:
        return issues.has_left(FORM)
    if until is not None and until <= since:
        return issues.dates_reversed(FORM)
    for held in person.memberships.filter(role=role, site=site):
        if held.until is None or held.until > since:
            return issues.held_already(FORM)
    return check_together(person, role)


def withdraw(*, membership: Membership, by: Actor, reason: str) -> Issue | None:
    """End a role now; sessions that act in it end."""
    if membership.role == ADMINISTRATOR and _is_last_administrator(membership.person):
        return issues.last_administrator(FORM)
    with together():
        _end_role(membership, by, reason)
        sessions.end(sessions.open_logins(membership.person), by=by, how="role withdrawn")
    return None


def record_training(*, person: Person, role: str, on: date, training: str, by: Actor) -> Issue | None:
    """From now on the person's roles of this name count."""
    if on > now().date():
        return issues.not_understood(FORM, "on")
    with together():
        Membership.objects.filter(person=person, role=role, trained_on=None).update(trained_on=on)
        note("user.trained", by=by, person=person.code, role=role, training=training, on=str(on))
    return None


def record_identity(*, person: Person, document: str, on: date, by: Actor) -> Issue | None:
    """Somebody looked at this person's document; only its kind is kept. Until then the person cannot sign."""
    if on > now().date():
        return issues.not_understood(FORM, "on")
    if by.who == person.code:
        return issues.not_oneself(FORM)
    with together():
        Person.objects.filter(pk=person.pk).update(identified_on=on)
        note("user.identified", by=by, person=person.code, document=document, on=str(on))
    return None


def leave(*, person: Person, by: Actor, reason: str) -> Issue | None:
    """Every role, second factor, invitation and session ends at once. The account stays, closed, and is never reused."""
    if by.who == person.code:
        return issues.not_oneself(FORM)
    if _is_last_administrator(person):
        return issues.last_administrator(FORM)
    with together():
        for membership in person.memberships.order_by("pk"):
            if membership.until is None or membership.until > now():
                _end_role(membership, by, reason)
        _delete_factors(person, by, reason)
        void(person)
        person.is_active = False
        person.set_unusable_password()
        person.save()
        sessions.end(sessions.open_logins(person), by=by, how="left")
        note("user.left", by=by, person=person.code, reason=reason)
    return None


def withdraw_factor(*, person: Person, by: Actor, reason: str, address: str) -> Issue | None:
    """A second factor was lost or stolen: it is void at once, sessions end, and the person begins anew by invitation."""
    with together():
        _delete_factors(person, by, reason)
        person.set_unusable_password()
        person.save()
        sessions.end(sessions.open_logins(person), by=by, how="second factor withdrawn")
    sent = invite(person=person, by=by, reason=reason, address=address)
    return sent if isinstance(sent, Issue) else None


def review_rights(*, by: Actor, finding: str) -> None:
    """Somebody looked through who may do what."""
    note("role.reviewed", by=by, finding=finding)


def _end_role(membership: Membership, by: Actor, reason: str) -> None:
    membership.until = now()
    membership.save(update_fields=["until"])
    note(
        "role.withdrawn",
        by=by,
        site=membership.site,
        person=membership.person.code,
        role=membership.role,
        reason=reason,
    )


def _delete_factors(person: Person, by: Actor, reason: str) -> None:
    for factor in Authenticator.objects.filter(user=person).order_by("pk"):
        note("factor.withdrawn", by=by, person=person.code, factor=factor.type, reason=reason)
        factor.delete()


def _is_last_administrator(person: Person) -> bool:
    return administrators() == [person]


def begin(*, email: str, name: str, by: Actor, address: str, training: str) -> str | Issue:
    """The first administrator of a new trial: account, role, training, and the link that sets the password."""
    added = add_person(code="administrator", email=email, name=name, by=by, reason="first account")
    if isinstance(added, Issue):
        return added
    granted = grant(
        person=added, role=ADMINISTRATOR, site="", since=now(), until=None, by=by, reason="first account"
    )
    if isinstance(granted, Issue):
        return granted
    record_training(person=added, role=ADMINISTRATOR, on=now().date(), training=training, by=by)
    return invite(person=added, by=by, reason="first account", address=address)
