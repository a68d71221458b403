"""The Issues of readers of instrument files, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.values.issue import Place

_AGAIN = "Export it again from the instrument's own program."


def not_recognised(place: Place, why: str = "no reader knows its content") -> Issue:
    """FD-L001: a file that no reader of instrument files knows."""
    remedy = f"{_AGAIN} `firstdose assay --formats` lists what can be read."
    return Issue(place, "FD-L001", f"This file is not recognised: {why}.", remedy)


def empty(place: Place) -> Issue:
    """FD-L002: a file of zero bytes."""
    return Issue(place, "FD-L002", "This file is empty.", _AGAIN)


def damaged(place: Place, what: str, remedy: str = _AGAIN) -> Issue:
    """FD-L003: shorter, longer or otherwise than the format and the file itself say (one clause, no full stop)."""
    return Issue(place, "FD-L003", f"This file is damaged: {what}.", remedy)


def missing_part(place: Place, parts: Sequence[str], kind: str = "section") -> Issue:
    """FD-L004: header rows, sections or columns that the format has and this file lacks."""
    named = ", ".join(quoted(part) for part in parts)
    message = (
        f"The {kind}{'s' if len(parts) > 1 else ''} {named} {'are' if len(parts) > 1 else 'is'} missing."
    )
    return Issue(place, "FD-L004", message, _AGAIN)


def contradiction(place: Place, what: str, remedy: str = _AGAIN) -> Issue:
    """FD-L005: two statements of the same file that cannot both be true."""
    return Issue(place, "FD-L005", f"The file contradicts itself: {what}.", remedy)


def variant_not_read(place: Place, what: str, remedy: str) -> Issue:
    """FD-L006: a variant of a known format that is not read."""
    return Issue(place, "FD-L006", f"This variant is not read: {what}.", remedy)


def unreadable_value(place: Place, text: str, wanted: str) -> Issue:
    """FD-L007: a cell that is not what its column holds; the value is missing, with this reason."""
    message = f"{quoted(text)} is not {wanted}; the value is missing."
    return Issue(place, "FD-L007", message, "Look at the instrument's own record.", "query")


def impossible_outline(place: Place, what: str, remedy: str) -> Issue:
    """FD-L008: an outline that encloses no area of its own."""
    return Issue(place, "FD-L008", f"This outline has no area: {what}.", remedy)


def no_scale(place: Place, what: str, remedy: str) -> Issue:
    """FD-L009: lengths in pixels without a physical size."""
    return Issue(place, "FD-L009", f"There is no physical scale: {what}.", remedy)


def closed_for_you(place: Place, what: str) -> Issue:
    """FD-L010: something harmless that was mended while reading, and is said."""
    return Issue(place, "FD-L010", f"{what}.", "Check that this is what was meant.", "warning")


def unsafe(place: Place, what: str) -> Issue:
    """FD-L011: entities in XML, paths or sizes in an archive that no instrument writes."""
    return Issue(place, "FD-L011", f"This file is not safe to open: {what}.", _AGAIN)


def name_one(place: Place, what: str, names: Sequence[str]) -> Issue:
    """FD-L012: several things of which one must be named."""
    named = ", ".join(quoted(name) for name in names[:8]) + (" ..." if len(names) > 8 else "")
    return Issue(place, "FD-L012", f"There are several {what}: {named}.", "Name the one that is meant.")


def twice(place: Place, what: str, name: str) -> Issue:
    """FD-L013: a key that must be unique and is not."""
    return Issue(place, "FD-L013", f"The {what} {quoted(name)} occurs more than once.", _AGAIN)
