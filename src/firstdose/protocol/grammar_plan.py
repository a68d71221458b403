"""The sections that say what is wanted and how it is analysed: from the analysis sets to the rehearsal."""

from __future__ import annotations

from typing import get_args

from firstdose.protocol import model
from firstdose.protocol.fields import Section, may, must

LEVELS = get_args(model.Level)


SECTIONS: tuple[Section, ...] = (
    Section(
        name="analysis_sets",
        form="table",
        makes=model.AnalysisSet,
        title="10.2",
        meaning="who is analysed",
        fields=(
            must("set", "name", "name of the set", name="name"),
            must("rule", "rule", "who belongs to it: `all`, `treated`, items and derivations"),
            must("sentence", "text", "the same in words"),
        ),
    ),
    Section(
        name="objectives",
        form="table",
        makes=model.Objective,
        title="3",
        meaning="what the trial wants to know",
        fields=(
            must("objective", "name", "number of the objective"),
            must("level", "choice", "its rank", choices=LEVELS),
            must("text", "text", "the objective in words"),
        ),
    ),
    Section(
        name="endpoints",
        form="table",
        required=True,
        makes=model.Endpoint,
        title="3",
        meaning="what is measured, how it is looked at, when, and by which method",
        fields=(
            must("endpoint", "name", "number of the endpoint"),
            must("level", "choice", "its rank", choices=LEVELS),
            may("objective", "name", "the objective it serves"),
            must("measure", "measure", "an activity, activity.item, an item or a derivation"),
            must("as", "look", "how the measure is looked at", name="kind"),
            may(
                "at",
                "visits",
                "visits with single spaces between, or first .. last; '.' for a measure without visits",
            ),
            must("analysis", "name", "the method", name="method"),
        ),
    ),
    Section(
        name="estimands",
        form="blocks",
        makes=model.Estimand,
        title="3, 10.2",
        meaning="what is estimated, each under its name (ICH E9(R1))",
        fields=(
            must("endpoint", "names", "the endpoints it is about", name="endpoints"),
            may("objective", "text", "what it answers"),
            may("population", "text", "whom it is about: an analysis set"),
            may("treatment", "text", "the treatment it speaks of"),
            may("where", "rule", "which events count, for an endpoint of events"),
            may("summary", "text", "the summary over participants, one of the method's"),
            may("intercurrent_events", "free", "each event with its strategy"),
        ),
    ),
    Section(
        name="analyses",
        form="blocks",
        makes=model.Analysis,
        title="10.4-10.7",
        extra="options",
        meaning="how an endpoint is analysed, under the endpoint's name; further keys are words of the method",
        fields=(
            must("set", "name", "the analysis set", name="analysis_set"),
            must(
                "unit",
                "choice",
                "what counts as one",
                choices=("participant", "lesion in participant", "event"),
                local=True,
            ),
            may("nested", "text", "how lesions of one participant become one value"),
            may("missing", "text", "what is done where a value is missing"),
            may("ci", "share", "level of the interval, such as 0.95"),
            may("direction", "choice", "direction of the test", choices=("two sided", "greater", "less")),
            may("by", "text", "what divides the participants into groups"),
            may("responders", "numbers", "improvements in percent that make a responder"),
            may("responders_missing", "text", "what a missing value counts as for responders"),
            may("decimals", "integer", "decimals with which values were recorded", limits=(0, 12)),
            may("reason", "choice", "planned, or added later", choices=("protocol", "later")),
        ),
    ),
    Section(
        name="sensitivity",
        form="table",
        makes=model.Sensitivity,
        title="10.4-10.7",
        meaning="the same endpoint by another method",
        fields=(
            must("check", "name", "name of the sensitivity analysis"),
            must("endpoint", "name", "the endpoint"),
            must("attacks", "text", "the assumption in doubt"),
            must("use", "name", "the other method", name="method"),
            may("with", "options", "words for the method: 'key value, key value'", name="options"),
        ),
    ),
    Section(
        name="families",
        form="table",
        makes=model.Family,
        title="10.4-10.7",
        meaning="tests that are judged together",
        fields=(
            must("family", "name", "name of the family"),
            must(
                "method",
                "choice",
                "how they are judged",
                choices=("holm", "hochberg", "hommel", "fixed sequence", "none"),
            ),
            must("alpha", "number", "significance level of the family"),
            must("members", "names", "its endpoints, in order where the order matters"),
        ),
    ),
    Section(
        name="published",
        form="table",
        makes=model.Published,
        title="10",
        meaning="printed summaries that the report holds against the records",
        fields=(
            must("result", "name", "name of the printed result"),
            must("source", "text", "where it is printed"),
            must("variable", "text", "what it summarises"),
            must(
                "statistic",
                "choice",
                "which summary",
                choices=("n", "mean", "sd", "count", "percent", "total"),
            ),
            must("value", "number text", "the number as printed, with its decimals"),
            must("n", "integer", "number of participants behind it"),
            may("whole", "truth", "whether single values are whole numbers: yes or no"),
        ),
    ),
    Section(
        name="outcomes",
        form="table",
        makes=model.Outcome,
        title="3",
        meaning="outcomes as a registry or paper names them, and what measures them here",
        fields=(
            must("row", "name", "name of the row"),
            must("source", "text", "registry, paper ..."),
            must("level", "choice", "its rank there", choices=LEVELS),
            must("outcome", "text", "the outcome in the source's words"),
            may("measured_by", "measure", "activity or activity.item here; '.' for nowhere"),
        ),
    ),
    Section(
        name="rehearsal",
        form="keys",
        makes=model.Rehearsal,
        title="",
        meaning="rates for invented participants",
        fields=(
            may("lesions", "integer range", "fewest .. most lesions of a participant"),
            may("dropout", "share", "share that drops out"),
            may("missed_visit", "share", "share of visits missed"),
            may("outside_window", "share", "share of visits outside their window"),
            may("missing_value", "share", "share of values missing"),
            may("adverse_events", "number", "adverse events per participant"),
            may("icc", "share", "likeness of the lesions of one participant (intraclass correlation)"),
        ),
    ),
)
