"""The sections that say where, how and with what care values are captured."""

from __future__ import annotations

from firstdose.protocol import model_of_capture as model
from firstdose.protocol.fields import Section, may, must

SECTIONS: tuple[Section, ...] = (
    Section(
        name="sites",
        form="table",
        makes=model.Site,
        title="12",
        meaning="where participants are seen; without this section there is one site",
        fields=(
            must("site", "name", "its short name"),
            must("label", "text", "its name for people"),
            may(
                "time_zone",
                "text",
                "whose clock its times are, such as Asia/Tehran; UTC where it is left out",
            ),
        ),
    ),
    Section(
        name="branching",
        form="table",
        makes=model.Branch,
        title="8",
        meaning="items that are asked only where an answer of the same form calls for them",
        fields=(
            must("item", "item", "the item with its activity", name="named"),
            must(
                "asked_when",
                "rule",
                "rule over the other items of the form; where it is unknown, the item is asked",
                name="rule",
            ),
        ),
    ),
    Section(
        name="capture",
        form="keys",
        makes=model.Capture,
        title="12",
        meaning="who rates blind, which values are compared with their source, what is signed and locked",
        fields=(
            may("blind", "names", "activities rated by an evaluator who does not know the dose"),
            may(
                "critical",
                "measures",
                "activities or items whose values are compared with the source one by one",
            ),
            may("signed", "visits", "visits that the investigator signs"),
            may(
                "unit_of_lock",
                "choice",
                "what is frozen and locked as one: a visit of a participant, or the participant",
                choices=("visit", "participant"),
            ),
            may("idle", "integer", "minutes without a request until a login ends", limits=(5, 480)),
            may(
                "twice",
                "measures",
                "activities or items whose numbers and dates are typed twice; a difference is not saved",
            ),
            may(
                "entered_within",
                "integer",
                "days from a visit to its entry; a date that is longer ago is asked about",
                limits=(1, 365),
            ),
            may(
                "usual",
                "table",
                "what is usual of numbers and dates; whatever else comes is asked about, never refused",
                makes=model.Usual,
                columns=(
                    must("item", "item", "the item with its activity"),
                    may(
                        "values",
                        "range",
                        "smallest .. largest usual value; of a date: days from the day of the record",
                    ),
                    may(
                        "times",
                        "number",
                        "how many times as much or as little as at the visit before; 5 where neither this nor by is said",
                        limits=(1, 1000),
                    ),
                    may(
                        "by",
                        "number",
                        "how much more or less than at the visit before, in the item's unit",
                        limits=(0, 10**9),
                    ),
                ),
            ),
        ),
    ),
)
