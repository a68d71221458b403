"""Flow cytometry: what is reported, what is judged, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from firstdose.assays import msc_identity
from firstdose.assays.flow_cytometry import measure
from firstdose.catalogue.assay import Request, Sample
from firstdose.readers.contents.flow import Population, PopulationCounts
from firstdose.readers.formats import facsdiva, fcs, flowjo, gatingml
from firstdose.readers.reader import Reading, Source
from firstdose.rehearsal.instrument_files.fcs import InventedTube, write_fcs, write_gates, write_tube
from tests.unit.readers import making_flow as made

READERS = (fcs.ENTRY, gatingml.ENTRY, flowjo.ENTRY, facsdiva.ENTRY)
FRACTIONS = {"B cells": 0.12, "CD4 T cells": 0.42, "CD8 T cells": 0.25, "NK cells": 0.15}
TUBE = write_tube(InventedTube(sample="a.fcs", fractions=FRACTIONS, beads=500), seed=3)


def reading(name, content):
    source = Source(name, content)
    (reader,) = [each for each in READERS if each.recognises(source)]
    found = reader.read(source)
    assert found.contents, found.issues
    return replace(found, file=name)


def blood(gates=None, name="a.fcs"):
    return [reading(name, TUBE), reading("gates.xml", gates or write_gates())]


def counts(*populations, sample="a.fcs"):
    told = tuple(Population(tuple(path.split("/")) if path else (), count) for path, count in populations)
    return Reading(
        contents=(PopulationCounts(sample=sample, populations=told, program="x"),), file="counts.xml"
    )


def verdicts(run, analyte):
    return {
        each.rule: each.verdict
        for value in run.measured
        if value.analyte == analyte
        for each in value.findings
    }


def the(run, analyte, quantity):
    (found,) = [each for each in run.measured if (each.analyte, each.quantity) == (analyte, quantity)]
    return found


def test_a_population_that_the_protocol_calls_otherwise_is_found_by_its_meaning():
    run = measure(blood(), Request(analytes=("CD19+", "cd4 t cells", "monocytes")))
    assert {each.analyte for each in run.measured if each.quantity == "events"} == {"cd4 t cells", "CD19+"}
    assert the(run, "cd4 t cells", "percent_of_denominator").value == pytest.approx(42.0)


def test_cells_per_ul_on_two_platforms_take_the_blood_count_from_the_list_of_samples():
    """7.0 x 10^9/L x 30 % x 12 % = 252 per uL."""
    sample = Sample(file="a.fcs", facts={"white_cells": "7.0", "lymphocyte_percent": "30"})
    run = measure(blood(), Request(words={"platform": "two platforms"}, samples=(sample,)))
    assert the(run, "B cells", "cells_per_uL").value == pytest.approx(252.0, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"platform": "beads"}, "the list of samples does not say beads_per_tube and blood_volume"),
        ({"platform": "beads", "beads_per_tube": "x", "blood_volume": "9"}, "does not say beads_per_tube"),
        ({"platform": "two platforms", "white_cells": "7"}, "does not say lymphocyte_percent"),
    ],
)
def test_an_absolute_count_without_its_numbers_is_missing_with_the_reason(words, reason):
    value = the(measure(blood(), Request(words=words)), "B cells", "cells_per_uL")
    assert value.comparator == ""
    assert reason in value.reason


def test_an_absolute_count_without_beads_or_lymphocytes_is_missing():
    bare = counts(("", 1000), ("B cells", 500))
    run = measure([bare], Request(words={"platform": "beads"}))
    assert "no gate of beads" in the(run, "B cells", "cells_per_uL").reason
    words = {"platform": "two platforms", "white_cells": "7", "lymphocyte_percent": "30"}
    assert (
        "no population of lymphocytes"
        in the(measure([bare], Request(words=words)), "B cells", "cells_per_uL").reason
    )


def test_the_denominator_is_the_one_that_the_protocol_names():
    run = measure(blood(), Request(words={"denominator": "T cells"}))
    assert the(run, "CD4 T cells", "percent_of_denominator").value == pytest.approx(100 * 42 / 67, rel=1e-3)
    assert the(run, "B cells", "percent_of_denominator").reason == "B cells is no part of T cells"
    of_all = the(
        measure(blood(), Request(words={"denominator": "all events"})), "B cells", "percent_of_denominator"
    )
    assert of_all.value == pytest.approx(100 * 600 / 8500, rel=1e-3)
    lacking = the(
        measure(blood(), Request(words={"denominator": "viable cells"})), "B cells", "percent_of_denominator"
    )
    assert lacking.reason == "there is no population of viable cells"


def test_few_events_are_flagged_and_very_few_rejected():
    run = measure([counts(("", 1000), ("many", 500), ("few", 150), ("none", 50), ("zero", 0))], Request())
    told = {name: the(run, name, "events").verdict for name in ("many", "few", "none", "zero")}
    assert told == {"many": "pass", "few": "flag", "none": "reject", "zero": "reject"}
    relaxed = Request(limits={"events_least": (20.0, None)})
    again = measure([counts(("", 1000), ("none", 50))], relaxed)
    assert the(again, "none", "events").verdict == "flag"


def test_a_parent_without_events_or_count_gives_no_percentage():
    run = measure([counts(("", 9), ("a", 0), ("a/b", 0), ("c", None), ("c/d", 5))], Request())
    assert the(run, "b", "percent_of_parent").reason == "the parent has no event"
    assert the(run, "d", "percent_of_parent").reason == "the parent has no count"
    assert the(run, "c", "events").reason == "no count"


def test_populations_of_one_name_are_told_apart_by_their_path():
    run = measure([counts(("", 900), ("a", 800), ("a/x", 700), ("b", 600), ("b/x", 500))], Request())
    assert {each.analyte for each in run.measured} == {"a", "a/x", "b", "b/x"}


def test_sums_of_lymphocytes_are_judged_by_the_operators_base():
    populations = (("", 5000), ("Lymphocytes", 4000), ("Lymphocytes/Single cells", 3900))
    base = "Lymphocytes/Single cells/Live cells"
    cells = ((base, 3000), (f"{base}/T cells", 2000), (f"{base}/B cells", 400), (f"{base}/NK cells", 420))
    run = measure([counts(*populations, *cells)], Request())
    told = verdicts(run, "B cells")
    assert (told["lymphosum"], told["lymphosum_limit"]) == ("flag", "pass")
    assert (told["viability"], told["viability_limit"]) == ("flag", "pass")
    subsets = ((f"{base}/T cells/CD4 T cells", 1000), (f"{base}/T cells/CD8 T cells", 500))
    assert (
        verdicts(measure([counts(*populations, *cells, *subsets)], Request()), "B cells")["t_sum"] == "flag"
    )
    gamma = ((f"{base}/T cells/gd T cells", 400),)
    assert (
        verdicts(measure([counts(*populations, *cells, *subsets, *gamma)], Request()), "B cells")["t_sum"]
        == "pass"
    )


def test_regulatory_t_cells_need_ten_thousand_events_above_them():
    run = measure([counts(("", 30000), ("CD4+", 9000), ("CD4+/Treg", 500))], Request())
    assert verdicts(run, "Treg")["treg_parent"] == "flag"


def test_gates_of_several_fluorochromes_without_compensation_are_rejected():
    run = measure(blood(write_gates().replace(b'"FCS"', b'"uncompensated"')), Request())
    assert verdicts(run, "B cells")["compensation"] == "reject"


def test_a_gate_that_the_operator_moved_is_flagged_by_the_second_reader_and_kept():
    moved = write_gates().replace(
        b'name="APC-A"/></gating:dimension>', b'name="APC-A"/></gating:dimension>', 1
    )
    moved = moved.replace(
        b'gating:min="0.55"><data-type:fcs-dimension data-type:name="APC-A"',
        b'gating:min="0.76"><data-type:fcs-dimension data-type:name="APC-A"',
    )
    run = measure(blood(moved), Request())
    told = verdicts(run, "B cells")
    assert told["second_reader_relative"] == "flag"
    assert the(run, "B cells", "percent_of_denominator").value < 10.0
    assert the(run, "B cells", "automatic_percent").value == pytest.approx(12.0, abs=0.1)


def test_a_channel_that_the_events_lack_and_two_sets_of_gates_reject_the_tube():
    lacking = measure(blood(write_gates().replace(b"APC-Cy7-A", b"BV786-A")), Request())
    assert lacking.verdict == "reject"
    assert "BV786-A" in lacking.findings[0].message
    twice = measure([*blood(), reading("more.xml", write_gates())], Request())
    assert "2 sets of gates" in twice.findings[0].message
    alone = measure([reading("a.fcs", TUBE)], Request())
    assert "no gates" in alone.findings[0].message
    assert {each.quantity for each in alone.measured} == {"automatic_percent"}


def test_a_recorded_count_that_does_not_come_back_is_flagged():
    content = made.flowjo(population_box(999))
    run = measure(
        [reading("small.fcs", made.fcs(keywords={"$FIL": "small.fcs"})), reading("w.wsp", content)], Request()
    )
    assert verdicts(run, "box")["recorded"] == "flag"


def population_box(count):
    return made.population("box", made.BOX, count=count)


def test_tubes_gated_in_two_ways_in_one_run_are_flagged():
    moved = made.flowjo(made.population("box", made.BOX.replace('max="35"', 'max="25"')), sample="other.fcs")
    files = [
        reading("small.fcs", made.fcs()),
        reading("w.wsp", made.flowjo(population_box(3))),
        reading("other.fcs", made.fcs()),
        reading("v.wsp", moved),
    ]
    run = measure(files, Request())
    assert [each.rule for each in run.findings] == ["one_version"]


def test_a_drifting_and_saturated_tube_is_flagged():
    events = np.zeros((4000, 3))
    events[:, 0] = np.arange(4000)
    random = np.random.Generator(np.random.Philox(5))
    events[:, 1] = random.normal(1000, 300, 4000) + np.arange(4000)
    events[:, 2] = np.where(np.arange(4000) % 20 == 0, 262144.0, 500.0)
    content = write_fcs((("Time", ""), ("A", ""), ("B", "")), events, {})
    run = measure(
        [reading("x.fcs", content), reading("g.xml", made.gatingml(made.RECTANGLE, made.POLYGON))], Request()
    )
    told = verdicts(run, "low")
    assert (told["time_drift"], told["saturation"]) == ("flag", "flag")


def test_a_tube_bears_the_name_that_the_list_of_samples_gives_it():
    run = measure(blood(), Request(samples=(Sample(file="a.fcs", sample="blood 1"),)))
    assert {each.sample for each in run.measured} == {"blood 1"}
    run = msc_identity.measure(
        [reading("a.fcs", TUBE)], Request(samples=(Sample(file="a.fcs", sample="lot"),))
    )
    assert run.verdict == "reject"


def test_a_tube_that_is_no_sample_is_left_out():
    sample = Sample(file="a.fcs", role="control")
    assert measure(blood(), Request(samples=(sample,))).measured == ()


def test_pictures_show_each_gate_of_two_dimensions_the_same_way_every_time():
    first, again = measure(blood(), Request()).panels, measure(blood(), Request()).panels
    titles = [panel.title for panel in first]
    assert "a.fcs: B cells" in titles
    assert len(titles) == 7
    for one, other in zip(first, again, strict=True):
        assert all(np.array_equal(a.x, b.x) for a, b in zip(one.layers, other.layers, strict=True))
        assert sum(layer.x.size for layer in one.layers if layer.kind == "points") <= 2000
        assert np.isfinite(np.concatenate([layer.x for layer in one.layers if layer.kind == "outline"])).all()


def test_pictures_of_every_shape_have_an_outline():
    content = made.FLOWJO
    run = measure([reading("small.fcs", made.fcs()), reading("w.wsp", content)], Request())
    assert {panel.title: panel.layers[-1].kind for panel in run.panels} == {
        "small.fcs: box": "outline",
        "small.fcs: three": "outline",
        "small.fcs: round": "outline",
    }
    twisted = made.ELLIPSOID.replace(
        '<gating:entry data-type:value="0"/>', '<gating:entry data-type:value="50"/>'
    )
    run = measure([reading("small.fcs", made.fcs()), reading("g.xml", made.gatingml(twisted))], Request())
    assert [panel.layers[-1].kind for panel in run.panels] == ["points"]


MARKERS = ("CD73", "CD90", "CD105", "CD45", "CD34", "CD14", "CD19", "HLA-DR")
GOOD = (9800, 9900, 9700, 20, 30, 10, 20, 90)


def panel_of(numbers=GOOD, total=10000):
    gates = [(f"Cells/{marker}+", number) for marker, number in zip(MARKERS, numbers, strict=True)]
    return counts(("", 12000), ("Cells", total), *gates, sample="lot 7")


def test_a_panel_within_the_limits_passes_by_estimate_and_by_bound():
    for words in ({}, {"release_by": "bound"}):
        run = msc_identity.measure([panel_of()], Request(words=words))
        assert run.verdict == "pass"
        assert {each.verdict for each in run.measured} == {"pass"}
        assert len(run.measured) == 16


def test_release_by_the_bound_is_stricter_than_by_the_estimate():
    """951 of 1000 are 95.1 %, but Wilson's lower bound is 93.6 %."""
    numbers = (951, 990, 990, 1, 1, 1, 1, 1)
    estimate = msc_identity.measure([panel_of(numbers, 1000)], Request())
    bound = msc_identity.measure([panel_of(numbers, 1000)], Request(words={"release_by": "bound"}))
    assert the(estimate, "CD73", "percent_positive").verdict == "flag"
    assert the(bound, "CD73", "percent_positive").verdict == "reject"
    assert the(bound, "CD73", "bound").value == pytest.approx(93.58, abs=0.01)


