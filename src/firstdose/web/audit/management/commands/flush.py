"""Django's `flush`, which empties every table: refused, but for the tests, which begin with empty tables."""

from __future__ import annotations

from typing import Any

from django.core import mail
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction

from firstdose.web.audit.guards import lifted


class Command(flush.Command):
    help = "Refused: the log is never emptied."

    def handle(self, **options: Any) -> None:
        if not hasattr(mail, "outbox"):  # Django's test runner, and nothing else, keeps mails in a box
            raise CommandError("The log is never emptied. For a new trial, serve a new folder.")
        connection = connections[options["database"]]
        with transaction.atomic(using=options["database"]), lifted(connection):
            super().handle(**{**options, "inhibit_post_migrate": True})
        if not options.get("inhibit_post_migrate"):
            emit_post_migrate_signal(options["verbosity"], options["interactive"], options["database"])
