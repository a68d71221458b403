"""What a rule yields, for one case and for a table: units, edges, unknown values, records."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import product

import polars as pl
import pytest

from firstdose.protocol.rule import Name, Rule, evaluate, expression, read_rule
from firstdose.values.dates import PartialDate
from firstdose.values.issue import Place
from firstdose.values.missing import Missing

D = datetime.date
NAMES = {
    "grade": Name("ordinal"),
    "p": Name("truth"),
    "q": Name("truth"),
    "day": Name("number"),
    "x": Name("number"),
    "y": Name("number"),
    "pasi": Name("number", "points"),
    "diameter": Name("number", "cm"),
    "redness": Name("number", "mm"),
    "pulse": Name("number", "bpm"),
    "extent": Name("number", "%"),
    "months": Name("number", "months"),
    "side": Name("code", codes=("left", "right")),
    "seen": Name("date"),
    "last": Name("date"),
}
TYPES = {"truth": pl.Boolean, "date": pl.Date, "code": pl.String}


def read(text: str, **more) -> Rule:
    rule, issues = read_rule(text, NAMES, Place("p.yaml"), ("BL",), **more)
    assert issues == []
    assert rule is not None
    return rule


def one_row(values: dict) -> pl.DataFrame:
    schema = {
        f"{name}{visit}": TYPES.get(described.kind, pl.Float64)
        for name, described in NAMES.items()
        for visit in ("", "@BL")
    }
    return pl.DataFrame({name: [values.get(name)] for name in schema}, schema=schema)


def both(text: str, **values):
    """The value by the plain evaluator, after the column evaluator gave the same."""
    rule = read(text)
    at = {("pasi", "BL"): values["pasi_BL"]} if "pasi_BL" in values else {}
    found = evaluate(rule, values, at=at)
    row = {**values, "pasi@BL": values.get("pasi_BL")}
    assert one_row(row).select(expression(rule)).item() == found
    return found


@pytest.mark.parametrize(
    "grade, related, day, dlt",
    [
        (3, True, 28, True),
        (3, True, 29, False),
        (2, True, None, False),
        (3, None, 29, False),
        (3, True, None, None),
        (None, False, 3, False),
        (None, None, None, None),
    ],
)
def test_a_dose_limiting_toxicity_is_undecided_only_while_it_matters(grade, related, day, dlt) -> None:
    assert both("grade >= 3 and p and day <= 28", grade=grade, p=related, day=day) is dlt


@pytest.mark.parametrize("p, q", list(product([True, False, None], repeat=2)))
def test_kleene_logic_for_every_pair(p, q) -> None:
    """Kleene (1952), strong three-valued connectives."""
    no, yes = False in (p, q), True in (p, q)
    unknown = None in (p, q)
    assert both("p and q", p=p, q=q) is (False if no else None if unknown else True)
    assert both("p or q", p=p, q=q) is (True if yes else None if unknown else False)
    assert both("not p", p=p) is (None if p is None else not p)
    assert both("missing(p) or missing(q)", p=p, q=q) is unknown
    assert both("missing(p and q)", p=p, q=q) is (unknown and not no)


def test_a_comparison_with_unknown_is_unknown_even_with_itself() -> None:
    for text in (
        "x == x",
        "x != x",
        "x >= x",
        'side == "left"',
        'side not in ("left")',
        "seen == seen",
        "0 < x < 3",
    ):
        assert both(text) is None
    assert both("5 < x < y", x=3) is False


@pytest.mark.parametrize(
    "text, values, truth",
    [
        ("redness >= 2 cm", {"redness": 20}, True),
        ("redness >= 2 cm", {"redness": 19.9}, False),
        ("diameter > 60 mm", {"diameter": 6}, False),
        ("diameter > 60 mm", {"diameter": 6.1}, True),
        ("diameter > redness", {"diameter": 6, "redness": 59}, True),
        ("diameter + redness == 66 mm", {"diameter": 6, "redness": 6}, True),
        ("redness + diameter == 66 mm", {"diameter": 6, "redness": 6}, True),
        ("diameter * redness == 3.6 cm2", {"diameter": 6, "redness": 6}, True),
        ("diameter / redness == 10", {"diameter": 6, "redness": 6}, True),
        ("max(diameter, redness) == 70 mm", {"diameter": 6, "redness": 70}, True),
        ("pulse > 1 Hz * 60 beats", {"pulse": 3601}, True),
        ("months >= 1 year", {"months": 12}, True),
        ("redness in (2 cm, 3 cm)", {"redness": 30}, True),
        ("extent > 10 %", {"extent": 10}, False),
        ("x / y <= 50 %", {"x": 5, "y": 10}, True),
        ("x / y in (50 %, 25 %)", {"x": 5, "y": 20}, True),
        ("x == -(-3)", {"x": 3}, True),
        ("x - -3 == 0", {"x": -3}, True),
    ],
)
def test_numbers_are_compared_in_one_unit(text, values, truth) -> None:
    assert both(text, **values) is truth


@pytest.mark.parametrize(
    "text, values, truth",
    [
        ("pasi < 12", {"pasi": Decimal("11.9")}, True),
        ("pasi < 12", {"pasi": Decimal("12.0")}, False),
        ("x + y == 0.3", {"x": 0.1, "y": 0.2}, True),
        ("x + y - 0.3 == 0", {"x": 0.1, "y": 0.2}, True),
        ("x - y <= 0.1", {"x": 1000.1, "y": 1000}, True),
        ("x - y > 0.1", {"x": 1000.1, "y": 1000}, False),
        ("x / 3 * 3 == y", {"x": 0.7, "y": 0.7}, True),
        ("x < y", {"x": 0.1, "y": 0.1000001}, True),
        ("x == y", {"x": 1e6, "y": 1e6 + 0.001}, False),
        ("mean(x, x, x) == x", {"x": 0.1}, True),
    ],
)
def test_numbers_are_equal_where_they_are_on_paper(text, values, truth) -> None:
    assert both(text, **values) is truth


def test_every_edge_of_75_percent_improvement_is_met_from_the_lowest_to_the_highest_pasi() -> None:
    """PASI in tenths up to 72.0: where 25 % of the baseline is a tenth, that value is a response."""
    responds = read("change(pasi, BL) <= -0.75 * at(pasi, BL)")
    half = read("pasi <= 0.5 * at(pasi, BL)")
    quarter = read("change(pasi, BL) / at(pasi, BL) <= -75 %")
    for tenths in range(1, 721):
        edge, baseline = Decimal(tenths // 4) / 10, {("pasi", "BL"): Decimal(tenths) / 10}
        above = edge + Decimal("0.1")
        for rule in (responds, quarter):
            assert evaluate(rule, {"pasi": edge}, at=baseline) is True
            assert evaluate(rule, {"pasi": above}, at=baseline) is False
        assert evaluate(half, {"pasi": Decimal(tenths // 2) / 10}, at=baseline) is True
        assert evaluate(half, {"pasi": Decimal(tenths // 2 + 1) / 10}, at=baseline) is False


@pytest.mark.parametrize("days, excluded", [(13, True), (14, False), (15, False)])
def test_a_washout_of_14_days_ends_on_day_14(days, excluded) -> None:
    last = D(2024, 2, 20)
    seen = last + datetime.timedelta(days=days)
    assert both("p and days(last, seen) < 14", p=True, last=last, seen=seen) is excluded
    assert both("p and days(last, seen) < 2 weeks", p=True, last=last, seen=seen) is excluded
    assert both("days(last, seen) < 14", seen=seen) is None


def test_dates_are_compared_and_the_earliest_found() -> None:
    early, late = D(1899, 1, 1), D(2024, 5, 2)
    assert both("last < seen", last=early, seen=late) is True
    assert both("min(last, seen)", last=early, seen=late) == early
    assert both("max(last, seen) == seen", last=early, seen=late) is True
    assert both("min(last, seen)", last=early) is None
    assert both("days(seen, last)", last=D(2024, 5, 1), seen=late) == -1


def test_an_incomplete_date_and_a_missing_value_with_its_reason_are_unknown() -> None:
    rule = read("days(last, seen) < 28")
    assert evaluate(rule, {"last": PartialDate(2024, 1), "seen": D(2024, 1, 2)}) is None
    assert evaluate(rule, {"last": PartialDate(2024, 1, 1), "seen": D(2024, 1, 2)}) is True
    assert evaluate(read("missing(x)"), {"x": Missing("ND", "device broken")}) is True


def test_divided_by_nothing_is_unknown() -> None:
    for text in ("x / y", "1 / (x / y)", "x / (y - y)", "y / (x - x)"):
        assert both(text, x=1, y=0) is None
    assert both("1 / (x + y - 0.3)", x=0.1, y=0.2) is None
    assert both("x / y > 1 or p", x=1, y=0, p=True) is True
    assert both("missing(x / y)", x=1, y=0) is True


def test_what_no_float_can_hold_is_unknown() -> None:
    assert both("x * x > 1", x=1e200) is None
    assert both("1 / (x * x) < 1", x=1e200) is None
    assert both("x > 1", x=float("nan")) is None
    assert both("min(x, y) == 1", x=1, y=float("inf")) is None
    assert evaluate(read("x > 1"), {"x": 10**400}) is None


def test_several_things_are_made_one() -> None:
    values = {"x": 1, "y": 4, "p": True, "q": False}
    assert both("sum(x, y, 1)", **values) == 6
    assert both("mean(x, y)", **values) == 2.5
    assert both("min(x, y)", **values) == 1
    assert both("max(x, y, 3)", **values) == 4
    assert both("count(p, q, x > 0)", **values) == 2
    assert both("any(p, q)", **values) is True
    assert both("all(p, q)", **values) is False


def test_one_unknown_part_makes_the_whole_unknown_except_where_another_decides() -> None:
    for function in ("sum", "mean", "min", "max"):
        assert both(f"{function}(x, y)", x=1) is None
    assert both("count(p, q)", p=True) is None
    assert both("any(p, q)", p=True) is True
    assert both("any(p, q)", p=False) is None
    assert both("all(p, q)", p=False) is False


RECORDS = [
    {"grade": 3, "p": True, "x": 1.5, "seen": D(2024, 1, 3)},
    {"grade": 2, "p": True, "x": 2.5, "seen": D(2024, 1, 1)},
    {"grade": 4, "p": False, "x": 5.0, "seen": D(2024, 1, 2)},
]


@pytest.mark.parametrize(
    "text, found",
    [
        ("count(grade >= 3)", 2),
        ("count(grade >= 3 and p) >= 2", False),
        ("any(grade >= 4 and p)", False),
        ("all(grade >= 2)", True),
        ("sum(x)", 9.0),
        ("mean(x) == 3", True),
        ("min(x)", 1.5),
        ("max(x) - min(x)", 3.5),
        ("max(seen)", D(2024, 1, 3)),
        ("days(min(seen), max(seen))", 2),
        ("any(x > y)", True),
        ("any(grade >= 4) and y == 4", True),
        ("max(sum(x, 1), x)", 6.0),
    ],
)
def test_records_are_looked_at_one_by_one(text, found) -> None:
    """`y` belongs to the participant and is the same in each record."""
    rule = read(text.replace("max(sum(x, 1), x)", "max(sum(x, 1))"))
    assert evaluate(rule, {"y": 4}, records=RECORDS) == found
    frame = pl.DataFrame([{**record, "y": 4.0, "who": 1} for record in RECORDS])
    assert frame.group_by("who").agg(expression(rule).alias("found"))["found"].to_list() == [found]
    assert frame.select(expression(rule)).item() == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("count(p)", 0),
        ("any(p)", False),
        ("all(p)", True),
        ("sum(x)", 0),
        ("mean(x)", None),
        ("max(x)", None),
        ("min(seen)", None),
    ],
)
def test_of_no_records(text, found) -> None:
    assert evaluate(read(text), {}) == found
    frame = one_row({}).clear()
    assert frame.select(expression(read(text))).item() == found


@pytest.mark.parametrize("text", ["count(grade >= 3)", "sum(x)", "mean(x)", "min(x)", "max(seen)"])
def test_one_unknown_record_makes_the_whole_unknown(text) -> None:
    records = [*RECORDS, {}]
    assert evaluate(read(text), {}, records=records) is None
    frame = pl.DataFrame(
        records, schema={"grade": pl.Float64, "p": pl.Boolean, "x": pl.Float64, "seen": pl.Date}
    )
    assert frame.select(expression(read(text))).item() is None


def test_a_record_has_its_own_value_at_a_visit() -> None:
    rule = read("any(change(pasi, BL) >= 2)")
    records = [{"pasi": 5, "pasi@BL": 4}, {"pasi": 5, "pasi@BL": 3}]
    assert evaluate(rule, {}, records=records) is True
    assert evaluate(rule, {}, at={("pasi", "BL"): 4}, records=[{"pasi": 5}]) is False
    assert pl.DataFrame(records).select(expression(rule)).item() is True


def test_a_result_is_converted_into_the_unit_wanted() -> None:
    rule = read("diameter * redness", unit="cm2")
    assert evaluate(rule, {"diameter": 2, "redness": 30}) == pytest.approx(6, rel=1e-12)
    assert one_row({"diameter": 2.0, "redness": 30.0}).select(expression(rule)).item() == pytest.approx(
        6, rel=1e-12
    )
    assert evaluate(read("side"), {"side": "left"}) == "left"


def test_a_value_of_the_wrong_kind_is_the_callers_mistake() -> None:
    for text, value in (
        ("x > 1", "3"),
        ("x > 1", True),
        ("p", 1),
        ('side == "left"', 3),
        ("seen == last", "2024-01-01"),
    ):
        with pytest.raises(TypeError):
            evaluate(read(text), dict.fromkeys(NAMES, value))


def test_columns_without_any_value_are_unknown() -> None:
    frame = pl.DataFrame({"x": [None, None], "p": [None, None], "seen": [None, None], "last": [None, None]})
    rule = read("x > 3 or p or seen > last")
    assert frame.select(expression(rule).alias("found"))["found"].to_list() == [None, None]


@pytest.mark.parametrize(
    "text", ["1" + "/(x" * 8 + ")" * 8 + " > 0", "1" + "/x" * 90 + " > 0", "x <= " * 90 + "x"]
)
def test_a_long_rule_has_its_value_for_a_table_too(text) -> None:
    assert both(text, x=2.0) is True
