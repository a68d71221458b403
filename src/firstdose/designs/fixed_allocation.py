"""Fixed allocation: the protocol or a list says who gets which dose level; no rule escalates."""

from __future__ import annotations

from firstdose.catalogue import EscalationDesign, Option

ENTRY = EscalationDesign(
    name="fixed_allocation",
    label="fixed allocation",
    source="Allocation by the protocol; reporting after CONSORT-DEFINE, BMJ 2023;383:e076387",
    keys=(
        Option(
            name="allocated_to",
            values=("participant", "lesion"),
            default="participant",
            meaning="who holds one dose level: a participant with all lesions, or each lesion by itself",
        ),
    ),
    sentence="Dose levels are allocated by the protocol, one to each {allocated_to}; no rule escalates the dose.",
)
