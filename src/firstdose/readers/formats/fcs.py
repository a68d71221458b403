"""FCS 2.0 to 3.2 and Beckman Coulter LMD: events as stored, without a copy where the bytes allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from firstdose.readers import refusals
from firstdose.readers.fcs_events import read_events
from firstdose.readers.fcs_segments import HEADER_BYTES, VERSIONS, NotRead, read_segments, whole_number
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.readers.contents.flow import Events
    from firstdose.readers.fcs_segments import Segments
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

Trust = Literal["", "header", "text"]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOST_DATA_SETS = 64


def read_fcs(source: Source, *, trust: Trust = "") -> Reading:
    """Every data set of the file as Events. `trust`: whose offsets of DATA hold where HEADER and TEXT disagree."""
    if not source.content:
        return refused(refusals.empty(source.place))
    try:
        found = _data_sets(source)
        issues: list[Issue] = []
        contents = tuple(
            read_events(source, each, trust, (number, len(found)), issues)
            for number, each in enumerate(found, start=1)
        )
    except NotRead as why:
        return refused(why.issue)
    return _reading(contents, issues)


def _data_sets(source: Source) -> list[Segments]:
    found, base = [], 0
    while True:
        segments = read_segments(source, base)
        found.append(segments)
        step = whole_number(segments.keywords.get("$NEXTDATA", "0")) or 0
        if not step:
            return found
        base += step
        if step < HEADER_BYTES or base >= len(source.content) or len(found) == _MOST_DATA_SETS:
            what = f"$NEXTDATA puts a further data set at byte {base} of {len(source.content)}"
            raise NotRead(refusals.damaged(source.place, what))


def _reading(contents: tuple[Events, ...], issues: list[Issue]) -> Reading:
    keywords = contents[0].keywords
    return Reading(
        contents=contents,
        issues=tuple(issues),
        instrument=_first(keywords, "$CYT"),
        software=_first(keywords, "CREATOR", "$SYS"),
        run_date=_date(_first(keywords, "$DATE")),
        operator=_first(keywords, "$OP", "EXPORT USER NAME"),
    )


def _first(keywords: Mapping[str, str], *keys: str) -> str:
    return next((keywords[key].strip() for key in keys if keywords.get(key, "").strip()), "")


def _date(text: str) -> str:
    """dd-mmm-yyyy as an ISO date; a year of two digits stays as it is written."""
    day, _, rest = text.partition("-")
    month, _, year = rest.partition("-")
    if month.lower() in _MONTHS and len(year) == 4 and (day + year).isdecimal():
        return f"{year}-{_MONTHS.index(month.lower()) + 1:02d}-{int(day):02d}"
    return text


def _recognises(source: Source) -> bool:
    return source.start[:3] == b"FCS" and source.start[3:4].isdigit() and source.start[4:5] == b"."


def _why_not(source: Source) -> Issue | None:
    if not source.content:
        return refusals.empty(source.place)
    begins = quoted(source.start[: len(VERSIONS[0])].decode("latin-1"))
    return refusals.not_recognised(
        source.place, f"it begins with {begins}, an FCS file with 'FCS' and a version"
    )


ENTRY = Reader(
    name="fcs",
    label="Flow cytometry standard (FCS 2.0, 3.0, 3.1, 3.2; Beckman Coulter LMD)",
    source="ISAC data file standard for flow cytometry, version FCS 3.1 (Cytometry A 2010;77:97)",
    yields=("Events",),
    extensions=("fcs", "lmd"),
    recognises=_recognises,
    read=read_fcs,
    why_not=_why_not,
)
