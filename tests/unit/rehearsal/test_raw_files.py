"""Rehearsed laboratory values as raw files: what is written is measured again as it was meant."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import polars as pl
import pytest

from firstdose.catalogue import Request, Sample, load
from firstdose.laboratory.reading import read_source
from firstdose.protocol.model_of_laboratory import MeasuredItem, PlannedAssay
from firstdose.protocol.names import forms
from firstdose.readers.reader import Source
from firstdose.rehearsal.raw_files import raw_folders
from firstdose.rehearsal.raw_of_blood import GATES, write_blood
from firstdose.rehearsal.specimens import Specimen, in_plates, specimens_of
from tests.acceptance.study_of import seed_protocol

SEED = seed_protocol()
PLANNED = {row.activity: row for row in SEED.laboratory}


def specimen(participant: str, number: int = 0) -> Specimen:
    return Specimen(name=f"{participant} {number}", keys={"participant": participant}, values={"x": 1.0})


def serum(*rows: dict[str, str]) -> pl.DataFrame:
    columns = ("participant", "visit", "date", "il17a", "il23", "tnf", "il10")
    full = [{name: row.get(name, "") for name in columns} for row in rows]
    return pl.DataFrame(full, schema=dict.fromkeys(columns, pl.String))


P1 = {"participant": "P1", "visit": "BL", "date": "2024-01-02"}


@pytest.mark.parametrize(
    ("samples", "most", "plates"),
    [
        ({}, 4, []),
        ({"P1": 3, "P2": 3}, 6, [6]),
        ({"P1": 3, "P2": 3}, 4, [3, 3]),
        ({"P1": 9, "P2": 1}, 4, [4, 4, 2]),
        ({"P1": 1, "P2": 8}, 4, [1, 4, 4]),
        ({"P1": 8}, 4, [4, 4]),
    ],
)
def test_samples_of_a_participant_share_a_plate_where_they_fit(samples, most, plates):
    every = [specimen(name, number) for name, count in samples.items() for number in range(count)]
    groups = list(in_plates(every, most))
    assert [len(group) for group in groups] == plates
    assert [each for group in groups for each in group] == every
    assert all(len(group) <= most for group in groups)


def test_a_specimen_knows_its_values_what_is_missing_and_what_is_below_a_limit():
    table = serum(P1 | {"il17a": "4.1", "il23": "<0.5", "tnf": "ND: broken", "il10": ""})
    [found] = specimens_of(table, PLANNED["serum_cytokines"], forms(SEED)["serum_cytokines"])
    assert found.name == "P1 BL"
    assert found.values == {"il17a": 4.1, "il23": 0.25}
    assert found.limits == {"il23": 0.5}
    assert found.missing == {"tnf": "ND: broken", "il10": "ND: no sample"}
    assert found.is_measured
    assert found.participant == "P1"


def test_a_sample_that_never_came_has_no_file_and_its_reason():
    rows = (P1 | {"il17a": "4.1", "il23": "2", "tnf": "7", "il10": "9"}, P1 | {"visit": "M3"})
    [folder] = raw_folders(SEED, {"serum_cytokines": serum(*rows)}, 1)
    assert folder.activity == "serum_cytokines"
    listed = list(csv.DictReader(io.StringIO(folder.files["samples.csv"].decode())))
    assert [row["file"] for row in listed] == ["plate_1.csv", ""]
    assert [row["il17a"] for row in listed] == ["", "ND: no sample"]


def test_so_many_samples_take_several_plates_and_each_is_listed_with_its_own():
    rows = [
        P1 | {"participant": f"P{number}", "il17a": "4.1", "il23": "2", "tnf": "7", "il10": "9"}
        for number in range(40)
    ]
    [folder] = raw_folders(SEED, {"serum_cytokines": serum(*rows)}, 1)
    assert {"plate_1.csv", "plate_2.csv"} < set(folder.files)
    listed = list(csv.DictReader(io.StringIO(folder.files["samples.csv"].decode())))
    for row in listed:
        assert row["sample"].encode() in folder.files[row["file"]]


def test_an_activity_without_records_or_without_a_writer_stays_a_table():
    empty = serum()
    assert raw_folders(SEED, {"serum_cytokines": empty}, 1) == ()
    assert raw_folders(SEED, {}, 1) == ()
    elisa = tuple(replace(row, assay="elisa") for row in SEED.laboratory)
    table = serum(P1 | {"il17a": "4.1", "il23": "2", "tnf": "7", "il10": "9"})
    assert raw_folders(replace(SEED, laboratory=elisa), {"serum_cytokines": table}, 1) == ()


@pytest.mark.parametrize("analyte", ["B cells", "T cells"])
def test_tubes_are_measured_again_as_they_were_meant(analyte):
    """600 cells/uL of blood come back by the gates and the counter's white cells, within their counting error."""
    planned = PlannedAssay(
        activity="blood",
        assay="flow_cytometry",
        quantities=(MeasuredItem(item="x", quantity="cells_per_uL", analyte=analyte),),
    )
    one = Specimen(name="P1 BL", keys={"participant": "P1"}, values={"x": 600.0})
    written = write_blood(planned, [one], 1)
    assert set(written.files) == {GATES, "P1_BL.fcs"}
    assert [row["role"] for row in written.further] == ["gates"]
    readings = [read_source(Source(name, content)) for name, content in written.files.items()]
    tube = Sample(file="P1_BL.fcs", facts=written.places["P1 BL"].facts)
    request = Request(
        words={"platform": "two platforms"},
        samples=(tube, Sample(file=GATES, role="gates")),
        analytes=(analyte,),
    )
    found = [
        each.value
        for each in load("assays")["flow_cytometry"].measure(readings, request).measured
        if (each.quantity, each.analyte) == ("cells_per_uL", analyte)
    ]
    assert found == [pytest.approx(600, rel=0.02)]
