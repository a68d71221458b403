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
    Procedure,
    Score,
    Term,
)
from firstdose.catalogue.layout import Contrast, Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Caveat, Effect, Need, Result

__all__ = [
    "Alternative",
    "Caveat",
    "Contrast",
    "Dictionary",
    "Effect",
    "Entry",
    "EscalationDesign",
    "Factor",
    "Instrument",
    "Integrity",
    "Item",
    "Layout",
    "Many",
    "Method",
    "Need",
    "Option",
    "Procedure",
    "Result",
    "Score",
    "Term",
    "load",
]
