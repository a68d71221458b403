"""`redact SEQ --first CODE --second CODE --reason TEXT`: two persons erase what one event says."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.redacting import redact


class Command(BaseCommand):
    help = "Erase what one event says; both persons type their password. Its header and the chain stay whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("seq", type=int)
        parser.add_argument("--first", required=True, help="code of the first person")
        parser.add_argument("--second", required=True, help="code of the second person")
        parser.add_argument("--reason", required=True)

    def handle(self, **options: Any) -> None:
        first, second = options["first"], options["second"]
        passwords = (getpass(f"Password of {first}: "), getpass(f"Password of {second}: "))
        try:
            done = redact(
                options["seq"], first=first, second=second, passwords=passwords, reason=options["reason"]
            )
        except Refused as why:
            raise CommandError("\n".join(map(str, why.issues))) from why
        self.stdout.write(f"Erased what event {options['seq']} said; event {done.seq} says so.")
        self.stdout.write(
            "Restart the server: until then its memory holds the text. Backups made before hold it too."
        )
