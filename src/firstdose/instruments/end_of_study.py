"""How participation ended: completed, withdrawn, lost or died."""

from __future__ import annotations

from firstdose.catalogue import Instrument, Item

ENTRY = Instrument(
    name="end_of_study",
    label="end of participation",
    source="CDISC SDTM, domain DS",
    items=(
        Item(
            name="status",
            label="how participation ended",
            kind="code",
            codes=(
                ("completed", "all planned visits are over"),
                ("withdrawn", "ended before, by the participant or the investigator"),
                ("lost", "could not be reached any more"),
                ("died", "died during the trial"),
            ),
        ),
        Item(name="date", label="last day in the trial", kind="date"),
        Item(name="reason", label="reason, where not completed", kind="text", required=False),
    ),
    by_visit=False,
    mapping=(("domain", "DS"), ("category", "DISPOSITION EVENT")),
)
