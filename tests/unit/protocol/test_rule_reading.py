"""Reading a rule: what is accepted, and for everything else the code, the column and the remedy."""

from __future__ import annotations

import sys

import pytest

from firstdose.protocol.rule import Name, Rule, read_rule
from firstdose.values.issue import Issue, Place

NAMES = {
    "grade": Name("ordinal", codes=("1", "2", "3", "4", "5")),
    "related": Name("truth"),
    "serious": Name("truth"),
    "day": Name("number"),
    "pasi": Name("number", "points"),
    "area": Name("number", "cm2"),
    "thickness": Name("number", "cm"),
    "creatinine": Name("number", "mg/dL"),
    "enzymes": Name("number", "x ULN"),
    "months": Name("number", "months"),
    "extent": Name("number", "%"),
    "lymphocytes": Name("number", "10^9/L"),
    "dose": Name("number", "cells/cm2"),
    "weight": Name("number", "kg"),
    "side": Name("code", codes=("left", "right")),
    "other_side": Name("code", codes=("right", "middle")),
    "sex": Name("code", codes=("male", "female")),
    "comment": Name("text"),
    "seen": Name("date"),
    "last": Name("date"),
}
VISITS = ("SCR", "BL", "M6")


def reading(text: str, **more) -> tuple[Rule | None, list[Issue]]:
    return read_rule(text, NAMES, Place("p.yaml", 3, 11), VISITS, **more)


def rule(text: str, **more) -> Rule:
    found, issues = reading(text, **more)
    assert issues == []
    assert found is not None
    return found


def issue(text: str, **more) -> Issue:
    found, issues = reading(text, **more)
    assert found is None
    assert len(issues) == 1, issues
    return issues[0]


@pytest.mark.parametrize(
    "text",
    [
        "grade >= 3 and related and day <= 28",
        "0 <= grade <= 5",
        'side in ("left", "right") or not related',
        'side not in ("left")',
        "not (related and serious)",
        "(related and serious) or grade == 5",
        "((related) and (serious)) or grade == 5",
        "months >= 6 months",
        "months >= 1 year",
        "enzymes > 3 xULN or creatinine > 2 mg/dL",
        "area <= 30 cm2",
        "dose <= 1e6 cells/cm2",
        "lymphocytes < 0.5 10^9/L",
        "lymphocytes < 500 cells/uL",
        "extent > 10 %",
        "pasi < 12 and pasi < 12 points",
        "days(last, seen) < 28",
        "days(last, seen) < 4 weeks",
        "days(at(seen, BL), seen) > 7 days",
        "grade / days(last, seen) > 0.5",
        "2 * days(last, seen) / days(last, seen) == 2",
        "change(pasi, BL) <= -0.75 * at(pasi, BL)",
        "change(pasi, BL) / at(pasi, BL) <= -50 %",
        "thickness * thickness > 30 mm * 1 cm",
        "2 mg/weight < 1 mg/kg",
        "missing(comment) and not missing(side)",
        'comment == "none seen"',
        "count(grade >= 3 and related) >= 2",
        "any(related, serious) and max(pasi, 12) > 3",
        "seen >= last and seen != at(seen, BL)",
        "side == at(side, BL)",
        "\tgrade  >=\t3  ",
    ],
)
def test_a_rule_of_the_language_is_read(text: str) -> None:
    assert rule(text).kind == "truth"


def test_a_rule_says_what_it_needs() -> None:
    found = rule("change(pasi, BL) < 0 and at(side, SCR) == side and count(grade > 2) == 0")
    assert found.names == {"pasi", "side", "grade"}
    assert found.lags == {("pasi", "BL"), ("side", "SCR")}
    assert found.aggregates
    assert not rule("count(related, serious) == 0").aggregates
    assert rule("at(pasi, BL) > 3").names == set()


def test_a_missing_visit_plan_knows_no_visit() -> None:
    _, issues = read_rule("at(grade, BL) > 1", NAMES, Place("p.yaml", 1, 1))
    assert [found.code for found in issues] == ["FD-P051"]


