"""Missing values say why: a closed list of words, each with its code; a reason may follow a colon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# code: (label, other words for it)
MISSING: dict[str, tuple[str, tuple[str, ...]]] = {
    "ND": ("not done", ("not done",)),
    "UNK": ("unknown", ("unknown",)),
    "REF": ("refused", ("refused",)),
    "NA": ("not applicable", ("not applicable", "n/a")),
}
_CODE_OF = {word: code for code, (_, words) in MISSING.items() for word in (code.lower(), *words)}

# Every text that `read_missing` may accept; Rust and Python read it the same way.
MISSING_PATTERN = r"(?i)^ *(?:" + "|".join(sorted(_CODE_OF, key=len, reverse=True)) + r") *(?::.*)?$"


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a value is not there: the code, and the reason in the writer's words ('' where none is given)."""

    code: str
    reason: str = ""

    @property
    def label(self) -> str:
        """`not done`, `unknown`, `refused` or `not applicable`."""
        return MISSING[self.code][0]

    def __str__(self) -> str:
        return f"{self.label}: {self.reason}" if self.reason else self.label


def read_missing_reason(text: str) -> Missing | None:
    """The missing value that 'ND' or 'not done: device broken' means; None for any other text."""
    word, _, reason = text.partition(":")
    code = _CODE_OF.get(word.strip(" ").lower()) if word.isascii() else None
    return None if code is None else Missing(code, reason.strip())


def read_missing(text: str) -> str | None:
    """The code ND, UNK, REF or NA if the text is one of the missing words (any case), else None."""
    found = read_missing_reason(text)
    return found.code if found else None


def read_missing_column(column: pl.Series) -> pl.Series:
    """The code where a cell holds a missing word, else null: `read_missing` for a whole column."""
    import polars as pl

    texts = column.cast(pl.String)
    likely = texts.filter(texts.str.contains(MISSING_PATTERN.replace("(?i)", "(?is)"))).unique().to_list()
    codes = {text: code for text in likely if text is not None and (code := read_missing(text))}
    if not codes:
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)
    return texts.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
