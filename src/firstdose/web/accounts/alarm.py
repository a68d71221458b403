"""Alarms: the administrators hear by e-mail and on their pages when somebody tries to get in."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from firstdose.web.accounts.models import Membership
from firstdose.web.accounts.rights import ADMINISTRATOR
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.models import Event

if TYPE_CHECKING:
    from firstdose.web.accounts.models import Person

log = logging.getLogger(__name__)
SHOWN = timedelta(hours=24)


def administrators() -> list[Person]:
    """Who administers now."""
    held = Membership.objects.filter(role=ADMINISTRATOR, person__is_active=True).select_related("person")
    return [each.person for each in held.order_by("pk") if each.in_force]


def warn_administrators(name: str, step: str) -> None:
    """An e-mail to each administrator. That it could not be sent is logged and does not stop the lock."""
    to = sorted({person.email for person in administrators()})
    words = _(
        "Five failures in a row (%(step)s) locked “%(name)s” for 15 minutes.\n\n"
        "Ask the person whether it was them. The trail shows every attempt."
    ) % {"step": step, "name": name}
    try:
        send_mail(_("firstdose: an account was locked"), words, None, to)
    except (OSError, SMTPException) as error:
        log.error("the warning about a locked account could not be sent: %s", type(error).__name__)  # noqa: TRY400


def locks_lately() -> int:
    """How many accounts were locked in the last 24 hours."""
    return int(Event.objects.filter(kind="login.locked", at__gte=stamp(now() - SHOWN)).count())
