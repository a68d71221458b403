"""No dictionary: terms and classes stay as their source reports them, e.g. in a published listing."""

from __future__ import annotations

from firstdose.catalogue import Dictionary

ENTRY = Dictionary(
    name="as_reported",
    label="terms as reported",
    version="none",
    source="the source of the records",
    licence="",
    terms=(),
)
