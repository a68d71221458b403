"""Begin clocks of serious adverse events and send the notices that are due; run by a timer each minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstdose.web.safety.notices import send_notices


class Command(BaseCommand):
    help = "Begin clocks of serious adverse events and send the notices that are due."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Says what was done; fails where a message could not be sent, so that the timer's log shows it."""
        done = send_notices()
        self.stdout.write(f"{done.begun} clocks began, {done.sent} notices sent, {done.failed} failed")
        if done.failed:
            raise CommandError("Notices could not be sent. Check the mail server and the recipients.")
