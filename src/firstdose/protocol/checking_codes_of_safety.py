"""Issues about the words of the safety section: stopping rules, design, watch and scenarios."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

SAFETY = (
    Wording(
        "FD-P150",
        "A word that the stopping rule does not know",
        "{rule} has no {what}.",
        "{guess}It knows {known}.",
    ),
    Wording(
        "FD-P151",
        "A choice that the stopping rule leaves open",
        "{rule} leaves '{key}' to the protocol.",
        "Write it under with: {key} and a number ({meaning}).",
    ),
    Wording(
        "FD-P152",
        "Words of a design or stopping rule that do not go together",
        "no rule can be made of the words of {name}: {why}",
        "Change these words.",
    ),
    Wording(
        "FD-P153",
        "The number of rates of a scenario",
        "scenario {scenario} has {count} rates and the trial {levels} dose levels.",
        "Write a rate a dose level, lowest level first.",
    ),
    Wording(
        "FD-P154",
        "A rate that is none",
        "scenario {scenario} has the rate {rate}.",
        "Write numbers between 0 and 1.",
    ),
    Wording(
        "FD-P155",
        "A curve that falls",
        "in scenario {scenario} the rate falls from {before} to {after}.",
        "Be sure that a higher dose is thought less toxic, or turn the rates round.",
        "warning",
    ),
    Wording(
        "FD-P156",
        "Dose-limiting events after the watch",
        "dlt counts events to day {day}, and a participant is evaluable after day {until}.",
        "Write the same day in both; a later event would change a decision that has been taken.",
        "warning",
    ),
    Wording(
        "FD-P157",
        "No end of the watch",
        "{design} escalates, and the protocol does not say how long a participant is watched.",
        "Write dlt_until under safety; without it no dose is decided from the records.",
        "warning",
    ),
    Wording(
        "FD-P158",
        "A sentinel that waits longer than the watch",
        "the first participant is watched alone for {sentinel} days and for toxicity to day {until}.",
        "Shorten the sentinel, or watch longer.",
        "warning",
    ),
    Wording(
        "FD-P159",
        "Nobody is seen at the end of the watch",
        "the watch ends on day {until}; no visit is planned on that day or later.",
        "Plan a visit there: it shows who is evaluable.",
        "warning",
    ),
)
