"""Gating-ML, FlowJo workspaces and FACSDiva experiments: what is read, and what is refused where."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.assays._kernel.flow.gates import apply_gates
from firstdose.readers.contents.flow import Asinh, Hyperlog, Linear, Logicle
from firstdose.readers.formats import facsdiva, fcs, flowjo, gatingml
from firstdose.readers.reader import Source
from tests.unit.readers import making_flow as made
from tests.unit.readers.making_flow import axis, corner, gate, population, shape, tube

EVENTS = fcs.ENTRY.read(Source("small.fcs", made.fcs())).contents[0]


def inside(content, reader=gatingml.ENTRY, **asked):
    reading = reader.read(Source("gates", content))
    assert reading.contents, reading.issues
    return {
        name: truths.tolist() for name, truths in apply_gates(EVENTS, reading.contents[-1], **asked).items()
    }


def issue_of(reader, content):
    reading = reader.read(Source("gates", content))
    assert reading.contents == ()
    (issue,) = reading.issues
    assert issue.place.file == "gates"
    return issue


def test_every_kind_of_gate_of_gating_ml_holds_its_events():
    """Events (1, 10) (2, 20) (3, 30) (4, 40); log10(x / 100) / 2 + 1 >= 0.6 from 15.8 on; A + B / 2 on one dye."""
    yes, no = True, False
    assert inside(made.GATINGML) == {
        "low": [yes, yes, no, no],
        "corner": [yes, yes, no, no],
        "either": [yes, yes, yes, yes],
        "right": [no, no, yes, yes],
        "round": [no, yes, no, no],
        "scaled": [no, yes, yes, yes],
        "tenth": [yes, yes, yes, yes],
        "dyed": [yes, yes, yes, yes],
    }


def test_a_dye_seen_by_two_detectors_is_unmixed_by_least_squares():
    """A = 1 dye, B = 0.5 dye: dye = (A + 0.5 B) / 1.25."""
    reading = gatingml.ENTRY.read(Source("gates", made.GATINGML.replace(b'min="1"', b'min="4.9"')))
    found = apply_gates(EVENTS, reading.contents[0])["dyed"]
    assert found.tolist() == [(a + b / 2) / 1.25 >= 4.9 for a, b in made.FLOATS.tolist()]


@pytest.mark.parametrize(
    ("element", "wanted"),
    [
        ('<transforms:flin transforms:T="9" transforms:A="1"/>', Linear(9, 1)),
        ('<transforms:fasinh transforms:T="9" transforms:M="4" transforms:A="1"/>', Asinh(9, 4, 1)),
        (
            '<transforms:logicle transforms:T="9" transforms:W="1" transforms:M="4" transforms:A="0"/>',
            Logicle(9, 1, 4, 0),
        ),
        (
            '<transforms:hyperlog transforms:T="9" transforms:W="1" transforms:M="4" transforms:A="0"/>',
            Hyperlog(9, 1, 4, 0),
        ),
    ],
)
def test_transforms_keep_their_parameters(element, wanted):
    note = "<data-type:custom_info>a note</data-type:custom_info>"
    told = f'<transforms:transformation transforms:id="t">{note}{element}</transforms:transformation>'
    reading = gatingml.ENTRY.read(Source("gates", made.gatingml(told, made.RECTANGLE)))
    assert reading.contents[0].transforms == {"t": wanted}


def test_equal_gates_have_equal_digests_and_moved_ones_do_not():
    def digest(content):
        return gatingml.ENTRY.read(Source("gates", content)).contents[0].digest

    moved = made.GATINGML.replace(b'max="2.5"', b'max="2.6"')
    assert digest(made.GATINGML) == digest(made.GATINGML.replace(b"<gating:Polygon", b" <gating:Polygon"))
    assert digest(made.GATINGML) != digest(moved)


def refused(*parts, code="FD-L003"):
    return made.gatingml(*parts), code


def transform(element):
    return f'<transforms:transformation transforms:id="t">{element}</transforms:transformation>'


RECTANGLE = made.RECTANGLE
GATINGML = {
    "has no attribute value": refused(
        made.ELLIPSOID.replace('<gating:distanceSquare data-type:value="1"/>', "<gating:distanceSquare/>")
    ),
    "lacks numbers": refused(made.ELLIPSOID.replace('<gating:distanceSquare data-type:value="1"/>', "")),
    "has no inverse": refused(made.ELLIPSOID.replace('value="100"', 'value="0"')),
    "which is no number": refused(RECTANGLE.replace('min="0"', 'min="low"')),
    "1 vertices, at least 3": refused(made.POLYGON.replace(corner(3, 0) + corner(3, 35), ""), RECTANGLE),
    "needs 'low', which is not in the file": refused(made.POLYGON),
    "'low' occurs more than once": refused(RECTANGLE, RECTANGLE, code="FD-L013"),
    "needs itself": refused(RECTANGLE.replace('id="low"', 'id="low" gating:parent_id="low"')),
    "has 0 dimensions": refused('<gating:RectangleGate gating:id="low"/>'),
    "has 1 dimensions": refused(made.POLYGON.replace(axis("B"), ""), RECTANGLE),
    "has no channel": refused(
        '<gating:RectangleGate gating:id="low"><gating:dimension/></gating:RectangleGate>'
    ),
    "names the transform 'log'": refused(made.SCALED),
    "names the compensation 'none'": refused(
        f'<gating:RectangleGate gating:id="low">{axis("A", compensation_ref="none")}</gating:RectangleGate>'
    ),
    "names the ratio 'share'": refused(made.RATIO[made.RATIO.index("<gating:Rect") :]),
    "the ratio 'share' has 1 channels": refused(
        made.RATIO.replace('<data-type:fcs-dimension data-type:name="B"/>', "", 1)
    ),
    "is not of 1 rows and 2 columns": refused(
        made.MATRIX.replace('<transforms:coefficient transforms:value="0.5"/>', "")
    ),
    "FlowJo's own gates": refused(
        made.RECTANGLE.replace("<gating:RectangleGate", '<gating:RectangleGate eventsInside="1"'),
        code="FD-L006",
    ),
    "names the divider 'b'": refused(made.QUADRANT.replace('divider_ref="a"', 'divider_ref="b"')),
    "has a value that is no number": refused(made.QUADRANT.replace(">2.5<", ">much<")),
    "the quadrant 'right' has no position": refused(
        made.QUADRANT.replace('<gating:position gating:divider_ref="a" gating:location="3"/>', "")
    ),
    "joins 0 gates": refused('<gating:BooleanGate gating:id="none"><gating:and/></gating:BooleanGate>'),
    "joins 2 gates": refused(made.BOOLEAN.replace("gating:or", "gating:not"), RECTANGLE, made.POLYGON),
    "'Gate' is missing": refused(code="FD-L004"),
    "cannot be: Log": refused(transform('<transforms:flog transforms:T="0" transforms:M="2"/>')),
    "cannot be: Linear": refused(transform('<transforms:flin transforms:T="0" transforms:A="0"/>')),
    "cannot be: Logicle": refused(
        transform('<transforms:logicle transforms:T="9" transforms:W="3" transforms:M="4" transforms:A="0"/>')
    ),
    "cannot be: Hyperlog": refused(
        transform(
            '<transforms:hyperlog transforms:T="9" transforms:W="0" transforms:M="4" transforms:A="0"/>'
        )
    ),
    "cannot be: Asinh": refused(
        transform('<transforms:fasinh transforms:T="9" transforms:M="0" transforms:A="1"/>')
    ),
    "breaks at line 1": (made.GATINGML[:-30], "FD-L003"),
    "document type": (b"<!DOCTYPE a>" + made.GATINGML, "FD-L011"),
}


@pytest.mark.parametrize("words", GATINGML)
def test_gating_ml_that_cannot_be_is_refused(words):
    content, code = GATINGML[words]
    issue = issue_of(gatingml.ENTRY, content)
    assert issue.code == code
    assert words in issue.message


def test_gates_of_a_workspace_hold_their_events():
    found = inside(made.FLOWJO, flowjo.ENTRY, binned=False)
    assert found == {
        "box": [True, True, True, False],
        "box/three": [True, True, True, False],
        "round": [True, True, True, False],
        "no box": [False, False, False, True],
    }


def test_a_gate_that_flowjo_alone_can_gate_is_told_and_its_count_kept():
    reading = flowjo.ENTRY.read(Source("gates", made.FLOWJO))
    counts, gates = reading.contents
    assert counts.count(("box",)) == 2
    assert counts.count(("curly",)) is None
    assert counts.populations[4].reason == "FlowJo computed no count (it wrote -1)"
    assert [issue.code for issue in reading.issues] == ["FD-L010"]
    assert "'curly'" in reading.issues[0].message
    assert gates.program == "FlowJo 10.8"
    assert gates.path(gates.gates[1]) == ("box", "three")


def test_gates_joined_with_one_that_is_not_gated_are_left_out():
    joined = made.NOT_BOX.replace('name="box"', 'name="curly"')
    reading = flowjo.ENTRY.read(Source("gates", made.flowjo(population("curly", made.CURLY) + joined)))
    assert len(reading.contents) == 1
    assert len(reading.issues) == 2


def test_gates_below_one_that_is_left_out_are_left_out_with_it():
    joined = made.NOT_BOX.replace('name="box"', 'name="curly"').replace("</NotNode>", "")
    below = f"<Subpopulations>{population('three', made.TRIANGLE)}{population('box', made.BOX)}</Subpopulations></NotNode>"
    content = made.flowjo(population("curly", made.CURLY) + joined + below + population("box", made.BOX))
    _, gates = flowjo.ENTRY.read(Source("gates", content)).contents
    assert [each.id for each in gates.gates] == ["box"]


def test_other_elements_between_the_populations_are_passed_over():
    content = made.flowjo("<Statistic name='Median'/>" + population("box", made.BOX))
    counts, gates = flowjo.ENTRY.read(Source("gates", content)).contents
    assert len(counts.populations) == 2
    assert len(gates.gates) == 1


def test_a_boolean_node_without_operands_and_a_gate_without_scale_are_left_out():
    empty = population("none", "<Dependents/>", tag="AndNode")
    reading = flowjo.ENTRY.read(
        Source("gates", made.flowjo(population("three", made.TRIANGLE) + empty, scales=""))
    )
    assert [type(each).__name__ for each in reading.contents] == ["PopulationCounts"]
    assert len(reading.issues) == 2


def test_events_outside_are_taken_where_the_gate_says_so():
    content = made.flowjo(population("box", made.BOX.replace('eventsInside="1"', 'eventsInside="0"')))
    assert inside(content, flowjo.ENTRY)["box"] == [False, False, False, True]


def test_a_side_at_the_edge_of_the_display_takes_in_what_lies_beyond():
    """FlowKit issue 280: FlowJo counts off-scale events where a gate touches the edge."""
    rectangle = gate(shape("RectangleGate", axis("A", min=0, max=3), axis("B", min=0, max=30)))
    scales = "".join(
        made.LINEAR.format(made.PARAMETER.format(name)).replace("256", end)
        for name, end in (("A", "3"), ("B", "30"))
    )
    content = made.flowjo(population("box", rectangle), scales=scales)
    assert inside(content, flowjo.ENTRY)["box"] == [True, True, True, True]
    biex = made.BIEX.format(made.PARAMETER.format("A")).replace("262144", "3")
    content = made.flowjo(population("box", rectangle.replace('max="30"', 'max="300"')), scales=biex)
    assert inside(content, flowjo.ENTRY)["box"] == [True, True, True, True]


def test_a_sample_without_matrix_and_with_gain_is_read():
    content = made.flowjo(
        scales=made.SCALES
        + made.LOG.format(made.PARAMETER.format("C"))
        + made.BIEX.format(made.PARAMETER.format("D"))
        + "<transforms:other><data-type:parameter data-type:name='E'/></transforms:other>"
        + '<transforms:fasinh transforms:T="9" transforms:M="4" transforms:A="1"/>',
        matrix="",
        gain="1",
    )
    gates = flowjo.ENTRY.read(Source("gates", content)).contents[1]
    assert gates.gain
    assert not gates.spillovers
    assert sorted(gates.transforms) == ["", "A", "B", "C", "D"]


FLOWJO = {
    "'SampleList', 'Sample' are missing": (b'<Workspace flowJoVersion="10"/>', "FD-L004"),
    "'SampleNode' is missing": (
        b'<Workspace flowJoVersion="10"><SampleList><Sample/></SampleList></Workspace>',
        "FD-L004",
    ),
    "the count of 'box' is '1.5'": (made.flowjo(population("box", made.BOX, count=1.5)), "FD-L003"),
    "the count of 'all events' is 'x'": (made.flowjo(count="x"), "FD-L003"),
    "has 1 dimensions": (made.flowjo(population("t", made.TRIANGLE.replace(axis("B"), ""))), "FD-L003"),
    "has no width": (made.flowjo(population("r", made.ELLIPSE.replace('value="5"', 'value="0"'))), "FD-L003"),
    "at least 4": (made.flowjo(population("r", made.ELLIPSE.replace(corner(2.5, 40), ""))), "FD-L003"),
    "rows for 2 channels": (
        made.flowjo(
            matrix=made.FLOWJO_MATRIX.replace(
                '<transforms:spillover data-type:parameter="B">', "<x>"
            ).replace(
                "</transforms:spillover></transforms:spilloverMatrix>", "</x></transforms:spilloverMatrix>"
            )
        ),
        "FD-L003",
    ),
    "cannot be: Linear": (
        made.flowjo(scales=made.SCALES.replace('maxRange="256"', 'maxRange="0"')),
        "FD-L003",
    ),
    "cannot be: Biex": (
        made.flowjo(scales=made.BIEX.format(made.PARAMETER.format("A")).replace("-100", "-1e30")),
        "FD-L003",
    ),
    "cannot be: Log": (
        made.flowjo(scales=made.LOG.format(made.PARAMETER.format("A")).replace('"4"', '"0"')),
        "FD-L003",
    ),
    "'box' occurs more than once": (made.flowjo(population("box", made.BOX) * 2), "FD-L013"),
    "breaks at line 1": (made.FLOWJO[:-9], "FD-L003"),
}


@pytest.mark.parametrize("words", FLOWJO)
def test_a_workspace_that_cannot_be_is_refused(words):
    content, code = FLOWJO[words]
    issue = issue_of(flowjo.ENTRY, content)
    assert issue.code == code
    assert words in issue.message


def test_counts_of_facsdiva_are_read_tube_by_tube():
    reading = facsdiva.ENTRY.read(Source("e.xml", made.FACSDIVA))
    first, second = reading.contents
    assert [(each.path, each.count) for each in first.populations] == [
        ((), 100),
        (("P1",), 60),
        (("P1", "P2"), 0),
    ]
    assert [each.count for each in second.populations] == [None, None]
    assert (reading.instrument, reading.run_date, reading.operator) == ("Aria", "2020-01-02", "Lab")


FACSDIVA = {
    "'tube' is missing": (made.facsdiva(), "FD-L004"),
    "the number of events is 'many'": (made.facsdiva(tube(("All Events", "many"))), "FD-L003"),
    "'All Events\\\\P1' occurs more than once": (
        made.facsdiva(tube(("All Events", 9), ("All Events\\P1", 1), ("All Events\\P1", 2))),
        "FD-L013",
    ),
    "gate 'All Events' is missing": (made.facsdiva(tube(("All Events\\P1", 1))), "FD-L004"),
    "holds more events than its parent": (
        made.facsdiva(tube(("All Events", 9), ("All Events\\P1", 10))),
        "FD-L005",
    ),
    "breaks at line 1": (made.FACSDIVA[:-20], "FD-L003"),
}


@pytest.mark.parametrize("words", FACSDIVA)
def test_an_experiment_that_cannot_be_is_refused(words):
    content, code = FACSDIVA[words]
    issue = issue_of(facsdiva.ENTRY, content)
    assert issue.code == code
    assert words.replace("\\\\", "\\") in issue.message


def test_each_format_is_recognised_by_itself_alone():
    files = {"fcs": made.fcs(), "gatingml": made.GATINGML, "flowjo": made.FLOWJO, "facsdiva": made.FACSDIVA}
    readers = (fcs.ENTRY, gatingml.ENTRY, flowjo.ENTRY, facsdiva.ENTRY)
    for name, content in files.items():
        assert [reader.name for reader in readers if reader.recognises(Source("", content))] == [name]


def test_numbers_of_gates_are_kept_as_written():
    gates = gatingml.ENTRY.read(Source("gates", made.GATINGML)).contents[0]
    triangle = next(each for each in gates.gates if each.id == "corner")
    assert np.array_equal(triangle.vertices, [[0, 0], [3, 0], [3, 35]])
