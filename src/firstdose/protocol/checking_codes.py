"""The table of all Issues about the sense of a protocol: code, heading of its page, sentence, remedy, weight."""

from __future__ import annotations

from firstdose.protocol.checking_codes_of_analyses import ANALYSES
from firstdose.protocol.checking_codes_of_capture import CAPTURE
from firstdose.protocol.checking_codes_of_laboratory import LABORATORY
from firstdose.protocol.checking_codes_of_plan import PLAN
from firstdose.protocol.checking_codes_of_product import PRODUCT
from firstdose.protocol.checking_codes_of_safety import SAFETY
from firstdose.protocol.checking_wording import Wording

TABLE = (
    # Values and names: the rest of 030-055 belongs to reading and to the rule language.
    Wording(
        "FD-P032",
        "A quantity of the wrong kind",
        "'{quantity}' is {is_}, {field} needs {needs}.",
        "{guess}",
    ),
    Wording(
        "FD-P035",
        "A word outside its closed list",
        "'{word}' is no {kind}.",
        "{guess}Write one of: {words}.",
    ),
    Wording(
        "FD-P040",
        "A name that no shelf knows",
        "no {kind} is called '{name}'.",
        "{guess}{more}",
    ),
    Wording(
        "FD-P041",
        "An instrument whose variant is not named",
        "'{name}' exists in {count} variants, and they differ.",
        "Name one: {variants}.",
    ),
    Wording(
        "FD-P042",
        "A visit that the plan does not have",
        "no visit is called '{name}'.",
        "{guess}The visits are {visits}.",
    ),
    Wording(
        "FD-P043",
        "An endpoint that is not defined",
        "no endpoint is called '{name}'.",
        "{guess}The endpoints are {endpoints}.",
    ),
    Wording(
        "FD-P044",
        "An objective that is not defined",
        "no objective is called '{name}'.",
        "{guess}The objectives are {objectives}.",
    ),
    Wording(
        "FD-P045",
        "An analysis set that is not defined",
        "no analysis set is called '{name}'.",
        "{guess}Define it under analysis_sets; defined are: {sets}.",
    ),
    Wording(
        "FD-P046",
        "A measure that nothing records",
        "'{name}' is neither an activity of the schedule, nor one of its items, nor a derivation.",
        "{guess}Write activity, activity.item, an item that one form has, or a derivation.",
    ),
    Wording(
        "FD-P047",
        "A name given twice",
        "'{name}' is the name of {first} and of {second}.",
        "Rename one: a rule could not tell them apart.",
    ),
    # Sense: visits, schedule, endpoints.
    Wording(
        "FD-P060",
        "An endpoint at a visit where its activity is not scheduled",
        "{endpoint} needs {activity} at {visits}, where it is not scheduled.",
        "Put an x in the schedule, or take the visit out of the endpoint.",
    ),
    Wording(
        "FD-P061",
        "A method whose needs are not met",
        "{method} needs {needs}; {endpoint} has {has}.",
        "{remedy}",
    ),
    Wording(
        "FD-P062",
        "Windows that overlap",
        "the windows of {first} ({first_window}) and {second} ({second_window}) share a day.",
        "Shorten one: a visit on that day would belong to both.",
    ),
    Wording(
        "FD-P063",
        "An activity after the end",
        "{activity} is scheduled at {visit}, after {end} at {last}.",
        "Move {end} to the last visit, or take the x away.",
    ),
    Wording(
        "FD-P065",
        "A planned day outside its own window",
        "{visit} is planned on day {day}, its window is {window}.",
        "Write a window that holds the planned day.",
    ),
    Wording(
        "FD-P066",
        "Visits out of order",
        "{visit} (day {day}) stands after {before} (day {day_before}).",
        "Order the visits by their planned day, each on a day of its own.",
    ),
    Wording(
        "FD-P067",
        "A percentage of something that can be zero",
        "{endpoint} divides by {variable} at {reference}, which can be 0 or close to it.",
        "Consider the difference; a participant whose value is 0 there has no percentage at all.",
        "warning",
    ),
    Wording(
        "FD-P068",
        "A reference visit that does not come before",
        "{endpoint} compares {visit} with {reference}, which is not before it.",
        "Compare with an earlier visit.",
    ),
    Wording(
        "FD-P069",
        "A number of administrations that the schedule contradicts",
        "{count} administration{s} per {unit} {are} declared, the schedule has {scheduled}.",
        "Make `administrations` and the x of '{activity}' agree.",
    ),
    # What no protocol of a first trial may lack.
    Wording(
        "FD-P100",
        "No intervention",
        "the protocol does not say what is given.",
        "Add the section intervention.",
    ),
    Wording(
        "FD-P101",
        "No dose level",
        "the intervention has no dose level.",
        "Add the table dose_levels: level and dose with its unit.",
    ),
    Wording(
        "FD-P102",
        "No day of treatment",
        "no visit is planned on day 0, the day of the first administration.",
        "Add it to the visits.",
    ),
    Wording(
        "FD-P103",
        "No visit before treatment",
        "no visit is planned before day 0.",
        "Add a screening or baseline visit, or be sure that everything before treatment fits into one day.",
        "warning",
    ),
    Wording(
        "FD-P104",
        "No informed consent",
        "informed consent is not scheduled.",
        "Add the activity informed_consent at the first visit.",
    ),
    Wording(
        "FD-P105",
        "Consent after the first visit",
        "informed consent is scheduled at {visit}; the trial begins at {first}.",
        "Schedule informed_consent at {first}: nothing is done before it.",
    ),
    Wording(
        "FD-P106",
        "No administration",
        "the administration is not scheduled: no activity 'injection'.",
        "Add the activity injection on the day of treatment.",
    ),
    Wording(
        "FD-P107",
        "No adverse events",
        "adverse events are not recorded.",
        "Add the activity adverse_events from the day of treatment on.",
    ),
    Wording(
        "FD-P108",
        "No primary endpoint",
        "no endpoint is primary.",
        "Say which endpoint the trial stands on.",
    ),
    Wording(
        "FD-P109",
        "No safety section",
        "dose-limiting toxicity, design and stopping rules are not said.",
        "Add the section safety.",
    ),
    Wording(
        "FD-P110",
        "No dose-limiting toxicity",
        "the protocol does not say what a dose-limiting toxicity is.",
        "Write a rule under safety, such as dlt: grade >= 3 and related and day <= 28.",
    ),
    Wording(
        "FD-P111",
        "No design",
        "there are {count} dose levels and no rule that chooses between them.",
        "Write design under safety: {designs}.",
    ),
    Wording(
        "FD-P112",
        "No stopping rule",
        "the protocol does not say when dosing pauses or stops.",
        "Write pause_when or stop_when under safety, such as pause_when: dlt >= 2.",
    ),
    Wording(
        "FD-P113",
        "No sentinel",
        "the protocol does not say how long the first participant of a dose level is watched alone.",
        "Write sentinel under safety.",
        "warning",
    ),
    Wording(
        "FD-P114",
        "No registration",
        "the trial has no registry number.",
        "Register it before the first participant and write registry under trial.",
        "warning",
    ),
    Wording(
        "FD-P115",
        "No eligibility criteria",
        "the protocol does not say who may take part.",
        "Add the table eligibility before the first participant.",
        "warning",
    ),
    *PLAN,
    *ANALYSES,
    *SAFETY,
    *LABORATORY,
    *PRODUCT,
    *CAPTURE,
)

CODES = {wording.code: wording for wording in sorted(TABLE, key=lambda wording: wording.code)}
