"""Issues about the words of the sections sites, branching and capture."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

CAPTURE = (
    Wording(
        "FD-P190",
        "Capture of an activity that nobody does",
        "{section} speaks of '{name}', which the schedule does not have.",
        "{guess}Schedule the activity, or take its name away.",
    ),
    Wording(
        "FD-P191",
        "An item that its form does not have",
        "{activity} has no item '{item}'.",
        "{guess}Name an item of the form, or declare it under items.",
    ),
    Wording(
        "FD-P192",
        "A branch that asks for its own answer",
        "whether {item} is asked hangs on its own answer.",
        "Write a rule over the other items of {activity}.",
    ),
    Wording(
        "FD-P193",
        "A branch that looks beyond its form",
        "whether {item} is asked hangs on {beyond}, not on the same record of {activity}.",
        "Use items of {activity} alone: a form must be filled without looking elsewhere.",
    ),
    Wording(
        "FD-P194",
        "Branches in a circle",
        "whether {item} is asked hangs on itself, by way of {way}.",
        "Let one of them always be asked.",
    ),
    Wording(
        "FD-P195",
        "A branch on a key",
        "{item} says whose record it is, or of when, and is always asked.",
        "Take the line away.",
    ),
    Wording(
        "FD-P196",
        "A time zone that does not exist",
        "no time zone is called '{name}'.",
        "{guess}Write a name of the tz database, such as Asia/Tehran.",
    ),
    Wording(
        "FD-P197",
        "Two sites of one label",
        "{first} and {second} are both called '{label}'.",
        "Give each a label of its own: people choose their site by it.",
    ),
    Wording(
        "FD-P198",
        "A blind rating that shows the dose",
        "{activity} is rated blind, and its form shows the dose: {shows}.",
        "Take it out of blind, or rate on a form that does not hold the dose.",
    ),
    Wording(
        "FD-P199",
        "A limit on an answer that is chosen",
        "{section} speaks of '{name}', which has no number and no date.",
        "Name a number or a date; an answer that is chosen has its list.",
    ),
)
