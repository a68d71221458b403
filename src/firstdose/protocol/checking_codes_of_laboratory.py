"""Issues about the words of the laboratory section."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

LABORATORY = (
    Wording(
        "FD-P173",
        "An assay for an activity that nobody does",
        "laboratory speaks of '{name}', which the schedule does not have.",
        "{guess}Schedule the activity, or take its assay away.",
    ),
    Wording(
        "FD-P174",
        "An assay's value for an item that cannot hold it",
        "{activity} has no numeric item '{item}'.",
        "{guess}Declare it under items, or take the line away.",
    ),
    Wording(
        "FD-P175",
        "A quantity that the assay does not yield",
        "{assay} does not yield '{name}'.",
        "{guess}It yields {known}.",
    ),
    Wording(
        "FD-P176",
        "An assay's unit that does not fit the item's",
        "{quantity} is measured in {own}, the item {item} is recorded in {unit}.",
        "Give the item a unit of the same kind, or take another quantity.",
    ),
    Wording(
        "FD-P177",
        "An analyte that is not named",
        "{quantity} is measured for each {of}, and the line names none.",
        "Write the {of} in the column analyte, as the instrument names it.",
    ),
    Wording(
        "FD-P178",
        "A quality rule that the assay does not have",
        "{assay} has no rule '{name}'.",
        "{guess}Its rules are {known}.",
    ),
)
