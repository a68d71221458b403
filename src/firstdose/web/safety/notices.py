"""Notices about clocks of serious adverse events, by e-mail: no names, no values, and the digest of each kept as proof."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from firstdose import __version__
from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.accounts.models import Membership
from firstdose.web.accounts.rights import BOARD, may
from firstdose.web.audit.append import append, writing
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import NoStudy, current
from firstdose.web.safety.clocks import AE, BEGUN, LATE, Clock, asked_now, clocks_on_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.records.log.event import Event

PROCESS = Actor(who=f"process firstdose_notices {__version__}")
SPONSOR = "sponsor"
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What one run did."""

    begun: int = 0
    sent: int = 0
    failed: int = 0


class Pending:
    """Whether an event record was saved in this process since notices were last looked at."""

    def __init__(self) -> None:
        self.waits = False

    def look(self, written: Sequence[Event]) -> None:
        """Called by the log after each commit."""
        if any(event.key.form == AE for event in written):
            self.waits = True

    def run(self, **_: object) -> None:
        """Called once the answer is on its way to the browser."""
        if self.waits:
            self.waits = False
            send_notices()


PENDING = Pending()


def send_notices() -> Sent:
    """Begin the clocks that records ask for, and tell of what began or ran out; what fails is tried at the next run."""
    done = Sent()
    try:
        current()
    except NoStudy:
        return done
    done.begun = begin_clocks()
    at = now()
    for clocks in clocks_on_record(current_state(form=AE)).values():
        for clock in clocks:
            for what in _due(clock, clock.state(at)):
                if send_notice(clock, what):
                    done.sent += 1
                else:
                    done.failed += 1
    return done


def begin_clocks() -> int:
    """`ae.clock` for every clock that is asked for and did not begin yet; how many began."""
    with writing():
        state = current_state(form=AE)
        known = clocks_on_record(state)
        new = [
            NewEvent(
                kind="ae.clock",
                key=key,
                site=state.records[key].site,
                payload={"clock": each.clock, "start": stamp(each.start), "due": stamp(each.due)},
            )
            for key, asked in asked_now(state).items()
            for each in asked
            if each.clock not in {clock.clock for clock in known.get(key, [])}
        ]
        if new:
            append(new, by=PROCESS)
    return len(new)


def _due(clock: Clock, state: str) -> list[str]:
    """What is still to be told of a clock."""
    if state == "lifted":
        return []
    wanted = [BEGUN, *([LATE] if state == "overdue" else [])]
    return [what for what in wanted if what not in clock.notified]


def send_notice(clock: Clock, what: str) -> bool:
    """One message to each who has to know; `ae.notified` once all left. Whether they did."""
    title, body = words_of(clock, what)
    to = recipients(clock.site)
    if not to:
        log.error("nobody can be told of a clock at site %s: no recipient", clock.site)
        return False
    try:
        for address in to.values():
            EmailMessage(title, body, to=[address]).send()
    except (OSError, SMTPException) as error:
        log.error("a notice could not be sent: %s", type(error).__name__)  # noqa: TRY400
        return False
    digest = hashlib.sha256(f"{title}\n\n{body}".encode()).hexdigest()
    payload = {"clock": clock.clock, "what": what, "to": " ".join(to), "digest": digest}
    idem = f"notice {clock.key.participant} {clock.key.repeat} {clock.clock} {what}"
    append(
        [NewEvent(kind="ae.notified", key=clock.key, site=clock.site, payload=payload)], by=PROCESS, idem=idem
    )
    return True


def words_of(clock: Clock, what: str) -> tuple[str, str]:
    """(title, text) of a notice: trial, site, code and number of the record, the clock; nothing else."""
    trial, key = current().id, clock.key
    due = clock.due.strftime("%Y-%m-%d %H:%M UTC")
    happened = "began" if what == BEGUN else "ran out without a report"
    title = f"[{trial}] Serious adverse event: {clock.clock} clock {happened}"
    body = (
        f"Trial {trial}, site {clock.site}.\n"
        f"The {clock.clock} clock of adverse event {key.repeat} of participant {key.participant} {happened}.\n"
        f"Due: {due}.\n"
        f"Log in to read the event and to record the report: {reverse('event', args=[key.participant, key.repeat])}\n"
    )
    return title, body


def recipients(site: str) -> dict[str, str]:
    """Code > address: who reports events at this site, the board, and the sponsor."""
    found: dict[str, str] = {}
    for held in Membership.objects.select_related("person").order_by("pk"):
        asked = held.role == BOARD or (may(held.role, "report events") and held.site in {"", site})
        if held.in_force and held.person.is_active and asked:
            found[held.person.code] = held.person.email
    if address := sponsor_address():
        found[SPONSOR] = address
    return found


def sponsor_address() -> str:
    """FIRSTDOSE_SPONSOR_MAIL, of the settings or the environment."""
    said = getattr(settings, "FIRSTDOSE_SPONSOR_MAIL", "") or os.environ.get("FIRSTDOSE_SPONSOR_MAIL", "")
    return str(said).strip()
