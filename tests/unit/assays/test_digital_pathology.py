"""Densities, shares, thicknesses and scores of slides, and what is refused among them."""

from __future__ import annotations

import json
from dataclasses import replace
from math import pi

import pytest

from firstdose.assays._kernel.histology import (
    TROZAK,
    is_class,
    markers_of,
    positive_share,
    relative_difference,
    sign_of,
)
from firstdose.assays.digital_pathology import ENTRY
from firstdose.catalogue import Request, Sample
from firstdose.readers.formats import (
    epidermis_lines,
    field_counts,
    geojson,
    imagej_results,
    qupath_annotations,
    qupath_detections,
    slide_scores,
)
from firstdose.readers.formats.slide_scores import SIGNS
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import ANNOTATIONS, DETECTIONS, FIELDS, LINES, SCORES


def read(module, content, name="slides.tsv"):
    reading = module.ENTRY.read(Source(name, content))
    assert reading.contents, reading.issues
    return replace(reading, file=name)


def measure(*readings, **asked):
    run = ENTRY.measure(readings, Request(**asked))
    return {(each.quantity, each.analyte): each for each in run.measured}


def broken(value):
    return [finding.rule for finding in value.findings if finding.verdict != "pass"]


# --------------------------------------------------------------------------------------------------- annotations


def annotations(**changes):
    content = ANNOTATIONS.decode()
    for old, new in changes.values():
        assert old in content
        content = content.replace(old, new)
    return read(qupath_annotations, content.encode())


def test_cells_of_the_outermost_annotation_are_counted_once():
    found = measure(annotations())
    assert found["density", "CD20"].value == pytest.approx(10 / 2)
    assert found["density", "all detections"].value == pytest.approx(500)
    assert found["cell_count", "CD20"].value == 10
    assert found["density", "CD20"].place == "line 2 Dermis"


def test_an_analyte_takes_all_classes_that_bear_its_name():
    found = measure(annotations(), analytes=("CD3", "CD20", "CD8", "all detections"))
    assert found["density", "CD3"].value == pytest.approx(300)
    assert found["cell_count", "all detections"].value == 1000
    assert found["density", "CD8"].comparator == ""
    assert found["density", "CD8"].reason == "no class of cells is CD8"
    assert found["positive_percent", "CD3"].value == pytest.approx(60.606, abs=1e-3)
    assert ("positive_percent", "CD20") not in found


def test_the_list_of_samples_may_name_the_annotation():
    sample = Sample(file="slides.tsv", sample="s1.tif", facts={"annotation": "field"})
    found = measure(annotations(), samples=(sample,))
    assert found["density", "CD20"].value == pytest.approx(20)
    whole = Sample(file="slides.tsv", facts={"annotation": "nothing"})
    found = measure(annotations(), samples=(whole,), analytes=("CD20",))
    assert found["density", "CD20"].reason == "no such annotation in this image"


def test_an_annotation_inside_one_of_the_same_class_is_not_counted_again():
    nested = annotations(
        a=("Annotation\tField\tField\tDermis", "Annotation\tField\tDermis\tAnnotation (Dermis)")
    )
    sample = Sample(file="slides.tsv", sample="s1.tif", facts={"annotation": "Dermis"})
    assert measure(nested, samples=(sample,))["cell_count", "CD20"].value == 10


def test_several_outermost_annotations_are_taken_together():
    together = measure(annotations(a=("Field\tField\tDermis", "Field\tField\tImage")))
    value = together["density", "CD20"]
    assert value.value == pytest.approx(12 / 2.1)
    assert value.replicates == 2


def test_many_annotations_are_named_shortly():
    row = ANNOTATIONS.decode().split("\n")[1]
    content = ANNOTATIONS.decode().split("\n")[0] + "\n" + "\n".join([row] * 12)
    assert measure(read(qupath_annotations, content.encode()))["density", "CD20"].place.endswith(
        "Dermis and 4 more"
    )


