"""The words of the checks: an Issue made from its code, its place and the facts of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Protocol as Shape

from firstdose.protocol.checking_codes import CODES
from firstdose.values.issue import Issue

if TYPE_CHECKING:
    from firstdose.values.issue import Place


class Places(Shape):
    """Where each part of the file stands; an unknown part has the place of what holds it."""

    def of(self, *path: str) -> Place:
        """The place of a part, named from the section inwards: ("endpoints", "E5", "at")."""
        ...


def is_declared(places: Places, *path: str) -> bool:
    """Whether the part stands in the file: an unwritten part has the place of what holds it."""
    return places.of(*path) != places.of(*path[:-1])


def problem(code: str, place: Place, **facts: object) -> Issue:
    """The Issue of this code, told with the facts of the case."""
    wording = CODES[code]
    message, remedy = wording.says.format(**facts), wording.remedy.format(**facts)
    return Issue(place, code, message, remedy.strip(), wording.weight)


def softened(issue: Issue) -> Issue:
    """The same as a warning: what a first trial must have and another trial may lack."""
    return Issue(issue.place, issue.code, issue.message, issue.remedy, "warning")
