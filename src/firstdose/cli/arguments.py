"""Arguments that several commands take, and the exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

PROTOCOL, RECORDS, ANALYSIS, EXPORT, OURS, UNDECIDED, NOT_SERVED = 10, 11, 12, 13, 14, 15, 16

ProtocolFile = Annotated[Path, typer.Argument(help="The protocol file.", metavar="PROTOCOL")]
StudyFolder = Annotated[
    Path, typer.Argument(help="The study folder: protocol.yaml and records/.", metavar="STUDY")
]
Shape = Literal["normal", "lognormal"]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the output; made if absent.")]
SourceFolder = Annotated[
    Path | None, typer.Option("--source", help="Folder of the original files that mapping.yaml names.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the Issues as JSON.")]
