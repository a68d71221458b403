"""Invented participants walk the whole protocol and leave a study folder that every other command reads."""

from firstdose.rehearsal.facts import Fact
from firstdose.rehearsal.fixing import read_facts
from firstdose.rehearsal.rehearsing import Rehearsed, rehearse
from firstdose.rehearsal.writing import write_study

__all__ = ["Fact", "Rehearsed", "read_facts", "rehearse", "write_study"]