def test_a_count_or_an_area_that_is_missing_leaves_no_value():
    assert (
        measure(annotations(a=("\t390\t10\t", "\t390\t\t")))["density", "CD20"].reason
        == "the count of CD20 is missing"
    )
    no_area = measure(annotations(a=("\t2000000\t", "\t\t")))["density", "CD20"]
    assert (no_area.comparator, no_area.reason) == ("", "the annotation has no area")


def test_few_cells_are_flagged_for_a_share():
    few = annotations(a=("\t1000\t600\t390\t", "\t1000\t240\t156\t"), b=("60.606", "60.61"))
    assert broken(measure(few)["positive_percent", "CD3"]) == ["enough_cells"]
    none = annotations(a=("\t600\t390\t", "\t0\t0\t"), b=("60.606", ""))
    share = measure(none)["positive_percent", "CD3"]
    assert (share.comparator, share.reason) == ("", "no cell was counted")
    assert measure(annotations(a=("\t600\t", "\t\t")))["positive_percent", "CD3"].comparator == ""


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("60.606\t5\t", "66\t5\t", "CD3: Positive % is printed as 66, its counts give 60.6061"),
        ("60.606\t5\t", "60.606\t7\t", "Num CD20 per mm^2 is printed as 7, its counts give 5"),
        ("\t1000\t600", "\t500\t600", "600 CD3: Positive among 500 detections"),
    ],
)
def test_a_printed_number_that_the_counts_do_not_give_rejects(old, new, words):
    value = measure(annotations(a=(old, new)))["density", "CD20"]
    assert value.verdict == "reject"
    assert words in [finding.message for finding in value.findings]


def test_a_printed_column_that_nothing_can_check_is_left_alone():
    odd = annotations(a=("CD3: Positive %", "H-score %"), b=("Num CD20 per mm^2", "Allred per mm^2"))
    assert measure(odd)["density", "CD20"].verdict == "pass"


def test_lists_of_detections_are_held_against_the_counts():
    listed = read(qupath_detections, DETECTIONS, "cells.tsv")
    value = measure(annotations(), listed)["density", "CD20"]
    assert broken(value) == ["counts_agree"]
    assert (
        value.findings[-1].message == "1000 detections in the annotations, 1 in the list inside annotations"
    )
    other = read(qupath_detections, DETECTIONS.replace(b"s1.tif", b"s2.tif"), "cells.tsv")
    run = ENTRY.measure([annotations(), other], Request())
    assert {each.verdict for each in run.measured if each.sample == "s1.tif"} == {"pass"}
    assert [each.sample for each in run.measured if "no area" in each.reason] == ["s2.tif", "s2.tif"]
    uncounted = annotations(a=("\t1000\t", "\t\t"))
    assert measure(uncounted, listed)["density", "CD20"].verdict == "pass"


def test_a_list_of_detections_alone_counts_inside_only():
    found = measure(read(qupath_detections, DETECTIONS, "cells.tsv"), analytes=("CD3", "CD20", "CD8"))
    assert found["cell_count", "CD3"].value == 1
    assert found["cell_count", "CD20"].value == 0
    assert found["cell_count", "CD8"].comparator == ""
    assert "no area" in found["density", "CD3"].reason


def test_slides_of_one_participant_with_two_pixel_sizes_are_flagged():
    def run(*sizes):
        samples = tuple(
            Sample(
                file="slides.tsv", sample=f"{n}", participant="P1", facts={"pixel_size": size} if size else {}
            )
            for n, size in enumerate(sizes)
        )
        return ENTRY.measure([annotations()], Request(samples=samples)).findings

    assert run("0.5", "0.5")[0].verdict == "pass"
    assert run("0.5", "0.25")[0].verdict == "flag"
    assert run("", "") == ()


# ------------------------------------------------------------------------------------------------------- outlines


