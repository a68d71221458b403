"""Who is asking: the person, the role in force, the sites, and the actor that the log will name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse

from firstdose.records.log.event import Actor
from firstdose.web.accounts.rights import BLIND, may
from firstdose.web.accounts.sessions import LOGIN, factors_of
from firstdose.web.audit.models import CurrentRecord
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from firstdose.web.accounts.models import Membership, Person

ROLE_IN_SESSION = "membership"
# Reached without a role: login and the account's own pages.
OPEN = ("/accounts/", "/static/", "/i18n/", "/health/", "/no-role/", "/choose-role/")


@dataclass(frozen=True, slots=True)
class Standing:
    """The role somebody acts in. `sites`: where; empty means everywhere."""

    person: Person
    role: str
    sites: tuple[str, ...]
    auth: str

    @property
    def actor(self) -> Actor:
        return Actor(who=self.person.code, role=self.role, auth=self.auth)

    @property
    def blind(self) -> bool:
        return self.role in BLIND

    def may(self, right: str) -> bool:
        return may(self.role, right)

    def sees_site(self, site: str) -> bool:
        return not self.sites or site in self.sites


class Request(HttpRequest):
    """A request behind the middleware: its standing is known."""

    standing: Standing


def held_by(person: Person) -> list[Membership]:
    """The roles of a person that are in force now."""
    return [each for each in person.memberships.order_by("pk") if each.in_force]


def roles_of(held: list[Membership]) -> list[str]:
    """Each role once."""
    return list(dict.fromkeys(each.role for each in held))


def standing_of(request: HttpRequest, held: list[Membership]) -> Standing | None:
    """The standing of a logged-in person in the chosen one of these roles; None where there is none."""
    if not held:
        return None
    person = request.user
    chosen = request.session.get(ROLE_IN_SESSION)
    role = next((each.role for each in held if each.pk == chosen), held[0].role)
    sites = tuple(each.site for each in held if each.role == role)
    return Standing(person, role, () if "" in sites else sites, auth_of(request))


def auth_of(request: HttpRequest) -> str:
    """How strongly this login was proven, and which one it is: `login 12 password totp`."""
    return f"login {request.session.get(LOGIN, 0)} {factors_of(request)}".strip()


class StandingOfRequest:
    """Middleware: `request.standing`; the anonymous go to the login, those without a role are told so.

    Whoever holds several roles chooses one for the session before anything else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = held_by(request.user) if request.user.is_authenticated else []
        request.standing = standing_of(request, held)
        if not request.path.startswith(OPEN) and (instead := _instead(request, held)):
            return HttpResponseRedirect(instead)
        return self.get_response(request)


def _instead(request: HttpRequest, held: list[Membership]) -> str:
    """Where somebody goes who cannot see this page yet; '' for everybody else."""
    if not request.user.is_authenticated:
        return f"{reverse('account_login')}?next={quote(request.get_full_path())}"
    if request.standing is None:
        return reverse("no_role")
    chosen = request.session.get(ROLE_IN_SESSION)
    if len(roles_of(held)) > 1 and chosen not in {each.pk for each in held}:
        return reverse("choose_role")
    return ""


def site_of(participant: str) -> str | None:
    """The site of a participant; None where nobody bears the name."""
    found = CurrentRecord.objects.filter(participant=participant, form="participants").first()
    return found.site if found else None


def require_participant(request: Request, participant: str) -> str:
    """The participant's site; 404 where there is none or it is not this person's: both look alike."""
    site = site_of(participant)
    if site is None or not request.standing.sees_site(site):
        raise Http404
    return site


def participants_for(standing: Standing) -> list[tuple[str, str]]:
    """(participant, site) of everybody this person may see, in the order of entry."""
    rows = CurrentRecord.objects.filter(form="participants", struck=0).order_by("added")
    return [(row.participant, row.site) for row in rows if standing.sees_site(row.site)]


def site_here(standing: Standing) -> str:
    """The site at which a new participant of this person is entered: the only one, else the first."""
    return (standing.sites or tuple(site.site for site in current().sites))[0]
