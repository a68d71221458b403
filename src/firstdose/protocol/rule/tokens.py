"""The text of a rule cut into words, numbers with units, codes and signs; everything else is refused here.

`ast` is then shown the skeleton only: operators, brackets, commas, and a name of the same length in place of each
word, number and code. Python's own numbers, keywords, string prefixes and folded letters cannot reach it.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.rule.nodes import FUNCTIONS
from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.number import NotANumber, read_number
from firstdose.values.units import NoSuchUnit, Unit, read_unit
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from decimal import Decimal

LONGEST = 500
OPERATORS = frozenset({"and", "or", "not", "in"})
PLAIN = read_unit("1")

_ATOM = r"[A-Za-z][A-Za-z0-9_]*"
_ATOMS = rf"(?!(?i:and|or|not|in)\b){_ATOM}(?:[*/]{_ATOM})*"
_UNIT = re.compile(rf"[ \t]+(?P<unit>%|10\^[0-9]{{1,2}}(?: +{_ATOMS}|(?:/{_ATOM})+)?|{_ATOMS})")
_TOKEN = re.compile(
    rf"""
      (?P<blank>[ \t]+)
    | (?P<text>"[^"\\\r\n]*")
    | (?P<number>\.?[0-9](?:[eE][+-]?(?=[0-9])|[A-Za-z0-9_.])*)
    | (?P<word>_*{_ATOM}|_+[A-Za-z0-9_]*)
    | (?P<refused>=>|=<|<>|:=|&&?|\|\|?|\*\*|//|<<|>>|'[^'\r\n]*')
    | (?P<sign>[<>=!]=|[-+*/<>(),])
    | (?P<other>\r\n|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_NO_SUCH_THING = "This language has no such thing; a calculation of your own belongs in a shelf module."
_DOUBLE_QUOTES = 'Write codes in double quotes, such as "left".'
_STAND_ALONE = "A truth stands alone: write related, or not related."

_REMEDIES = {
    "=": "Write == to compare.", ":=": "Write == to compare.", "=>": "Write >=.", "=<": "Write <=.",
    "<>": "Write !=.", "!": "Write not, or != to compare.", "&": "Write and, in small letters.",
    "&&": "Write and, in small letters.", "|": "Write or, in small letters.",
    "||": "Write or, in small letters.", "**": "There are no powers: write x * x.", "//": "Write / to divide.",
    "%": "A percentage has a blank before the sign: 50 %.",
    "#": "A comment cannot stand in a rule; put it on its own line.",
    "\\": _DOUBLE_QUOTES, "≥": "Write >=.", "≤": "Write <=.", "≠": "Write !=.", "−": "Write -.", "–": "Write -.",
    "×": "Write *.", "÷": "Write /.", "µ": "Write u, as in ug.", "μ": "Write u, as in ug.", "²": "Write 2, as in cm2.",
    "³": "Write 3, as in mm3.", "“": _DOUBLE_QUOTES, "”": _DOUBLE_QUOTES, "„": _DOUBLE_QUOTES,
    "\u2018": _DOUBLE_QUOTES, "\u2019": _DOUBLE_QUOTES, "\xa0": "Write an ordinary blank.",
    "is": "Write == to compare.", "True": _STAND_ALONE, "False": _STAND_ALONE, "None": "Write missing(x).",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the rule; `start` counts from 0. A number has its value and unit."""

    kind: Literal["number", "text", "word", "sign"]
    text: str
    start: int
    value: Decimal | None = None
    unit: Unit = PLAIN

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_operand(self) -> bool:
        return self.kind != "sign"


@dataclass(slots=True)
class Mistakes:
    """The Issues of one rule; offsets count from its first character."""

    place: Place
    issues: list[Issue]

    def add(self, offset: int, code: str, message: str, remedy: str) -> None:
        place = Place(self.place.file, self.place.line, self.place.column + offset)
        self.issues.append(Issue(place, code, message, remedy.strip()))

    def not_readable(self, offset: int, message: str, remedy: str) -> None:
        self.add(offset, "FD-P050", message, remedy)

    def unknown(self, offset: int, message: str, remedy: str) -> None:
        self.add(offset, "FD-P051", message, remedy)

    def misfit(self, offset: int, message: str, remedy: str) -> None:
        self.add(offset, "FD-P052", message, remedy)

    def not_allowed(self, offset: int, message: str, remedy: str) -> None:
        self.add(offset, "FD-P053", message, remedy)


def cut(text: str, names: Collection[str], mistakes: Mistakes) -> list[Token]:
    """The tokens of a rule; whatever the language does not have goes to `mistakes`, each kind once."""
    tokens: list[Token] = []
    seen: set[str] = set()
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None, "the last branch takes any character"
        kind, piece = found.lastgroup, found.group()
        if kind in ("refused", "other"):
            if piece not in seen:
                _refuse(piece, position, mistakes)
            seen |= {piece, *("[]" if piece in "[]" else ""), *("{}" if piece in "{}" else "")}
            position = found.end()
        elif kind == "blank":
            position = found.end()
        else:
            tokens.append(_token(found, text, names, mistakes))
            position = tokens[-1].end
    return tokens


def skeleton(text: str, tokens: list[Token]) -> str:
    """The text with every operand replaced by underscores, so that columns stay true."""
    bare = text.replace("\t", " ")
    for token in tokens:
        if token.is_operand:
            bare = bare[: token.start] + "_" * len(token.text) + bare[token.end :]
    return bare


def _token(found: re.Match[str], text: str, names: Collection[str], mistakes: Mistakes) -> Token:
    piece, start = found.group(), found.start()
    if found.lastgroup == "number":
        return _number(text, found, names, mistakes)
    if found.lastgroup == "text":
        return Token("text", piece, start)
    if found.lastgroup == "sign" or piece in OPERATORS:
        return Token("sign", piece, start)
    if piece not in names:
        _check_word(piece, start, mistakes)
    return Token("word", piece, start)


def _check_word(word: str, start: int, mistakes: Mistakes) -> None:
    if word.lower() in OPERATORS:
        mistakes.not_allowed(
            start, f"'{word}' is not an operator.", f"Write {word.lower()}, in small letters."
        )
    elif keyword.iskeyword(word):
        remedy = _REMEDIES.get(word, _NO_SUCH_THING)
        mistakes.not_allowed(start, f"'{word}' is not part of the rule language.", remedy)
    elif word.startswith("_"):
        mistakes.not_allowed(start, f"'{word}' is not a name.", "A name starts with a letter.")


def _refuse(piece: str, start: int, mistakes: Mistakes) -> None:
    if piece in ("\n", "\r", "\r\n"):
        remedy = "A rule stands on one line; split it into two named rules."
        mistakes.not_allowed(start, "the rule goes on in a second line.", remedy)
    elif piece == '"':
        mistakes.not_readable(start, "the quotes opened here are not closed.", "Close them.")
    else:
        mistakes.not_allowed(start, f"{quoted(piece)} is not part of the rule language.", _remedy(piece))


def _remedy(piece: str) -> str:
    if piece.startswith("'"):
        return _DOUBLE_QUOTES
    if not piece.isascii() or not piece.isprintable():
        return _REMEDIES.get(piece, "Write plain letters, digits and signs only.")
    return _REMEDIES.get(piece, _NO_SUCH_THING)


def _number(text: str, found: re.Match[str], names: Collection[str], mistakes: Mistakes) -> Token:
    """The number at `found`, with its unit where a blank and a unit follow."""
    typed, start = found.group(), found.start()
    try:
        value = read_number(typed)
    except NotANumber as unreadable:
        mistakes.not_allowed(start, unreadable.message, _glued(typed) or unreadable.remedy)
        return Token("number", typed, start)
    following = _UNIT.match(text, found.end())
    unit = _unit(following, names, mistakes) if following else None
    if following is None or unit is None:
        return Token("number", typed, start, value)
    end = following.start("unit") + len(unit[0])
    return Token("number", text[start:end], start, value, unit[1])


def _glued(typed: str) -> str:
    """What to do about `6months`; '' where the number itself is wrong."""
    found = re.fullmatch(r"([0-9.]+)([A-Za-z].*)", typed)
    if found is None or re.fullmatch(r"0[xbo].*|[0-9.]+e[+-]?[0-9]+|.*_.*", typed, re.IGNORECASE):
        return ""
    example = f"{found[1]} {found[2]}" if _is_unit(found[2]) else "6 months"
    return f"Write a number, a blank and a unit, such as {example}."


def _unit(following: re.Match[str], names: Collection[str], mistakes: Mistakes) -> tuple[str, Unit] | None:
    """(text, unit) after a number; None where a name follows instead: an operator is missing there."""
    written = following["unit"]
    for text in _prefixes(written, names):
        if _is_unit(text):
            return text, read_unit(text)
    if written in names or written in FUNCTIONS or keyword.iskeyword(written):
        return None
    try:
        return written, read_unit(written)
    except NoSuchUnit as unreadable:
        mistakes.add(following.start("unit"), "FD-P031", _small(unreadable.message), unreadable.remedy)
        return written, PLAIN


def _prefixes(written: str, names: Collection[str]) -> Iterator[str]:
    """The whole, then what stands before a '/' or '*' that divides or multiplies by a name in sight."""
    yield written
    for sign in reversed(list(re.finditer(r"[*/]", written))):
        following = re.match(_ATOM, written[sign.end() :])
        if following and following.group() in names:
            yield written[: sign.start()]


def _is_unit(text: str) -> bool:
    try:
        read_unit(text)
    except NoSuchUnit:
        return False
    return True


def _small(message: str) -> str:
    return message[:1].lower() + message[1:]


def nearest(word: str, names: Collection[str]) -> str:
    """What to do about an unknown word: the closest name, or the first of those in sight."""
    close = did_you_mean(word, names)
    some = ", ".join(sorted(names)[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return close or (f"Known here: {some}{more}." if names else "Nothing of the kind is known here.")
