"""What YAML would hide or tell in its own words: found line by line, told in ours, and mended so that reading goes on.

A value is judged by `judge_value`; `lines` walks the file. A mended value stands in double quotes, in its column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.protocol import issues_of_text as issues
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from firstdose.values.issue import Issue

Holds = Literal["nothing", "block", "value", "open quote"]

_QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
_ESCAPE = re.compile(r'\\[^"\\]')
_COMMENT = re.compile(r"( +)#")
_COLON = re.compile(r":(?=[ \t]|$)")
_BAR = re.compile(r"\|[ \t]*(?:[ \t]#.*)?")
_BLOCK_MARK = re.compile(r"[|>][-+0-9]*(?=[ \t]|$)")
_MACHINERY = {"&": "An anchor ('&')", "!": "A tag ('!')"}


@dataclass(frozen=True, slots=True)
class Value:
    """What follows a colon: as YAML shall read it, what it holds, and what is wrong with it."""

    mended: str
    holds: Holds = "value"
    issues: tuple[Issue, ...] = ()


def judge_value(text: str, gap: int, place: Place) -> Value:
    """`text` stands `gap` blanks after the colon, at `place`; trailing blanks do not matter."""
    text = text.rstrip(" \t")
    if not text:
        return Value("", "nothing")
    judge = _BY_START.get(text[0], _plain)
    if text[0] == "#":
        return Value("", "nothing", () if gap > 1 else (issues.swallowed_comment(place),))
    return judge(text, place)


def in_quotes(text: str) -> str:
    """The text as a double-quoted YAML scalar on one line."""
    return json.dumps(text.replace("\t", " "), ensure_ascii=False)


def _mended(text: str, issue: Issue) -> Value:
    return Value(in_quotes(text), "value", (issue,))


def _within(place: Place, offset: int) -> Place:
    return Place(place.file, place.line, place.column + offset)


def _plain(text: str, place: Place) -> Value:
    comment = _COMMENT.search(text)
    if comment and comment[1] == " ":
        return _mended(text, issues.swallowed_comment(_within(place, comment.end() - 1)))
    bare = text[: comment.start()] if comment else text
    if "\t" in bare:
        return _mended(bare, issues.tab_inside(_within(place, bare.index("\t"))))
    colon = _COLON.search(bare)
    if colon:
        return _mended(bare, issues.colon_inside(_within(place, colon.start())))
    return Value(bare)


def _quoted(text: str, place: Place) -> Value:
    found = _QUOTED[text[0]].match(text)
    if not found:
        return Value(in_quotes(text[1:]), "open quote", (issues.open_quote(place, text[0]),))
    rest = text[found.end() :]
    if rest and not re.match(r"[ \t]+#", rest):
        return _mended(text, issues.after_quote(_within(place, found.end())))
    if "\t" in found.group():
        return _mended(text, issues.tab_inside(_within(place, text.index("\t"))))
    escape = _ESCAPE.search(found.group().replace("\\\\", "xx")) if text[0] == '"' else None
    if escape:
        return _mended(text, issues.backslash(_within(place, escape.start())))
    return Value(found.group())


def _bar_or_fold(text: str, place: Place) -> Value:
    if _BAR.fullmatch(text):
        return Value("|", "block")
    mark = _BLOCK_MARK.match(text)
    if not mark:
        return _wrong_start(text, place)
    if text[0] == ">":
        return Value("|", "block", (issues.folded(place),))
    return Value("|", "block", (issues.block_mark(place, text),))


def _wrong_start(text: str, place: Place) -> Value:
    start = re.match(r"[<>=|]+|.", text)
    return _mended(text, issues.wrong_start(place, start.group() if start else text))


def _machinery(text: str, place: Place) -> Value:
    return _mended(text, issues.machinery(place, _MACHINERY[text[0]]))


def _brackets(text: str, place: Place) -> Value:
    return _mended(text, issues.brackets(place))


def _dash(text: str, place: Place) -> Value:
    return _mended(text, issues.dashes(place)) if re.match(r"-(?:[ \t]|$)", text) else _plain(text, place)


def _question(text: str, place: Place) -> Value:
    return _wrong_start(text, place) if re.match(r"[?:](?:[ \t]|$)", text) else _plain(text, place)


_BY_START = {
    **dict.fromkeys("\"'", _quoted),
    **dict.fromkeys("|>", _bar_or_fold),
    **dict.fromkeys("%@`*,]}", _wrong_start),
    **dict.fromkeys("&!", _machinery),
    **dict.fromkeys("[{", _brackets),
    **dict.fromkeys("?:", _question),
    "-": _dash,
}
