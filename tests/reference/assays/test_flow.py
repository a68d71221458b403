"""Flow cytometry against counts and labels of others; sources in SOURCE.md of each data folder."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from firstdose.assays._kernel.flow.gates import apply_gates
from firstdose.assays._kernel.flow.quality import second_reading
from firstdose.assays._kernel.flow.tubes import Tube
from firstdose.assays.flow_cytometry import ENTRY, measure
from firstdose.catalogue.assay import Request
from firstdose.readers.formats import facsdiva, fcs, flowjo, gatingml
from firstdose.readers.reader import source_of
from tests.shared import shared_data

READERS = (fcs.ENTRY, gatingml.ENTRY, flowjo.ENTRY, facsdiva.ENTRY)
TRUTHS = [
    "And1",
    "And3",
    "Ellipse1",
    "FL2N-FL4N",
    "FL2P-FL4N",
    "FSCD-FL1P",
    "FSCN-SSCN",
    "FSCP-SSCN-FL1N",
    "Or1",
    "ParAnd2",
    "ParQuadRect",
    "Polygon2",
    "Polygon4",
    "Range2",
    "RatRange1a",
    "Rectangle1",
    "Rectangle3",
    "Rectangle5",
    "ScaleRange1",
    "ScaleRange2",
    "ScaleRange3",
    "ScaleRange4",
    "ScaleRange5",
    "ScaleRange6",
    "ScaleRange7c",
    "ScaleRect1",
]
F1_AT_LEAST = {
    "B cells": 0.99,
    "CD4 T cells": 0.99,
    "CD8 T cells": 0.98,
    "NK cells": 0.95,
    "gd T cells": 0.95,
}


def reading_of(*parts: str):
    source = source_of(shared_data("assays", *parts))
    readers = [reader for reader in READERS if reader.recognises(source)]
    assert len(readers) == 1
    return replace(readers[0].read(source), file=source.name)


def expected_of(folder: str):
    return json.loads(shared_data("assays", folder, "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def spleen():
    return reading_of("flow_lymphocyte_panel", "68983.fcs"), reading_of("flow_lymphocyte_panel", "gating.wsp")


@pytest.fixture(scope="module")
def labels():
    path = shared_data("assays", "flow_lymphocyte_panel", "event_labels.csv")
    return np.array([row[-1] for row in csv.reader(path.read_text("utf-8").splitlines())][-19225:])


@pytest.fixture(scope="module")
def reference_gates():
    folder = "flow_gatingml_reference"
    events = reading_of(folder, "data1.fcs").contents[0]
    parts = [
        reading_of(folder, name).contents[0]
        for name in ("gml_parent_quadrant_rect_gate.xml", "gml_all_gates.xml")
    ]
    found = {}
    for part in parts:
        found |= apply_gates(events, part)
    return found


@pytest.mark.parametrize("name", TRUTHS)
def test_a_gate_of_the_isac_compliance_set_holds_exactly_its_events(reference_gates, name):
    """flow_gatingml_reference/truth: one 0/1 line for each of 13367 events, 26 gates."""
    path = shared_data("assays", "flow_gatingml_reference", "truth", f"Results_{name}.txt")
    truth = np.loadtxt(path, dtype=int).astype(bool)
    inside = reference_gates["ParRectangle1" if name == "ParQuadRect" else name]
    assert np.array_equal(inside, truth)
    assert int(inside.sum()) == expected_of("flow_gatingml_reference")["true_events_per_gate"][name]


def test_an_ellipsoid_of_three_dimensions_is_gated_by_its_quadratic_form():
    """flow_gatingml_reference/gml_ellipsoid3d_gate.xml; the form is computed here event by event."""
    events = reading_of("flow_gatingml_reference", "data1.fcs").contents[0]
    gates = reading_of("flow_gatingml_reference", "gml_ellipsoid3d_gate.xml").contents[0]
    gate = gates.gates[0]
    points = np.stack([events.scaled(events.index(axis.channel)) for axis in gate.axes], axis=1) - gate.mean
    inverse = np.linalg.inv(gate.covariance)
    wanted = np.array([row @ inverse @ row <= 1.0 for row in points])
    assert np.array_equal(apply_gates(events, gates)["Ellipsoid3D"], wanted)


def test_all_fifteen_counts_that_flowjo_recorded_come_back(spleen):
    """flow_lymphocyte_panel/expected.json, flowjo_recorded_counts."""
    found = measure(spleen, Request())
    events = {value.analyte: value.value for value in found.measured if value.quantity == "events"}
    assert events == expected_of("flow_lymphocyte_panel")["flowjo_recorded_counts"]
    recorded = [
        finding for value in found.measured for finding in value.findings if finding.rule == "recorded"
    ]
    assert {finding.value for finding in recorded} == {0.0}


def test_exact_gating_gives_the_counts_of_flowkit(spleen):
    """flow_lymphocyte_panel/expected.json, flowkit_1_3_2_counts."""
    found = measure(spleen, Request(words={"binning": "exact"}))
    events = {value.analyte: value.value for value in found.measured if value.quantity == "events"}
    assert events == expected_of("flow_lymphocyte_panel")["flowkit_1_3_2_counts"]


def test_percentages_of_live_single_cells_are_the_published_ones(spleen):
    """flow_lymphocyte_panel/expected.json, percent_of_live_singlets (exact gating, four decimals)."""
    found = measure(spleen, Request(words={"binning": "exact"}))
    shares = {
        value.analyte: round(value.value, 4)
        for value in found.measured
        if value.quantity == "percent_of_denominator"
    }
    wanted = expected_of("flow_lymphocyte_panel")["percent_of_live_singlets"]
    assert {name: shares[name] for name in wanted} == wanted


def test_channels_and_stored_medians_are_those_of_the_file(spleen):
    """flow_lymphocyte_panel/expected.json, channels and raw_channel_medians; Time there is in seconds."""
    events, wanted = spleen[0].contents[0], expected_of("flow_lymphocyte_panel")
    assert [channel.name for channel in events.channels] == wanted["channels_pnn"]
    assert [channel.label for channel in events.channels] == wanted["markers_pns"]
    for index, (name, median) in enumerate(wanted["raw_channel_medians"].items()):
        column = events.stored(index) * (events.time_step if name == "Time" else 1.0)
        assert float(np.median(column)) == pytest.approx(median, rel=1e-6)


def _f1(found, truth):
    return 2 * int((found & truth).sum()) / (int(found.sum()) + int(truth.sum()))


def test_the_automatic_reader_agrees_with_the_published_labels(spleen, labels):
    """flow_lymphocyte_panel/event_labels.csv; floor of the handbook: B, CD4 0.99, CD8 0.98, NK and gd 0.95."""
    events = spleen[0].contents[0]
    found = second_reading(Tube(sample="68983.fcs", file="68983.fcs", events=events))
    scores = {name: _f1(found[name], labels == name) for name in F1_AT_LEAST}
    assert {name for name, least in F1_AT_LEAST.items() if scores[name] < least} == set()


def test_the_automatic_reader_does_not_see_the_order_of_events(spleen):
    """Handbook, goal 6: the same for any event order."""
    events = spleen[0].contents[0]
    order = np.random.Generator(np.random.Philox(3)).permutation(len(events))
    plain = second_reading(Tube(sample="", file="", events=events))
    mixed = second_reading(Tube(sample="", file="", events=replace(events, values=events.values[order])))
    assert all(np.array_equal(plain[name][order], mixed[name]) for name in plain)


def test_the_ellipse_of_a_line_of_events_holds_51():
    """flow_flowjo_simple/expected.json; FlowJo recorded 51 of 100."""
    found = measure(
        [
            reading_of("flow_flowjo_simple", "data_set_simple_line_100.fcs"),
            reading_of("flow_flowjo_simple", "single_ellipse_51_events.wsp"),
        ],
        Request(),
    )
    values = {(value.analyte, value.quantity): value.value for value in found.measured}
    assert values["ellipse1", "events"] == 51
    assert values["ellipse1", "percent_of_parent"] == 51.0


def test_a_polygon_that_shows_binning_holds_50_events_exactly_and_none_on_the_display():
    """flow_flowjo_simple/simple_poly_and_rect_v2_poly50.wsp: the workspace says 0, an exact test 50."""
    events = reading_of("flow_flowjo_simple", "data_set_simple_line_100.fcs").contents[0]
    gates = reading_of("flow_flowjo_simple", "simple_poly_and_rect_v2_poly50.wsp").contents[1]
    assert int(apply_gates(events, gates)["poly1"].sum()) == 0
    assert int(apply_gates(events, gates, binned=False)["poly1"].sum()) == 50


def test_facsdiva_counts_are_read_without_gating_again():
    """flow_vendor_reports/expected.json, facsdiva_example_2.xml; 0 of a tube without events is no count."""
    wanted = expected_of("flow_vendor_reports")["facsdiva_example_2.xml"]
    found = reading_of("flow_vendor_reports", "facsdiva_example_2.xml").contents
    assert [f"{tube.sample}|{tube.index}" for tube in found] == list(wanted)
    for tube, counts in zip(found, wanted.values(), strict=True):
        told = {"\\".join(("All Events", *each.path)): each.count for each in tube.populations}
        empty = counts["All Events"] == 0
        assert told == {path: None if empty else count for path, count in counts.items()}


def test_flowjo_counts_are_read_without_gating_again():
    """flow_vendor_reports/expected.json, flowjo_example_2.wsp; FlowJo's 0 is a count that was not computed."""
    wanted = expected_of("flow_vendor_reports")["flowjo_example_2.wsp"]
    found = reading_of("flow_vendor_reports", "flowjo_example_2.wsp").contents[0]
    told = wanted[found.sample]
    assert found.count(()) == told["total"]
    counts = {"/" + "/".join(each.path): each.count for each in found.populations if each.path}
    assert counts == {path: count or None for path, count in told["gates"].items()}