def feature(corners, role, name, kind=""):
    ring = [*corners, corners[0]]
    properties = {"objectType": role, "name": name, "classification": {"name": kind or name}}
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


def box(x, y, side):
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]


PICTURE = [
    feature(box(0, 0, 1000), "annotation", "Dermis"),
    feature(box(100, 100, 100), "annotation", "Field"),
    feature(box(110, 110, 10), "cell", "", "CD3"),
    feature(box(600, 600, 10), "detection", "", "CD3"),
    feature(box(1500, 600, 10), "detection", "", "CD3"),
    feature(box(700, 600, 10), "detection", "", "CD20"),
]


def picture(features=PICTURE):
    return read(geojson, json.dumps(features).encode(), "s1.geojson")


def test_cells_drawn_in_a_picture_count_where_they_lie_inside_an_annotation():
    found = measure(picture(), words={"pixel_size": "0.5"})
    assert found["cell_count", "CD3"].value == 2
    assert found["density", "CD3"].value == pytest.approx(2 / 0.25)
    assert found["density", "CD20"].sample == "s1"
    sample = Sample(file="s1.geojson", sample="S-1", facts={"annotation": "Field", "pixel_size": "1"})
    named = measure(picture(), samples=(replace(sample, sample=""),), analytes=("CD3", "CD8"))
    assert named["density", "CD3"].value == pytest.approx(1 / 0.01)
    assert named["cell_count", "CD8"].reason == "no class of cells is CD8"


def test_a_picture_without_pixel_size_or_annotation_has_counts_at_most():
    value = measure(picture())["density", "CD3"]
    assert (value.comparator, value.verdict) == ("", "reject")
    assert "no pixel size" in value.reason
    alone = measure(picture(PICTURE[2:]), words={"pixel_size": "1"})["density", "CD3"]
    assert alone.reason == "no such annotation in this file"
    crossing = feature([[0, 0], [9, 9], [9, 0], [0, 9]], "annotation", "A")
    assert (
        "crosses itself"
        in measure(picture([crossing, PICTURE[2]]), words={"pixel_size": "1"})["density", "CD3"].reason
    )
    assert measure(picture(PICTURE[:2])) == {}


# --------------------------------------------------------------------------------------------------------- fields


def test_cells_per_field_become_a_density_with_the_area_of_the_field():
    value = measure(read(field_counts, FIELDS))["density", "CD3"]
    assert value.value == pytest.approx(120 / 3 / (pi / 4 * 0.25))
    assert (value.replicates, value.verdict) == (3, "pass")
    assert value.spread == pytest.approx(4 / (pi / 4 * 0.25))


def test_cells_per_field_without_its_area_are_refused():
    value = measure(read(field_counts, FIELDS.replace(b"objective", b"lens")))["density", "CD3"]
    assert (value.comparator, value.value != value.value) == ("", True)
    assert value.reason == "cells per field without the area of the field say nothing of tissue"


def test_a_field_that_was_not_counted_and_a_class_that_is_absent_are_said():
    assert (
        measure(read(field_counts, FIELDS.replace(b",44,", b",,")))["density", "CD3"].reason
        == "a field was not counted"
    )
    absent = measure(read(field_counts, FIELDS), analytes=("CD20",))["density", "CD20"]
    assert absent.reason == "no class of cells is this one"
    one = measure(read(field_counts, b"\n".join(FIELDS.split(b"\n")[:2])))["density", "CD3"]
    assert broken(one) == ["enough_fields"]


# ------------------------------------------------------------------------------------------------------ thickness

EPIDERMIS = (
    "Image\tName\tClass\tParent\tROI\tNum Detections\tArea µm^2\tPerimeter µm\tLength µm\n"
    "s1\tF1\tEpidermis\tImage\tPolygon\t5\t30000\t900\t\n"
    "s1\tF2\tEpidermis\tImage\tPolygon\t5\t60000\t900\t\n"
    "s1\tF3\tEpidermis\tImage\tPolygon\t5\t50000\t900\t\n"
    "s1\tF1\tContour\tImage\tPolyline\t\t\t\t100\n"
    "s1\tF2\tContour\tImage\tPolyline\t\t\t\t150\n"
    "s1\tF3\tContour\tImage\tPolyline\t\t\t\t200\n"
)


