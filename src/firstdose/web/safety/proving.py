"""The second person at the same screen: who they are, that it is they, and in which role they act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records.log.event import Actor
from firstdose.values.issue import Issue
from firstdose.web.accounts import lockout
from firstdose.web.accounts.models import Person
from firstdose.web.accounts.proof import check_proof
from firstdose.web.accounts.rights import may
from firstdose.web.safety import issues

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Request


def second_actor(request: Request, *, right: str, site: str, purpose: str) -> Actor | Issue:
    """The person of the fields `second_email`, `second_password`, `second_code`, who must not be the one logged in."""
    posted = request.POST
    email = lockout.known_as(posted.get("second_email", ""))
    person = Person.objects.filter(email=email).first() if email.isprintable() else None
    if person is None:
        if email and email.isprintable():
            lockout.failed(email, step=purpose)
        return issues.unknown_person()
    if person.pk == request.standing.person.pk:
        return issues.same_person()
    proof = check_proof(
        person, posted.get("second_password", ""), posted.get("second_code", ""), None, purpose=purpose
    )
    if isinstance(proof, Issue):
        return proof
    role = role_for(person, right, site)
    return (
        issues.not_entitled(person.printed_name)
        if not role
        else Actor(who=person.code, role=role, auth=str(proof))
    )


def role_for(person: Person, right: str, site: str) -> str:
    """The first role in force of a person that has a right at a site; '' where none has."""
    held = (each for each in person.memberships.order_by("pk") if each.in_force)
    return next((each.role for each in held if each.site in {"", site} and may(each.role, right)), "")
