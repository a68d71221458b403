"""The laboratory section of the report: runs, values that are not plainly good, pictures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from firstdose.catalogue import Finding, Run
from firstdose.laboratory.activity import ActivityReading
from firstdose.laboratory.measuring import MeasuredRun, Origin
from firstdose.laboratory.reportable import Reportable, frame_of
from firstdose.protocol.model_of_laboratory import LimitOfRule, MeasuredItem, PlannedAssay
from firstdose.report.content.laboratory import laboratory_section
from firstdose.report.tree import Figure, Listing, Table, walk
from tests.acceptance.study_of import endpoint, one_measure, study_of, words_of
from tests.unit.report.test_laboratory import HIGH, measured, panel, points

if TYPE_CHECKING:
    from firstdose.report.content.pieces import Material
    from firstdose.report.tree import Section

PLANNED = PlannedAssay(
    activity="measure",
    assay="multiplex",
    quantities=(MeasuredItem(item="value", quantity="concentration", analyte="IL-17"),),
    limits=(LimitOfRule(rule="replicate_cv", limits=(Decimal(0), Decimal(30))),),
)
BLANK = Finding(rule="blank", verdict="reject", message="the blank is high")
VALUE = Reportable(
    activity="measure", participant="P1", visit="V0", lesion="", date="", item="value", text="5", assay="multiplex",
    quantity="concentration", analyte="IL-17", value=5.0, comparator="=", reason="", unit="pg/mL", lloq=None, uloq=None,
    replicates=2, spread=None, dilution=1.0, verdict="pass", own_verdict="pass", rules="spread", findings="", run="a",
    repeat_of="", repeat_reason="", reported=True, sample="S1", file="a.small", sha256="0", place="A1", reader="small 1",
    instrument="", software="", run_date="", assay_version="multiplex 1", list_file="samples.csv", row=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    plan = one_measure(("V0",), [endpoint("E1", "value", "descriptive", ["V0"])])
    tables = {"participants": [{"participant": "P1"}], "measure": []}
    return study_of(tmp_path_factory.mktemp("study"), tables, plan).material


def run(name: str = "a", *, origins: bool = True, refused: bool = False, **told: object) -> MeasuredRun:
    own = Run(**({"measured": (measured(),)} | told))  # type: ignore[arg-type]
    of = {"a.small": Origin(sha256="0")} if origins else {}
    return MeasuredRun(name=name, run=own, issues=(), origins=of, refused=refused)


def section(
    material: Material,
    *runs: MeasuredRun,
    values: tuple[Reportable, ...] | None = (VALUE,),
    planned: bool = True,
) -> Section:
    basis = material.basis
    protocol = replace(basis.protocol, laboratory=(PLANNED,) if planned else ())
    snapshot = replace(basis.snapshot, laboratory=None if values is None else frame_of(values))
    reading = ActivityReading(activity="measure", runs=runs)
    basis = replace(basis, protocol=protocol, snapshot=snapshot)
    found = laboratory_section(replace(material, basis=basis, laboratory=(reading,)))
    assert found is not None
    return found


def of_kind(found: Section, kind: type) -> list:
    return [block for block in walk((found,)) if isinstance(block, kind)]


def test_a_study_without_instrument_files_has_no_such_section(material):
    assert laboratory_section(material) is None


def test_the_assays_sentence_and_the_protocols_own_limits_are_told(material):
    words = words_of(section(material, run(facts=(("plate", "one"),), findings=(HIGH,))))
    assert "replicate cv: the protocol sets its own limits." in words
    assert "plate: one" in words
    assert "1 values, 1 of them good and within quantification." in words


def test_runs_are_told_with_their_broken_rules_and_verdict(material):
    found = section(material, run(findings=(BLANK,)), run("b", refused=True), run("c", origins=False))
    [table] = of_kind(found, Table)
    cells = [[cell[0].text for cell in row] for row in table.rows]
    assert [row[:4] for row in cells] == [["a", "1", "1", "rejected"], ["b", "1", "0", "file refused"]]


def test_of_many_runs_only_those_that_are_not_good_are_listed(material):
    many = [run(str(number)) for number in range(8)]
    assert "8 runs, all good." in words_of(section(material, *many))
    found = section(material, *many, run("bad", findings=(BLANK,)))
    [table] = of_kind(found, Table)
    assert [row[0][0].text for row in table.rows] == ["bad"]
    assert table.footnotes == ("8 more runs are good.",)
    assert "What else it says" not in words_of(found)


def test_values_below_quantification_missing_rejected_or_repeated_are_listed(material):
    values = (
        VALUE,
        replace(VALUE, participant="P2", comparator="<", text="<0.5"),
        replace(VALUE, participant="P3", comparator="", text="ND: tube lost", value=None),
        replace(
            VALUE,
            participant="P4",
            verdict="reject",
            own_verdict="reject",
            text="ND: quality control: spread",
        ),
        replace(VALUE, participant="P5", reported=False),
        replace(VALUE, participant="P6", activity="another", reported=False),
    )
    found = section(material, values=values)
    [listing] = of_kind(found, Listing)
    assert [row[0] for row in listing.rows] == ["P2", "P3", "P4", "P5"]
    broken = listing.columns.index("Rules broken")
    assert [row[broken] for row in listing.rows] == ["", "", "spread", ""]
    assert "5 values, 1 of them good" in words_of(found)


def test_an_activity_that_the_protocol_does_not_measure_shows_its_runs_alone(material):
    found = section(material, values=None, planned=False)
    assert of_kind(found, Listing) == []
    assert of_kind(found, Table) == []


def test_the_first_pictures_are_drawn_and_the_rest_counted(material):
    panels = tuple(panel(points(3)) for _ in range(8))
    found = section(material, run(panels=panels))
    assert len(of_kind(found, Figure)) == 6
    assert "2 more pictures can be drawn" in words_of(found)
    assert "more pictures" not in words_of(section(material, run(panels=panels[:2])))
