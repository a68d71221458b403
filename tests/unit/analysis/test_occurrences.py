"""Whether anything happened: participants, days, facts that are missing, groups; and counts of events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.protocol.model import Activity, Safety
from tests.acceptance.study_of import day, names, part_of_seed, study_of

PLAN = part_of_seed("E1", activities=["demographics", "lesion_map"])


def event(who, **facts):
    return {
        "participant": who, "term": "ulcer", "grade": "3", "onset": day(3), "ongoing": "no", "outcome": "recovered",
        "serious": "no", "related_cells": "probable", **facts,
    }  # fmt: skip


def results_of(folder, events, plan=PLAN, people=4, **more):
    tables = {
        "participants": [{"participant": name} for name in names(people)],
        "injection": [
            {"participant": name, "visit": "D0", "lesion": "L1", "date": day(0)} for name in names(people)
        ],
        "adverse_events": events,
    }
    return study_of(folder, tables | more, plan).results


def test_a_participant_counts_once_however_many_events_fit(tmp_path):
    results = results_of(tmp_path, [event("P1"), event("P1"), event("P2", grade="2")])
    row = results.one("E1", statistic="count")
    assert (row.text, row.n_events, row.n_participants) == ("1/4 (25.0%)", 2, 4)


@pytest.mark.parametrize(
    "facts", [{"grade": "UNK"}, {"related_cells": "unassessable"}, {"grade": "", "related_cells": "certain"}]
)
def test_a_missing_fact_leaves_the_participant_open_and_out(tmp_path, facts):
    row = results_of(tmp_path, [event("P1", **facts)]).one("E1", statistic="count")
    assert row.text == "0/3"
    assert row.excluded == (("P1", "a missing fact leaves open whether an event counts"),)


def test_a_missing_fact_does_not_matter_where_another_decides(tmp_path):
    results = results_of(
        tmp_path, [event("P1", grade="UNK", related_cells="unlikely"), event("P2"), event("P2", grade="UNK")]
    )
    row = results.one("E1", statistic="count")
    assert (row.text, row.excluded) == ("1/4 (25.0%)", ())


def test_where_everybody_is_open_there_is_no_share(tmp_path):
    events = [event(name, grade="UNK") for name in names(4)]
    assert results_of(tmp_path, events).of("E1") == ()


@pytest.mark.parametrize(("onset", "count"), [(-1, 0), (0, 1), (194, 1), (195, 0)])
def test_events_count_from_the_first_to_the_last_visit_named_by_their_windows(tmp_path, onset, count):
    assert results_of(tmp_path, [event("P1", onset=day(onset))]).one("E1", statistic="count").value == count


@pytest.mark.parametrize("onset", ["UNK", "2023-03", "2023"])
def test_an_event_of_unknown_day_counts(tmp_path, onset):
    assert results_of(tmp_path, [event("P1", onset=onset)]).one("E1", statistic="count").value == 1.0


def test_without_visits_named_every_event_counts_and_without_where_any_event(tmp_path):
    endpoint = replace(PLAN.endpoints[0], at=())
    plan = replace(PLAN, endpoints=(endpoint,), estimands=())
    results = results_of(tmp_path, [event("P1", onset=day(900), grade="1")], plan)
    assert results.one("E1", statistic="count").text == "1/4 (25.0%)"
    assert results.one("E1", statistic="count").visit == ""


def test_groups_have_their_own_denominators(tmp_path):
    plan = replace(PLAN, analyses=tuple(replace(each, by="sex") for each in PLAN.analyses))
    sexes = [
        {"participant": name, "sex": sex}
        for name, sex in zip(names(4), ("male", "male", "male", "female"), strict=True)
    ]
    results = results_of(tmp_path, [event("P1"), event("P4", grade="1")], plan, demographics=sexes)
    assert {row.level: row.text for row in results.of("E1", statistic="count")} == {
        "male": "1/3 (33.3%)",
        "female": "0/1",
    }
    overall = results.of("events.overall", variable="any event", statistic="participants")
    assert {row.level: row.text for row in overall} == {
        "": "2/4 (50.0%)",
        "male": "1/3 (33.3%)",
        "female": "1/1 (100%)",
    }


def test_events_may_be_grouped_by_a_fact_of_the_event(tmp_path):
    plan = replace(PLAN, analyses=tuple(replace(each, by="outcome") for each in PLAN.analyses))
    results = results_of(
        tmp_path, [event("P1"), event("P2", outcome="unknown"), event("P2", outcome="")], plan
    )
    found = results.of("events.overall", variable="any event", statistic="events")
    assert {row.level: row.value for row in found} == {
        "": 3.0,
        "missing": 1.0,
        "recovered": 1.0,
        "unknown": 1.0,
    }


def test_a_kind_that_no_event_can_answer_is_not_counted_as_none(tmp_path):
    results = results_of(
        tmp_path, [event("P1", serious="", outcome="unknown"), event("P2", serious="UNK", outcome="")]
    )
    for kind in ("serious", "fatal"):
        row = results.one("events.overall", variable=kind, statistic="participants")
        assert (row.value, row.text) == (None, "NC")
        assert row.caveats == (f"FD-A203 For 2 events a missing fact leaves open: {kind}.",)


def test_a_kind_with_open_events_has_no_bound_for_zero(tmp_path):
    results = results_of(tmp_path, [event("P1", serious="UNK"), event("P2")])
    row = results.one("events.overall", variable="serious", statistic="participants")
    assert (row.text, row.caveats) == ("0/4", ("FD-A203 For 1 event a missing fact leaves open: serious.",))
    assert results.of("events.overall", variable="serious", statistic="upper_one_sided") == ()


def test_without_a_rule_dose_limiting_is_not_decided(tmp_path):
    plan = replace(PLAN, safety=Safety())
    row = results_of(tmp_path, [event("P1")], plan).one(
        "events.overall", variable="dose-limiting toxicity", statistic="participants"
    )
    assert row.text == "NC"


def test_an_end_before_the_start_is_counted_as_a_fault(tmp_path):
    results = results_of(tmp_path, [event("P1", end=day(1)), event("P2", end=day(9))])
    assert results.one("events.overall", variable="ends before it starts", statistic="events").value == 1.0


def test_trap_19_without_a_lesion_map_lesions_are_a_plain_count(tmp_path):
    results = results_of(tmp_path, [event("P1", lesion="L1"), event("P1", lesion="L2"), event("P2")])
    row = results.one("events.overall", variable="any event", statistic="lesions")
    assert (row.text, row.n_lesions) == ("2", 0)


def test_trap_19_a_trial_without_lesions_counts_none(tmp_path):
    plan = replace(PLAN, intervention=replace(PLAN.intervention, unit_of_dosing="participant"))
    results = results_of(tmp_path, [event("P1", lesion="L1")], plan)
    assert results.of("events.overall", statistic="lesions") == ()


def test_a_listing_without_events_is_no_event_and_no_listing_is_no_answer(tmp_path):
    assert (
        results_of(tmp_path / "a", [])
        .one("events.overall", variable="any event", statistic="participants")
        .text
        == "0/4"
    )
    people = {"participants": [{"participant": "P1"}]}
    assert study_of(tmp_path / "b", people, PLAN).results.of("events.overall") == ()


def test_events_are_counted_in_the_treated_where_no_endpoint_looks_at_them(tmp_path):
    plan = replace(
        PLAN,
        endpoints=(),
        analyses=(),
        schedule=(*PLAN.schedule, Activity(activity="end_of_study", per="participant", at=("M6",))),
    )
    results = results_of(tmp_path, [event("P1")], plan)
    assert results.one("events.overall", variable="any event", statistic="participants").text == "1/4 (25.0%)"


def test_a_grade_nobody_gave_makes_no_table_by_grade(tmp_path):
    results = results_of(tmp_path, [event("P1", grade="")])
    assert results.of("events.grade") == ()
    assert results.of("events.term_by_grade") == ()
