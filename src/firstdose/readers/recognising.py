"""Which reader a table file needs, seen from its first bytes and never from its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import issues
from firstdose.readers.delimited import read_delimited
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.readers.text_table import TextTable
    from firstdose.values.issue import Issue

_WORKBOOK = b"PK\x03\x04"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "it is an old or encrypted office file",
    b"%PDF": "it is a PDF",
    b"\x1f\x8b": "it is compressed",
    b"\x89PNG": "it is a picture",
    b"\xff\xd8\xff": "it is a picture",
    b"PAR1": "it is a Parquet file",
    b"{\\rtf": "it is rich text",
}


def read_table(
    path: Path, sheet: str | None = None, *, name: str | None = None
) -> tuple[TextTable | None, list[Issue]]:
    """The table of a delimited text file or of one sheet of a workbook, or the Issues that say why not."""
    file = name or str(path)
    try:
        with path.open("rb") as opened:
            start = opened.read(8)
    except OSError as refusal:
        return None, [
            issues.not_a_table(Place(file), refusal.strerror or "it cannot be opened", "Check the name.")
        ]
    if start.startswith(_WORKBOOK):
        from firstdose.readers.workbook import read_workbook

        return read_workbook(path, sheet, name=name)
    for magic, why in _FOREIGN.items():
        if start.startswith(magic):
            return None, [issues.not_a_table(Place(file), why)]
    if sheet is not None:
        return None, [issues.sheet_absent(Place(file), sheet, ())]
    return read_delimited(path, name=name)
