"""Whatever stands under a key of a design: an Issue with its place and remedy, or a rule that decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firstdose.catalogue import End, load
from firstdose.designs._kernel.graded import graded_start
from firstdose.designs._kernel.utilities import efficacy_start
from firstdose.escalation.paths import follow
from firstdose.escalation.planned import rule_of
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.model import PlannedStop
from firstdose.values.issue import errors
from tests.unit.protocol.a_small_trial import PLACES, SMALL

ESCALATING = sorted(name for name, entry in load("designs").items() if entry.make is not None)
KEYS = [(name, key.name) for name in ESCALATING for key in load("designs")[name].keys]
STOPS = sorted(load("designs.stopping"))
number = st.one_of(
    st.integers(-3, 40).map(str),
    st.floats(-2, 3).map(lambda x: f"{x:.4f}"),
    st.sampled_from(
        ["0", "-1", "1", "0.5", "1e15", "1e-15", "0.999999999", "2.5", "1000", "1001", "nan", "inf"]
    ),
)
texts = st.one_of(
    number,
    st.lists(number, min_size=1, max_size=6).map(" ".join),
    st.text(max_size=12),
)  # fmt: skip


def safety(**changes):
    assert SMALL.safety is not None
    return replace(SMALL, safety=replace(SMALL.safety, **changes))


def walked(protocol) -> None:
    """The first steps are asked with and without toxicity; every answer has its words."""
    rule = rule_of(protocol)
    assert all(each.endswith(".") for each in rule.words())
    kind = getattr(rule.design, "counts", "")
    for toxic in (0, 1):
        state = graded_start(rule.doses) if kind == "scores" else efficacy_start(rule.doses)
        for _ in range(4):
            step = rule.decide(state)
            assert step.reason
            if isinstance(step, End):
                break
            assert 0 <= step.dose < rule.doses
            assert step.participants >= 1
            state = follow(rule, state, step, toxic * step.participants)
        rule.select(state)


@pytest.mark.parametrize(("design", "key"), KEYS)
@settings(deadline=None, max_examples=25)
@given(text=texts)
@example(text="0")
@example(text="-1")
@example(text="1")
@example(text="1e15")
@example(text="1e-15")
@example(text="0.999999999")
def test_any_text_under_a_key_is_an_issue_or_a_rule(design, key, text):
    protocol = safety(design=design, keys=((key, text),))
    found = [
        each
        for each in errors(check_protocol(protocol, PLACES))
        if each.code in {"FD-P079", "FD-P080", "FD-P152"}
    ]
    assert all(each.message.endswith(".") and each.remedy for each in found)
    if not found:
        walked(protocol)


@pytest.mark.parametrize(
    ("rule", "key"), [(name, key.name) for name in STOPS for key in load("designs.stopping")[name].keys]
)
@settings(deadline=None, max_examples=25)
@given(text=texts)
def test_any_text_under_a_word_of_a_stopping_rule_is_an_issue_or_a_rule(rule, key, text):
    words = {"p0": "0.1"} | ({"p1": "0.3"} if rule == "sprt" else {}) | {key: text}
    stop = PlannedStop(stop="pooled", rule=rule, options=tuple(words.items()))
    protocol = safety(design="boin", keys=(), stopping=(stop,))
    found = [
        each
        for each in errors(check_protocol(protocol, PLACES))
        if each.code in {"FD-P150", "FD-P151", "FD-P152"}
    ]
    if not found:
        walked(protocol)


def test_the_key_at_fault_is_the_place():
    protocol = safety(design="crm", keys=(("target", "0.3"), ("variance", "0")))
    [found] = [each for each in check_protocol(protocol, PLACES) if each.code == "FD-P152"]
    assert str(found.place) == "safety/variance"
    assert "variance is a number from 0.01 to 25, and '0' is written." in found.message
