"""Who the participant is: sex, age, and what the protocol allows to be kept of origin."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue import Instrument, Item

ENTRY = Instrument(
    name="demographics",
    label="demographics",
    source="CDISC SDTM, domain DM",
    items=(
        Item(name="sex", label="sex", kind="code", codes=(("male", "male"), ("female", "female"))),
        Item(
            name="age", label="age at consent", kind="number", unit="years", low=Decimal(0), high=Decimal(120)
        ),
        Item(
            name="birth_year",
            label="year of birth",
            kind="integer",
            low=Decimal(1900),
            high=Decimal(2100),
            required=False,
        ),
        Item(name="ethnicity", label="ethnicity as the participant says it", kind="text", required=False),
    ),
    by_visit=False,
    mapping=(("domain", "DM"),),
    notes=("Whole years are usual; decimals are kept where they were recorded.",),
)
