"""Characters that would hide, reorder or break what stands around them are written out as U+XXXX."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Embeddings, overrides and isolates reorder the text after them; nobody needs them inside one cell.
_REORDERING = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F]))
# Controls, lone surrogates, private use and unassigned characters have no agreed appearance.
_FACELESS = frozenset({"Cc", "Cs", "Co", "Cn"})
_PLAIN = re.compile(r"[\x20-\x7e\n]*")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def written_out(text: str, is_drawable: Callable[[str], bool] = lambda _: True) -> str:
    """The text with every faceless, reordering or undrawable character as [U+XXXX]; line ends become newlines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if _PLAIN.fullmatch(text):
        return text
    return "".join(
        c if c == "\n" or (_has_face(c) and is_drawable(c)) else f"[U+{code_point(c)}]" for c in text
    )


def code_point(character: str) -> str:
    return f"{ord(character):04X}"


def broken_up(text: str, longest: int, mark: str = "\u200b") -> str:
    """The text with places to break in words of more than `longest` characters: after signs, else anywhere."""
    if len(text) <= longest:
        return text
    return re.sub(
        rf"[^\s{mark}]{{{longest + 1},}}", lambda found: mark.join(_pieces(found.group(), longest)), text
    )


def _pieces(word: str, longest: int) -> Iterator[str]:
    for part in re.findall(r".+?(?:[_./:;,|](?=\w)|$)", word, re.DOTALL):
        yield from (part[start : start + longest] for start in range(0, len(part), longest))


def bound_together(sentence: str) -> str:
    """`95 %` and `n = 5` with blanks that no line breaks at."""
    sentence = re.sub(r"(?<=\d) (?=%)", "\u00a0", sentence)
    return re.sub(r"\b([nNp]) ([=<>]) (?=\d)", "\\1\u00a0\\2\u00a0", sentence)


def runs_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text)


def _has_face(character: str) -> bool:
    return character not in _REORDERING and unicodedata.category(character) not in _FACELESS
