"""`check_photographs`: whether every stored photograph still has the hash that the log holds."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from firstdose.web.audit.sayings import say
from firstdose.web.capture.photographs import check_photographs


class Command(BaseCommand):
    help = "Compare every stored photograph with its hash in the log."

    def handle(self, *_: Any, **__: Any) -> None:
        found = check_photographs()
        for each in found:
            self.stderr.write(f"{each.code} {say(each)}")
        if found:
            sys.exit(11)
        self.stdout.write("Every photograph has its hash.")
