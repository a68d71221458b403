"""Issues about what a plan says in detail: models, factors, comparisons, rates, weights and graphs."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

ANALYSES = (
    Wording(
        "FD-P095",
        "A model without a fallback",
        "{endpoint} is analysed by {method}, a model that may not be fitted to so few participants, and no fallback is"
        " declared.",
        "Write fallback under analyses, {endpoint}: what is used where it is not converged, and where the rank is below"
        " the times.",
        "warning",
    ),
    Wording(
        "FD-P096",
        "An analysis that cannot be carried out at the planned number",
        "{test} ({method}) with {n} participants: {reason}",
        "{remedy}",
    ),
    Wording(
        "FD-P097",
        "An analysis that cannot be carried out after the dropouts allowed",
        "{test} ({method}) with {n} participants, after the dropouts allowed: {reason}",
        "{remedy}",
        "warning",
    ),
    Wording(
        "FD-P098",
        "A fallback that is none",
        "'{word}' is neither a method nor a covariance that a model of {endpoint} knows.",
        "{guess}{known}",
    ),
    Wording(
        "FD-P099",
        "A part of the plan that the method does not use",
        "{method} takes no {word}; the analysis of {endpoint} declares {what}.",
        "Take {word} away, or choose a method that uses {them}.",
    ),
    Wording(
        "FD-P116",
        "Lesions reduced for a method that takes them all",
        "{test} uses {method}, which takes every {lesion} of a participant, and '{nested}' leaves one value of each.",
        "Take nested away, or choose a method for one value of each participant.",
    ),
    Wording(
        "FD-P117",
        "A factor in the wrong place",
        "'{factor}' is declared {lies}, {why}.",
        "{remedy}",
    ),
    Wording(
        "FD-P118",
        "Doses within participants without a word on carry-over",
        "{endpoint} compares doses given to different {lesion}s of one participant, and what one {lesion}'s dose does to"
        " the others is not said.",
        "Write carry_over: what is assumed and why, such as: none, the cells stay in the {lesion}.",
    ),
    Wording(
        "FD-P119",
        "A comparison that cannot be read",
        "'{compares}' of {contrast} {why}.",
        "Write two visits or two levels, such as M6 - BL or DL2 - DL1 at M6; or trend.",
    ),
    Wording(
        "FD-P120",
        "A comparison of what the analysis does not have",
        "'{name}' of {contrast} is neither a visit of {endpoint} nor a level of its factors.",
        "{guess}It has {known}.",
    ),
    Wording(
        "FD-P121",
        "A rate without its denominator",
        "{test} counts events by {method}, and what they are counted per is not said.",
        "Write exposure under analyses, {endpoint}: participant, participant month, injection or {lesion}: these are four"
        " different rates.",
    ),
    Wording(
        "FD-P122",
        "A test of percent change",
        "{endpoint} tests a percent change: it brings regression to the mean, and a small {variable} at {reference} makes"
        " a huge one.",
        "Consider the change itself, or the value at follow-up with the baseline as covariate.",
        "warning",
    ),
    Wording(
        "FD-P123",
        "A sensitivity analysis of another summary",
        "{check} ({method}) does not estimate the '{summary}' of {estimand}.",
        "Compare its conclusion, not its number; it estimates: {summaries}.",
        "warning",
    ),
    Wording(
        "FD-P124",
        "Weights that do not divide a level",
        "family '{family}' {why}.",
        "{remedy}",
    ),
    Wording(
        "FD-P125",
        "An edge of a graph that leads nowhere",
        "edge '{edge}' {why}.",
        "{remedy}",
    ),
    Wording(
        "FD-P126",
        "A family after one that cannot come first",
        "family '{family}' comes after {after}, {why}.",
        "{guess}Name families that do not wait for this one.",
    ),
    Wording(
        "FD-P127",
        "Signs of something that has none",
        "family '{family}' flips the signs of each participant's changes; {member} has no change of a participant.",
        "Take endpoints that compare two visits, one value a participant, or judge the family by holm.",
    ),
    Wording(
        "FD-P128",
        "A family whose tests cannot reach its level together",
        "family '{family}' with {n} participants: {tests} cannot be rejected at {alpha}, even where every test gives its"
        " smallest p (adjusted by {method}: {p}).",
        "Plan more participants, judge fewer tests together, or read them as description.",
        "warning",
    ),
    Wording(
        "FD-P129",
        "A family member that is only described",
        "{contrast} in family '{family}' is declared descriptive.",
        "Write test: main under contrasts, or take it out of the family.",
    ),
    Wording(
        "FD-P130",
        "A rule for missing values that the method does not follow",
        "{method} {does}; the analysis of {endpoint} declares '{missing}'.",
        "Write missing: {proper}, or choose a method that does what is declared.",
    ),
)
