"""`backup FILE`: log, anchors, protocols, photographs and people in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.backing import backup


class Command(BaseCommand):
    help = "Write log, anchors, protocols, photographs and people to one file; no passwords, no keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            made = backup(options["file"])
        except Refused as why:
            raise CommandError("\n".join(map(str, why.issues))) from why
        except OSError as why:
            raise CommandError(f"{options['file']} cannot be written: {why.strerror}.") from why
        self.stdout.write(f"{made.path}: events 1 to {made.seq}, sha256 {made.sha256}")
