"""Rules with literals in unusual places, and rules that yield a code: read, evaluated both ways, and told."""

from __future__ import annotations

import polars as pl
import pytest

from firstdose.protocol.rule import Name, evaluate, expression, read_rule, tell_rule
from firstdose.values.issue import Place

NAMES = {
    "side": Name("code", codes=("left", "right")),
    "severity": Name("ordinal", codes=("mild", "severe")),
    "thickness": Name("number", "cm"),
    "x": Name("number"),
}


def read(text: str, **more):
    rule, issues = read_rule(text, NAMES, Place("p.yaml"), (), **more)
    assert issues == []
    return rule


@pytest.mark.parametrize("text, value", [("side", "left"), ('"left" == side', True), ('missing("x")', False)])
def test_codes_and_literals_have_one_value_for_one_case_and_for_a_table(text, value):
    rule = read(text)
    assert evaluate(rule, {"side": "left"}) == value
    assert pl.DataFrame({"side": ["left"]}).select(expression(rule)).item() == value


def test_a_name_that_is_unknown_among_the_codes_is_told_once():
    rule, issues = read_rule('side in ("left", zz)', NAMES, Place("p.yaml"))
    assert rule is None
    assert [(issue.place.column, issue.code) for issue in issues] == [(17, "FD-P051")]


def test_steps_in_words_are_not_searched_for_a_number():
    assert evaluate(read("severity == 3"), {"severity": 3}) is True


def test_a_value_brought_to_another_unit_is_told_by_its_name():
    rule = read("thickness", expects="number", unit="mm")
    assert tell_rule(rule) == "thickness"
    assert evaluate(rule, {"thickness": 0.5}) == 5.0


def test_a_chain_of_numbers_written_out_is_told_pair_by_pair():
    assert tell_rule(read("0 <= 3 <= 5")) == "0 is at most 3 and 3 is at most 5"
    assert tell_rule(read("0 <= x <= 5")) == "x is from 0 to 5"
