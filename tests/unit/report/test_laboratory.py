"""Laboratory runs as blocks, and their pictures."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.catalogue import Finding, Layer, Measured, Panel, Run
from firstdose.laboratory.measuring import MeasuredRun, Origin
from firstdose.report import figures, laboratory
from firstdose.report.text import render_text
from tests.unit.laboratory.conftest import ASSAY

HIGH = Finding(rule="spread", verdict="reject", message="spread 30 %", place="A1", value=30.0)


def measured(verdict_of: Finding | None = None, **changed: object) -> Measured:
    told: dict[str, object] = {
        "sample": "S1",
        "quantity": "amount",
        "analyte": "IL-17",
        "value": 12.3456789,
        "unit": "pg/mL",
        "findings": (verdict_of,) if verdict_of else (),
    }
    return Measured(**(told | changed))  # type: ignore[arg-type]


def run_of(*values: Measured, **more: object) -> MeasuredRun:
    run = Run(measured=values, **more)  # type: ignore[arg-type]
    return MeasuredRun(name="a.small", run=run, issues=(), origins={"a.small": Origin(sha256="ab" * 32)})


def panel(*layers: Layer, **more: object) -> Panel:
    return Panel(title="T", x_label="x", y_label="y", layers=layers, alt="a picture", **more)  # type: ignore[arg-type]


def points(number: int, label: str = "") -> Layer:
    return Layer(kind="points", x=np.arange(1.0, number + 1), y=np.arange(1.0, number + 1), label=label)


def test_a_run_is_told_with_its_values_and_broken_rules_once():
    told = render_text(
        laboratory.build_assay_report(ASSAY, run_of(measured(HIGH), measured(HIGH)), drawn=False)
    )
    assert "Verdicts on its values  2 rejected" in told
    assert told.count("spread 30 %") == 1
    assert "12.346" in told


def test_a_run_without_rules_and_values_says_so():
    told = render_text(laboratory.build_assay_report(ASSAY, run_of()))
    assert "No quality rule applies" in told
    assert "Verdicts on its values  no value" in told


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"comparator": "<", "value": 0.5}, "<0.5"),
        ({"comparator": "", "value": float("nan"), "reason": "tube lost"}, "missing: tube lost"),
        ({"value": float("inf")}, "inf"),
        ({"value": float("nan")}, "NC"),
    ],
)
def test_a_value_says_how_it_is_known(changed, text):
    assert laboratory.value_text(measured(**changed)) == text


def test_of_many_values_the_first_are_shown_and_the_rest_counted():
    run = Run(measured=(measured(),) * (laboratory.MOST_ROWS + 3))
    table = laboratory.values_table(run, "t")
    assert len(table.rows) == laboratory.MOST_ROWS
    assert table.footnotes == ("3 more values stand in the files.",)


def test_facts_and_pictures_of_a_run_are_shown():
    line = Layer(kind="line", x=np.array([0.0, 1.0]), y=np.array([0.0, 1.0]), label="fit")
    run = run_of(measured(), panels=(panel(line),), facts=(("counter", "one"),))
    report = laboratory.build_assay_report(ASSAY, run)
    assert [section.title for section in report.blocks] == [
        "The files",
        "What they yield",
        "Quality",
        "Pictures",
    ]
    assert "counter: one." in render_text(report)


def test_every_kind_of_layer_is_drawn_the_same_every_time():
    square = Layer(kind="outline", x=np.array([1.0, 2.0, 2.0]), y=np.array([1.0, 1.0, 2.0]), label="gate")
    upright = Layer(kind="guide", x=np.array([1.5]), y=np.array([]))
    level = Layer(kind="guide", x=np.array([np.nan]), y=np.array([1.5]))
    drawing = panel(points(3, "in"), square, upright, level, equal=True, words=((1.0, 1.0, "A1"),))
    assert figures.draw_panel(drawing) == figures.draw_panel(drawing)


def test_a_logarithmic_axis_has_plain_numbers():
    assert "mathdefault" not in figures.draw_panel(panel(points(5), x_log=True, y_log=True))


def test_a_crowd_is_drawn_as_dots_and_loses_no_point():
    few, many = figures.draw_panel(panel(points(10))), figures.draw_panel(panel(points(900)))
    assert many.count("<use") - few.count("<use") >= 890


def test_more_labels_than_a_legend_holds_are_not_named():
    named = figures.draw_panel(panel(*(points(2, f"label {n}") for n in range(3))))
    unnamed = figures.draw_panel(panel(*(points(2, f"label {n}") for n in range(20))))
    assert 'id="legend_1"' in named
    assert 'id="legend_1"' not in unnamed
