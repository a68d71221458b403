"""`restore FILE`: a backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.backing import restore


class Command(BaseCommand):
    help = "Put a backup into an empty database: verified first, the same events, everything else made from them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            verdict = restore(options["file"])
        except Refused as why:
            raise CommandError("\n".join(map(str, why.issues))) from why
        for sentence in verdict.proven:
            self.stdout.write(sentence)
        self.stdout.write(
            "Restored. Passwords and second factors are not in a backup: invite everybody anew."
        )
