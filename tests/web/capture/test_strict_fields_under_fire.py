"""Strict fields under fire: what is accepted is read to the same value everywhere, what is not changes nothing."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

import pytest
from benchmarks.capture_drills.odd_inputs import KINDS as KINDS_OF_DRILL
from benchmarks.capture_drills.odd_inputs import drill
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.catalogue import Item
from firstdose.records.cells import read_cell
from firstdose.values.missing import read_missing_reason
from firstdose.web.capture.strict import Typed, jalali, read_missing, read_typed

ITEMS = {
    "integer": Item(name="x", label="x", kind="integer", low=Decimal(0), high=Decimal(10)),
    "ordinal": Item(name="x", label="x", kind="ordinal", low=Decimal(0), high=Decimal(4)),
    "number": Item(name="x", label="x", kind="number", low=Decimal(-5), high=Decimal("99.5"), decimals=2),
    "free": Item(name="x", label="x", kind="number"),
    "quantity": Item(name="x", label="x", kind="quantity", unit="pg/mL", lloq=Decimal("0.5"), decimals=1),
    "code": Item(name="x", label="x", kind="code", codes=(("elbow", ""), ("lower leg", ""), ("UNK", ""), ("0", ""))),
    "text": Item(name="x", label="x", kind="text", required=False),
    "date": Item(name="x", label="x", kind="date"),
    "truth": Item(name="x", label="x", kind="truth"),
    "time": Item(name="x", label="time, hh:mm", kind="text"),
    "moment": Item(name="x", label="when, YYYY-MM-DDThh:mm", kind="text"),
}  # fmt: skip
NUMBERS = ("integer", "ordinal", "number", "free", "quantity")
PERSIAN, ARABIC = (str.maketrans("0123456789.", digits) for digits in ("۰۱۲۳۴۵۶۷۸۹٫", "٠١٢٣٤٥٦٧٨٩٫"))
MARKS = "0123456789.,-+<>/:_'٬٫۰۵٠٥３ eE\u200e\u202e\x00\n\t\ud800"
LANGUAGES = st.sampled_from(["en", "fa", "ar", "de", "fa-IR"])

plain_numbers = st.decimals(-999999, 999999, places=2).map(lambda number: f"{number:f}")
odd_texts = st.one_of(
    st.text(max_size=14),
    st.text(MARKS, max_size=10),
    st.text(st.characters(), max_size=10),
    st.from_regex(r"\A[<>]?-?[0-9]{1,5}([.,٫][0-9]{1,4})?\Z"),
    plain_numbers,
    plain_numbers.map(lambda text: text.translate(PERSIAN)),
    plain_numbers.map(lambda text: text.translate(ARABIC)),
    st.dates(dt.date(1890, 1, 1), dt.date(2110, 1, 1)).map(str),
    st.from_regex(r"\A[12][0-9]{3}[-/][01]?[0-9][-/][0-3]?[0-9]\Z"),
    st.sampled_from(
        ["ND", "unknown: lost", "n/a", "elbow", "yes", "TRUE", "09:30", "2024-05-12T09:30", "2024-05"]
    ),
)
KINDS = pytest.mark.parametrize("kind", list(ITEMS))


@KINDS
@given(text=odd_texts, language=LANGUAGES)
@settings(max_examples=300)
def test_whatever_is_accepted_an_import_reads_to_the_same_value(kind: str, text: str, language: str) -> None:
    item, read = ITEMS[kind], read_typed(ITEMS[kind], text, language)
    assert read.typed == text
    if not read.text:
        assert not read.echo
        return
    cell = read_cell(item, read.text)
    assert cell.reason is None
    assert [fault for fault in cell.faults if fault.weight == "error"] == []
    assert said_by(item, read) == (cell.value, cell.comparator)
    read.text.encode("utf-8")


def said_by(item: Item, read: Typed) -> tuple[object, str | None]:
    if item.kind in {"integer", "ordinal", "number", "quantity"}:
        sign = read.text[0] if read.text[0] in "<>" else None
        return float(read.text.lstrip("<>")), sign
    return (read.text == "yes" if item.kind == "truth" else read.text), None


@KINDS
@given(text=odd_texts, language=LANGUAGES)
@settings(max_examples=300)
def test_what_is_kept_is_read_again_as_itself(kind: str, text: str, language: str) -> None:
    kept = read_typed(ITEMS[kind], text, language).text
    if kept:
        again = read_typed(ITEMS[kind], kept, "en")
        assert (again.text, again.echo) == (kept, "")


@KINDS
@given(text=odd_texts)
def test_a_refusal_has_words_and_nothing_typed_is_lost_without_one(kind: str, text: str) -> None:
    read = read_typed(ITEMS[kind], text)
    assert all(fault.code and fault.message and fault.remedy for fault in read.faults)
    assert read.text or read.refused or not text.strip()


@pytest.mark.parametrize("kind", NUMBERS)
@given(text=odd_texts, language=LANGUAGES)
@settings(max_examples=300)
def test_the_number_that_a_remedy_offers_is_taken(kind: str, text: str, language: str) -> None:
    for fault in read_typed(ITEMS[kind], text, language).faults:
        offered = re.fullmatch(r"Write ([<>]?-?[0-9][0-9.]*)\.", fault.remedy)
        if offered and fault.weight == "hard":
            assert all(each.code.startswith("FD-R") for each in read_typed(ITEMS[kind], offered[1]).faults)


@given(text=odd_texts)
@settings(max_examples=300)
def test_the_date_that_a_remedy_offers_is_taken(text: str) -> None:
    for fault in read_typed(ITEMS["date"], text).faults:
        for offered in re.findall(
            r"[0-9]{4}(?:-[0-9]{2}){0,2}(?=\.| or)", fault.remedy.partition(", or ")[0]
        ):
            assert read_typed(ITEMS["date"], offered).text == offered


@given(number=plain_numbers, table=st.sampled_from([PERSIAN, ARABIC]), language=st.sampled_from(["fa", "ar"]))
def test_a_number_in_another_script_is_the_same_number(
    number: str, table: dict[int, int], language: str
) -> None:
    ours, theirs = (read_typed(ITEMS["free"], text, language) for text in (number, number.translate(table)))
    assert (ours.text, ours.refused) == (theirs.text, theirs.refused)
    assert theirs.echo == theirs.text


@given(number=plain_numbers)
def test_the_value_is_that_of_the_digits(number: str) -> None:
    read = read_typed(ITEMS["free"], number)
    assert read.refused if number == "-0.00" else Decimal(read.text) == Decimal(number)


@given(day=st.dates(dt.date(1925, 3, 21), dt.date(2099, 12, 31)))
def test_a_day_of_the_persian_calendar_is_found_by_counting(day: dt.date) -> None:
    """Counted from the first day of its year, which another way computes."""
    year = day.year - 621 if day >= jalali.nowruz(day.year - 621) else day.year - 622
    month, of_month = 1, (day - jalali.nowruz(year)).days + 1
    while of_month > jalali.days_in_month(year, month):
        of_month -= jalali.days_in_month(year, month)
        month += 1
    assert read_typed(ITEMS["date"], f"{year}/{month}/{of_month}", "fa").text == day.isoformat()


@given(text=st.text(max_size=60))
def test_a_text_is_kept_but_for_composition_line_ends_and_blanks_around(text: str) -> None:
    read = read_typed(ITEMS["text"], text)
    if not read.refused:
        assert read.text == unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


@given(code=st.sampled_from(["ND", "UNK", "REF", "NA", "XX", ""]), reason=st.text(max_size=40))
def test_a_missing_value_is_read_back_with_its_reason(code: str, reason: str) -> None:
    read = read_missing(code, reason)
    if read.text:
        found = read_missing_reason(read.text)
        assert found is not None
        assert (found.code, f"{found.code}: {found.reason}") == (code, read.text)
        assert found.reason
    else:
        assert read.refused


@pytest.mark.parametrize("kind", KINDS_OF_DRILL)
def test_a_drill_of_odd_inputs_finds_no_silent_change(kind: str) -> None:
    found = drill(kind, 2000, seed=1)
    assert (found.inputs, found.changed, found.lost) == (2000, 0, 0)
    assert found.accepted > 20
    assert found.refused > 100


def test_the_drill_sees_the_silent_changes_of_a_lenient_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers read as Python reads them: full-width digits, mixed scripts, underscores, exponents."""
    strict = read_typed

    def lenient(item: Item, typed: str, language: str) -> Typed:
        try:
            return Typed(str(Decimal(typed.strip())), typed)
        except ArithmeticError:
            return strict(item, typed, language)

    monkeypatch.setattr("benchmarks.capture_drills.odd_inputs.read_typed", lenient)
    assert drill("number", 2000, seed=1).changed > 100
