"""Zip archives read in memory: nothing is unpacked to a disk, and nothing may grow beyond a bound."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from firstdose.readers import refusals

if TYPE_CHECKING:
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

MAGIC = b"PK\x03\x04"
_MOST_TIMES = 200  # XML shrinks to a hundredth at most in files of instruments
_LEAST_BOUND = 1 << 20
_MOST_MEMBERS = 10_000


def read_archive(source: Source) -> tuple[dict[str, bytes], list[Issue]]:
    """Member name > bytes in the archive's order, folders left out, or the Issue that says why not."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if found := _unsafe(members, source):
                return {}, [found]
            return {member.filename: archive.read(member) for member in members}, []
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return {}, [refusals.damaged(source.place, "it is not a whole zip archive")]


def _unsafe(members: list[zipfile.ZipInfo], source: Source) -> Issue | None:
    """The declared sizes are binding: zipfile reads no byte beyond them."""
    bound = max(_LEAST_BOUND, _MOST_TIMES * len(source.content))
    if len(members) > _MOST_MEMBERS:
        return refusals.unsafe(source.place, f"the archive holds {len(members)} files")
    if sum(member.file_size for member in members) > bound:
        return refusals.unsafe(source.place, "the archive would grow to more than 200 times its size")
    names = [member.filename for member in members]
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            return refusals.unsafe(source.place, f"the archive holds the path {name!r}")
    double = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    return refusals.twice(source.place, "member", double) if double else None
