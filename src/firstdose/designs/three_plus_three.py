"""3+3: three participants, then three more after one dose-limiting toxicity."""

from __future__ import annotations

from firstdose.catalogue import EscalationDesign, Option

ENTRY = EscalationDesign(
    name="three_plus_three",
    label="3+3",
    source="Storer BE. Biometrics 1989;45:925-937",
    keys=(
        Option(
            name="variant",
            values=("A", "B"),
            default="B",
            meaning="A: never back to a lower level; B: the level below the one that stopped is filled to six",
        ),
        Option(
            name="last_level",
            values=("stop", "expand"),
            default="expand",
            meaning="no toxicity in three on the last level: stop there, or expand to six before it is declared",
        ),
    ),
    sentence="Dose levels are escalated by the 3+3 rule, variant {variant}; on the last level: {last_level}.",
)