def test_the_counts_of_a_workspace_alone_are_reported_with_their_reasons():
    """flow_vendor_reports/flowjo_example_2.wsp, gate Q4: CD8- , CD4- under the curly gate."""
    found = measure([reading_of("flow_vendor_reports", "flowjo_example_2.wsp")], Request())
    values = {(value.place, value.quantity): value for value in found.measured}
    assert values["Lymphocytes", "percent_of_parent"].value == pytest.approx(100 * 39426 / 65121)
    missing = [value for value in found.measured if not value.comparator]
    assert missing
    assert all("no count" in value.reason for value in missing if value.quantity == "events")


def test_human_blood_is_read_as_stored_with_a_warning_about_its_amplifiers():
    """flow_human_blood_itn/expected.json: log $PnE on numbers of floating point must not be decoded."""
    reading, wanted = reading_of("flow_human_blood_itn", "itn_02.fcs"), expected_of("flow_human_blood_itn")
    events = reading.contents[0]
    assert [channel.name for channel in events.channels] == wanted["pnn"]
    assert len(events) == wanted["events"]
    columns = [events.scaled(index) for index in range(len(events.channels))]
    assert [float(np.median(column)) for column in columns] == pytest.approx(wanted["stored_channel_medians"])
    assert [float(column.max()) for column in columns] == pytest.approx(wanted["stored_channel_max"])
    assert [issue.code for issue in reading.issues] == ["FD-L010"] * 5


