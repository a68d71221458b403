"""The check character at the end of an id: ISO 7064, MOD 37-2, over digits and capital letters."""

from __future__ import annotations

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


def check_character(text: str) -> str:
    """The character to write behind the text, which may hold hyphens; '' where it holds anything else.

    Every mistyped character and every exchange of two neighbours gives another one.
    """
    bare = text.upper().replace("-", "")
    if not bare or any(letter not in _CHARACTERS[:36] for letter in bare):
        return ""
    total = 0
    for letter in bare:
        total = (total + _CHARACTERS.index(letter)) * 2 % 37
    return _CHARACTERS[(38 - total) % 37]


def has_check_character(name: str) -> bool:
    """Whether the last character is the check character of those before it."""
    bare = name.upper().replace("-", "")
    return len(bare) > 1 and check_character(bare[:-1]) == bare[-1]
