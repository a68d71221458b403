"""Areas with their scale and uncertainty; repeated readings; limits."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, isnan, pi, sqrt

import numpy as np
import pytest

from firstdose.assays.planimetry import ENTRY
from firstdose.catalogue import Request, Sample
from firstdose.readers.formats import geojson, imagej_results, imagej_roi, plaque_diameters, svg_outline
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import DIAMETERS, GEOJSON, RESULTS, path, polygon

SCALE = {"cm_per_px": "0.01"}


def read(module, content, name="plaque.roi"):
    reading = module.ENTRY.read(Source(name, content))
    assert reading.contents
    return replace(reading, file=name)


def square(side, name="plaque.roi", called=""):
    return read(imagej_roi, polygon([(0, 0), (side, 0), (side, side), (0, side)], name=called), name)


def areas(readings, words=SCALE, quantity="plaque_area", **more):
    run = ENTRY.measure(readings, Request(words=words, **more))
    return [each for each in run.measured if each.quantity == quantity]


def area(readings, words=SCALE, **more):
    (found,) = areas(readings, words, **more)
    return found


def error(readings, words=SCALE, **more):
    return area(readings, words, quantity="area_error", **more)


def broken(value):
    return [finding.rule for finding in value.findings if finding.verdict != "pass"]


def test_a_scale_said_directly_or_by_a_ruler_gives_cm2():
    assert area([square(1000)]).value == pytest.approx(100, rel=1e-12)
    ruler = {"ruler_cm": "5", "ruler_px": "500"}
    assert area([square(1000)], ruler).value == pytest.approx(100, rel=1e-12)


def test_the_error_of_an_area_is_twice_that_of_its_scale():
    value = area([square(1000)], {**SCALE, "scale_error": "2.5"})
    assert value.spread == pytest.approx(5)
    ruler = {"ruler_cm": "5", "ruler_px": "500", "ruler_px_error": "5", "scale_error": "1"}
    assert area([square(1000)], ruler).spread == pytest.approx(100 * 2 * hypot(0.01, 0.01))
    assert isnan(area([square(1000)]).spread)


def test_the_error_is_a_value_of_its_own_beside_its_area():
    said = error([square(1000)], {**SCALE, "scale_error": "2.5"})
    assert (said.value, said.unit, said.comparator) == (pytest.approx(5), "cm2", "=")
    assert (said.sample, said.file, said.findings) == (
        (of := area([square(1000)], {**SCALE, "scale_error": "2.5"})).sample, of.file, of.findings,
    )  # fmt: skip


def test_an_error_that_is_not_wholly_known_is_missing_with_the_reason():
    files = ("a.roi", "b.roi")
    samples = tuple(Sample(file=file, participant="P1", lesion="L1") for file in files)
    scattered = [square(1000, files[0]), square(1010, files[1])]
    assert area(scattered, samples=samples).spread > 0
    for unsaid in (error([square(1000)]), error(scattered, samples=samples)):
        assert (unsaid.comparator, unsaid.reason) == (
            "",
            "the error of the scale, or of a diameter, was not said",
        )
        assert isnan(unsaid.value)


def test_an_area_that_is_missing_has_no_error_for_the_same_reason():
    unscaled = error([square(1000)], {"scale_error": "1"})
    assert unscaled.reason == "no scale: how many cm a pixel is was not said"
    bow_tie = read(imagej_roi, polygon([(0, 0), (9, 9), (9, 0), (0, 9)]))
    crossing = error([bow_tie], {**SCALE, "scale_error": "1"})
    assert (crossing.comparator, crossing.verdict) == ("", "reject")


def test_two_diameters_have_an_error_only_where_theirs_is_said():
    reading = read(plaque_diameters, DIAMETERS, "d.csv")
    said, _ = areas([reading], {"diameter_error": "0.1"}, "area_error")
    assert said.value == pytest.approx(pi / 4 * 32 * hypot(0.1 / 8, 0.1 / 4))
    unsaid, _ = areas([reading], {}, "area_error")
    assert (unsaid.comparator, isnan(unsaid.value)) == ("", True)
    assert all(isnan(each.spread) for each in areas([reading], {}))


def test_a_scale_that_is_badly_known_is_flagged():
    run = ENTRY.measure([square(1000)], Request(words={**SCALE, "scale_error": "6"}))
    assert [(each.rule, each.verdict) for each in run.findings] == [("scale_error", "flag")]
    assert ("error of the scale", "6 %, of the areas 12 %") in run.facts


def test_a_tilted_camera_is_corrected_and_said():
    words = {**SCALE, "tilt": "20", "scale_error": "1"}
    assert area([square(1000)], words).value == pytest.approx(106.418, abs=1e-3)
    run = ENTRY.measure([square(1000)], Request(words={**SCALE, "tilt": "25"}))
    assert [(each.rule, each.verdict) for each in run.findings] == [("camera_tilt", "flag")]


def readings_of(*sides):
    files = [f"r{number}.roi" for number in range(len(sides))]
    readings = [square(side, file) for side, file in zip(sides, files, strict=True)]
    samples = tuple(
        Sample(file=file, role="reading" if number else "sample", participant="P1", visit="BL", lesion="L1")
        for number, file in enumerate(files)
    )
    return area(readings, {**SCALE, "scale_error": "1"}, samples=samples[::-1])


def test_two_readings_that_agree_are_averaged_and_their_scatter_is_uncertainty():
    value = readings_of(1000, 1020)
    first, second = 100.0, 104.04
    assert value.value == pytest.approx((first + second) / 2)
    assert (value.replicates, value.file, broken(value)) == (2, "r0.roi", [])
    scatter = (second - first) / sqrt(2) / sqrt(2)
    assert value.spread == pytest.approx(hypot(2 * 0.01 * value.value, scatter))


def test_two_readings_that_differ_by_more_than_a_tenth_need_a_third():
    value = readings_of(1000, 1060)
    assert (value.comparator, value.reason) == ("", "two readings differ by 11.6 %: a third is needed")
    assert broken(value) == ["readings_agree"]


def test_of_three_readings_the_median_counts():
    value = readings_of(1000, 1060, 1050)
    assert value.value == pytest.approx(110.25)
    assert (value.replicates, broken(value)) == (3, ["readings_agree"])


def test_a_protocol_may_set_the_limit_of_agreement():
    value = readings_of(1000, 1060)
    assert value.comparator == ""
    readings = [square(1000, "a.roi"), square(1060, "b.roi")]
    samples = tuple(Sample(file=file, participant="P1", lesion="L1") for file in ("a.roi", "b.roi"))
    wide = area(readings, samples=samples, limits={"readings_agree": (None, 20.0)})
    assert (wide.comparator, broken(wide)) == ("=", [])
    assert area(readings, samples=samples, limits={"readings_agree": (None, None)}).comparator == "="


def test_one_file_may_hold_several_lesions():
    readings = [read(svg_outline, path("M10 10H90V90H10Z").replace(b"plaque", b"L1"), "a.svg")]
    listed = Sample(file="a.svg", sample="L1", participant="P1", visit="BL", lesion="L1")
    absent = replace(listed, sample="L9", lesion="L9")
    assert area(readings, {}, samples=(listed, absent)).sample == "L1"
    unnamed = Sample(file="a.svg", sample="L1")
    assert area(readings, {}, samples=(unnamed,)).value == pytest.approx(64)


def test_an_outline_that_crosses_itself_rejects_its_lesion():
    bow_tie = read(imagej_roi, polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), "b.roi")
    samples = tuple(Sample(file=file, participant="P1", lesion="L1") for file in ("a.roi", "b.roi"))
    value = area([square(1000, "a.roi"), bow_tie], samples=samples)
    assert (value.verdict, broken(value)) == ("reject", ["simple_outline"])


@pytest.mark.parametrize(
    "corners, rules",
    [
        ([(0, 0), (2000, 0), (2000, 90), (0, 90)], ["diameter_ratio"]),
        ([(0, 0), (90, 0), (90, 90), (0, 90)], ["plaque_size"]),
        ([(0, 0), (3000, 0), (3000, 3000), (0, 3000)], ["plaque_size"]),
    ],
)
def test_sizes_that_plaques_rarely_have_are_flagged(corners, rules):
    assert broken(area([read(imagej_roi, polygon(corners))])) == rules


def test_without_a_scale_only_the_area_in_pixels_is_known():
    found = {each.quantity: each for each in ENTRY.measure([square(1000)], Request()).measured}
    assert (found["outline_area"].value, found["outline_area"].unit) == (1e6, "px2")
    assert found["plaque_area"].reason == "no scale: how many cm a pixel is was not said"


def test_the_scale_of_the_page_is_stronger_than_a_word():
    reading = read(svg_outline, path("M10 10H90V90H10Z"), "a.svg")
    assert area([reading], {"cm_per_px": "7", "scale_error": "1"}).value == pytest.approx(64)


def test_outlines_in_cm_need_no_scale():
    reading = square(8)
    in_cm = replace(reading, contents=tuple(replace(each, unit="cm") for each in reading.contents))
    assert area([in_cm], {}).value == 64


def test_a_table_of_imagej_needs_its_unit():
    reading = read(imagej_results, RESULTS, "Results.csv")

    def values(**words):
        return {each.sample: each for each in areas([reading], words)}

    assert values()["plaque_a.tif"].reason == "the table does not say its unit"
    assert values(results_unit="cm")["plaque_a.tif"].value == 12.5
    assert values(results_unit="mm")["plaque_a.tif"].value == pytest.approx(0.125)
    assert values(results_unit="px", cm_per_px="2")["plaque_b.tif"].value == 120
    assert "no scale" in values(results_unit="px")["plaque_b.tif"].reason


def test_a_table_without_areas_has_none():
    reading = read(imagej_results, b" ,Label,Length\n1,x,5\n", "Results.csv")
    assert area([reading], {"results_unit": "cm"}).reason == "the table has no area here"


def test_two_diameters_make_an_ellipse_unless_the_form_says_rectangle():
    reading = read(plaque_diameters, DIAMETERS, "d.csv")

    def values(**words):
        return areas([reading], words)

    first, second = values(diameter_error="0.1")
    assert first.value == pytest.approx(pi / 4 * 32)
    assert first.spread == pytest.approx(first.value * hypot(0.1 / 8, 0.1 / 4))
    assert second.value == pytest.approx(pi / 4 * 30)
    assert values(form="rectangle")[1].value == 30
    # the rectangle is 27 % more
    assert values(form="rectangle")[1].value / second.value == pytest.approx(1.273, abs=1e-3)


def test_a_diameter_that_is_missing_and_a_form_that_is_none_are_said():
    content = b"lesion,long_diameter_cm,short_diameter_cm,form\nL1,,4,\nL2,5,4,cube\nL3,50,4,\n"
    first, second, third = areas([read(plaque_diameters, content, "d.csv")], {})
    assert first.reason == "a diameter is missing or 0"
    assert second.reason == "'cube' is no ellipse or rectangle"
    assert broken(third) == ["diameter_ratio"]


def test_cells_of_a_picture_are_no_plaques():
    reading = read(geojson, GEOJSON.replace(b'"annotation"', b'"cell"'), "a.geojson")
    assert ENTRY.measure([reading], Request()).measured == ()


def test_the_picture_shows_the_outline_its_holes_and_a_bar_of_one_cm():
    reading = read(geojson, GEOJSON, "a.geojson")
    (panel,) = ENTRY.measure([reading], Request(words={"cm_per_px": "0.5"})).panels
    assert [layer.kind for layer in panel.layers] == ["outline", "outline", "line"]
    assert np.ptp(panel.layers[2].x) == 1
    assert panel.equal
    assert panel.layers[0].y.min() == -5
    assert panel.alt == "Outline of dermis in cm, 2 paths, inside by the even-odd rule: area 24 cm2."
    (bare,) = ENTRY.measure([reading], Request()).panels
    assert bare.x_label == "pixels"
    assert len(bare.layers) == 2


def test_a_word_that_is_no_number_is_as_if_it_was_not_said():
    assert area([square(1000)], {"cm_per_px": "wide"}).comparator == ""
