from __future__ import annotations

from dataclasses import replace

from firstdose.analysis.basis import make_basis
from firstdose.analysis.dosing import dose_rows
from firstdose.analysis.results import Results, named_rows
from tests.unit.derived.dose_records import injected, mapped, product, seed_protocol, snapshot_of

PROTOCOL = replace(seed_protocol(), eligibility=())  # the criteria need a screening form


def results_of(lesions, injections=(), products=(), protocol=PROTOCOL) -> Results:
    basis = make_basis(protocol, snapshot_of(lesions, injections, products))
    return Results(named_rows(dose_rows(basis)), "", "", "")


RESULTS = results_of(
    [mapped("P1", "L1"), mapped("P1", "L2"), mapped("P2", "L1", dose_level="DL2")],
    [injected("P1", "L1"), injected("P2", "L1", dose_level="DL2", volume_drawn=5.336)],
    [product("P1", 1.8e7)],
)


def test_each_lesion_has_its_numbers_with_their_units():
    rows = RESULTS.of("dose", group="lesion", level="P1 / L1")
    assert {row.variable: (row.text, row.measure_unit) for row in rows} == {
        "area": ("31.42", "cm2"),
        "planned_cells": ("31.42", "10^6 cells"),
        "given_cells": ("31.50", "10^6 cells"),
        "delivery": ("100.3", "%"),
        "density_given": ("1.00", "10^6 cells/cm2"),
        "volume_given": ("1.75", "mL"),
    }
    assert all((row.unit, row.n_lesions, row.n_participants) == ("lesion", 1, 1) for row in rows)


def test_a_lesion_that_was_not_injected_is_named_with_the_reason():
    row = RESULTS.one("dose", level="P1 / L2", variable="given_cells")
    assert (row.value, row.text) == (None, "NC")
    assert row.excluded == (("P1 / L2", "no injection on record"),)


def test_participants_and_dose_levels_are_summed_with_their_denominators():
    first = RESULTS.one("dose", group="participant", level="P1", variable="given_cells")
    assert (first.statistic, first.text, first.unit) == ("sum", "31.50", "participant")
    planned = RESULTS.one("dose", group="participant", level="P1", variable="planned_cells")
    assert (planned.text, planned.n_lesions) == ("62.83", 2)
    level = RESULTS.one("dose", group="dose_level", level="DL1", variable="delivery", statistic="mean")
    assert (level.text, level.n_lesions, level.n_participants) == ("100.27", 1, 1)
    assert level.excluded == (("P1 / L2", "no injection on record"),)


def test_all_together_are_the_sum_of_the_levels():
    whole = RESULTS.one("dose", group="", level="", variable="given_cells", statistic="sum")
    levels = [
        RESULTS.one("dose", group="dose_level", level=name, variable="given_cells") for name in ("DL1", "DL2")
    ]
    assert whole.value == sum(row.value or 0 for row in levels)
    counts = {row.statistic: row.text for row in RESULTS.of("dose", group="", variable="injected")}
    assert counts == {"lesions": "2", "participants": "2"}


def test_the_uncertainty_is_one_number_of_the_protocol():
    row = RESULTS.one("dose", variable="uncertainty")
    assert (row.text, row.measure_unit, row.sources) == ("12.9", "%", ())


def test_a_number_names_the_records_it_was_made_from():
    by_variable = {
        row.variable: [source.activity for source in row.sources]
        for row in RESULTS.of("dose", group="lesion", level="P1 / L1")
    }
    assert by_variable["area"] == ["lesion_map"]
    assert by_variable["given_cells"] == ["injection"]
    assert by_variable["delivery"] == ["lesion_map", "injection"]
    released = results_of(
        [mapped("P1", "L1")], [injected("P1", "L1", concentration=None)], [product("P1", 1.8e7)]
    )
    row = released.one("dose", level="P1 / L1", variable="given_cells")
    assert [source.activity for source in row.sources] == ["injection", "cell_product"]
    unmapped = results_of([], [injected("P1", "L1")])
    assert [source.activity for source in unmapped.one("dose", level="P1 / L1", variable="area").sources] == [
        "injection"
    ]


def test_administrations_to_one_lesion_are_told_apart():
    again = results_of([mapped("P1", "L1")], [injected("P1", "L1"), injected("P1", "L1")])
    levels = {row.level for row in again.of("dose", group="lesion")}
    assert levels == {"P1 / L1", "P1 / L1 / 2"}


def test_one_changed_volume_changes_exactly_the_numbers_made_from_it():
    lesions = [mapped("P1", "L1"), mapped("P2", "L1")]
    before = results_of(lesions, [injected("P1", "L1"), injected("P2", "L1")])
    after = results_of(lesions, [injected("P1", "L1"), injected("P2", "L1", volume_drawn=1.84)])
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert {row.level for row in changed if row.group == "lesion"} == {"P2 / L1"}
    assert {row.level for row in changed if row.group == "participant"} == {"P2"}
    assert {row.variable for row in changed} == {"given_cells", "delivery", "density_given", "volume_given"}


def test_without_doses_in_cells_per_area_there_are_no_rows():
    assert results_of([mapped("P1", "L1")], protocol=replace(PROTOCOL, intervention=None)).rows == ()
