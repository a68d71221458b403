"""The folder that a command writes into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from pathlib import Path


def make_output_folder(folder: Path) -> list[Issue]:
    """Make the folder; a file in its way, or a place where nothing may be written, is an Issue."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        words = f"no folder can be made here ({refusal.strerror})."
        return [Issue(Place(str(folder)), "FD-D002", words, "Name another place for the output.")]
    return []
