"""Facts, sets, criteria with three values, flow, dose levels, events, reactions and deviations of participants."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from firstdose.catalogue import Item
from firstdose.derived.deviations import derive_deviations
from firstdose.derived.events import derive_events
from firstdose.derived.participants import Verdict, derive_dose_levels, derive_sets, eligible
from firstdose.derived.reactions import before_injection, derive_local_grades, graded_form
from firstdose.protocol.model import Activity, AnalysisSet, Criterion, Derivation, LocalItem, Safety
from tests.acceptance.study_of import day, graded, part_of_seed, study_of

PLAN = part_of_seed(
    "E1",
    "E5",
    activities=[
        "screening",
        "plaque_severity",
        "lesion_map",
        "end_of_study",
        "local_tolerability_mm",
        "demographics",
    ],
)
PEOPLE = [{"participant": name} for name in ("P1", "P2", "P3")]


def criteria(*rules):
    rows = (
        Criterion(criterion=f"C{n}", direction="in", rule=rule, sentence=rule) for n, rule in enumerate(rules)
    )
    return replace(PLAN, eligibility=tuple(rows))


def met(folder, plan, **tables):
    """participant > answer of each criterion."""
    study = study_of(folder, {"participants": PEOPLE} | tables, plan)
    return {
        name["participant"]: [each.met for each in study.verdicts if each.participant == name["participant"]]
        for name in PEOPLE
    }


def severity(who, lesion, visit, grade):
    return {"participant": who, "lesion": lesion, "visit": visit, "plaque_severity": grade}


def scored(who, visit, tenths):
    return {"participant": who, "visit": visit, **graded(tenths)}


def test_criteria_see_what_was_recorded_before_treatment_only(tmp_path):
    plan = criteria("PASI < 12")
    scores = [
        scored("P1", "BL", 100),
        scored("P1", "M6", 200),
        scored("P2", "W4", 20),
        scored("P3", "BL", 120),
    ]
    assert met(tmp_path, plan, PASI_Fredriksson=scores) == {"P1": [True], "P2": [None], "P3": [False]}


def test_criteria_may_look_at_all_lesions_of_a_participant(tmp_path):
    plan = criteria("max(plaque_severity) >= 3", "all(plaque_severity >= 2) and screening_pasi < 12")
    grades = [
        ("P1", "L1", "BL", "4"),
        ("P1", "L2", "BL", "1"),
        ("P2", "L1", "BL", "2"),
        ("P2", "L1", "M6", "5"),
    ]
    screening = [
        {"participant": "P1", "visit": "SCR", "screening_pasi": "8.0"},
        {"participant": "P2", "visit": "SCR", "screening_pasi": "8.0"},
    ]
    found = met(tmp_path, plan, plaque_severity=[severity(*each) for each in grades], screening=screening)
    assert found == {"P1": [True, False], "P2": [False, True], "P3": [None, None]}


def test_criteria_may_stand_on_derivations_and_other_visits(tmp_path):
    plan = replace(
        criteria("mild", "at(screening_pasi, SCR) < 12"),
        derivations=(Derivation(variable="mild", label="mild", rule="screening_pasi < 10"),),
    )
    screening = [
        {"participant": "P1", "visit": "SCR", "screening_pasi": "9.0"},
        {"participant": "P2", "visit": "SCR", "screening_pasi": "11.0"},
    ]
    assert met(tmp_path, plan, screening=screening) == {
        "P1": [True, True],
        "P2": [False, True],
        "P3": [None, None],
    }


def test_without_records_everything_is_unknown_and_nothing_breaks(tmp_path):
    assert met(tmp_path, criteria("diabetes", "screening_pasi < 12")) == {
        each["participant"]: [None, None] for each in PEOPLE
    }


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ((True, True), True),
        ((True, None), None),
        ((None, True), None),
        ((None, False), False),
        ((False, None), False),
    ],
)
def test_one_failure_excludes_and_one_unknown_leaves_open(answers, verdict):
    rows = tuple(Verdict("P1", f"C{n}", "in", "", answer) for n, answer in enumerate(answers))
    assert eligible(rows) == {"P1": verdict}


def test_unknown_is_no_member_of_a_set(tmp_path):
    rule = AnalysisSet(
        name="mild", rule="treated and screening_pasi < 12", sentence="treated with mild disease"
    )
    plan = replace(PLAN, analysis_sets=(rule,))
    given = [{"participant": name, "visit": "D0", "lesion": "L1"} for name in ("P1", "P2")]
    screening = [
        {"participant": "P1", "visit": "SCR", "screening_pasi": "9.0"},
        {"participant": "P3", "visit": "SCR", "screening_pasi": "9.0"},
    ]
    study = study_of(tmp_path, {"participants": PEOPLE, "injection": given, "screening": screening}, plan)
    sets = derive_sets(plan, study.snapshot, study.basis.participants)
    assert sets == {"all": ("P1", "P2", "P3"), "treated": ("P1", "P2"), "mild": ("P1",)}


def test_a_set_may_be_defined_by_what_is_seen_again(tmp_path):
    rule = AnalysisSet(name="scored", rule="PASI < 12 and treated", sentence="treated with mild disease")
    plan = replace(PLAN, analysis_sets=(rule,))
    given = [{"participant": name, "visit": "D0", "lesion": "L1"} for name in ("P1", "P2")]
    scores = [
        scored("P1", "BL", 80),
        scored("P1", "M6", 200),
        scored("P2", "M6", 200),
        scored("P3", "BL", 10),
    ]
    study = study_of(tmp_path, {"participants": PEOPLE, "injection": given, "PASI_Fredriksson": scores}, plan)
    assert study.basis.sets["scored"] == ("P1",)


def test_the_flow_counts_everybody_once(tmp_path):
    given = [{"participant": name, "visit": "D0", "lesion": "L1"} for name in ("P1", "P2")]
    ends = [
        {"participant": "P1", "visit": "M6", "status": "completed", "date": day(180)},
        {
            "participant": "P3",
            "visit": "M6",
            "status": "withdrawn",
            "date": day(-2),
            "reason": "changed mind",
        },
    ]
    flow = study_of(
        tmp_path, {"participants": PEOPLE, "injection": given, "end_of_study": ends}, PLAN
    ).basis.flow
    assert (flow.enrolled, flow.treated, flow.completed, flow.ongoing) == (
        ("P1", "P2", "P3"),
        ("P1", "P2"),
        ("P1",),
        ("P2",),
    )
    assert [(each.participant, each.status, each.reason) for each in flow.left] == [
        ("P3", "withdrawn", "changed mind")
    ]


def test_a_dose_level_is_as_given_and_else_as_planned(tmp_path):
    spots = [{"participant": "P1", "lesion": lesion, "dose_level": "DL1"} for lesion in ("L1", "L2")]
    given = [{"participant": "P1", "visit": "D0", "lesion": "L1", "dose_level": "DL2"}]
    snapshot = study_of(tmp_path / "a", {"lesion_map": spots, "injection": given}, PLAN).snapshot
    assert derive_dose_levels(snapshot).rows() == [("P1", "L1", "DL2"), ("P1", "L2", "DL1")]
    assert derive_dose_levels(study_of(tmp_path / "b", {"participants": PEOPLE}, PLAN).snapshot).height == 0


def event(**facts):
    return {"participant": "P1", "term": "fever", "grade": "3", "related_cells": "possible", **facts}


@pytest.mark.parametrize(
    ("facts", "column", "value"),
    [
        ({"onset": day(3)}, "day", 3.0),
        ({"onset": day(-3)}, "emergent", False),
        ({"onset": "2023-03"}, "day", None),
        ({"onset": "2023-03", "onset_day": "12"}, "day", 12.0),
        ({"end": day(5)}, "last_day", 5.0),
        ({"related_cells": "unlikely"}, "related", False),
        ({"related_cells": "conditional"}, "related", None),
        ({"related_cells": ""}, "related", None),
        ({"lesion": "L1"}, "systemic", False),
        ({"lesion": ""}, "systemic", True),
        ({"coded_term": "Fever"}, "preferred", "Fever"),
        ({}, "preferred", "fever"),
        ({"onset": day(28)}, "dlt", True),
        ({"onset": day(29)}, "dlt", False),
        ({"onset": day(3), "grade": "2"}, "dlt", False),
        ({"onset": day(3), "grade": "UNK"}, "dlt", None),
        ({"onset": "UNK", "related_cells": "unlikely"}, "dlt", False),
    ],
)  # fmt: skip
def test_what_follows_for_an_event(tmp_path, facts, column, value):
    given = [{"participant": "P1", "visit": "D0", "lesion": "L1", "date": day(0)}]
    snapshot = study_of(tmp_path, {"adverse_events": [event(**facts)], "injection": given}, PLAN).snapshot
    assert derive_events(PLAN, snapshot)[column].to_list() == [value]


def test_without_a_rule_or_a_listing_nothing_is_dose_limiting(tmp_path):
    plan = replace(PLAN, safety=Safety())
    snapshot = study_of(tmp_path / "a", {"adverse_events": [event()]}, plan).snapshot
    assert derive_events(plan, snapshot)["dlt"].to_list() == [None]
    assert derive_events(replace(plan, safety=None), snapshot)["dlt"].to_list() == [None]
    empty = derive_events(PLAN, study_of(tmp_path / "b", {"participants": PEOPLE}, PLAN).snapshot)
    assert (empty.height, {"day", "dlt", "related"} <= set(empty.columns)) == (0, True)


def local(visit, **said):
    zero = dict.fromkeys(("pain", "burning", "itching", "redness_mm", "swelling_mm"), "0")
    return {"participant": "P1", "lesion": "L1", "visit": visit, "necrosis": "no", **zero, **said}


def test_reactions_are_graded_against_the_last_state_before_injection(tmp_path):
    study = study_of(
        tmp_path, {"local_tolerability_mm": [local("BL", pain="2"), local("W1", pain="7"), local("W2")]}, PLAN
    )
    assert before_injection(PLAN, graded_form(PLAN)) == "BL"
    assert derive_local_grades(PLAN, study.snapshot).rows() == [
        ("P1", "L1", "W1", 2.0),
        ("P1", "L1", "W2", 0.0),
    ]


def test_without_a_form_a_table_or_a_state_before_there_is_no_grade(tmp_path):
    study = study_of(tmp_path, {"local_tolerability_mm": [local("W1")]}, PLAN)
    only_later = tuple(
        replace(row, at=("W1",)) if row.activity == "local_tolerability_mm" else row for row in PLAN.schedule
    )
    no_form = tuple(row for row in PLAN.schedule if row.activity != "local_tolerability_mm")
    for schedule in (only_later, no_form):
        plan = replace(PLAN, schedule=schedule)
        assert derive_local_grades(plan, study.snapshot).height == 0
    assert (
        derive_local_grades(PLAN, study_of(tmp_path / "b", {"participants": PEOPLE}, PLAN).snapshot).height
        == 0
    )
    assert (
        study_of(tmp_path / "c", {"participants": PEOPLE}, replace(PLAN, schedule=no_form)).results.of(
            "local"
        )
        == ()
    )


def test_deviations_of_a_trial_without_dosing_are_those_of_visits(tmp_path):
    plan = replace(PLAN, intervention=None)
    visits = [
        {"participant": "P1", "visit": "D0", "date": day(0), "status": "done"},
        {"participant": "P1", "visit": "W1", "status": "missed"},
    ]
    given = [{"participant": "P1", "visit": "D0", "lesion": "L1"}] * 2
    study = study_of(tmp_path, {"visits": visits, "injection": given}, plan)
    assert [(each.kind, each.sentence) for each in derive_deviations(plan, study.snapshot)] == [
        ("visit missed", "W1 was missed, without a reason on record.")
    ]


def test_facts_below_quantification_do_not_decide_who_is_in(tmp_path):
    item = LocalItem(activity="screening", item=Item(name="marker", label="marker", kind="quantity"))
    plan = replace(
        criteria("marker < 5"),
        items=(*PLAN.items, item),
        schedule=(*PLAN.schedule, Activity(activity="vital_signs", per="participant", at=("SCR",))),
    )
    screening = [
        {"participant": "P1", "visit": "SCR", "marker": "<9"},
        {"participant": "P2", "visit": "SCR", "marker": "3"},
    ]
    assert met(tmp_path, plan, screening=screening) == {"P1": [None], "P2": [True], "P3": [None]}


def test_participants_have_one_row_with_their_first_record(tmp_path):
    rows = [
        {"participant": "P1", "sex": "male", "age": "30"},
        {"participant": "P3", "sex": "female", "age": "40"},
    ]
    frame = study_of(tmp_path, {"participants": PEOPLE, "demographics": rows}, PLAN).basis.participants
    assert frame.select("participant", "sex", "age").rows() == [
        ("P1", "male", 30.0),
        ("P2", None, None),
        ("P3", "female", 40.0),
    ]
    assert frame.filter(pl.col("treated"))["participant"].to_list() == []
