"""The renderers' own words: both speak them in the same order."""

from __future__ import annotations

CONTENTS = "Contents"
SKIP = "Skip to the report"
INVENTED_MARK = "INVENTED RECORDS"
INVENTED = (
    "Invented records. No person stands behind any number of this report; it says nothing about a treatment."
)
NUMBERS_OF = "Numbers of "
COUNTED = "Counted: "
E3 = "ICH E3, section "
TRACE = "Where each number comes from"
TRACE_NOTE = (
    "Each number of this report leads here. A row names what the number is, how it was computed, from whom, "
    "who was left out and why, and which records it was made from. The twelve characters after a number are "
    "its identity in the file of results."
)
_RUNNING = 80
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ckb", "ps", "yi"})


def direction(language: str) -> str:
    """`ltr` or `rtl`, from the first part of a language tag."""
    return "rtl" if language.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"


def to_write(what: str, by_whom: str) -> str:
    return f"[To be written by {by_whom}: {what}]"


def rows_told(shown: int, total: int, whole: str) -> str:
    """How many rows of a listing stand here; ends where the name of the whole file follows."""
    if whole and total > shown:
        return f"Rows shown: {shown} of {total}. All rows: "
    return f"Rows: {max(shown, total)}"


def full_title(title: str, trial: str) -> str:
    """What a window or a catalogue calls the report; never empty."""
    name = title if title.startswith(trial) else f"{title}, {trial}"
    return name if name.strip(" ,") else "Report"


def spoken(alternative: str, label: str, title: str) -> str:
    """What is said in place of a drawing; never empty."""
    return alternative if alternative.strip() else f"{label}: {title}"


def identity(title: str, trial: str, snapshot: str, status: str) -> tuple[str, str]:
    """The running words of every printed page: which report, which records. A long title is cut."""
    whole = title if title.startswith(trial) else f"{trial}  {title}"
    left = whole if len(whole) <= _RUNNING else f"{whole[:_RUNNING].rsplit(' ', 1)[0]} …"
    return left, f"Snapshot {snapshot[:8]}, {status}" if snapshot else status
