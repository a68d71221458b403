"""A rule read back in words: legible, and never two rules in the same words."""

from __future__ import annotations

from itertools import product

import pytest

from firstdose.protocol.rule import Name, Node, Rule, read_rule, tell_rule
from firstdose.values.issue import Place

NAMES = {
    "grade": Name("ordinal", label="grade"),
    "related": Name("truth", label="related"),
    "serious": Name("truth"),
    "day": Name("number"),
    "plaque_type": Name("code", codes=("plaque", "guttate"), label="type of psoriasis"),
    "stable": Name("number", "months", label="months without new lesion or growth"),
    "enzymes": Name("number", "xULN", label="highest liver enzyme"),
    "thickness": Name("number", "cm"),
    "extent": Name("number", "mm"),
    "pasi": Name("number", "points", label="PASI"),
    "seen": Name("date", label="screening date"),
    "last": Name("date", label="last dose"),
    "x": Name("number"),
    "y": Name("number"),
    "z": Name("number"),
    "p": Name("truth"),
    "q": Name("truth"),
    "r": Name("truth"),
}


def read(text: str) -> Rule:
    rule, issues = read_rule(text, NAMES, Place("p.yaml"), ("BL",))
    assert issues == []
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    "text, words",
    [
        ("grade >= 3 and related and day <= 28", "grade is at least 3 and related and day is at most 28"),
        ("28 >= day", "day is at most 28"),
        ("3 <= grade <= 5", "grade is from 3 to 5"),
        ("0 < day <= 5", "day is above 0 and day is at most 5"),
        ("(0 < day <= 5) or related", "(day is above 0 and day is at most 5) or related"),
        ("grade >= 3 and (related or serious)", "grade is at least 3 and (related or serious)"),
        ("not (related and serious)", "not (related and serious)"),
        ("not related and not missing(day)", "not related and day is not missing"),
        ('plaque_type == "plaque"', 'type of psoriasis is "plaque"'),
        ('plaque_type in ("plaque", "guttate")', 'type of psoriasis is one of "plaque" or "guttate"'),
        ('plaque_type not in ("plaque")', 'type of psoriasis is not one of "plaque"'),
        ("stable >= 6 months", "'months without new lesion or growth' is at least 6 months"),
        ("enzymes > 3 xULN", "highest liver enzyme is above 3 x ULN"),
        ("thickness > extent", "thickness is above extent"),
        (
            "change(pasi, BL) <= -0.75 * at(pasi, BL)",
            "change of PASI from BL is at most (−0.75) × (PASI at BL)",
        ),
        ("days(last, seen) < 28", "days from last dose to screening date is below 28"),
        ("seen >= last", "screening date is on or after last dose"),
        ("min(seen, last) < seen", "(the earliest of (screening date, last dose)) is before screening date"),
        ("count(grade >= 3) >= 2", "(the number of records with (grade is at least 3)) is at least 2"),
        ("any(related) and all(serious)", "in some record (related) and in every record (serious)"),
        ("max(pasi)", "the largest of PASI over all records"),
        ("any(related, serious)", "at least one of (related, serious)"),
        ("-x + y", "(−x) + y"),
        ("-2 < x", "x is above −2"),
    ],
)
def test_a_rule_is_told(text: str, words: str) -> None:
    assert tell_rule(read(text)) == words


def truths() -> list[str]:
    plain = ["p", "q", "not p", "missing(p)", "x > 0", "0 <= x <= 1", "0 < x <= 1", "x in (0, 1)"]
    joined = [
        f"({one}) {word} ({other})" for one, other, word in product(plain, ["q", "r", "x > 1"], ["and", "or"])
    ]
    deeper = [f"({one}) {word} r" for one in joined for word in ("and", "or")]
    rest = [f"{before}({one})" for one in joined for before in ("not ", "any", "all", "missing")]
    listed = [f"any({one}, {other})" for one, other in product(plain, plain)]
    return [
        *plain,
        *joined,
        *deeper,
        *rest,
        *listed,
        "any(any(p, q), r)",
        "any(p, q, r)",
        "any(p, any(q, r))",
    ]


def numbers() -> list[str]:
    two = [f"{one} {sign} {other}" for one, other, sign in product("xy", "yz", "+-*/")]
    right = [f"x {sign} ({inner})" for sign, inner in product("+-*/", two)]
    left = [f"({inner}) {sign} z" for sign, inner in product("+-*/", two)]
    wholes = [f"{function}({one})" for function in ("sum", "min", "mean", "-") for one in two]
    lists = [
        "sum(x, y)",
        "sum(x, sum(y, z))",
        "sum(x, y, z)",
        "sum(sum(x, y), z)",
        "change(x, BL)",
        "at(x, BL)",
    ]
    minus = ["-x", "-x + y", "-(x + y)", "-1", "-(-1)", "x - -1", "x + -1", "x - 1", "-x * y", "-(x * y)"]
    return [*two, *right, *left, *wholes, *lists, *minus]


def test_different_rules_are_told_differently() -> None:
    told: dict[str, Node] = {}
    for text in [*truths(), *numbers()]:
        rule = read(text)
        words = tell_rule(rule)
        assert told.setdefault(words, rule.node) == rule.node, (text, words)
    assert len(told) > 300


def test_a_label_that_holds_a_joining_word_is_quoted() -> None:
    for label in ("p and q", "p or not q", "x is missing", "plaque's area, left", "a / b"):
        rule, _ = read_rule("a", {"a": Name("truth", label=label)}, Place("p.yaml"))
        assert rule is not None
        assert tell_rule(rule)[0] == tell_rule(rule)[-1] == "'"
