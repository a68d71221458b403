"""One kind of mistake in the sense of a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstdose.values.issue import Weight


@dataclass(frozen=True, slots=True)
class Wording:
    """`about` heads its page; `says` and `remedy` are filled with the facts of the case."""

    code: str
    about: str
    says: str
    remedy: str
    weight: Weight = "error"
