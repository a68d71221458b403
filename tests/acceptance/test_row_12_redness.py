"""Row 12: redness is captured once and looked at twice, as harm and as effect; both lead to the same record."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.protocol.model import Analysis, Endpoint
from tests.acceptance.study_of import part_of_seed, seed_protocol, study_of

CAPTURES = {
    "local_tolerability_mm.redness_mm": {"pain": "0", "burning": "0", "itching": "0", "swelling_mm": "0", "necrosis": "no"},
    "plaque_score.erythema": {"induration": "2", "desquamation": "1"},
}  # fmt: skip
VALUES = {
    ("P1", "BL"): "3",
    ("P1", "W1"): "4",
    ("P1", "M6"): "1",
    ("P2", "BL"): "2",
    ("P2", "W1"): "2",
    ("P2", "M6"): "0",
}


def two_roles(measure):
    """The seed's protocol with redness declared as a harm and as an effect, and nothing else."""
    plan = {"measure": measure, "reference": "BL"}
    endpoints = (
        Endpoint(
            endpoint="S1", level="primary", kind="worst change", at=("W1", "M6"), method="descriptive", **plan
        ),
        Endpoint(endpoint="F1", level="secondary", kind="change", at=("M6",), method="paired_t", **plan),
    )
    unit = {"unit": "lesion in participant", "analysis_set": "all"}
    analyses = (
        Analysis(endpoint="S1", nested="participant worst", **unit),
        Analysis(endpoint="F1", nested="participant mean", ci=Decimal("0.95"), **unit),
    )
    activity = measure.partition(".")[0]
    return part_of_seed(activities=[activity], endpoints=endpoints, analyses=analyses, estimands=())


def results_of(folder, measure, **changed):
    activity, _, item = measure.partition(".")
    values = VALUES | {("P1", "BL"): changed["value"]} if changed else VALUES
    rows = [
        {"participant": who, "visit": visit, "lesion": "L1", item: value} | CAPTURES[measure]
        for (who, visit), value in values.items()
    ]
    return study_of(folder, {activity: rows}, two_roles(measure)).results


@pytest.mark.parametrize("measure", CAPTURES)
def test_row_12_the_harm_and_the_effect_lead_to_the_same_records(tmp_path, measure):
    results = results_of(tmp_path, measure)
    harm, effect = results.one("S1", statistic="max"), results.one("F1", statistic="estimate")
    assert (harm.value, effect.value) == (1.0, -2.0)
    activity, _, item = measure.partition(".")
    for row in (harm, effect):
        source = row.sources[0]
        assert (source.activity, source.items) == (activity, (item,))
        assert {"BL", "M6"} <= set(source.visits)
        assert source.participants == ("P1", "P2")


@pytest.mark.parametrize("measure", CAPTURES)
def test_row_12_one_edited_record_moves_both(tmp_path, measure):
    before, after = results_of(tmp_path / "a", measure), results_of(tmp_path / "b", measure, value="1")
    harms = [results.one("S1", statistic="max").value for results in (before, after)]
    effects = [results.one("F1", statistic="estimate").value for results in (before, after)]
    assert (harms, effects) == ([1.0, 3.0], [-2.0, -1.0])


def test_row_12_the_registry_calls_redness_a_harm_and_the_protocol_measures_both():
    seed = seed_protocol()
    redness = next(each for each in seed.outcomes if each.outcome == "redness")
    harms = {each.measure for each in seed.endpoints if each.level == "primary"}
    assert (redness.source, redness.level) == ("registry", "primary")
    assert redness.measured_by in harms
    assert "plaque_score" in {each.measure for each in seed.endpoints if each.level == "secondary"}
