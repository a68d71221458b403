"""Pain, burning and itching of one plaque on visual analogue scales of 100 mm."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue import Instrument, Item

SYMPTOMS = ("pain", "burning", "itching")

ENTRY = Instrument(
    name="symptom_vas",
    label="visual analogue scales of symptoms",
    source="Visual analogue scale, a line of 100 mm; recall 24 hours, the worst",
    items=tuple(
        Item(
            name=symptom,
            label=f"worst {symptom} of the last 24 hours",
            kind="number",
            unit="mm",
            low=Decimal(0),
            high=Decimal(100),
            decimals=0,
        )
        for symptom in SYMPTOMS
    ),
    per="lesion",
    verb="is asked",
    mapping=(("domain", "QS"), ("category", "VAS"), ("lesion", "QSLNKID")),
    notes=(
        "Measured from the left end of the line, in millimetres.",
        "The three symptoms are never added up.",
    ),
)
