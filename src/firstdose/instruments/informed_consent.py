"""Informed consent: when, and to which version of the form."""

from __future__ import annotations

from firstdose.catalogue import Instrument, Item

ENTRY = Instrument(
    name="informed_consent",
    label="informed consent",
    source="ICH E6 good clinical practice: consent before any procedure of the trial",
    items=(
        Item(name="consent_date", label="date of signature", kind="date"),
        Item(name="version", label="version of the consent form", kind="text"),
    ),
    by_visit=False,
    verb="is given",
    mapping=(("domain", "DS"), ("term", "INFORMED CONSENT OBTAINED")),
    notes=("Nothing else of the trial may carry an earlier date.",),
)
