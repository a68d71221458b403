"""An instrument's file: recognised by its content, read by the one reader that knows it, or refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.readers import refusals
from firstdose.readers.reader import Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.readers.reader import Reader
    from firstdose.values.issue import Issue

SHELF = "readers.formats"


def formats() -> Mapping[str, Reader]:
    """Every format that can be read, by name."""
    return load(SHELF)


def read_source(source: Source) -> Reading:
    """What the file holds, with its digest and the reader's name and version; refused where nobody knows it."""
    if not source.content:
        return replace(refused(refusals.empty(source.place)), file=source.name, sha256=source.sha256)
    found = [reader for reader in formats().values() if reader.recognises(source)]
    if len(found) != 1:
        reading = refused(_not_one(source, found))
        return replace(reading, file=source.name, sha256=source.sha256)
    reading = found[0].read(source)
    return replace(
        reading,
        file=source.name,
        sha256=source.sha256,
        reader=f"{found[0].name} {found[0].version}",
    )


def _not_one(source: Source, found: list[Reader]) -> Issue:
    if found:
        names = [reader.label for reader in found]
        return refusals.name_one(source.place, "formats that this file could be", names)
    ending = source.name.rpartition(".")[2].lower()
    for reader in formats().values():
        if ending in reader.extensions and reader.why_not and (why := reader.why_not(source)):
            return why
    return refusals.not_recognised(source.place)
