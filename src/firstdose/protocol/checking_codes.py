"""The table of all Issues about the sense of a protocol: code, heading of its page, sentence, remedy, weight."""

from __future__ import annotations

from firstdose.protocol.checking_codes_of_safety import SAFETY
from firstdose.protocol.checking_wording import Wording

_TABLE = (
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
    # The plan.
    Wording(
        "FD-P070",
        "An endpoint without an analysis",
        "{endpoint} has no analysis: unit of inference, set and missing values are not said.",
        "Add {endpoint} under analyses.",
    ),
    Wording(
        "FD-P072",
        "A unit that the method cannot count",
        "{method} counts {counts}, the unit of {endpoint} is {unit}: {units} of one participant are not independent.",
        "Write nested: participant mean or nested: participant worst, or take a method for this unit.",
    ),
    Wording(
        "FD-P073",
        "A unit that was not recorded",
        "{endpoint} is recorded per {per}, its unit is {unit}.",
        "Write unit: {proper}.",
    ),
    Wording(
        "FD-P074",
        "An endpoint without an estimand",
        "{endpoint} has no estimand.",
        "Add one under estimands: population, treatment, summary and intercurrent events.",
    ),
    Wording(
        "FD-P075",
        "An estimand with an attribute missing",
        "{estimand} does not say its {attribute}.",
        "{remedy}",
    ),
    Wording(
        "FD-P076",
        "An analysis of other people than the estimand's",
        "{estimand} is about '{population}', the analysis of {endpoint} uses '{analysis_set}'.",
        "Let them agree, or say in the report why they differ.",
        "warning",
    ),
    Wording(
        "FD-P077",
        "A summary that the method does not estimate",
        "{method} does not estimate the '{summary}' of {estimand} for {endpoint}.",
        "{guess}It estimates: {summaries}.",
    ),
    Wording(
        "FD-P078",
        "No rule for missing values",
        "the analysis of {endpoint} does not say what is done where a value is missing.",
        "Write missing: complete case, or the rule you mean.",
    ),
    Wording(
        "FD-P079",
        "A word that the entry does not know",
        "{entry} has no '{option}'.",
        "{guess}{known}",
    ),
    Wording(
        "FD-P080",
        "A value that the entry does not know",
        "'{option}' of {entry} cannot be '{value}'.",
        "{guess}Write {known}.",
    ),
    Wording(
        "FD-P081",
        "A direction for a method that has none",
        "{method} has no direction; {endpoint} declares '{direction}'.",
        "Take the direction away, or choose a test of a difference.",
    ),
    Wording(
        "FD-P082",
        "A test that cannot reach its level",
        "{test}: with {n} participants the smallest {sided} is {p}; it cannot reject at {alpha}.",
        "Read it as description, or choose a method or a number of participants that can.",
        "warning",
    ),
    Wording(
        "FD-P083",
        "A test that cannot reach its level after the dropouts allowed",
        "{test}: with {n} participants, after the dropouts allowed, the smallest {sided} is {p};"
        " it cannot reject at {alpha}.",
        "Plan more participants, or read it as description if that happens.",
        "warning",
    ),
    Wording(
        "FD-P084",
        "A family member that is no test",
        "{endpoint} in family '{family}' is analysed by {method}, which tests nothing.",
        "Take it out of the family, or give it a test.",
    ),
    Wording(
        "FD-P085",
        "A test in two families",
        "{endpoint} is a member of '{first}' and of '{second}'.",
        "Judge it in one family.",
    ),
    Wording(
        "FD-P086",
        "A sensitivity analysis of another design",
        "{check} uses {method}, a method for {kind}; {endpoint} is analysed by {main}, a method for {main_kind}.",
        "Choose a method of the same design: {methods}.",
    ),
    Wording(
        "FD-P087",
        "Responders without a rule for missing values",
        "the analysis of {endpoint} counts responders and does not say what a missing value counts as.",
        "Write responders_missing: nonresponder, or responders_missing: excluded.",
    ),
    Wording(
        "FD-P088",
        "A response without its cut",
        "{endpoint} counts responders and names no percentage.",
        "Write the improvement that counts, such as: at least 50 percent from {reference}.",
    ),
    Wording(
        "FD-P089",
        "A direction that a test of a family does not declare",
        "{endpoint} is judged in family '{family}' and its analysis does not declare a direction.",
        "Write direction: two sided, greater or less, before anybody has seen a value.",
    ),
    Wording(
        "FD-P090",
        "Participants or dropouts that make no sense",
        "{dropouts} of {participants} participants may drop out.",
        "Write how many are planned (1 or more) and how many fewer the plan still allows.",
    ),
    Wording(
        "FD-P091",
        "A choice that the design leaves open",
        "{design} leaves '{key}' to the protocol.",
        "Write {key} under safety: {known}.",
    ),
    Wording(
        "FD-P092",
        "A significance level that is none",
        "family '{family}' has alpha {alpha}.",
        "Write a number between 0 and 1, such as 0.05.",
    ),
    Wording(
        "FD-P093",
        "A grouping that nothing records",
        "'{name}' divides no participants: it is neither an item, nor a derivation, nor dose_level.",
        "{guess}Name what tells the groups apart.",
    ),
    Wording(
        "FD-P094",
        "A derivation that stands on itself",
        "'{name}' is computed from itself, directly or through others.",
        "Compute it from what is recorded.",
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
    *SAFETY,
)

CODES = {wording.code: wording for wording in _TABLE}
