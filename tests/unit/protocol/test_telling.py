"""The read-back: everything in the file is told, and an amendment speaks the same sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from firstdose.protocol import model, model_of_capture, model_of_laboratory, model_of_product, model_of_safety
from firstdose.protocol.comparing import compare_protocols, name_of
from firstdose.protocol.model import Visit
from firstdose.protocol.telling import Heading, render_telling, tell_differences, tell_part, tell_protocol
from firstdose.protocol.telling_words import be, day, listed, number, quantity, window
from firstdose.values.quantity import Quantity, read_quantity
from firstdose.values.window import Window
from tests.unit.protocol.a_small_trial import RICH, SMALL, changed, without

# A value for a leaf that the small trial leaves empty, by its type.
SAMPLES = {
    Decimal: Decimal(7),
    int: 7,
    str: "something",
    Quantity: read_quantity("7 mL"),
    bool: True,
}
# What the annotations of the model name.
PARTS = vars(model_of_capture) | vars(model_of_laboratory) | vars(model_of_product) | vars(model_of_safety)
HINTS = PARTS | vars(model) | {"Decimal": Decimal, "Quantity": Quantity, "Window": Window}


@dataclass(frozen=True)
class Leaf:
    """A leaf of the model: its path, and the whole protocol with the leaf changed."""

    path: str
    changed: Any


def leaves(part: Any, path: str = "") -> Iterator[Leaf]:
    """Every leaf below a part, each with the part as it is after the change."""
    if isinstance(part, (Quantity, Window)) or not (is_dataclass(part) or isinstance(part, tuple)):
        yield from (Leaf(path, value) for value in other(part, None))
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            for leaf in leaves(each, f"{path}[{place}]"):
                yield Leaf(leaf.path, (*part[:place], leaf.changed, *part[place + 1 :]))
    else:
        for field in fields(part):
            value, hint = getattr(part, field.name), hint_of(part, field.name)
            found = (
                leaves(value, f"{path}.{field.name}")
                if is_deep(value)
                else own(value, hint, f"{path}.{field.name}")
            )
            for leaf in found:
                yield Leaf(leaf.path, replace(part, **{field.name: leaf.changed}))


def is_deep(value: Any) -> bool:
    return (is_dataclass(value) and not isinstance(value, (Quantity, Window))) or (
        isinstance(value, tuple) and value
    )


def own(value: Any, hint: Any, path: str) -> Iterator[Leaf]:
    is_unit = path.endswith("unit") and get_origin(hint) is not Literal
    yield from (Leaf(path, each) for each in (["kg"] if is_unit else other(value, hint)))


def hint_of(part: Any, name: str) -> Any:
    if not type(part).__module__.startswith(model.__name__):
        return KINDS.get(name)
    return get_type_hints(type(part), HINTS | {"Item": object})[name]


KINDS = {
    "kind": Literal["integer", "number", "ordinal", "quantity", "code", "text", "date", "truth"],
    **dict.fromkeys(("low", "high", "lloq", "uloq"), Decimal),
    "decimals": int,
}


def other(value: Any, hint: Any) -> Iterator[Any]:
    """Another value of the same kind; none for an empty table."""
    if get_origin(hint) is Literal:
        yield next(word for word in get_args(hint) if word != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, Window):
        yield Window(value.first - 1, value.last + 1)
    elif isinstance(value, Quantity):
        yield Quantity(value.value + 1, value.unit)
    elif isinstance(value, (int, Decimal)):
        yield value + 1
    elif isinstance(value, str):
        yield f"{value}x" if value else "something"
    elif value is None and hint is not None:
        known = [kind for kind in (*get_args(hint), hint) if kind in SAMPLES]
        yield from (SAMPLES[kind] for kind in known[:1])


LEAVES = list(leaves(RICH))
# Feasibility follows from the rest: it does not count as having been told.
TOLD = {heading.number: heading.sentences for heading in tell_protocol(RICH)}


def test_the_small_trial_has_a_leaf_of_every_kind() -> None:
    names = {leaf.path.rpartition(".")[2] for leaf in LEAVES}
    assert {
        "cut",
        "by",
        "nested",
        "lloq",
        "reason",
        "whole",
        "window",
        "dose",
        "invented",
        "icc",
        "cap",
        "compares",
        "lies",
        "carry_over",
        "share",
        "after[0]",
    } <= names
    assert len(LEAVES) > 300


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_every_leaf_of_the_model_is_told(leaf) -> None:
    told = {heading.number: heading.sentences for heading in tell_protocol(leaf.changed)}
    differing = [number for number in {*told, *TOLD} if told.get(number) != TOLD.get(number)]
    assert [number for number in differing if number != "10.11"], leaf.path


@pytest.mark.parametrize(
    "section",
    [
        "visits",
        "schedule",
        "endpoints",
        "estimands",
        "analyses",
        "items",
        "scales",
        "eligibility",
        "families",
        "graph",
        "sites",
        "branching",
    ],
)
def test_every_row_is_told_by_its_name(section) -> None:
    for row in getattr(RICH, section):
        name = name_of(row)
        assert tell_part(RICH, section, name)
        assert tell_part(RICH, section, name) in tell_part(RICH, section)


def test_a_part_that_is_not_there_is_told_as_nothing() -> None:
    assert (tell_part(SMALL, "visits", "M99"), tell_part(SMALL, "nothing")) == ("", "")


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        (
            Visit(visit="SCR", day=-14, window=Window(-28, -8)),
            "SCR is planned 14 days before treatment (28 to 8 days before).",
        ),
        (Visit(visit="D0", day=0, window=Window(0, 0)), "D0 is the day of treatment."),
        (Visit(visit="D0", day=0, window=Window(0, 2)), "D0 is the day of treatment (day 0 to 2)."),
        (
            Visit(visit="D0", day=0, window=Window(-1, 2)),
            "D0 is the day of treatment (1 day before treatment to day 2).",
        ),
        (Visit(visit="M1", day=30, window=Window(27, 33)), "M1 is day 30 (day 27 to 33)."),
        (Visit(visit="M1", day=30, window=Window(30, 30)), "M1 is day 30 (no other day)."),
        (Visit(visit="M1", day=30, window=Window(31, 31)), "M1 is day 30 (window: day 31)."),
        (
            Visit(visit="BL", day=-1, window=Window(-1, -1)),
            "BL is planned 1 day before treatment (no other day).",
        ),
    ],
)
def test_a_visit_is_told_with_its_window(visit, told) -> None:
    protocol = replace(SMALL, visits=(visit,))
    assert tell_part(protocol, "visits", visit.visit) == told


def test_an_activity_is_told_with_the_local_word_for_a_lesion() -> None:
    assert tell_part(SMALL, "schedule", "severity") == (
        "Severity of the plaque is rated once per plaque at BL, M1 and M3."
    )
    assert tell_part(SMALL, "schedule", "adverse_events") == (
        "Adverse events are recorded as they occur and asked for once per participant at D0, M1 and M3."
    )


def test_an_endpoint_is_told_as_what_when_and_by_which_method() -> None:
    assert tell_part(SMALL, "endpoints", "E2") == (
        "E2, secondary (objective O2): change in Psoriasis Area and Severity Index (Fredriksson) from BL to M3;"
        " paired t test."
    )


def test_a_plan_is_told_with_factors_comparisons_fallbacks_and_assumptions() -> None:
    told = tell_part(RICH, "analyses", "E3")
    for words in (
        "divided by dose level (within participants) and plaque type (between participants)",
        "compared are E3_M3, M3 - BL (tested) and E3_dose, trend of dose_level (described)",
        "where the model does not converge: toeplitz h, then cs",
        "where there are too few participants for its times: rm anova",
        "counted per participant month",
        "assumed of its reach to other plaques: none, the dose stays in the plaque",
    ):
        assert words in told


def test_a_graph_is_told_edge_by_edge() -> None:
    assert tell_part(RICH, "families", "course") == (
        "Family course: E3 and E3_M3 are tested together at 0.05, by the graph declared; their shares are 0.5 and 0.5;"
        " only after every test of activity has rejected."
    )
    assert tell_part(RICH, "graph", "G2") == (
        "G2, family course: when E3_M3 is rejected, 50 % of its level goes to E3."
    )


def test_the_dose_is_told_with_thousands_separated() -> None:
    assert tell_part(SMALL, "intervention", "DL1") == "DL1 is 1,000,000 cells/cm2."


def test_the_stopping_rules_are_told_in_words() -> None:
    assert tell_part(SMALL, "safety", "dlt") == (
        "An adverse event is a dose-limiting toxicity if: grade is at least 3 and related and day is at most 28."
    )


def test_a_rule_that_cannot_be_read_is_told_as_it_is_written() -> None:
    protocol = replace(SMALL, safety=replace(SMALL.safety, dlt="grade >=> 3"))
    assert (
        tell_part(protocol, "safety", "dlt")
        == "An adverse event is a dose-limiting toxicity if: 'grade >=> 3'."
    )


def test_a_protocol_of_unknown_names_is_told_all_the_same() -> None:
    protocol = replace(
        SMALL,
        schedule=changed(SMALL.schedule, "cytokines", activity="no_such_thing"),
        endpoints=changed(
            SMALL.endpoints, "E2", measure="no_such_measure", method="no_such_method", at=("M9",)
        ),
        safety=replace(SMALL.safety, design="no_such_design", dictionary="no_such_dictionary"),
    )
    told = render_telling(tell_protocol(protocol))
    for name in (
        "no_such_thing",
        "no_such_measure",
        "no_such_method",
        "no_such_design",
        "no such dictionary",
        "M9",
    ):
        assert name in told


def test_headings_stand_in_the_order_of_the_guideline_and_the_identity_at_the_foot() -> None:
    headings = tell_protocol(SMALL)
    keys = [tuple(map(int, heading.number.split("."))) for heading in headings if heading.number]
    assert keys == sorted(keys)
    assert headings[0].title == "Title page"
    assert (
        render_telling((Heading("1.3", "Visits", ("One.",)),), "Identity 5f")
        == "1.3   Visits\n      One.\nIdentity 5f\n"
    )


def test_every_sentence_ends_and_none_holds_a_word_of_the_file_format() -> None:
    for heading in tell_protocol(SMALL):
        for sentence in heading.sentences:
            assert sentence[-1] in ".)", sentence
            assert "None" not in sentence
            assert "Decimal" not in sentence


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["The two protocols say the same."]),
        (
            {"visits": changed(SMALL.visits, "M3", window=Window(80, 100))},
            [
                "Changed, visits M3, before: M3 (Month 3) is day 90 (day 83 to 97), in the follow-up epoch.",
                "Changed, visits M3, after:  M3 (Month 3) is day 90 (day 80 to 100), in the follow-up epoch.",
            ],
        ),
        (
            {"trial": replace(SMALL.trial, dropouts=0, participants=7)},
            [
                "Changed, trial participants, before: 6 participants.",
                "Changed, trial participants, after:  7 participants.",
                "Removed, trial dropouts: The plan allows 1 dropout.",
            ],
        ),
        (
            {"sensitivity": ()},
            [
                (
                    "Removed, sensitivity E2_flip: E2_flip: E2 again by exact sign flip test of the mean difference,"
                    " with draws 999; the assumption in doubt: normality."
                )
            ],
        ),
        (
            {"eligibility": tuple(reversed(SMALL.eligibility))},
            ["Order of eligibility, before: I1 and O1.", "Order of eligibility, after:  O1 and I1."],
        ),
    ],
)
def test_an_amendment_is_told_in_the_same_sentences(changes, lines) -> None:
    new = replace(SMALL, **changes)
    told = tell_differences(SMALL, new, compare_protocols(SMALL, new))
    assert [line.strip() for line in told.splitlines() if line.startswith("      ") or not changes] == lines


def test_what_is_added_is_told_under_its_heading() -> None:
    old = replace(SMALL, endpoints=without(SMALL.endpoints, "E3"))
    told = tell_differences(old, SMALL, compare_protocols(old, SMALL))
    assert told.startswith(
        "3     Trial Objectives and Associated Estimands\n      Added, endpoints E3: E3, exploratory"
    )


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_every_difference_is_told(leaf) -> None:
    differences = compare_protocols(RICH, leaf.changed)
    assert differences
    told = tell_differences(RICH, leaf.changed, differences)
    assert "say the same" not in told
    pairs = [line.partition(": ")[2] for line in told.splitlines() if "Changed, " in line]
    assert all(before != after for before, after in zip(pairs[::2], pairs[1::2], strict=True))


def test_words_for_numbers_days_and_lists() -> None:
    assert [number(Decimal(text)) for text in ("1E+6", "0.050", "7.5", "100")] == [
        "1,000,000",
        "0.05",
        "7.5",
        "100",
    ]
    assert quantity(read_quantity("3e6 cells/cm2")) == "3,000,000 cells/cm2"
    assert [day(-1), day(0), day(3)] == ["1 day before treatment", "the day of treatment", "day 3"]
    assert window(Window(-7, -1)) == "7 to 1 day before"
    assert [listed([]), listed(["A"]), listed(["A", "B"], "or")] == ["none", "A", "A or B"]


def test_the_verb_agrees_with_what_it_is_said_of() -> None:
    assert be("Adverse events", "is recorded") == "Adverse events are recorded"
    assert be("PASI (Fredriksson)", "is rated") == "PASI (Fredriksson) is rated"
    assert be("Psoriasis", "is rated") == "Psoriasis is rated"
    assert be("Skin thickness", "is measured") == "Skin thickness is measured"