def epidermis(text=EPIDERMIS):
    return read(qupath_annotations, text.encode())


def test_thickness_is_area_over_outer_contour_and_the_median_of_the_fields():
    value = measure(epidermis())["epidermal_thickness", ""]
    assert value.value == 300  # of 300, 400, 250
    assert (value.unit, value.replicates, value.verdict, value.sample) == ("um", 3, "pass", "s1")


def test_one_field_is_paired_without_names_and_flagged():
    lines = EPIDERMIS.split("\n")
    value = measure(epidermis("\n".join([lines[0], lines[1].replace("F1", ""), lines[5]])))[
        "epidermal_thickness", ""
    ]
    assert value.value == 200
    assert broken(value) == ["enough_fields"]


def test_fields_are_paired_by_their_parent_where_they_have_no_name():
    text = EPIDERMIS
    for number in (1, 2, 3):
        text = text.replace(f"F{number}\tEpidermis\tImage", f"\tEpidermis\tField {number}")
        text = text.replace(f"F{number}\tContour\tImage", f"\tContour\tField {number}")
    assert measure(epidermis(text))["epidermal_thickness", ""].value == 300


def test_a_field_without_contour_or_without_pixel_size_leaves_no_thickness():
    value = measure(epidermis(EPIDERMIS.replace("F2\tContour", "F9\tContour")))["epidermal_thickness", ""]
    assert "no outer contour" in value.reason
    pixels = measure(epidermis(EPIDERMIS.replace("µm", "px")))["epidermal_thickness", ""]
    assert (pixels.comparator, pixels.verdict) == ("", "reject")
    named = Sample(file="slides.tsv", sample="s1", facts={"epidermis": "Living epidermis"})
    assert ("epidermal_thickness", "") not in measure(epidermis(), samples=(named,))


def test_lines_above_papillae_and_to_rete_ridges_are_reported_apart():
    found = measure(read(epidermis_lines, LINES))
    # fields of means 214.5, 224.5, 234.5
    assert found["suprapapillary_thickness", ""].value == found["rete_thickness", ""].value == 224.5
    assert found["rete_thickness", ""].verdict == "pass"


def test_few_lines_are_flagged_and_unknown_kinds_or_lengths_are_no_value():
    few = measure(read(epidermis_lines, b"\n".join(LINES.split(b"\n")[:6])))["suprapapillary_thickness", ""]
    assert broken(few) == ["enough_fields", "enough_lines"]
    odd = measure(read(epidermis_lines, LINES.replace(b"rete", b"oblique")))["epidermal_thickness", ""]
    assert odd.reason == "the kind of line is neither suprapapillary, rete nor epidermis"
    empty = measure(read(epidermis_lines, b"slide,field,kind,length_um\nS,1,rete,\n"))["rete_thickness", ""]
    assert empty.reason == "no line has a length in a known unit"


def test_lengths_of_imagej_need_their_unit():
    rows = b"".join(f"{n},s1.tif:line {n % 3},0,{0.2 + n / 1000}\n".encode() for n in range(30))
    reading = read(imagej_results, b" ,Label,Area,Length\n" + rows, "Results.csv")
    value = measure(reading, words={"results_unit": "mm"})["epidermal_thickness", ""]
    assert value.value == pytest.approx(214.5)
    assert (value.sample, value.verdict) == ("s1.tif", "pass")
    assert measure(reading)["epidermal_thickness", ""].comparator == ""


# --------------------------------------------------------------------------------------------------------- scores


