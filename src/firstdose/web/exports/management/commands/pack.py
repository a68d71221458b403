"""`python -m firstdose.web pack FILE`: the inspector's pack in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from firstdose import __version__
from firstdose.records.log.event import Actor
from firstdose.web.exports.actions import note_export
from firstdose.web.exports.pack import make_pack

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Write the inspector's pack: log, anchors, trail, people by date, filled forms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive to write")

    def handle(self, *_args: Any, **words: Any) -> None:
        made = make_pack()
        words["file"].write_bytes(made.content)
        note_export(by=Actor(who=f"process pack {__version__}"), made=made, form="inspector's pack")
        self.stdout.write(str(words["file"]))
