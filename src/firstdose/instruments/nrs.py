"""Pain, burning and itching of one plaque on numerical rating scales from 0 to 10."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue import Instrument, Item

SYMPTOMS = ("pain", "burning", "itching")

ENTRY = Instrument(
    name="symptom_nrs",
    label="numerical rating scales of symptoms",
    source="Eleven-point numerical rating scale; recall 24 hours, the worst",
    items=tuple(
        Item(
            name=symptom,
            label=f"worst {symptom} of the last 24 hours",
            kind="integer",
            low=Decimal(0),
            high=Decimal(10),
        )
        for symptom in SYMPTOMS
    ),
    per="lesion",
    verb="is asked",
    mapping=(("domain", "QS"), ("category", "NRS"), ("lesion", "QSLNKID")),
    notes=(
        "0 is none, 10 the worst that can be imagined.",
        "The three symptoms are never added up.",
        "The worst and the average of a day are two different items; this is the worst.",
    ),
)
