"""`make_roles`: the PostgreSQL account of the application, which can only add to the log."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from firstdose.web.audit.roles import make_role


class Command(BaseCommand):
    help = "Make the database account of the application (PostgreSQL); run it as the owner, after each migration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", default="firstdose_app")

    def handle(self, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no accounts. Its connections are held by an authorizer instead.")
        with transaction.atomic():
            make_role(connection, options["role"], os.environ.get("FIRSTDOSE_ROLE_PASSWORD", ""))
        self.stdout.write(f"{options['role']} reads everything and can only add to the log.")
