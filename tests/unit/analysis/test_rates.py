"""Events over what the plan counts by: four numbers that are never mixed, and everybody without a denominator named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.protocol.model import PlannedFactor
from tests.acceptance.study_of import day, names, part_of_seed, study_of

PLAN = part_of_seed("E1", activities=["demographics", "lesion_map"])
PLAN = replace(
    PLAN, endpoints=tuple(replace(each, method="poisson_exact") for each in PLAN.endpoints), sensitivity=()
)


def event(who, **facts):
    return {
        "participant": who, "term": "ulcer", "grade": "3", "onset": day(3), "ongoing": "no", "outcome": "recovered",
        "serious": "no", "related_cells": "probable", **facts,
    }  # fmt: skip


def visits(last):
    """Participant > day of the last visit that took place."""
    planned = [(visit.visit, visit.day) for visit in PLAN.visits]
    return [
        {"participant": name, "visit": visit, "date": day(when), "status": "done", "reason": ""}
        for name, until in last.items()
        for visit, when in planned
        if when <= until
    ]


def results_of(folder, exposure, events, *, last=None, lesions=2, plan=PLAN, **more):
    last = last or dict.fromkeys(names(4), 180)
    spots = [{"participant": name, "lesion": f"L{n}"} for name in last for n in range(1, lesions + 1)]
    tables = {
        "participants": [{"participant": name} for name in last],
        "injection": [spot | {"visit": "D0", "date": day(0)} for spot in spots],
        "lesion_map": [spot | {"visit": "BL"} for spot in spots],
        "visits": visits(last),
        "adverse_events": events,
    }
    plan = replace(plan, analyses=tuple(replace(each, exposure=exposure) for each in plan.analyses))
    return study_of(folder, tables | more, plan).results


EVENTS = [event("P1"), event("P1", onset=day(40)), event("P2"), event("P3", grade="1")]


@pytest.mark.parametrize(
    ("exposure", "denominator", "per"),
    [
        ("participant", 4, "events per participant"),
        ("participant month", 24, "events per participant month"),
        ("injection", 8, "events per injection"),
        ("lesion", 8, "events per plaque"),
    ],
)
def test_trap_19_four_denominators_are_four_rates(tmp_path, exposure, denominator, per):
    results = results_of(tmp_path, exposure, EVENTS)
    found = {
        name: results.one("E1", statistic=name).value for name in ("n", "events", "exposure", "estimate")
    }
    assert found == {
        "n": 4, "events": 3, "exposure": pytest.approx(denominator), "estimate": pytest.approx(3 / denominator),
    }  # fmt: skip
    assert results.one("E1", statistic="estimate").measure_unit == per


def test_trap_19_a_rate_without_a_declared_denominator_is_refused(tmp_path):
    row = results_of(tmp_path, "", EVENTS).one("E1", statistic="estimate")
    assert (row.value, row.text) == (None, "NC")
    assert row.caveats[0].startswith("FD-A207")
    assert "the plan does not say whether it counts by participants" in row.caveats[0]


@pytest.mark.parametrize("exposure", ["injection", "lesion"])
def test_trap_19_no_event_in_eight_lesions_is_not_eight_independent_chances(tmp_path, exposure):
    row = results_of(tmp_path, exposure, []).one("E1", statistic="upper_one_sided")
    assert any(caveat.startswith("FD-A161") for caveat in row.caveats)
    assert not row.text.endswith("%")


def test_trap_19_a_rate_per_participant_says_nothing_of_lesions(tmp_path):
    row = results_of(tmp_path, "participant", []).one("E1", statistic="n")
    assert not any(caveat.startswith("FD-A161") for caveat in row.caveats)


def test_time_at_risk_ends_with_the_last_visit_that_took_place_and_who_has_none_is_named(tmp_path):
    last = {"P1": 180, "P2": 60, "P3": -14}
    results = results_of(tmp_path, "participant month", [event("P1")], last=last)
    assert results.one("E1", statistic="exposure").value == pytest.approx(8.0)
    row = results.one("E1", statistic="n")
    assert (row.value, row.excluded) == (2.0, (("P3", "no follow-up on record"),))


def test_the_month_has_the_days_that_the_protocol_says(tmp_path):
    plan = replace(PLAN, trial=replace(PLAN.trial, month="30.4375 days"))
    results = results_of(tmp_path, "participant month", [event("P1")], plan=plan)
    assert results.one("E1", statistic="exposure").value == pytest.approx(4 * 180 / 30.4375)


def test_a_missing_fact_leaves_a_count_open_and_the_participant_out_by_name(tmp_path):
    results = results_of(tmp_path, "participant", [event("P1"), event("P2", grade="UNK")])
    row = results.one("E1", statistic="events")
    assert (row.value, row.n_participants) == (1.0, 3)
    assert row.excluded == (("P2", "a missing fact leaves open whether an event counts"),)


def test_rates_of_two_groups_are_compared_in_one_row(tmp_path):
    factors = (PlannedFactor(factor="sex", lies="between participant"),)
    plan = replace(PLAN, analyses=tuple(replace(each, factors=factors) for each in PLAN.analyses))
    sexes = [
        {"participant": name, "sex": sex}
        for name, sex in zip(names(4), ("male", "male", "female", ""), strict=True)
    ]
    events = [event("P1"), event("P2"), event("P3"), event("P3", onset=day(9))]
    results = results_of(tmp_path, "participant", events, plan=plan, demographics=sexes)
    row = results.one("E1", statistic="estimate")
    assert (row.quantity, row.n_participants) == ("rate ratio, second over first", 3)
    assert max(row.value, 1 / row.value) == pytest.approx(2.0)
    assert row.excluded == (("P4", "no sex on record"),)
