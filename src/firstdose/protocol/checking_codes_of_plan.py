"""Issues about the plan: endpoints, estimands, analyses, sensitivity analyses, families."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

PLAN = (
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
        "{check} uses {method}, which needs {needs}; {endpoint} has {has}.",
        "{remedy}",
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
)
