"""ImageJ: several regions of interest in one archive (RoiSet.zip)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.archive import MAGIC, read_archive
from firstdose.readers.contents.outline import Outline
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.roi_bytes import read_roi
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from firstdose.values.issue import Issue

_NAME_AT = 30


def _recognises(source: Source) -> bool:
    """A zip archive whose first member is a region of interest."""
    start = source.start
    length = int.from_bytes(start[26:28], "little")
    return start.startswith(MAGIC) and start[_NAME_AT : _NAME_AT + length].lower().endswith(b".roi")


def _read(source: Source) -> Reading:
    members, issues = read_archive(source)
    if issues:
        return refused(*issues)
    outlines: list[Outline] = []
    told: list[Issue] = []
    for name, content in members.items():
        if not name.lower().endswith(".roi"):
            continue
        found = read_roi(content, Place(f"{source.name}/{name}"), PurePosixPath(name).stem)
        if isinstance(found, Outline):
            outlines.append(found)
        else:
            told.append(found)
    if told or not outlines:
        return refused(*(told or [refusals.missing_part(source.place, [".roi"], "member")]))
    return Reading(contents=tuple(outlines), software="ImageJ")


ENTRY = Reader(
    name="imagej_roiset",
    label="ImageJ set of regions of interest",
    source="ImageJ, ROI Manager: an archive of .roi files",
    yields=("Outline",),
    extensions=("zip",),
    recognises=_recognises,
    read=_read,
)
