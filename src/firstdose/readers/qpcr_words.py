"""Words of real-time PCR programs: names of columns, of what a well is for, and of what is no quantification cycle."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from firstdose.readers.plain_text import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.contents.qpcr import Missing, Role

# Nobody runs more cycles; a file without their number is held to it, so that 30,72 never becomes 3072.
MOST_CYCLES = 60

_MEANINGS = {
    "well": ("well position", "well", "pos", "position", "no"),
    "sample": ("sample name", "sample", "name"),
    "target": ("target name", "target", "detector", "detector name", "gene", "assay"),
    "role": ("task", "content", "type", "role", "sample type"),
    "cq": ("cq", "ct", "cp", "crossing point"),
    "amount": ("quantity", "given conc copies", "given conc", "standard", "amount", "starting quantity sq"),
    "dye": ("reporter", "fluor", "dye"),
    "plate": ("plate", "plateid", "plate id"),
    "excluded": ("omit",),
    "cycles": ("cycles", "number of cycles"),
}
# Letters of other alphabets that look like Latin ones: "Ct" is written with a Cyrillic letter by one program.
_LOOKALIKES = str.maketrans(
    {"\u0421": "c", "\u0441": "c", "\u0422": "t", "\u0442": "t", "\u03a4": "t", "\u03c4": "t"}
)
_UNDETERMINED = {
    "undetermined", "undet", "undet.", "n/a", "na", "nan", "nd", "n.d.", "-", "none", "no ct", "no cq", "no cp",
    "no amplification",
}  # fmt: skip
_ROLES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    ("ntc", ("ntc", "ntp", "neg ctrl", "negative control", "no template control", "no-template control")),
    ("no_rt", ("nrt", "no rt", "no-rt", "-rt", "rt-", "no_rt", "minus rt")),
    ("standard", ("std", "standard")),
    ("control", ("pos ctrl", "positive control", "pos", "nac", "opt", "control")),
    ("inter_run", ("irc", "inter-run calibrator", "inter run calibrator", "inter_run")),
    ("calibrator", ("calibrator",)),
)
_NUMBERED = re.compile(r"[-_ ]?\d+$")


def plain_word(text: str) -> str:
    """A header in lower case with single blanks, its signs and look-alike letters made plain."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.translate(_LOOKALIKES).lower()).split())


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """What each column holds > its number; the more telling of two names wins ('Well Position' over 'Well')."""
    words = [plain_word(cell) for cell in header]
    return {
        meaning: words.index(first)
        for meaning, names in _MEANINGS.items()
        if (first := next((name for name in names if name in words), None))
    }


def role_of(*texts: str) -> Role:
    """What a well is for: by its task, else by a sample that is called 'NTC'; a sample where nothing is known."""
    for text in texts:
        word = text.strip().lower()
        for role, names in _ROLES:
            if word in names or _NUMBERED.sub("", word) in names:
                return role
    return "sample"


def is_reference(task: str) -> bool:
    """Whether a task says that the target is the reference gene."""
    return "endogenous" in task.lower()


def says_undetermined(text: str) -> bool:
    """Whether a word says that no quantification cycle was found."""
    return text.strip().lower() in _UNDETERMINED


def cq_of(text: str, cycle_count: int | None, *, decimal_comma: bool = False) -> tuple[float, Missing]:
    """(quantification cycle, '') or (NaN, why it is missing)."""
    told = text.strip()
    if not told:
        return math.nan, "empty"
    if says_undetermined(told):
        return math.nan, "undetermined"
    value = number_of(told, decimal_comma=decimal_comma)
    if value is None:
        return math.nan, "not a number"
    if not 1 <= value <= (cycle_count or MOST_CYCLES):
        return math.nan, "outside the cycles"
    return value, ""


def says_yes(text: str) -> bool:
    """Whether a cell of an 'Omit' column leaves the well out."""
    return text.strip().lower() in {"true", "yes", "1", "omit"}
