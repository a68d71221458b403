"""Treatments before and during the trial, one record each; wash-out is computed from the last dose."""

from __future__ import annotations

from firstdose.catalogue import Instrument, Item

CLASSES = (
    ("systemic", "acts on the whole body: tablets, injections, phototherapy of the whole skin"),
    ("topical", "put on the skin, with an active substance"),
    ("emollient", "moisturiser without an active substance"),
    ("other", "anything else"),
)

ENTRY = Instrument(
    name="concomitant_treatment",
    label="earlier and concomitant treatment",
    source="CDISC SDTM, domain CM",
    items=(
        Item(name="treatment", label="treatment as reported", kind="text"),
        Item(name="class", label="class", kind="code", codes=CLASSES),
        Item(name="first_dose", label="first dose, as far as known", kind="date", required=False),
        Item(name="last_dose", label="last dose, as far as known", kind="date", required=False),
        Item(name="ongoing", label="still taken", kind="truth", required=False),
        Item(name="reason", label="what it is for", kind="text", required=False),
    ),
    repeats=True,
    by_visit=False,
    mapping=(("domain", "CM"),),
    notes=("A date known to the month only stays so: wash-out is then judged by its latest day.",),
)
