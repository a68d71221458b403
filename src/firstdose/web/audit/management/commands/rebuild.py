"""`rebuild`: what holds now, folded anew from the log; `--check` only compares."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firstdose.web.audit.projecting import PROJECTIONS, differences, rebuild

_SHOWN = 20


class Command(BaseCommand):
    help = "Fold the log anew into the tables of what holds now; --check compares and changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, **options: Any) -> None:
        if options["check"]:
            found = differences()
            for line in found[:_SHOWN]:
                self.stderr.write(line)
            if found:
                raise CommandError(
                    f"{len(found)} rows differ from the log. Run `rebuild`, and find out who wrote."
                )
            self.stdout.write("What holds now is what the log says.")
            return
        rebuild()
        many = [f"{model.objects.count()} {model._meta.db_table}" for model in PROJECTIONS]  # noqa: SLF001
        self.stdout.write(f"Folded anew: {', '.join(many)}.")
