"""The laboratory section: each word of it wrong in one way, and the whole of it in sentences."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.catalogue import Item
from firstdose.protocol.model import LocalItem
from firstdose.protocol.model_of_laboratory import LimitOfRule, MeasuredItem, PlannedAssay
from firstdose.protocol.telling_laboratory import tell_assay
from tests.unit.protocol.a_small_trial import SMALL, codes, issues

IL17A = MeasuredItem(item="il17a", quantity="concentration", analyte="IL-17A")
GOOD = PlannedAssay(
    activity="cytokines",
    assay="multiplex",
    quantities=(IL17A,),
    limits=(LimitOfRule(rule="replicate_cv", limits=(Decimal(0), Decimal(30))),),
    options=(("curve", "4pl"),),
)
OTHERS = (
    LocalItem(activity="cytokines", item=Item(name="moles", label="moles", kind="quantity", unit="mmol/L")),
    LocalItem(activity="cytokines", item=Item(name="bare", label="bare", kind="number")),
    LocalItem(activity="cytokines", item=Item(name="said", label="said", kind="text")),
    LocalItem(activity="cytokines", item=Item(name="fold", label="fold", kind="number", unit="fold")),
    LocalItem(activity="cytokines", item=Item(name="ng", label="ng", kind="quantity", unit="ng/mL")),
    LocalItem(activity="cytokines", item=Item(name="odd", label="odd", kind="number", unit="turns of luck")),
)
SMALL_AND_OTHERS = replace(SMALL, items=(*SMALL.items, *OTHERS))


def told(planned: PlannedAssay) -> set[str]:
    """Codes that the section adds to those of the trial without it."""
    return codes(SMALL_AND_OTHERS, laboratory=(planned,)) - codes(SMALL_AND_OTHERS)


def into(item: str, quantity: str = "concentration", analyte: str = "IL-17A", **changes) -> PlannedAssay:
    one = MeasuredItem(item=item, quantity=quantity, analyte=analyte)
    return replace(GOOD, quantities=(one,), limits=(), options=(), **changes)


def test_a_section_that_fits_its_items_is_accepted():
    assert told(GOOD) == set()


@pytest.mark.parametrize(
    "planned",
    [
        into("ng"),
        into("fold", "relative_quantity", "IL17A", assay="qpcr"),
        into("moles", "amount", "IL17A", assay="qpcr"),
    ],
    ids=["a unit of the same kind", "the same word", "the files say the unit"],
)
def test_units_that_can_be_converted_or_are_left_to_the_files_are_accepted(planned):
    assert told(planned) == set()


@pytest.mark.parametrize(
    ("planned", "code"),
    [
        (replace(GOOD, activity="cytokine"), "FD-P173"),
        (replace(GOOD, assay="multiplexx"), "FD-P040"),
        (into("il71a"), "FD-P174"),
        (into("said"), "FD-P174"),
        (into("il17a", "concentratoin"), "FD-P175"),
        (into("moles"), "FD-P176"),
        (into("bare"), "FD-P176"),
        (into("odd"), "FD-P176"),
        (into("il17a", analyte=""), "FD-P177"),
        (replace(GOOD, limits=(LimitOfRule(rule="cv", limits=(Decimal(0), Decimal(1))),)), "FD-P178"),
        (replace(GOOD, options=(("curve", "6pl"),)), "FD-P080"),
        (replace(GOOD, options=(("line", "4pl"),)), "FD-P079"),
    ],
)
def test_each_word_that_does_not_fit_is_told_by_one_code(planned, code):
    new = [
        issue
        for issue in issues(SMALL_AND_OTHERS, laboratory=(planned,))
        if issue.place.file.startswith("laboratory/")
    ]
    assert [issue.code for issue in new] == [code]


def test_an_item_without_a_unit_is_named_so():
    [issue] = [
        issue for issue in issues(SMALL_AND_OTHERS, laboratory=(into("bare"),)) if issue.code == "FD-P176"
    ]
    assert "the item bare is recorded in no unit" in issue.message


def test_the_section_is_told_with_its_changed_limits_and_words():
    assert tell_assay(SMALL, GOOD) == (
        "cytokines is measured by Multiplex immunoassay (Luminex, MSD) from the files of the instrument: interleukin 17A "
        "is the concentration of IL-17A; replicate cv is good from 0 to 30; curve is 4pl."
    )


def test_one_item_named_twice_is_told_as_it_stands():
    twice = replace(GOOD, quantities=(IL17A, replace(IL17A, quantity="instrument_concentration")))
    assert "instrument concentration of IL-17A" in tell_assay(SMALL, twice)


def test_words_that_nobody_knows_are_told_as_they_stand():
    unknown = replace(
        GOOD,
        activity="nothing",
        assay="none",
        quantities=(MeasuredItem(item="x", quantity="y"),),
        limits=(),
        options=(),
    )
    assert tell_assay(SMALL, unknown) == (
        "nothing is measured by none from the files of the instrument: x is the y."
    )
    elsewhere = replace(unknown, activity="cytokines")
    assert ": x is the y." in tell_assay(SMALL, elsewhere)
