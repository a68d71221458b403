"""The matrix of rights: one declaration that views, lists, pages and tests derive from."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

COORDINATOR, INVESTIGATOR, EVALUATOR, LABORATORY = "coordinator", "investigator", "evaluator", "laboratory"
DATA, MONITOR, STATISTICIAN, BOARD, ADMINISTRATOR = (
    "data manager",
    "monitor",
    "statistician",
    "board",
    "administrator",
)

ROLES: Final[Mapping[str, Any]] = {
    COORDINATOR: _("coordinator"),
    INVESTIGATOR: _("investigator"),
    EVALUATOR: _("blinded evaluator"),
    LABORATORY: _("cell laboratory"),
    DATA: _("data manager"),
    MONITOR: _("monitor"),
    STATISTICIAN: _("statistician"),
    BOARD: _("safety board"),
    ADMINISTRATOR: _("administrator"),
}
# Who does not know the dose.
BLIND: Final = frozenset({EVALUATOR})

_CLINIC = frozenset({COORDINATOR, INVESTIGATOR})
_TRIAL = _CLINIC | {EVALUATOR, LABORATORY, DATA, MONITOR, STATISTICIAN, BOARD}
_SEES_ALL = _CLINIC | {DATA, MONITOR, STATISTICIAN}

# Right -> (what it lets a person do, who has it). Whoever administers enters no data and reads none.
RIGHTS: Final[Mapping[str, tuple[Any, frozenset[str]]]] = {
    "own": (_("own account, language, second factor"), frozenset(ROLES)),
    "see participants": (_("list of participants, calendar, pages of participants"), _TRIAL),
    "see values": (
        _("forms with their values, as far as not hidden"),
        _SEES_ALL | {EVALUATOR, LABORATORY, BOARD},
    ),
    "see dose": (_("dose, allocation and product"), frozenset(ROLES) - BLIND - {ADMINISTRATOR}),
    "enter": (_("enter and change values of clinical forms"), _CLINIC),
    "rate": (_("enter and change values of forms that are rated blind"), _CLINIC | {EVALUATOR}),
    "enter laboratory": (
        _("enter and change laboratory values and the cell product"),
        frozenset({LABORATORY}),
    ),
    "enter dose": (_("injection-day page, record an injection"), _CLINIC),
    "photograph": (_("add photographs"), _CLINIC | {EVALUATOR}),
    "answer queries": (_("answer queries"), _CLINIC | {EVALUATOR, LABORATORY}),
    "open queries": (_("open, close and reopen queries"), frozenset({DATA, MONITOR})),
    "see queries": (_("list of queries"), _SEES_ALL | {EVALUATOR, LABORATORY}),
    "verify": (_("source data verification"), frozenset({MONITOR})),
    "sign": (_("sign"), frozenset({INVESTIGATOR})),
    "freeze": (_("freeze and thaw"), frozenset({DATA})),
    "lock": (_("lock and unlock"), frozenset({DATA})),
    "confirm deviations": (_("confirm or dismiss protocol deviations"), frozenset({INVESTIGATOR, DATA})),
    "see deviations": (_("list of protocol deviations"), _SEES_ALL),
    "see events": (_("adverse event desk with its clocks"), _SEES_ALL | {BOARD}),
    "report events": (_("report serious adverse events, send notices"), _CLINIC),
    "decide dose": (_("decide the next dose"), frozenset({BOARD})),
    "override dose": (
        _("release a dose that the rule forbids; two persons"),
        frozenset({INVESTIGATOR, BOARD}),
    ),
    "see decision": (
        _("state of the escalation, board's desk"),
        frozenset({INVESTIGATOR, STATISTICIAN, BOARD, DATA}),
    ),
    "see trail": (_("trail of all changes"), frozenset({INVESTIGATOR, DATA, MONITOR, BOARD})),
    "review trail": (_("review of the trail, on record"), frozenset({DATA, MONITOR})),
    "export": (_("exports and printed forms, hidden values left out for the blind"), _SEES_ALL | {BOARD}),
    "import": (_("import of tables"), frozenset({DATA})),
    "activate protocol": (_("put a version of the protocol in force"), frozenset({DATA})),
    "see people": (
        _("people, roles and dates; the matrix of rights"),
        frozenset({ADMINISTRATOR, DATA, MONITOR, INVESTIGATOR}),
    ),
    "manage people": (_("accounts, roles, second factors, training"), frozenset({ADMINISTRATOR})),
    "keep system": (_("backup, restore, verification of the log"), frozenset({ADMINISTRATOR, DATA})),
}


def may(role: str, right: str) -> bool:
    """Whether a role has a right."""
    return role in RIGHTS[right][1]


def needs(*rights: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for those who have one of these rights. The view bears them as `.rights`, for the matrix and its tests."""
    unknown = set(rights) - set(RIGHTS)
    if unknown or not rights:
        raise KeyError(f"no such right: {sorted(unknown)}")

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            standing = getattr(request, "standing", None)
            if standing is None or not any(may(standing.role, right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **named)

        guarded.rights = rights  # type: ignore[attr-defined]
        return guarded

    return decorate
