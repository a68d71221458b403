"""Whether a protocol makes sense: every mistake at once, each at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_capture import check_capture
from firstdose.protocol.checking_designs import check_designs
from firstdose.protocol.checking_dose import check_dose
from firstdose.protocol.checking_families import check_families
from firstdose.protocol.checking_laboratory import check_laboratory
from firstdose.protocol.checking_layout import check_layout
from firstdose.protocol.checking_mandatory import check_mandatory
from firstdose.protocol.checking_models import check_models
from firstdose.protocol.checking_names import check_names
from firstdose.protocol.checking_plan import check_plan
from firstdose.protocol.checking_product import check_product
from firstdose.protocol.checking_reach import check_reach
from firstdose.protocol.checking_rules import check_rules
from firstdose.protocol.checking_safety import check_safety
from firstdose.protocol.checking_schedule import check_schedule
from firstdose.protocol.grammar import SECTIONS as GRAMMAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue, Place

SECTIONS = tuple(section.name for section in GRAMMAR)
CHECKS = (
    check_names,
    check_rules,
    check_dose,
    check_schedule,
    check_mandatory,
    check_plan,
    check_designs,
    check_layout,
    check_models,
    check_families,
    check_safety,
    check_laboratory,
    check_product,
    check_capture,
    check_reach,
)


# What hangs on visits, schedule, scales and items: not asked where one of these could not be read.
_FOUNDATIONS = ("visits", "schedule", "scales", "items", "derivations")
# Reading Issues after which the reader knows what was meant: nothing else is in doubt.
_MENDED = frozenset(
    {"FD-P002", "FD-P006", "FD-P008", "FD-P011", "FD-P015"}
    | {"FD-P023", "FD-P024", "FD-P033", "FD-P036", "FD-P042"}
)
_STANDS_ON_THEM = frozenset(
    {"FD-P042", "FD-P046", "FD-P051", "FD-P052", "FD-P060", "FD-P061", "FD-P066", "FD-P093"}
    | {"FD-P117", "FD-P119", "FD-P120", "FD-P159"}
    | {"FD-P190", "FD-P191", "FD-P193"}
)
# What counts dose levels: not asked where one of them could not be read.
_STANDS_ON_LEVELS = frozenset({"FD-P152", "FD-P153"})
# What must be in visits and schedule: not asked where anything in them is already complained of.
_MANDATORY_THERE = frozenset({"FD-P102", "FD-P103", "FD-P104", "FD-P105", "FD-P106", "FD-P107"})


def check_protocol(protocol: Protocol, places: Places, read: Iterable[Issue] = ()) -> list[Issue]:
    """Everything wrong with the sense of a protocol, sorted by place.

    `read`: the Issues of its reading. What only follows from them is left out: a second complaint about the same
    line, and complaints that stand on visits, schedule or items that could not be read. So five mistakes are told
    as five.
    """
    found = sorted({issue for check in CHECKS for issue in check(protocol, places)})
    known = list(read)
    lines = {(issue.place.file, issue.place.line) for issue in known if issue.place.line}
    silent = _silenced(known, places)
    return [
        issue
        for issue in found
        if (issue.place.file, issue.place.line) not in lines and issue.code not in silent
    ]


def _silenced(known: list[Issue], places: Places) -> frozenset[str]:
    """Codes that would only repeat in other words what the reading has told."""
    touched = [issue for issue in known if _section(issue.place, places) in _FOUNDATIONS]
    doubtful = any(issue.code not in _MENDED for issue in touched)
    levels = any(
        _section(issue.place, places) == "intervention" and issue.code not in _MENDED for issue in known
    )
    return (
        (_MANDATORY_THERE if touched else frozenset())
        | (_STANDS_ON_THEM if doubtful else frozenset())
        | (_STANDS_ON_LEVELS if levels else frozenset())
    )


def _section(place: Place, places: Places) -> str:
    """The foundation in which a place lies: the last that begins at or before its line, if no other does."""
    starts = sorted((places.of(name).line, name) for name in SECTIONS if places.of(name).line)
    before = [name for line, name in starts if line <= place.line]
    return before[-1] if before else ""