@pytest.mark.parametrize(
    "text, column, message",
    [
        ("", 11, "the rule is empty"),
        ("   ", 11, "the rule is empty"),
        ("(grade >= 3", 11, "never closed"),
        ("grade >= 3)", 21, "never opened"),
        ("grade >=", 17, "something is missing after '>='"),
        (">= 3", 11, "something is missing before '>='"),
        ("grade 3", 17, "an operator is missing before '3'"),
        ("grade above 3", 17, "an operator is missing before 'above'"),
        ("grade not 3", 17, "an operator is missing before 'not'"),
        ("5 grade == grade", 13, "an operator is missing before 'grade'"),
        ("grade + not related", 11, "cannot be read"),
        ("+grade > 3", 11, "something is missing before '+'"),
        ("related, serious", 18, "comma stands outside brackets"),
        ("count()", 17, "something is missing before ')'"),
        ('side in ("left",)', 27, "something is missing before ')'"),
        ('side in "left"', 19, "brackets are missing after in"),
        ('side == "left', 19, "not closed"),
        ('comment == "a" "b"', 26, "an operator is missing"),
        ('comment == """a"""', 24, "an operator is missing"),
        ('comment == b"a"', 23, "an operator is missing"),
        ('comment == f"a"', 23, "an operator is missing"),
        ('side in ("left") == related', 11, "in stands beside another comparison"),
    ],
)
def test_what_cannot_be_read_is_fd_p050(text: str, column: int, message: str) -> None:
    found = issue(text)
    assert (found.code, found.place) == ("FD-P050", Place("p.yaml", 3, column))
    assert message in found.message
    assert found.remedy


@pytest.mark.parametrize(
    "text, column, words",
    [
        ("grad >= 3", 11, "no name 'grad' can be used here. Did you mean 'grade'?"),
        ("related and xyzzy", 23, "Known here: area, comment"),
        ("at(pasi, BLL) > 3", 20, "no visit is called 'BLL'. Did you mean 'BL'?"),
        ("at(pasi, 3) > 3", 20, "no visit is called '3'. Known here: BL, M6, SCR."),
        ("cuont(related) > 3", 11, "no function is called 'cuont'. Did you mean 'count'?"),
        ("related(grade)", 11, "no function is called 'related'."),
        ("count >= 2", 11, "'count' is a function. Write count(...)."),
        ("side == left", 19, 'A code stands in double quotes: "left".'),
        ("related == true", 22, "A truth stands alone: write related, or not related."),
    ],
)
def test_an_unknown_name_is_fd_p051(text: str, column: int, words: str) -> None:
    found = issue(text)
    assert (found.code, found.place.column) == ("FD-P051", column)
    assert words in str(found)


def test_the_place_of_the_rule_is_named_with_an_unknown_name() -> None:
    assert str(issue("grad >= 3", where="in a DLT rule")) == (
        "p.yaml:3:11  FD-P051  no name 'grad' can be used in a DLT rule. Did you mean 'grade'?"
    )


@pytest.mark.parametrize(
    "text, column, words",
    [
        ("area > 3 mg", 18, "'3 mg' is a mass, 'area' is an area."),
        ("area > thickness", 18, "'thickness' is a length, 'area' is an area."),
        ("creatinine > 2", 24, "'2' has no unit, 'creatinine' is in mg/dL. Write 2 mg/dL"),
        ("2 < creatinine", 11, "Write 2 mg/dL"),
        ("enzymes > 3", 21, "Write 3 xULN"),
        ("extent > 10", 20, "Write 10 %"),
        ("extent > pasi / pasi", 20, "'pasi / pasi' has no unit, 'extent' is in %."),
        ("day <= 28 days", 18, "'day' has no unit, '28 days' is in days. Leave the unit out"),
        ("months >= 30 days", 21, "A month has no fixed number of days"),
        ("days(last, seen) > 6 months", 30, "A month has no fixed number of days"),
        ("thickness + 3 > 1 cm", 23, "Write 3 cm"),
        ("max(0, thickness) > 1 cm", 15, "Write 0 cm"),
        ("thickness / days(last, seen) > 2", 42, "'2' has no unit"),
        ("thickness > thickness * thickness", 23, "is an area"),
        ('side == "lfet"', 19, "'lfet' is not on the codelist of 'side'. Did you mean 'left'?"),
        ('side == "up"', 19, "It has left, right."),
        ('side in ("left", "up")', 28, "'up' is not on the codelist"),
        ('side > "left"', 11, "it has no order"),
        ("side == 3", 11, 'Write the code in double quotes, such as "left".'),
        ("side == sex", 11, "Compare names that have the same codes"),
        ("side == comment", 11, "Compare names that have the same codes"),
        ('grade == "3"', 11, "Write the number without quotes"),
        ('grade in ("3")', 11, "Write the number without quotes"),
        ("grade == 7", 20, "'grade' has no step 7. It has 1, 2, 3, 4, 5."),
        ("grade in (3, 7)", 24, "'grade' has no step 7."),
        ("seen > 3", 11, "days(from, to) counts the days between two"),
        ('seen > "2023-01-01"', 11, "A date is compared with a date"),
        ("related == serious", 11, "A truth is not compared"),
        ("grade and related", 11, "a truth is needed here. Compare it, such as grade >= 1."),
        ("not side", 15, "a truth is needed here. Compare it, such as side == ...."),
        ("3 or related", 11, "a truth is needed here. Write what is compared"),
        ("related + 1 > 2", 11, "'related' is a truth (yes or no), a number is needed here."),
        ("seen - last > 2", 11, "days(from, to) counts the days"),
        ("-side > 2", 12, "a number is needed here"),
        ("days(day, seen) > 2", 16, "'day' is a plain number, a date is needed here."),
        ("days(seen) > 2", 11, "days takes 2, not 1, things in its brackets. Write days(from, to)."),
        ("missing(seen, last)", 11, "missing takes 1, not 2"),
        ("at(pasi + 1, BL) > 2", 14, "at takes a name, not 'pasi + 1'."),
        ("change(seen, BL) > 2", 18, "a number is needed here"),
        ("count(grade) > 2", 17, "a truth is needed here"),
        ("sum(related) > 2", 15, "a number is needed here"),
        ("min(seen, grade) > 2", 15, "a number is needed here"),
        ("count(3 > 2) > 2", 17, "there is no name in 'count(3 > 2)'."),
        ("side in (other_side)", 20, "after in stand only codes and numbers written out"),
        ('comment == ""', 22, "Write missing(comment) to ask whether there is none."),
        ('"left"', 11, '"left" stands alone.'),
    ],
)
def test_what_does_not_fit_is_fd_p052(text: str, column: int, words: str) -> None:
    found = issue(text)
    assert (found.code, found.place.column) == ("FD-P052", column)
    assert words in str(found)
    assert found.remedy


