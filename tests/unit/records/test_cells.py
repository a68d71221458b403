"""One cell of each kind: what is taken, what is refused, what is taken with a word."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.catalogue import Item
from firstdose.records.cells import Style, read_cell


def item(kind, **more):
    return Item(name="x", label="x", kind=kind, **more)


PAIN = item("integer", low=Decimal(0), high=Decimal(10))
GRADE = item("ordinal", low=Decimal(0), high=Decimal(4))
SCORE = item("number", low=Decimal(0), high=Decimal(72), decimals=1)
IL17 = item("quantity", unit="pg/mL", low=Decimal(0), lloq=Decimal("0.5"), uloq=Decimal(400), decimals=1)
SITE = item("code", codes=(("elbow", "elbow"), ("lower leg", "lower leg"), ("NA", "north")))


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (PAIN, "7", 7.0),
        (PAIN, " 7 ", 7.0),
        (PAIN, "7.0", 7.0),
        (GRADE, "0", 0.0),
        (SCORE, "14.3", 14.3),
        (SCORE, "1.43e1", 14.3),
        (IL17, "12.5 pg/mL", 12.5),
        (SITE, "lower leg", "lower leg"),
        (SITE, "NA", "NA"),
        (item("truth"), "yes", True),
        (item("truth"), "N", False),
        (item("truth"), "TRUE", True),
        (item("text"), "  as said ", "  as said "),
        (item("date"), "2023-04-15", "2023-04-15"),
        (item("date"), "2023-04", "2023-04"),
    ],
)
def test_a_right_text_is_its_value_without_a_word(of, text, value):
    cell = read_cell(of, text)
    assert (cell.value, cell.reason, cell.faults) == (value, None, ())


@pytest.mark.parametrize(
    ("of", "text", "code"),
    [
        (PAIN, "1_0", "FD-R030"),
        (PAIN, "１２", "FD-R030"),
        (SCORE, "1,5", "FD-R030"),
        (SCORE, "NaN", "FD-R030"),
        (SCORE, "1e400", "FD-R030"),
        (SCORE, "<5", "FD-R030"),
        (IL17, "<=0.5", "FD-R030"),
        (IL17, "<-1", "FD-R030"),
        (IL17, "0.5 ng/mL", "FD-R030"),
        (IL17, "0.5 apples", "FD-R030"),
        (PAIN, "2.5", "FD-R031"),
        (GRADE, "7", "FD-R032"),
        (SITE, "Elbow", "FD-R033"),
        (item("truth"), "1", "FD-R034"),
        (item("truth"), "maybe", "FD-R034"),
        (item("date"), "15.04.2023", "FD-R030"),
        (item("date"), "2023-02-30", "FD-R030"),
    ],
)
def test_a_text_that_cannot_be_held_is_a_gap_and_an_error(of, text, code):
    cell = read_cell(of, text)
    assert (cell.value, cell.reason, cell.detail) == (None, "unreadable", text)
    assert [(fault.code, fault.weight) for fault in cell.faults] == [(code, "error")]


@pytest.mark.parametrize(
    ("of", "text", "value", "code", "weight"),
    [
        (PAIN, "11", 11.0, "FD-R032", "query"),
        (SCORE, "72.1", 72.1, "FD-R032", "query"),
        (SCORE, "14.35", 14.35, "FD-R038", "warning"),
        (IL17, "0.4", 0.4, "FD-R039", "warning"),
        (IL17, "401", 401.0, "FD-R039", "warning"),
    ],
)
def test_a_doubtful_value_is_kept_and_told(of, text, value, code, weight):
    cell = read_cell(of, text)
    assert cell.value == value
    assert [(fault.code, fault.weight) for fault in cell.faults] == [(code, weight)]


@pytest.mark.parametrize(("text", "sign", "value"), [("<0.5", "<", 0.5), ("> 400", ">", 400.0)])
def test_a_value_beyond_quantification_keeps_its_comparator(text, sign, value):
    cell = read_cell(IL17, text)
    assert (cell.comparator, cell.value, cell.faults) == (sign, value, ())


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        ("ND", "ND", ""),
        ("not done: device broken", "ND", "device broken"),
        ("ref", "REF", ""),
        ("n/a", "NA", ""),
    ],
)
def test_a_missing_value_says_why(text, reason, detail):
    cell = read_cell(SCORE, text)
    assert (cell.value, cell.reason, cell.detail, cell.faults) == (None, reason, detail, ())


def test_an_empty_cell_is_a_query_where_the_item_is_required_and_silent_where_not():
    assert [fault.code for fault in read_cell(SCORE, "  ").faults] == ["FD-R037"]
    assert read_cell(item("number", required=False), "").faults == ()
    assert read_cell(item("number", required=False), "").reason == "empty"


def test_a_source_unit_is_converted_exactly():
    area = item("number", unit="cm2", low=Decimal(0), decimals=2)
    assert read_cell(area, "51", Style(unit="mm2")).value == 0.51
    assert read_cell(area, "51", Style(unit="mm2")).faults == ()


def test_a_declared_decimal_comma_refuses_the_point():
    comma = Style(decimal_mark=",")
    assert read_cell(SCORE, "1,5", comma).value == 1.5
    assert read_cell(SCORE, "1.5", comma).reason == "unreadable"


def test_declared_dates_and_words_are_read():
    assert read_cell(item("date"), "15.04.2023", Style(dates="dmy")).value == "2023-04-15"
    assert read_cell(item("truth"), "1", Style(words={"1": "yes"})).value is True
    assert read_cell(item("code", codes=(("done", ""),)), "", Style(words={"": "done"})).value == "done"


def test_an_unlisted_code_says_which_is_meant():
    assert "Did you mean 'elbow'?" in read_cell(SITE, "elbo").faults[0].remedy
