"""Which roles no one person may hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from firstdose.web.accounts import issues
from firstdose.web.accounts.rights import ADMINISTRATOR, BLIND, ROLES, may

if TYPE_CHECKING:
    from firstdose.values.issue import Issue
    from firstdose.web.accounts.models import Person

FORM = "people"
# Whoever administers the system enters no study data, by whatever way.
ENTERING: Final = (
    "enter",
    "rate",
    "enter laboratory",
    "enter dose",
    "photograph",
    "import",
    "sign",
    "override dose",
    "decide dose",
)


def enters(role: str) -> bool:
    """Whether a role writes study data."""
    return any(may(role, right) for right in ENTERING)


def apart(one: str, other: str) -> bool:
    """Whether these two roles must be two persons."""
    pair = {one, other}
    administers = ADMINISTRATOR in pair and any(enters(role) for role in pair)
    unblinds = bool(pair & BLIND) and any(may(role, "see dose") for role in pair)
    return administers or unblinds


def check_together(person: Person, role: str) -> Issue | None:
    """The Issue that keeps this person from this role: another role now, or a dose seen before."""
    rows = list(person.memberships.order_by("pk"))
    for row in rows:
        if row.until is None or row.in_force:
            if apart(row.role, role):
                return issues.roles_do_not_go_together(FORM, str(ROLES[row.role]), str(ROLES[role]))
        elif role in BLIND and may(row.role, "see dose") and row.trained_on is not None:
            return issues.knows_the_dose(FORM)
    return None