@pytest.mark.parametrize(
    "text, column, remedy",
    [
        ("grade >= 3 & related", 22, "Write and, in small letters."),
        ("grade >= 3 && related", 22, "Write and, in small letters."),
        ("grade >= 3 AND related", 22, "Write and, in small letters."),
        ("grade >= 3 Or related", 22, "Write or, in small letters."),
        ("NOT related", 11, "Write not, in small letters."),
        ("related | serious", 19, "Write or, in small letters."),
        ("related || serious", 19, "Write or, in small letters."),
        ("!related", 11, "Write not, or != to compare."),
        ("grade = 3", 17, "Write == to compare."),
        ("grade := 3", 17, "Write == to compare."),
        ("grade is 3", 17, "Write == to compare."),
        ("grade ≥ 3", 17, "Write >=."),
        ("grade => 3", 17, "Write >=."),
        ("grade ≤ 3", 17, "Write <=."),
        ("grade =< 3", 17, "Write <=."),
        ("grade <> 3", 17, "Write !=."),
        ("grade ≠ 3", 17, "Write !=."),
        ("grade.value > 3", 16, "belongs in a shelf module"),
        ("grade[0] > 3", 16, "belongs in a shelf module"),
        ("lambda", 11, "belongs in a shelf module"),
        ("1 if related", 13, "belongs in a shelf module"),
        ("grade; related", 16, "belongs in a shelf module"),
        ("grade ** 2 > 3", 17, "write x * x"),
        ("grade // 2 > 3", 17, "Write / to divide."),
        ("extent > 50%", 22, "50 %"),
        ("grade >= 3 # severe", 22, "A comment cannot stand in a rule"),
        ("grade >= 3\nand related", 21, "A rule stands on one line; split it into two named rules."),
        ("grade >= 1_0", 20, "Write the digits without it."),
        ("grade >= 0x10", 20, "Write a decimal number."),
        ("grade >= 1j", 20, "Write a number, a blank and a unit"),
        ("months >= 6months", 21, "such as 6 months."),
        ("grade >= .5", 20, "Write 0.5."),
        ("grade >= 5.", 20, "Write 5."),
        ("grade >= 1e999", 20, "Check the exponent"),
        ("grade == True", 20, "A truth stands alone"),
        ("grade == None", 20, "Write missing(x)."),
        ("_grade >= 3", 11, "A name starts with a letter."),
        ("side == 'left'", 19, "double quotes"),
        ("side == “left", 19, "double quotes"),
        ("ｇrade >= 3", 11, "plain letters"),
        ("ﬁrst >= 3", 11, "plain letters"),
        ("grade >= ３", 20, "plain letters"),
        ("grade >=\x003", 19, "plain letters"),
        ("grade\xa0>= 3", 16, "Write an ordinary blank."),
        ("(related, serious)", 11, 'Write name in ("a", "b").'),
        ("1" + "/(day" * 9 + ")" * 9 + " > 1", 49, "Split it into two named rules."),
        ("count(any(related)) > 1", 17, "Split it into two named rules."),
        ("max(1, max(2, max(3, grade))) > 1", 25, "Split it into two named rules."),
    ],
)
def test_what_the_language_does_not_have_is_fd_p053_with_its_remedy(
    text: str, column: int, remedy: str
) -> None:
    found = issue(text)
    assert (found.code, found.place.column) == ("FD-P053", column)
    assert remedy in found.remedy


