"""The assay of cell counts: consistency within printed decimals, counting error, several counts of one sample."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.assays._kernel.cells import (
    compute_chamber,
    compute_exact_dose,
    endotoxin_limit,
    endotoxin_per_kg,
    viability_error,
)
from firstdose.assays._kernel.count_consistency import plain_value, span_of
from firstdose.assays.cell_count import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request, Sample
from firstdose.readers.contents.cell_counts import Printed
from firstdose.readers.reader import Source
from tests.unit.readers import counter_files as files

REQUEST = Request()


def measured(name, content, request=REQUEST):
    content = content.encode() if isinstance(content, str) else content
    reading = load("readers.formats")[name].read(Source("f.csv", content))
    return ENTRY.measure([replace(reading, file="f.csv")], request)


def value(run, quantity, sample="LOT-1"):
    return next(each for each in run.measured if (each.sample, each.quantity) == (sample, quantity))


def broken(run, sample="LOT-1"):
    return {
        each.rule: each.verdict for each in value(run, "viability", sample).findings if each.verdict != "pass"
    }


def test_a_sound_file_passes_and_every_quantity_has_its_unit():
    run = measured("cedex_hires", files.CEDEX)
    assert [
        (each.quantity, each.value, each.unit, each.comparator, each.verdict) for each in run.measured
    ] == [
        ("viability", 95.0, "%", "=", "pass"),
        ("viable_concentration", 1.9e6, "cells/mL", "=", "pass"),
        ("total_concentration", 2e6, "cells/mL", "=", "pass"),
    ]
    assert run.facts == (("counter", "Cedex HiRes"), ("counts", "1"))


def test_the_spread_is_the_poisson_error_of_the_cells_seen():
    run = measured("cedex_hires", files.CEDEX)
    assert value(run, "viable_concentration").spread == pytest.approx(1.9e6 / math.sqrt(950))
    assert value(run, "total_concentration").spread == pytest.approx(2e6 / math.sqrt(1000))
    assert value(run, "viability").spread == pytest.approx(100 * math.sqrt(0.95 * 0.05 / 1000))


def test_without_cells_counted_the_spread_is_unknown():
    assert math.isnan(value(measured("nucleoview", files.NUCLEO), "viability").spread)


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (
            "1900000,100000,2000000",
            "2100000,100000,2000000",
            {"viable_within_total", "live_and_dead", "viability_recomputed"},
        ),
        ("1900000,100000,2000000", "1900000,160000,2000000", {"live_and_dead"}),
        ("1900000,100000,2000000", "1900000,130000,2000000", set()),
        (",95,1900000", ",93.9,1900000", {"viability_recomputed"}),
        (",95,1900000", ",94.1,1900000", set()),
        ("950,50,95", "ERROR,50,95", {"numbers_present"}),
    ],
)
def test_a_contradiction_beyond_its_limit_rejects(old, new, rules):
    run = measured("cedex_hires", files.CEDEX.replace(old, new))
    assert broken(run) == dict.fromkeys(rules, "reject")


def test_what_printed_decimals_leave_open_is_not_held_against_a_file():
    """0.05 of 0.06 million may be anything from 69 to 100 %."""
    text = files.BLU.replace("2000,1900,2.00,1.90,95.0", "ERROR,ERROR,0.06,0.05,88.0")
    assert set(broken(measured("vicell_blu", text))) == {"numbers_present"}


def test_few_cells_clusters_aggregates_and_remarks_are_flags():
    blu = measured("vicell_blu", files.BLU.replace("18.5,0,100", "18.5,9,10"))
    assert broken(blu) == {"images": "flag", "clusters": "flag"}
    cellaca = measured("cellaca", files.CELLACA.replace("0.50,\r\n", "30.5,focus\r\n"))
    assert broken(cellaca, "A1") == {"aggregates": "flag", "remarks": "flag"}
    chamber = measured("haemocytometer", files.CHAMBER.replace("190,10", "19,1"))
    assert broken(chamber) == {"cells_counted": "flag"}


def test_a_protocol_may_relax_a_limit_in_writing():
    text = files.CEDEX.replace(",95,1900000", ",93.5,1900000")
    request = Request(limits={"viability_recomputed": (None, 2.0)})
    assert broken(measured("cedex_hires", text)) == {"viability_recomputed": "reject"}
    assert broken(measured("cedex_hires", text, request)) == {}


def test_a_chamber_gives_concentrations_with_its_own_dilution():
    run = measured("haemocytometer", files.CHAMBER)
    assert value(run, "viable_concentration").value == 190 / 4 * 2 * 1e4
    assert value(run, "viability").value == 95.0
    assert value(run, "viable_concentration").spread == pytest.approx(950_000 / math.sqrt(190))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("190,10,0,2", "squares and dilution are above 0"),
        ("19.5,10,4,2", "cells are counted in whole numbers"),
        (",10,4,2", "live, dead, squares or dilution is missing"),
    ],
)
def test_a_chamber_that_cannot_be_computed_is_missing_with_its_reason(cells, reason):
    found = value(
        measured("haemocytometer", files.CHAMBER.replace("190,10,4,2", cells)), "viable_concentration"
    )
    assert (found.comparator, found.reason) == ("", reason)
    assert math.isnan(found.value)


def test_a_chamber_without_cells_has_no_viability_and_no_picture():
    run = measured("haemocytometer", files.CHAMBER.replace("190,10", "0,0"))
    assert value(run, "viability").reason == "no cell was seen"
    assert value(run, "total_concentration").value == 0
    assert math.isnan(value(run, "total_concentration").spread)
    assert run.panels == ()


def test_two_counts_of_one_sample_are_averaged_and_their_distance_is_told():
    text = files.CHAMBER + "LOT-1,130,10,4,2,2024-03-04T08:10,LR\n"
    found = value(measured("haemocytometer", text), "viable_concentration")
    assert found.value == pytest.approx((950_000 + 650_000) / 2)
    assert (found.replicates, found.place) == (2, "lines 2, 3")
    assert [each.message for each in found.findings if each.rule == "two_counts"] == [
        "2 counts are 46 % apart; 20 % are good"
    ]
    assert found.spread == pytest.approx(found.value / math.sqrt(320))


def test_a_mean_of_which_one_count_is_missing_is_missing():
    text = files.CHAMBER + "LOT-1,ERROR,10,4,2,2024-03-04T08:10,LR\n"
    found = value(measured("haemocytometer", text), "viable_concentration")
    assert (found.comparator, found.reason, found.verdict) == (
        "",
        "live, dead, squares or dilution is missing",
        "reject",
    )


def test_only_samples_of_the_list_are_reported_and_a_dilution_by_hand_is_applied():
    samples = (
        Sample(file="f.csv", sample="LOT-1", dilution=10.0),
        Sample(file="f.csv", sample="LOT-2", role="control"),
    )
    run = measured("vicell_blu", files.BLU, Request(samples=samples))
    assert {each.sample for each in run.measured} == {"LOT-1"}
    assert value(run, "viable_concentration").value == 1.9e7
    assert value(run, "viability").value == 95.0
    assert value(run, "viability").dilution == 10.0


def test_a_value_that_a_file_does_not_print_is_missing_and_said():
    text = files.NUCLEO.replace("Viability (%);95.0;", "Viability (%);;")
    found = value(measured("nucleoview", text), "viability")
    assert (found.comparator, found.reason) == ("", "empty")


def test_the_picture_names_samples_and_what_was_rejected():
    run = measured("vicell_blu", files.BLU.replace("1000,800", "ERROR,ERROR"))
    assert run.panels[0].alt == "Living and all cells per mL of 2 samples; rejected: LOT-2."
    assert [layer.label for layer in run.panels[0].layers] == ["living", "all"]


def test_contents_of_another_kind_are_left_alone():
    reading = load("readers.formats")["vicell_blu"].read(Source("f.csv", files.BLU.encode()))
    assert ENTRY.measure([replace(reading, contents=("something else",))], REQUEST).measured == ()


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda each: each.given[:20])
def test_the_printed_examples_are_met(example):
    assert abs(example.compute() - example.value) <= example.tolerance


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("0.30", "10^6 cells/mL", 295_000, 305_000),
        ("3.58E3", "cells/mL", 3575, 3585),
        ("154", "", 154, 154),
        ("92.8", "%", 92.75, 92.85),
        ("0", "", 0, 0),
    ],
)
def test_a_printed_number_stands_for_half_a_last_digit_to_each_side(text, unit, low, high):
    span = span_of(Printed(text=text, value=float(text), unit=unit, line=1))
    assert span is not None
    assert (span.low, span.high) == (pytest.approx(low), pytest.approx(high))


def test_a_million_times_a_printed_number_is_exact():
    assert plain_value(Printed(text="4.03", value=4.03, unit="10^6 cells/mL")) == 4_030_000


def test_impossible_numbers_are_no_arithmetic():
    with pytest.raises(ValueError, match="squares and dilution"):
        compute_chamber(1, 1, Decimal(0), Decimal(1))
    with pytest.raises(ValueError, match="weight"):
        endotoxin_per_kg(Decimal(1), Decimal(1), Decimal(0))
    with pytest.raises(ValueError, match="volume"):
        endotoxin_limit(Decimal(5), Decimal(0), Decimal(70))
    with pytest.raises(ValueError, match="above 0"):
        compute_exact_dose(
            *map(Decimal, (0, 1, 1)), dead_volume=Decimal(0), volume_per_point=Decimal(1), spacing=Decimal(1)
        )
    assert viability_error(5, 4) is None
