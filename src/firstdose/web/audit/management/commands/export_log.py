"""`export_log FILE`: the log as a file that `firstdose verify` takes, and its anchors beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firstdose.web.audit.backing import write_anchors, write_log_file


class Command(BaseCommand):
    help = "Write the log (log format 1), and its anchors to the same name ending in .anchors.txt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            write_anchors(path.with_suffix(".anchors.txt"))
            last = write_log_file(path)
        except OSError as why:
            raise CommandError(f"{path} cannot be written: {why.strerror}.") from why
        self.stdout.write(f"{path}: events 1 to {last}")
