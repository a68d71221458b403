"""SVG: the physical scale of the page, commands of paths, basic shapes, transforms; otherwise refused."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.assays._kernel.geometry import measure_outline
from firstdose.readers.formats.svg_outline import ENTRY
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import path, svg


def read(content):
    return ENTRY.read(Source("trace.svg", content))


def area(content):
    """In the square of user units."""
    (outline,) = read(content).contents
    return measure_outline(outline.shapes).area


def issue_of(content):
    reading = read(content)
    assert reading.contents == ()
    (issue,) = reading.issues
    return issue


def sized(size):
    return svg('<rect width="10" height="10"/>', size=size)


@pytest.mark.parametrize(
    "size, cm",
    [
        ('width="10cm" height="10cm" viewBox="0 0 100 100"', 0.1),
        ('width="210mm" viewBox="0,0,210,297"', 0.1),
        ('height="72pt" viewBox="-5 -5 10 10"', 0.254),
        ('width="1in" height="6pc" viewBox="0 0 2.54 2.54"', 1.0),
        ('width="400Q" height="10cm" viewBox="0 0 100 100"', 0.1),
        ('width="1e1cm" viewBox="0 0 100 100"', 0.1),
    ],
)
def test_the_page_says_how_long_a_unit_is(size, cm):
    assert read(sized(size)).contents[0].cm_per_unit == pytest.approx(cm, rel=1e-12)


@pytest.mark.parametrize(
    "size, code, words",
    [
        ("", "FD-L009", "not in mm, cm"),
        ('width="100%" viewBox="0 0 1 1"', "FD-L009", "'100%'"),
        ('width="100" height="10cm" viewBox="0 0 1 1"', "FD-L009", "'100'"),
        ('width="..cm" viewBox="0 0 1 1"', "FD-L009", "no physical length"),
        ('width="10cm" height="10cm"', "FD-L009", "no viewBox"),
        ('width="10cm" viewBox="0 0 x 1"', "FD-L009", "no viewBox"),
        ('width="10cm" viewBox="0 0 0 1"', "FD-L009", "no size"),
        ('width="0cm" viewBox="0 0 1 1"', "FD-L009", "no size"),
        ('width="10cm" height="20cm" viewBox="0 0 100 100"', "FD-L005", "0.1 cm across and 0.2 cm down"),
    ],
)
def test_a_page_without_one_physical_scale_is_refused(size, code, words):
    issue = issue_of(sized(size))
    assert issue.code == code
    assert words in issue.message


@pytest.mark.parametrize(
    "d, wanted",
    [
        ("M10 10 H90 V90 H10 Z", 6400),
        ("m10,10 h80 v80 h-80z", 6400),
        ("M10-10L20-10 20 0 10 0Z", 100),
        ("m0 0 10 0 0 10 -10 0z", 100),
        ("M0 0L10 0 10 10 0 10ZM2 2 4 2 4 4 2 4Z", 96),
        ("M0 0H10V10H0Z l0 -5 10 0 0 5 z", 150),
        ("M0 0Q3 4 6 0Z", 8),
        ("M0 0q3 4 6 0z", 8),
        ("M0 0C2 2.6666666666666665 4 2.6666666666666665 6 0Z", 8),
        ("M0 0c2 2.6666666666666665 4 2.6666666666666665 6 0z", 8),
        ("M0 0Q3 4 6 0T12 0V-10H0Z", 120),
        ("M0 0 C0 4 6 4 6 0 S12 -4 12 0 V-10 H0Z", 120),
        ("M0 0T6 0V6H0Z", 36),
        ("M0 0S6 0 6 0V6H0Z", 36),
        ("M-5 0A5 5 0 0 1 5 0A5 5 0 0 1 -5 0Z", 25 * np.pi),
        ("M-5 0a5 5 0 0010 0a5 5 0 00-10 0z", 25 * np.pi),
        ("M-5 0A1 1 0 0 1 5 0Z", 12.5 * np.pi),
        ("M-4 0A4 2 0 1 1 4 0A4 2 0 1 1 -4 0Z", 8 * np.pi),
        ("M0 0A0 5 0 0 1 10 0V10H0Z", 100),
        ("M0 0H10A5 5 0 0 1 10 0V10H0Z", 100),
        ("M3 0A5 5 0 1 1 3 8Z", 25 * (np.pi - np.arcsin(0.8)) + 12),
        ("M3 0A5 5 0 0 1 3 8Z", 25 * np.arcsin(0.8) - 12),
        ("M5 0A3 5 90 0 0 -5 0A3 5 90 0 0 5 0Z", 15 * np.pi),
    ],
)
def test_the_commands_of_a_path_enclose_what_geometry_says(d, wanted):
    assert area(path(d)) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    "element, wanted",
    [
        ('<rect x="1" y="2" width="3px" height="4"/>', 12),
        ('<rect width="10" height="10" rx="2"/>', 100 - (4 - np.pi) * 4),
        ('<rect width="10" height="10" ry="20"/>', 25 * np.pi),
        ('<rect width="10" height="10" rx="0" ry="3"/>', 100),
        ('<circle cx="4" cy="5" r="3"/>', 9 * np.pi),
        ('<ellipse cx="4" cy="5" rx="3" ry="2"/>', 6 * np.pi),
        ('<polygon points="0,0 10,0 10,10 0,10"/>', 100),
        ('<polyline points="0 0 10 0 10 10 0 10 0 0"/>', 100),
        (
            '<g transform="scale(2)"><g transform="rotate(30 5 5)"><circle r="3" transform="skewX(20)"/></g></g>',
            36 * np.pi,
        ),
        ('<rect width="10" height="10" transform="translate(3) matrix(2 0 0 3 1 1), skewY(10)"/>', 600),
        (
            '<path d="M-5 0A5 5 0 0 1 5 0Q0 -9 -5 0Z" transform="scale(1 -2) rotate(12)"/>',
            2 * (12.5 * np.pi - 30),
        ),
        ('<path d="M0 0C2 4 4 4 6 0Z" transform="translate(5 5)"/>', 12),
        ('<a><rect width="3" height="3"/></a>', 9),
    ],
)
def test_shapes_and_transforms_are_exact(element, wanted):
    assert area(svg(element)) == pytest.approx(wanted, rel=1e-12)


def test_outlines_bear_the_name_they_have():
    inner = (
        '<path id="L1" d="M0 0H1V1Z"/><rect width="1" height="1"/><path inkscape:label="L3" d="M0 0H1V1Z"/>'
    )
    size = 'xmlns:inkscape="urn:i" inkscape:version="1.2 (x)" width="1cm" viewBox="0 0 1 1"'
    reading = read(svg(inner, size=size))
    assert [outline.name for outline in reading.contents] == ["L1", "path 2", "L3"]
    assert reading.software == "Inkscape 1.2 (x)"
    assert read(svg('<rect width="1" height="1"/>')).contents[0].name == "trace"


def test_what_is_not_drawn_is_no_outline():
    hidden = (
        '<defs><rect width="5" height="5"/></defs><rect width="5" height="5" style="fill:red;display:none"/>'
        '<rect width="5" height="5" display="none"/><image/><text>x</text><line/><rect width="2" height="2"/>'
    )
    assert area(svg(hidden)) == 4


def test_an_open_path_is_closed_and_said():
    for content in (path("M0 0H10V10H0"), svg('<polyline points="0 0 10 0 10 10 0 10"/>')):
        reading = read(content)
        assert [(issue.code, issue.weight) for issue in reading.issues] == [("FD-L010", "warning")]
        assert measure_outline(reading.contents[0].shapes).area == 100
    assert read(path("M0 0H10V10L0 0")).issues == ()


@pytest.mark.parametrize(
    "inner, code, words",
    [
        ("", "FD-L008", "no closed path"),
        ('<path id="p" d="M0 0L5 5"/>', "FD-L008", "of 'p', a part of it has 2 corners"),
        ('<path id="p"/>', "FD-L008", "of 'p', it is empty"),
        ('<circle id="p"/>', "FD-L008", "of 'p', its radius is 0"),
        ('<rect id="p" width="5"/>', "FD-L008", "5 wide and 0 high"),
        ('<polygon id="p" points="0 0 1 1"/>', "FD-L008", "2 corners"),
        ('<polygon id="p"/>', "FD-L008", "0 corners"),
        ('<use href="#x"/>', "FD-L006", "copy made by &lt;use>"),
        ("<svg/>", "FD-L006", "inside another"),
        ('<path id="p" d="L5 5"/>', "FD-L003", "in 'p', it does not begin with a move"),
        ('<path id="p" d="M0 0 5"/>', "FD-L003", "L lacks a number at character 7"),
        ('<path id="p" d="M0 0H5ZK"/>', "FD-L003", "'K' at character 8"),
        ('<path id="p" d="5 5"/>', "FD-L003", "no command at character 1"),
        ('<path id="p" d="M0 0H5Z5"/>', "FD-L003", "no command at character 8"),
        ('<path id="p" d="M0 0A5 5 0 2 0 5 5Z"/>', "FD-L003", "flag of an arc"),
        ('<path id="p" d="M0 0H1e99V5Z"/>', "FD-L003", "out of every picture"),
        ('<polygon id="p" points="0 0 1"/>', "FD-L003", "no pairs of numbers"),
        ('<polygon id="p" points="0 0 x"/>', "FD-L003", "no pairs of numbers"),
        ('<polygon id="p" points="0 0 1e99 0 1 1"/>', "FD-L003", "out of every picture"),
        ('<rect id="p" width="5cm" height="5"/>', "FD-L003", "width is '5cm'"),
        ('<g transform="turn(3)"/>', "FD-L003", "transform breaks off at character 1"),
        ('<g transform="scale(1 2 3)"/>', "FD-L003", "scale of a transform has 3 numbers"),
        ('<g transform="scale(x)"/>', "FD-L003", "no number"),
        (
            '<rect id="p" width="5" height="5" transform="scale(1e8)scale(1e8)"/>',
            "FD-L003",
            "out of every picture",
        ),
        ('<circle id="p" r="5" transform="scale(1e8)scale(1e8)"/>', "FD-L003", "out of every picture"),
        ('<path id="p" d="M0 0Q1 1 2 0A1 1 0 0 1 0 1Z" transform="scale(1e9)"/>', "FD-L003", "no number"),
        (
            '<path id="p" d="M0 0Q1 1 2 0A1 1 0 0 1 0 1Z" transform="scale(1e8)scale(1e8)"/>',
            "FD-L003",
            "out of every",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused_and_named(inner, code, words):
    issue = issue_of(svg(inner))
    assert issue.code == code
    assert words.replace("&lt;", "<") in issue.message


def test_broken_and_dangerous_xml_is_refused():
    assert issue_of(path("M0 0")[:60]).code == "FD-L003"
    assert issue_of(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>').code == "FD-L011"
    assert issue_of(b"<x><svg/></x>").code == "FD-L004"


def test_other_xml_is_not_recognised():
    assert ENTRY.recognises(Source("", b"<?xml version='1.0'?>\n<svg:svg xmlns:svg='x'/>"))
    assert not ENTRY.recognises(Source("", b"<rdml/>"))
    assert not ENTRY.recognises(Source("", b"svg"))
