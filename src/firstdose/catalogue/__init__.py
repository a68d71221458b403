"""The contract of the shelves: what an entry says of itself, and how entries are found."""

from firstdose.catalogue.entries import (
    Dictionary,
    Entry,
    EscalationDesign,
    Instrument,
    Integrity,
    Item,
    Method,
    Option,
    Score,
    Term,
)
from firstdose.catalogue.loading import load
from firstdose.catalogue.result import Alternative, Caveat, Need, Result

__all__ = [
    "Alternative",
    "Caveat",
    "Dictionary",
    "Entry",
    "EscalationDesign",
    "Instrument",
    "Integrity",
    "Item",
    "Method",
    "Need",
    "Option",
    "Result",
    "Score",
    "Term",
    "load",
]
