"""ImageJ: one region of interest (.roi)."""

from __future__ import annotations

from pathlib import PurePath

from firstdose.readers import refusals
from firstdose.readers.contents.outline import Outline
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.roi_bytes import MAGIC, read_roi


def _read(source: Source) -> Reading:
    if not source.content:
        return refused(refusals.empty(source.place))
    found = read_roi(source.content, source.place, PurePath(source.name).stem)
    return Reading(contents=(found,), software="ImageJ") if isinstance(found, Outline) else refused(found)


ENTRY = Reader(
    name="imagej_roi",
    label="ImageJ region of interest",
    source="ImageJ, ij.io.RoiDecoder (public domain): the layout of its bytes",
    yields=("Outline",),
    extensions=("roi",),
    recognises=lambda source: source.start.startswith(MAGIC),
    read=_read,
)