def test_a_marker_beyond_its_limit_is_rejected():
    run = msc_identity.measure([panel_of((*GOOD[:7], 250))], Request())
    assert the(run, "HLA-DR", "percent_positive").verdict == "reject"
    assert the(run, "CD73", "percent_positive").verdict == "pass"


def test_a_marker_that_was_not_measured_is_no_pass():
    lacking = counts(("", 12000), ("Cells", 10000), ("Cells/CD73+", 9900))
    run = msc_identity.measure([lacking], Request())
    assert run.verdict == "reject"
    assert "CD90 not measured" in run.findings[0].message
    assert the(run, "CD90", "percent_positive").reason == "not measured"


def test_a_marker_measured_twice_must_be_told_apart():
    run = msc_identity.measure([panel_of(), panel_of()], Request())
    assert "CD73 measured 2 times" in run.findings[0].message


def tube_of(shift):
    random = np.random.Generator(np.random.Philox(11))
    events = random.normal(0, 100, (10000, len(MARKERS)))
    events[:, :3] += shift
    return write_fcs(tuple((f"FL{i}-A", marker) for i, marker in enumerate(MARKERS, start=1)), events, {})


def test_without_gates_the_control_tube_says_what_is_positive():
    samples = (Sample(file="cells.fcs"), Sample(file="isotype.fcs", role="control"))
    files = [reading("cells.fcs", tube_of(5000)), reading("isotype.fcs", tube_of(0))]
    run = msc_identity.measure(files, Request(samples=samples))
    assert run.verdict == "pass"
    assert the(run, "CD90", "percent_positive").value == 100.0
    assert the(run, "CD45", "percent_positive").value == pytest.approx(1.0, abs=0.05)
    strict = Request(samples=samples, words={"control_percentile": "99.9", "data_set": "1"})
    assert the(msc_identity.measure(files, strict), "CD45", "percent_positive").value == pytest.approx(
        0.1, abs=0.02
    )


def test_a_control_without_the_markers_measures_nothing():
    samples = (Sample(file="cells.fcs"), Sample(file="isotype.fcs", role="control"))
    files = [reading("cells.fcs", tube_of(5000)), reading("isotype.fcs", made.fcs())]
    run = msc_identity.measure(files, Request(samples=samples))
    assert {each.comparator for each in run.measured} == {""}
    assert all(math.isnan(each.value) for each in run.measured)


@pytest.mark.parametrize("example", msc_identity.ENTRY.examples, ids=lambda example: example.given)
def test_printed_examples_come_out_as_printed(example):
    assert example.compute() == pytest.approx(example.value, abs=example.tolerance)
