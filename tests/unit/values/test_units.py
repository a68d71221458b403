from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.values.number import NotANumber
from firstdose.values.quantity import DifferentDimension, NotAQuantity, Quantity, read_quantity
from firstdose.values.units import NoSuchUnit, base_unit, dimension_words, read_unit, unit_symbols
from tests.unit.values.refusals import read_or_refusal

NEEDED = """mm|cm|m|um|mm2|cm2|m2|um2|uL|mL|L|cm3|mm3|s|min|h|days|weeks|months|years|pg|ng|ug|mg|g|kg|ng/mL|pg/mL|
ug/mL|mg/dL|g/L|mmol/L|umol/L|U/L|IU/mL|EU/mL|cells|10^6 cells|cells/cm2|cells/mm2|cells/mL|cells/uL|10^6 cells/mL|
10^9/L|%|x ULN|points|mmHg|bpm|C|1|fold|IU|EU/kg|copies/uL|kPa|Hz|points*days|mg/kg/days|kg/m2"""
UNITS = [symbol.strip() for symbol in NEEDED.split("|")]

units = st.sampled_from(UNITS).map(read_unit)
values = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=5)


@pytest.mark.parametrize("symbol", UNITS)
def test_every_needed_unit_is_read_and_keeps_its_symbol(symbol):
    assert str(read_unit(symbol)) == symbol
    assert read_unit(read_unit(symbol).symbol) == read_unit(symbol)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("\u00b5L", "uL"), ("\u03bcL", "uL"), ("\u00b5g/ml", "ug/mL"), ("cells/ml", "cells/mL"), ("cell/cm\u00b2", "cells/cm2"),
        ("\u00d710^9/L", "10^9/L"), ("x10^9/L", "10^9/L"), ("ULN", "x ULN"), ("\u00b0C", "C"), ("day", "days"), ("  mm ", "mm"),
    ],
)  # fmt: skip
def test_other_spellings_become_the_canonical_symbol(typed, canonical):
    assert read_unit(typed) == read_unit(canonical)
    assert str(read_unit(typed)) == canonical


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("foo", "No unit is called 'foo'."),
        ("cels/cm2", "No unit is called 'cels' (in 'cels/cm2'). Did you mean 'cells'?"),
        ("ML", "Did you mean 'mL'?"),
        ("cm4", "No unit is called 'cm4'."),
        ("cells/", "A unit is missing beside '/' or '*' in 'cells/'."),
        ("", "There is no unit here."),
        ("kg2", "No unit is called 'kg2'."),
    ],
)
def test_what_is_no_unit_is_refused_with_a_sentence(typed, sentence):
    with pytest.raises(NoSuchUnit) as refusal:
        read_unit(typed)
    assert sentence in str(refusal.value)


@given(st.text(alphabet="cmluLgkens/*^103 26%\u00b5x", max_size=12))
def test_any_text_is_a_unit_that_reads_back_or_a_sentence(text):
    unit, refusal = read_or_refusal(read_unit, text)
    if refusal:
        assert str(refusal).isprintable()
    else:
        assert read_unit(unit.symbol) == unit


@pytest.mark.parametrize(
    ("typed", "unit", "converted"),
    [
        ("1.5 10^9/L", "cells/uL", "1500 cells/uL"),
        ("1 cells/mm2", "cells/cm2", "100 cells/cm2"),
        ("3e6 cells/cm2", "10^6 cells/cm2", "3 10^6 cells/cm2"),
        ("1 L", "uL", "1000000 uL"),
        ("1 mL", "cm3", "1 cm3"),
        ("2.5 mg/dL", "g/L", "0.025 g/L"),
        ("90 %", "fraction", "0.9 fraction"),
        ("2 weeks", "h", "336 h"),
        ("1.5 years", "months", "18 months"),
        ("120 mmHg", "kPa", "15.9986864898 kPa"),
        ("60 bpm", "beats/s", "1 beats/s"),
        ("36.6 C", "C", "36.6 C"),
    ],
)
def test_conversions_are_exact(typed, unit, converted):
    assert str(read_quantity(typed).to(unit)) == converted


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("1e6 cells/mL", "cells/cm2"), ("1 months", "days"), ("1 U/L", "IU/L"), ("1 EU/mL", "IU/mL"), ("50 %", "1"),
        ("2 x ULN", "fold"), ("1 g", "mL"), ("1 mol/L", "g/L"),
    ],
)  # fmt: skip
def test_quantities_of_different_kinds_do_not_convert_compare_or_add(typed, unit):
    quantity, other = read_quantity(typed), Quantity(Decimal(1), read_unit(unit))
    with pytest.raises(DifferentDimension):
        quantity.to(unit)
    with pytest.raises(DifferentDimension):
        _ = quantity < other
    with pytest.raises(DifferentDimension):
        _ = quantity + other
    assert quantity != other


