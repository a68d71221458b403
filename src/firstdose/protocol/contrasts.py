"""The words of a planned comparison: `M6 - BL`, `DL2 - DL1`, `DL2 - DL1 at M6`, `trend`, `trend of dose at M6`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TREND = "trend"
_DIFFERENCE = re.compile(r"(?P<first>\S+) - (?P<second>\S+)(?: at (?P<at>\S+))?")
_TREND = re.compile(r"trend(?: of (?P<first>\S+))?(?: at (?P<at>\S+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastWords:
    """What is compared, in the words of the plan; levels are visits, or levels of one factor.

    difference: `first` minus `second`, `at` one visit or averaged over all (""). trend: `first` is the factor or
    `time`, "" for the only factor, or for time where there is none; `second` is "".
    """

    kind: Literal["difference", "trend"]
    first: str = ""
    second: str = ""
    at: str = ""


def read_contrast(compares: str) -> ContrastWords | None:
    """The comparison that a text names; None where it has no such form. Names are not looked up."""
    text = " ".join(compares.split())
    trend = _TREND.fullmatch(text)
    if trend:
        return ContrastWords(kind="trend", first=trend["first"] or "", at=trend["at"] or "")
    found = _DIFFERENCE.fullmatch(text)
    if found is None:
        return None
    return ContrastWords(
        kind="difference", first=found["first"], second=found["second"], at=found["at"] or ""
    )


def contrast_words(compares: str) -> ContrastWords:
    """As `read_contrast`, for a protocol whose checks have passed.

    Raises:
        ValueError: the text is no comparison.
    """
    words = read_contrast(compares)
    if words is None:
        raise ValueError(f"{compares!r} is no comparison")
    return words
