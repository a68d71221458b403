"""Families from the plan to adjusted p: members and contrasts, weights and graphs, families behind others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.protocol.model import Edge, Family, PlannedContrast
from tests.acceptance.study_of import endpoint, one_measure
from tests.unit.analysis.probing import effect, probe_on_shelf
from tests.unit.analysis.test_designs import TIMES, results_of, rows

ADJUST = load("methods.multiplicity")


def family(name, method, *members, **words):
    return Family(family=name, method=method, alpha=Decimal("0.05"), members=members, **words)


def plan_of(monkeypatch, p, **words):
    """Endpoints E1, E2 ... whose methods answer with these p; all about the change of the one measure."""
    endpoints = []
    for place, value in enumerate(p, start=1):
        probe_on_shelf(monkeypatch, "paired", f"probe_{place}", p=value)
        endpoints.append(endpoint(f"E{place}", "change", f"probe_{place}", ["T1"], "T0"))
    return one_measure(TIMES, endpoints, decimals=1, **words)


VALUES = {"P1": ("1.0", "2.0", "4.0"), "P2": ("2.0", "4.5", "3.0"), "P3": ("3.0", "3.5", "6.0")}


def adjusted(folder, plan, name="F", values=VALUES):
    found = results_of(folder, plan, rows(values)).of(f"family.{name}", statistic="p_adjusted")
    return [row.value for row in found]


@pytest.mark.parametrize("method", ["holm", "hochberg", "hommel", "fixed sequence"])
def test_a_family_is_judged_by_the_procedure_of_the_shelf(tmp_path, monkeypatch, method):
    p = [0.02, 0.01, 0.04]
    plan = plan_of(monkeypatch, p, families=(family("F", method, "E1", "E2", "E3"),))
    wanted = ADJUST[method.replace(" ", "_")].adjust(p)
    assert adjusted(tmp_path, plan) == pytest.approx(wanted)
    assert wanted != p


def test_weights_belong_to_the_members_in_their_order(tmp_path, monkeypatch):
    p = [0.04, 0.01]
    weights = (Decimal("0.8"), Decimal("0.2"))
    plan = plan_of(monkeypatch, p, families=(family("F", "fallback", "E1", "E2", weights=weights),))
    assert adjusted(tmp_path, plan) == pytest.approx(ADJUST["fallback"].adjust(p, weights=[0.8, 0.2]))


def test_a_graph_passes_on_the_level_along_its_edges(tmp_path, monkeypatch):
    p = [0.01, 0.04]
    weights = (Decimal(1), Decimal(0))
    edges = (Edge(edge="F1", family="F", source="E1", target="E2", share=Decimal(1)), Edge(edge="G1", family="G", source="E2", target="E1", share=Decimal(1)))  # fmt: skip
    plan = plan_of(monkeypatch, p, families=(family("F", "graph", "E1", "E2", weights=weights),))
    assert adjusted(tmp_path, replace(plan, graph=edges)) == pytest.approx([0.01, 0.04])
    assert adjusted(tmp_path / "without", replace(plan, graph=edges[1:])) == pytest.approx([0.01, 1.0])


def test_a_family_behind_another_falls_only_where_that_has_fallen(tmp_path, monkeypatch):
    families = (family("second", "holm", "E3", after=("first",)), family("first", "holm", "E1", "E2"))
    plan = plan_of(monkeypatch, [0.01, 0.04, 0.001], families=families)
    found = results_of(tmp_path, plan, rows(VALUES))
    first = [row.value for row in found.of("family.first", statistic="p_adjusted")]
    assert first == pytest.approx([0.02, 0.04])
    assert found.one("family.second", statistic="p_adjusted").value == pytest.approx(0.04)


def test_a_family_behind_one_that_could_not_be_judged_is_not_judged(tmp_path, monkeypatch):
    families = (family("first", "holm", "E1"), family("second", "holm", "E2", after=("first",)))
    plan = plan_of(monkeypatch, [None, 0.001], families=families)
    row = results_of(tmp_path, plan, rows(VALUES)).one("family.second", statistic="p_adjusted")
    assert (row.value, row.text) == (None, "NC")


def test_a_contrast_of_an_analysis_is_a_member(tmp_path, monkeypatch):
    lines = [effect(name, "contrast", estimate=1.0, p=p) for name, p in (("mid", 0.03), ("late", 0.02))]
    probe_on_shelf(monkeypatch, "longitudinal", takes=("contrasts",), effects=lines, p=0.5)
    contrasts = tuple(
        PlannedContrast(contrast=name, compares=words)
        for name, words in (("mid", "T1 - T0"), ("late", "T2 - T0"))
    )
    plan = one_measure(TIMES, [endpoint("E1", "profile", "probe", TIMES)], decimals=1, contrasts=contrasts, families=(family("F", "holm", "mid", "late"),))  # fmt: skip
    found = results_of(tmp_path, plan, rows(VALUES)).of("family.F", statistic="p_adjusted")
    assert [row.value for row in found] == pytest.approx([0.04, 0.04])
    assert [row.variable for row in found] == ["mid: measure.value", "late: measure.value"]


def test_one_sign_a_participant_turns_the_changes_of_all_members(tmp_path):
    endpoints = [
        endpoint("E1", "change", "paired_t", ["T1"], "T0"),
        endpoint("E2", "change", "sign_flip_exact", ["T2"], "T0"),
    ]
    plan = one_measure(TIMES, endpoints, decimals=1, families=(family("F", "joint sign flip", "E1", "E2"),))
    values = {f"P{n}": (f"{n}.0", f"{n + 1}.{n}", f"{n + 2}.0" if n < 5 else f"{n - 2}.0") for n in range(1, 6)}  # fmt: skip
    numbers = np.array([[float(text) for text in course] for course in values.values()])
    changes = numbers[:, 1:] - numbers[:, :1]
    wanted = ADJUST["joint_sign_flip"].adjust(changes, decimals=[1, 1])
    assert adjusted(tmp_path, plan, values=values) == pytest.approx(wanted)


def test_one_sign_a_participant_turns_a_contrast_too_and_a_gap_stays_a_gap(tmp_path, monkeypatch):
    lines = [effect("late", "contrast", estimate=1.0, p=0.03)]
    probe_on_shelf(monkeypatch, "longitudinal", takes=("contrasts",), effects=lines)
    contrasts = (PlannedContrast(contrast="late", compares="T2 - T0"),)
    joint = (family("F", "joint sign flip", "late"),)
    plan = one_measure(TIMES, [endpoint("E1", "profile", "probe", TIMES)], decimals=1, contrasts=contrasts, families=joint)  # fmt: skip
    values = VALUES | {"P4": ("1.0", "2.0", None), "P5": ("1.0", None, "3.0")}
    changes = np.array([[3.0], [1.0], [3.0], [np.nan], [2.0]])
    wanted = ADJUST["joint_sign_flip"].adjust(changes, decimals=[1])
    assert adjusted(tmp_path, plan, values=values) == pytest.approx(wanted)


def test_lesions_turn_with_their_participant(tmp_path):
    joint = (family("F", "joint sign flip", "E1"),)
    plan = one_measure(TIMES, [endpoint("E1", "change", "participant_sign_flip", ["T1"], "T0")], per="lesion", decimals=1, families=joint)  # fmt: skip
    tables = [rows({f"P{n}": ("1.0", f"{n + k}.0") for n in range(1, 6)}, f"L{k}") for k in (1, 2)]
    found = results_of(tmp_path, plan, *tables)
    assert found.one("family.F", statistic="p_adjusted").value == pytest.approx(2 / 2**5)
    assert found.one("E1", statistic="p").value == pytest.approx(2 / 2**5)