def test_a_data_offset_in_dispute_is_refused_with_both_numbers_and_can_be_overridden():
    """flow_noncompliant/expected.json: HEADER 5555, TEXT 6081."""
    source = source_of(
        shared_data("assays", "flow_noncompliant", "data_start_offset_discrepancy_example.fcs")
    )
    (issue,) = fcs.read_fcs(source).issues
    assert issue.code == "FD-L005"
    assert "5555" in issue.message
    assert "6081" in issue.message
    trusted = fcs.read_fcs(source, trust="text")
    assert len(trusted.contents[0]) == 2
    assert "as was asked" in trusted.issues[0].message


def test_a_file_with_two_data_sets_is_measured_only_where_one_is_named():
    """flow_noncompliant/expected.json: coulter.lmd, never the first one silently."""
    reading = reading_of("flow_noncompliant", "coulter.lmd")
    assert [(each.dataset, len(each)) for each in reading.contents] == [(1, 18110), (2, 18110)]
    silent = measure([reading], Request())
    assert not silent.measured
    assert [finding.rule for finding in silent.findings if finding.verdict == "reject"] == ["data_set"]
    named = measure([reading], Request(words={"data_set": "2"}))
    assert "data_set" not in {finding.rule for finding in named.findings}
    assert ("coulter.lmd: events", "18110 of FCS3.0") in named.facts


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("empty.fcs", "FD-L002", "empty"),
        ("magic.fcs", "FD-L001", "'FCS'"),
        ("truncated.fcs", "FD-L003", "$TOT"),
    ],
)
def test_damaged_fcs_files_are_refused_as_their_manifest_says(name, code, words):
    """bad_inputs/manifest.json: empty; not FCS; DATA shorter than $TOT x bytes per event."""
    source = source_of(shared_data("assays", "bad_inputs", name))
    known = fcs.ENTRY.recognises(source)
    issue = fcs.ENTRY.read(source).issues[0] if known else fcs.ENTRY.why_not(source)
    assert issue.code == code
    assert words in issue.message


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda example: example.given)
def test_printed_examples_come_out_as_printed(example):
    assert example.compute() == pytest.approx(example.value, abs=example.tolerance)
