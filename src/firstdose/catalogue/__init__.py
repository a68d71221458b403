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
from firstdose.catalogue.rule import End, Escalation, State, Step, Stop, Treat, start_state

__all__ = [
    "Alternative",
    "Caveat",
    "Contrast",
    "Dictionary",
    "Effect",
    "End",
    "Entry",
    "Escalation",
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
    "State",
    "Step",
    "Stop",
    "Term",
    "Treat",
    "load",
    "start_state",
]
