"""Strict fields: what is typed into a form is read exactly, or refused with the remedy; never read leniently."""

from firstdose.web.capture.strict.box import Box, box_of
from firstdose.web.capture.strict.reading import read_missing, read_typed
from firstdose.web.capture.strict.typed import Objection, Typed

__all__ = ["Box", "Objection", "Typed", "box_of", "read_missing", "read_typed"]
