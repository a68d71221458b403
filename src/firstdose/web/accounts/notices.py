"""Sentences that stand on every page while they hold, before the messages of what was just done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstdose.web.accounts.alarm import locks_lately

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence with its class, as the frame shows messages."""

    words: str
    tags: str = "warning"

    def __str__(self) -> str:
        return self.words


class Messages:
    """Standing notices, then the messages of this request, which are spent only when they are shown."""

    def __init__(self, request: HttpRequest) -> None:
        self.standing = list(_standing(request))
        self.passing = get_messages(request)

    def __bool__(self) -> bool:
        return bool(self.standing) or len(self.passing) > 0

    def __iter__(self) -> Iterator[Any]:
        yield from self.standing
        yield from self.passing


def messages(request: HttpRequest) -> dict[str, Any]:
    """Context `messages` of every page."""
    return {"messages": Messages(request)}


def _standing(request: HttpRequest) -> Iterator[Notice]:
    if not settings.MFA_REQUIRED:
        yield Notice(
            _("Rehearsal: the second factor is switched off. Do not enter participants of the trial.")
        )
    standing = getattr(request, "standing", None)
    if standing and standing.may("manage people") and (count := locks_lately()):
        words = ngettext(
            "%(n)d account was locked in the last 24 hours after failed logins. Ask its owner.",
            "%(n)d accounts were locked in the last 24 hours after failed logins. Ask their owners.",
            count,
        )
        yield Notice(words % {"n": count})
