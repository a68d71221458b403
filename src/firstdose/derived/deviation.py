"""A departure from the protocol, told in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Deviation:
    """One departure from the protocol, in words, at a participant (and visit or lesion)."""

    participant: str
    kind: str
    visit: str
    lesion: str
    sentence: str
