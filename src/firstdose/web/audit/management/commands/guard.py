"""`guard`: make the triggers of the log anew where some are missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from firstdose.web.audit import guards


class Command(BaseCommand):
    help = "Make the triggers of the log anew where some are missing; run it as the owner."

    def handle(self, **_: Any) -> None:
        gone = guards.missing(connection)
        if gone:
            guards.disarm(connection)
            with transaction.atomic():
                guards.remake(connection)
            guards.arm(connection)
        self.stdout.write(f"Made anew: {', '.join(gone)}." if gone else "Every trigger of the log is there.")