def test_the_sentence_for_a_wrong_dimension_names_both_kinds():
    with pytest.raises(DifferentDimension) as refusal:
        read_quantity("1e6 cells/ml").to("cells/cm2")
    assert "cells/mL is a concentration of cells, cells/cm2 is a number of cells per area." in str(
        refusal.value
    )


@given(values, units, units)
def test_a_conversion_there_and_back_changes_nothing(value, one, other):
    quantity = Quantity(value, one)
    if not one.same_dimension(other):
        return
    back = quantity.to(other).to(one)
    assert abs(Fraction(back.value) - Fraction(value)) <= abs(Fraction(value)) / 10**37


@given(st.sampled_from(["mm", "cm", "m", "um"]), st.sampled_from(["mm", "cm", "m", "um"]), values)
def test_decimal_conversions_there_and_back_are_exact_and_equal_with_one_hash(one, other, value):
    quantity = Quantity(value, read_unit(one))
    converted = quantity.to(other)
    assert converted == quantity
    assert hash(converted) == hash(quantity)
    assert converted.to(one).value == value


def test_a_density_times_an_area_is_a_number_of_cells_and_over_a_concentration_a_volume():
    cells = read_quantity("1e6 cells/cm2") * read_quantity("12.5 cm2")
    assert str(cells) == "12500000 cells"
    assert str((cells / read_quantity("5e6 cells/mL")).to("mL")) == "2.5 mL"


def test_a_percentage_is_absorbed_by_a_product():
    viable = read_quantity("1e6 cells/mL") * read_quantity("90 %")
    assert viable == read_quantity("9e5 cells/mL")


def test_a_multiple_and_a_part_keep_the_unit():
    assert str(read_quantity("5 mL") * 3) == "15 mL"
    assert str(read_quantity("5 mL") / Decimal(4)) == "1.25 mL"
    assert str(read_quantity("5 mL") - read_quantity("250 uL")) == "4.75 mL"


def test_quantities_of_one_kind_are_ordered_across_units():
    assert read_quantity("9 mm") < read_quantity("1 cm") <= read_quantity("10 mm")
    assert max(read_quantity("1 h"), read_quantity("61 min")) == read_quantity("61 min")


@pytest.mark.parametrize(
    ("typed", "kind", "sentence"),
    [
        ("5", NotAQuantity, "'5' has no unit."),
        ("5mm", NotAQuantity, "Write 5 mm."),
        ("5%", NotAQuantity, "Write 5 %."),
        ("1.5e6cells/cm2", NotAQuantity, "Write 1.5e6 cells/cm2."),
        ("1 000 cells", NotANumber, "has a blank inside the number."),
        ("1,5 mm", NotANumber, "has a decimal comma."),
        ("5 foo", NoSuchUnit, "No unit is called 'foo'."),
        ("", NotANumber, "There is no number here."),
        ("abc mm", NotANumber, "'abc' is not a number."),
    ],
)
def test_what_is_no_quantity_is_refused_with_a_sentence(typed, kind, sentence):
    with pytest.raises(kind) as refusal:
        read_quantity(typed)
    assert sentence in str(refusal.value)


@given(st.text(alphabet="0123456789.,eE-+ cmells/%\n\u00b5", max_size=15))
def test_any_text_is_a_quantity_that_reads_back_or_a_sentence(text):
    quantity, refusal = read_or_refusal(read_quantity, text)
    if refusal:
        assert refusal.remedy
    else:
        assert read_quantity(str(quantity)) == quantity


def test_products_are_given_in_base_units_that_read_back():
    for symbol in ("cells/cm2", "ng/mL", "points*days", "bpm", "1", "mg/kg/days"):
        dimension = read_unit(symbol).dimension
        assert read_unit(base_unit(dimension).symbol) == base_unit(dimension)


def test_every_symbol_of_the_list_has_words_for_its_dimension():
    assert all(dimension_words(read_unit(symbol).dimension) for symbol in unit_symbols())
    assert dimension_words(read_unit("cells/cm2").dimension) == "a number of cells per area"
    assert dimension_words(read_unit("IU/mL").dimension) == "a quantity in IU/mm3"
