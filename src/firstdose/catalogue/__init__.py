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
from firstdose.catalogue.rule import End, Escalation, State, Step, Stop, Treat, start_state

__all__ = [
    "Alternative",
    "Caveat",
    "Dictionary",
    "End",
    "Entry",
    "Escalation",
    "EscalationDesign",
    "Instrument",
    "Integrity",
    "Item",
    "Method",
    "Need",
    "Option",
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
