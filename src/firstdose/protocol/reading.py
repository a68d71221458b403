"""Read a protocol file: every mistake at once, each with its place, and the protocol as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_text as issues
from firstdose.protocol.filling import fill_protocol
from firstdose.protocol.places import Places
from firstdose.protocol.text import MOST_BYTES, decode
from firstdose.protocol.tree import read_tree, without_echoes
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. With `issues` the protocol serves only to look for more of them: never run on it.

    `protocol` is None where not even a title page could be read.
    """

    protocol: Protocol | None
    issues: tuple[Issue, ...]
    places: Places


def read_protocol(path: Path) -> Reading:
    """The protocol file at this path; Issues name the path as it was given."""
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _refused(issues.no_such_file(Place(file), error.strerror or "not a file"), file)
    if len(raw) > MOST_BYTES:
        return _refused(issues.too_large(Place(file), len(raw)), file)
    return read_protocol_text(decode(raw), file)


def read_protocol_text(text: str, file: str = "protocol.yaml") -> Reading:
    """The protocol that this text holds; `file` is the name under which Issues speak of it."""
    tree = read_tree(text, file)
    if tree.root is None:
        return Reading(None, tuple(sorted(tree.issues)), Places(file))
    protocol, found, places = fill_protocol(tree.root, file)
    return Reading(protocol, tuple(sorted({*tree.issues, *without_echoes(found, tree.doubtful)})), places)


def _refused(issue: Issue, file: str) -> Reading:
    return Reading(None, (issue,), Places(file))
