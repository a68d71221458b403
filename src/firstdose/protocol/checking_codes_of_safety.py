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
    Wording(
        "FD-P160",
        "Local toxicity where no lesion is dosed",
        "local_dlt counts lesions, and the unit of dosing is the participant.",
        "Name the lesion under intervention, unit_of_dosing, or leave local_dlt out.",
    ),
    Wording(
        "FD-P161",
        "Words about lesions without a local toxicity",
        "{key} is said, and no rule says what a local dose-limiting toxicity is.",
        "Write local_dlt, such as local_dlt: grade >= 2 and related and day <= 28, or leave {key} out.",
    ),
    Wording(
        "FD-P162",
        "How many lesions are treated",
        "{key} needs to know how many {lesion}s of a participant are treated.",
        "Write treated_lesions under safety: fewest .. most, or one number.",
    ),
    Wording(
        "FD-P163",
        "Numbers of lesions that do not go together",
        "{why}.",
        "Change {key}.",
    ),
    Wording(
        "FD-P164",
        "A local event that counts as systemic too",
        "dlt counts events of a {lesion} as well: one of them makes a dose-limiting toxicity whatever local_dlt says.",
        "Begin dlt with 'systemic and', so that an event that names a {lesion} is judged by local_dlt alone.",
        "warning",
    ),
    Wording(
        "FD-P165",
        "A design that cannot count lesions",
        "{design} decides from cohorts of participants; with each {lesion} counted its numbers do not occur.",
        "Let the design count participants, or choose one that decides at any count (boin, keyboard, i3_plus_3).",
    ),
    Wording(
        "FD-P166",
        "A design of grades without grades",
        "{design} counts grades, and no rule says of which adverse events.",
        "Write graded under safety, such as graded: related and day <= 28; without it no dose is decided from the records.",
        "warning",
    ),
    Wording(
        "FD-P167",
        "A design of responses without a response",
        "{design} counts responses, and the protocol does not say what a response is.",
        "Write response under safety: the endpoint it is measured by; without it no dose is decided from the records.",
        "warning",
    ),
    Wording(
        "FD-P168",
        "A response that is none",
        "response names '{endpoint}', which is no endpoint with a response at one visit.",
        "Name an endpoint of the file, {known}.",
    ),
    Wording(
        "FD-P169",
        "A word that the design does not count",
        "{key} is said, and {design} does not count it.",
        "Leave {key} out, or choose a design that counts it (gboin: grades; boin12 and bop2: responses).",
    ),
    Wording(
        "FD-P170",
        "Grades with more than the whole",
        "in scenario {scenario} the rates of grades 1 to 4 at level {level} have the sum {total}.",
        "Write rates whose sum is at most 1; the rest is grade 0.",
    ),
    Wording(
        "FD-P171",
        "A scenario without responses",
        "scenario {scenario} has no rates of response, and {design} weighs them.",
        "Add the column response, a rate a dose level.",
    ),
    Wording(
        "FD-P172",
        "A correlation that cannot be",
        "toxicity with rate {toxic} and response with rate {response} cannot have a correlation of {together}.",
        "Write a correlation nearer to 0.",
    ),
)