@pytest.mark.parametrize(
    "text, column, words",
    [
        ("grade >= 5 foo", 22, "no unit is called 'foo'"),
        ("creatinine > 2 mg/dl2", 26, "no unit is called 'dl2'"),
        ("months > 6 mnths", 22, "Did you mean 'months'?"),
    ],
)
def test_a_unit_nobody_knows_is_fd_p031(text: str, column: int, words: str) -> None:
    found = issue(text)
    assert (found.code, found.place.column) == ("FD-P031", column)
    assert words in str(found)


@pytest.mark.parametrize(
    "text, column, part",
    [
        ("related and serious or grade > 3", 11, "related and serious"),
        ("grade > 3 or related and serious", 24, "related and serious"),
        ("(related or (serious or grade > 3 and day > 2))", 35, "grade > 3 and day > 2"),
        ("any(related) and serious or (grade > 3)", 11, "any(related) and serious"),
    ],
)
def test_and_beside_or_needs_brackets_fd_p054(text: str, column: int, part: str) -> None:
    found = issue(text)
    assert (found.code, found.place.column) == ("FD-P054", column)
    assert found.remedy == f"Put brackets around {part}."


def test_more_than_500_characters_are_fd_p055() -> None:
    assert rule("grade >= 3" + " " * 490).kind == "truth"
    found = issue("grade >= 3" + " " * 491)
    assert (found.code, found.place.column) == ("FD-P055", 11)
    assert "501" in found.message


@pytest.mark.parametrize(
    "text", ["not " * 120 + "related", "-" * 490 + "grade > 3", "(" * 240 + "related" + ")" * 240]
)
def test_a_deep_rule_is_refused_not_overflown(text: str) -> None:
    assert issue(text).code == "FD-P053"


def test_a_rule_as_deep_as_allowed_is_read_within_the_usual_recursion_limit() -> None:
    assert sys.getrecursionlimit() <= 1000
    assert rule("not " * 98 + "related").kind == "truth"


def test_all_mistakes_are_told_at_once() -> None:
    _, issues = reading('grad > 3 and side == "lfet" and (area > 3 mg or days(seen, 3) < 2)')
    assert [(found.code, found.place.column) for found in issues] == [
        ("FD-P051", 11),
        ("FD-P052", 32),
        ("FD-P052", 51),
        ("FD-P052", 70),
    ]
    _, issues = reading("grade ≥ 3 AND related = serious & grade.x")
    assert [found.place.column for found in issues] == [17, 21, 33, 43, 50]


def test_the_result_must_be_what_the_place_expects() -> None:
    assert rule("pasi", expects="number").kind == "number"
    assert issue("pasi", expects="truth").code == "FD-P052"
    assert issue("pasi > 3", expects="number").code == "FD-P052"
    assert rule("seen").kind == "date"
    assert rule("side").kind == "code"


def test_a_number_has_the_unit_wanted_or_its_own() -> None:
    assert rule("thickness").unit == "cm"
    assert rule("2 * thickness").unit == "cm"
    assert rule("thickness * thickness").unit == "mm2"
    assert rule("thickness / thickness").unit == ""
    assert rule("days(last, seen)").unit == "days"
    assert rule("thickness", unit="mm").unit == "mm"
    assert rule("pasi / pasi", unit="points").unit == "points"
    assert rule("pasi", unit="").unit == ""
    assert issue("thickness", unit="").code == "FD-P052"
    assert issue("thickness", unit="mg").code == "FD-P052"
    assert issue("pasi / pasi", unit="%").code == "FD-P052"


def test_a_name_may_be_a_word_of_python() -> None:
    names = {"class": Name("number"), "is": Name("truth"), "Not": Name("truth"), "count": Name("number")}
    found, issues = read_rule("class >= 3 and is and Not and count > 2", names, Place("p.yaml"))
    assert issues == []
    assert found is not None
    assert found.names == set(names)


def test_a_unit_in_sight_as_a_name_too_is_a_unit_after_a_number() -> None:
    names = {"mm": Name("number"), "length": Name("number", "mm")}
    found, issues = read_rule("length > 3 mm and mm > 3", names, Place("p.yaml"))
    assert (issues, found is not None) == ([], True)