def test_the_score_of_a_slide_is_the_mean_of_its_readers():
    value = measure(read(slide_scores, SCORES))["trozak_score", ""]
    assert (value.value, value.unit, value.replicates, value.verdict) == (10.5, "points", 2, "pass")
    assert value.sample == "X7"
    run = ENTRY.measure([read(slide_scores, SCORES)], Request())
    assert run.facts == (
        ("weights of the signs", "those in general use; compare them with the protocol's own table"),
    )


def test_the_signs_of_the_form_are_those_of_the_score_and_add_up_to_19():
    assert tuple(TROZAK) == SIGNS
    assert sum(max(allowed) for allowed in TROZAK.values()) == 19


@pytest.mark.parametrize(
    "old, new, rules, verdict",
    [
        (b"B,yes,1,2,1,1,1,2,2,0,0,0,10", b"B,yes,1,2,1,1,0,1,2,0,0,0,8", ["readers_agree"], "flag"),
        (b"A,yes", b"A,no", ["blinded"], "flag"),
        (b"A,yes", b"A,", ["blinded"], "flag"),
        (b"0,11\n", b"0,12\n", ["printed_agrees"], "reject"),
    ],
)
def test_readers_who_differ_who_know_or_who_add_up_wrongly_are_found(old, new, rules, verdict):
    value = measure(read(slide_scores, SCORES.replace(old, new)))["trozak_score", ""]
    assert (broken(value), value.verdict) == (rules, verdict)


@pytest.mark.parametrize(
    "new, words",
    [(b"A,yes,,2", "not scored: rete_elongation"), (b"A,yes,1,1", "rete_club_shape cannot have 1 points")],
)
def test_a_sign_that_is_missing_or_impossible_leaves_no_score(new, words):
    value = measure(read(slide_scores, SCORES.replace(b"A,yes,1,2", new)))["trozak_score", ""]
    assert value.comparator == ""
    assert value.reason == f"reader A: {words}"


# ------------------------------------------------------------------------------------------------------- the rest


@pytest.mark.parametrize(
    "name, analyte, wanted",
    [
        ("CD3", "cd3", True),
        ("CD3: Positive", "CD3", True),
        ("CD3: CD8", "CD8", True),
        ("CD3: Negative", "CD3", False),
        ("CD30", "CD3", False),
        ("Cells: marker+", "marker+", True),
        ("CD3: Positive", "CD3: Positive", True),
    ],
)
def test_a_class_belongs_to_the_markers_it_is_made_of(name, analyte, wanted):
    assert is_class(name, analyte) is wanted


def test_signs_are_found_in_both_notations():
    assert sign_of("CD3: Positive") == ("CD3", "+")
    assert sign_of("Negative") == ("", "-")
    assert sign_of("Cells: marker-") == ("Cells: marker", "-")
    assert sign_of("Tumor") == ("Tumor", "")
    assert markers_of(["Positive", "Negative", "x+", "Tumor"]) == {"": ("Positive", "Negative")}


def test_nothing_counted_and_no_difference():
    assert positive_share(0, 0) != positive_share(0, 0)
    assert relative_difference([0, 0]) == 0


def test_points_are_drawn_side_by_side_with_the_names_of_few_slides():
    (density, share) = ENTRY.measure([annotations()], Request()).panels
    assert [layer.label for layer in density.layers][:2] == ["all detections", "CD3: Positive"]
    assert density.words == ((0.0, 0.0, "s1.tif"),)
    assert share.alt == "Positive cells of 1 slide, from 60.61 to 60.61 %."
    rows = ANNOTATIONS.decode().split("\n")
    many = "\n".join([rows[0], *[rows[1].replace("s1.tif", f"s{number}") for number in range(30)]])
    assert ENTRY.measure([read(qupath_annotations, many.encode())], Request()).panels[0].words == ()


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda example: example.given)
def test_the_entry_computes_its_examples(example):
    assert abs(example.compute() - example.value) <= example.tolerance
