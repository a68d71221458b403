"""What a reader of one value raises: a sentence saying what is wrong and one saying what to do."""

from __future__ import annotations


class Unreadable(ValueError):
    """A text that its field cannot hold. `message` and `remedy` are ready for an Issue."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".rstrip())


def quoted(text: str) -> str:
    """The text in quotes, cut at 40 characters, unprintable characters escaped: fit for a message."""
    shown = text if len(text) <= 40 else text[:37] + "..."
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "'"
