"""What was typed into the inputs of a page: one Entry for each value, and the names of its inputs."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from firstdose.values.missing import read_missing_reason
from firstdose.web.capture.strict import read_typed
from firstdose.web.capture.strict.texts import read_text
from firstdose.web.capture.strict.typed import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.catalogue import Item
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import Value

# The first letter of an input's name, and what it holds.
LETTERS = {
    "typed": "v",
    "code": "m",
    "why": "w",
    "seen": "n",
    "reason": "r",
    "keep": "k",
    "shown": "f",
    "side": "x",
    "closing": "c",
    "again": "o",
}
REASON_FOR_ALL, SAME = "reason_for_all", "same"
PAPER, PAPER_DAY = "paper", "paper_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The inputs of one value.

    `typed`: the box; `code`, `why`: reason for no value; `seen`: number of the event that the page showed; `reason`: of
    a change; `keep`: why a soft fault is kept, `shown`: the faults it answers; `side`: mine or theirs; `closing`: clear
    or keep what is no longer asked; `again`: the box once more.
    """

    typed: str = ""
    code: str = ""
    why: str = ""
    seen: str = "0"
    reason: str = ""
    keep: str = ""
    shown: str = ""
    side: str = ""
    closing: str = ""
    again: str = ""

    @property
    def value(self) -> tuple[str, str, str]:
        """What it says of the value, apart from who changes it and why."""
        return self.typed, self.code, self.why

    @property
    def event(self) -> int:
        """The number of the event last seen; -1 where the page says nonsense, which never is one."""
        return int(self.seen) if self.seen.isascii() and self.seen.isdigit() and len(self.seen) < 16 else -1


def input_name(part: str, key: Key) -> str:
    """`v-L1-pain`: part, repeat and item of a value."""
    return f"{LETTERS[part]}-{key.repeat}-{key.item}"


def read_entries(posted: Mapping[str, str], keys: Iterable[Key]) -> dict[Key, Entry]:
    """The Entry of each value of a page, from what a browser sent."""
    names = [each.name for each in fields(Entry)]
    found = {}
    for key in keys:
        held = {part: posted.get(input_name(part, key)) for part in names}
        found[key] = Entry(**{part: text for part, text in held.items() if text is not None})
    return found


def with_reason_for_all(entries: Mapping[Key, Entry], posted: Mapping[str, str]) -> dict[Key, Entry]:
    """The same, the reason for all in place of each that is empty, where that was ticked."""
    if not posted.get(SAME):
        return dict(entries)
    reason = posted.get(REASON_FOR_ALL, "")
    return {
        key: entry if entry.reason.strip() else replace(entry, reason=reason)
        for key, entry in entries.items()
    }


def entry_of(item: Item, value: Value | None, language: str) -> Entry:
    """What the boxes show of a saved value: as it was typed, where the language of the page still reads it so."""
    if value is None:
        return Entry()
    seen = str(value.seq)
    missing = read_missing_reason(value.text)
    if missing and not (item.kind == "code" and value.text in item.code_names):
        return Entry(code=missing.code, why=missing.reason, seen=seen)
    differs = value.raw and value.raw != value.text
    as_typed = differs and read_typed(item, value.raw, language).text == value.text
    return Entry(typed=value.raw if as_typed else value.text, seen=seen)


def plain_text(text: str) -> str:
    """A reason as it is kept; '' where it is blank or has characters that cannot be kept."""
    try:
        return read_text(text[:4000])
    except Refused:
        return ""
