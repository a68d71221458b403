"""Values by rule: items of several forms side by side, other visits, several records, unknown staying unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from firstdose.catalogue import Item
from firstdose.derived.agreement import derive_check
from firstdose.derived.measurements import derive_change, derive_measurements
from firstdose.derived.rules import derive_derivation, derive_names, gather_items, items_behind, rule_of
from firstdose.derived.scores import arrays_of
from firstdose.protocol.model import Activity, Derivation, EditCheck, LocalItem, Protocol, Trial, Visit
from firstdose.protocol.names import measures
from firstdose.values.window import Window
from tests.acceptance.study_of import graded, study_of

VISITS = tuple(
    Visit(visit=name, day=day, window=Window(day, day)) for name, day in (("BL", -1), ("D0", 0), ("M1", 30))
)


def number(activity, name, **more):
    return LocalItem(activity=activity, item=Item(name=name, label=name, kind="quantity", **more))


PLAN = Protocol(
    trial=Trial(id="R", version="1.0", title="Rules", phase="I", participants=5),
    visits=VISITS,
    schedule=(
        Activity(activity="entry", per="participant", at=("BL",)),
        Activity(activity="blood", per="participant", at=("BL", "M1")),
        Activity(activity="urine", per="participant", at=("BL", "M1")),
        Activity(activity="map", per="lesion", at=("BL",)),
        Activity(activity="skin", per="lesion", at=("BL", "M1")),
        Activity(activity="PASI_Fredriksson", per="participant", at=("BL", "M1")),
        Activity(activity="adverse_events", per="participant", at=("D0", "M1")),
    ),
    items=(
        number("entry", "height", low=Decimal(0)),
        LocalItem(activity="entry", item=Item(name="seen", label="seen", kind="date")),
        number("blood", "iron"),
        number("urine", "salt"),
        number("map", "width"),
        number("skin", "thick"),
    ),
)


def rule(variable, text, **more):
    return Derivation(variable=variable, label=variable, rule=text, **more)


def values(folder, steps, variable, **tables):
    """(participant, lesion, visit) > value."""
    plan = replace(PLAN, derivations=tuple(steps))
    study = study_of(folder, tables, plan)
    frame = derive_derivation(plan, study.snapshot, variable)
    return {row[:3]: row[3] for row in frame.select("participant", "lesion", "visit", "value").iter_rows()}


def row(who, visit, lesion="", **items):
    return {"participant": who, "visit": visit} | ({"lesion": lesion} if lesion else {}) | items


BLOOD = [
    row("P1", "BL", iron="4"),
    row("P1", "M1", iron="6"),
    row("P2", "BL", iron="UNK"),
    row("P2", "M1", iron="8"),
]
SKIN = [row("P1", "BL", "L1", thick="1"), row("P1", "BL", "L2", thick="3"), row("P1", "M1", "L1", thick="2")]


def test_a_rule_is_evaluated_at_each_record_and_unknown_stays_unknown(tmp_path):
    found = values(tmp_path, [rule("twice", "2 * iron")], "twice", blood=BLOOD)
    assert found == {
        ("P1", None, "BL"): 8,
        ("P1", None, "M1"): 12,
        ("P2", None, "BL"): None,
        ("P2", None, "M1"): 16,
    }


def test_a_truth_is_0_or_1(tmp_path):
    assert set(values(tmp_path, [rule("high", "iron > 5")], "high", blood=BLOOD).values()) == {0.0, 1.0, None}


def test_a_rule_may_look_at_another_visit_and_at_the_change_since(tmp_path):
    steps = [rule("gain", "change(iron, BL)"), rule("share", "iron / at(iron, BL)")]
    assert values(tmp_path / "a", steps, "gain", blood=BLOOD)["P1", None, "M1"] == 2.0
    found = values(tmp_path / "b", steps, "share", blood=BLOOD)
    assert (found["P1", None, "M1"], found["P2", None, "M1"]) == (1.5, None)


def test_a_derivation_may_stand_on_others_in_any_order_and_at_other_visits(tmp_path):
    steps = [rule("sum", "twice + iron"), rule("twice", "2 * iron"), rule("since", "sum - at(sum, BL)")]
    found = values(tmp_path, steps, "since", blood=BLOOD)
    assert found["P1", None, "M1"] == 6.0


def test_two_rules_may_look_at_the_same_other_visit(tmp_path):
    steps = [rule("gain", "iron - at(iron, BL)"), rule("share", "gain / at(iron, BL)")]
    assert values(tmp_path, steps, "share", blood=BLOOD)["P1", None, "M1"] == 0.5


def test_forms_of_one_visit_stand_side_by_side_and_none_is_lost(tmp_path):
    urine = [row("P1", "M1", salt="1"), row("P3", "BL", salt="2")]
    found = values(tmp_path, [rule("both", "iron + salt")], "both", blood=BLOOD, urine=urine)
    assert found["P1", None, "M1"] == 7.0
    assert found["P3", None, "BL"] is None
    assert len(found) == 5


def test_what_is_recorded_once_stands_in_every_record_of_the_participant(tmp_path):
    found = values(
        tmp_path, [rule("ratio", "iron / height")], "ratio", blood=BLOOD, entry=[row("P1", "BL", height="2")]
    )
    assert (found["P1", None, "BL"], found["P1", None, "M1"], found["P2", None, "M1"]) == (2.0, 3.0, None)


def test_what_is_recorded_of_the_participant_stands_in_every_lesion(tmp_path):
    steps = [rule("mixed", "thick + width + iron", per="lesion")]
    spots = [row("P1", "BL", "L1", width="10"), row("P1", "BL", "L2", width="20")]
    found = values(tmp_path, steps, "mixed", skin=SKIN, map=spots, blood=BLOOD)
    assert found == {("P1", "L1", "BL"): 15, ("P1", "L2", "BL"): 27, ("P1", "L1", "M1"): 18}


def test_lesions_come_from_what_is_recorded_once_where_nothing_else_has_them(tmp_path):
    spots = [row("P1", "BL", "L1", width="10"), row("P1", "BL", "L2", width="20")]
    found = values(tmp_path, [rule("mixed", "width + iron", per="lesion")], "mixed", map=spots, blood=BLOOD)
    assert found["P1", "L2", "M1"] == 26.0
    assert found["P2", None, "M1"] is None


def test_several_records_are_those_of_one_participant_and_visit(tmp_path):
    skin = [*SKIN, row("P2", "BL", "L1", thick="9")]
    found = values(tmp_path, [rule("worst", "max(thick)"), rule("more", "worst + 1")], "worst", skin=skin)
    assert found == {("P1", None, "BL"): 3, ("P1", None, "M1"): 2, ("P2", None, "BL"): 9}
    assert values(
        tmp_path / "b", [rule("worst", "max(thick)"), rule("more", "worst + 1")], "more", skin=skin
    ) == {key: value + 1 for key, value in found.items()}


def test_several_records_of_a_lesion_stay_with_the_lesion(tmp_path):
    found = values(tmp_path, [rule("own", "max(thick)", per="lesion")], "own", skin=SKIN)
    assert found == {("P1", "L1", "BL"): 1, ("P1", "L2", "BL"): 3, ("P1", "L1", "M1"): 2}


def test_a_score_may_stand_in_a_rule(tmp_path):
    scored = [row("P1", "BL", **graded(80)), row("P1", "M1", **graded(20))]
    steps = [rule("better", "PASI <= 0.25 * at(PASI, BL)")]
    found = values(tmp_path, steps, "better", PASI_Fredriksson=scored)
    assert found == {("P1", None, "BL"): 0.0, ("P1", None, "M1"): 1.0}


def test_a_value_below_quantification_is_unknown_to_a_rule(tmp_path):
    found = values(tmp_path, [rule("twice", "2 * iron")], "twice", blood=[row("P1", "BL", iron="<0.5")])
    assert found == {("P1", None, "BL"): None}


def test_a_form_that_nobody_filled_is_unknown_for_everybody(tmp_path):
    people = [{"participant": "P1"}, {"participant": "P2"}]
    assert values(tmp_path, [rule("twice", "2 * iron")], "twice", participants=people) == {
        ("P1", None, None): None,
        ("P2", None, None): None,
    }


def test_items_behind_a_name_are_followed_through_derivations_and_scores():
    plan = replace(
        PLAN, derivations=(rule("a", "2 * iron"), rule("b", "a + at(salt, BL)"), rule("c", "PASI + b"))
    )
    behind = items_behind(plan, ["c"])
    assert behind["blood"] == ("iron",)
    assert behind["urine"] == ("salt",)
    assert len(behind["PASI_Fredriksson"]) == 16
    assert items_behind(plan, ["thick"]) == {"skin": ("thick",)}


def test_a_rule_that_was_not_checked_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="an unchecked rule"):
        rule_of(PLAN, "iron >", "derivation")


def test_an_activity_without_records_has_no_rows(tmp_path):
    study = study_of(tmp_path, {"blood": BLOOD}, PLAN)
    assert gather_items(PLAN, study.snapshot, ["salt"], "urine").height == 0
    assert gather_items(PLAN, study.snapshot, ["iron"], "blood").height == 4
    assert derive_names(PLAN, study.snapshot, []).select("participant").rows() == [("P1",), ("P2",)]


def check(text, activity):
    return EditCheck(check="C", activity=activity, rule=text, message="no")


@pytest.mark.parametrize(
    ("text", "activity", "keeps"),
    [
        ("iron < 5", "blood", [True, False, None, False]),
        ("iron < 3 * height", "blood", [True, False, None, None]),
        ("iron <= at(iron, BL)", "blood", [True, False, None, None]),
        ("high < 1 or iron > 7", "blood", [True, False, None, True]),
        ("max(thick) < 3", "skin", [False, False, True]),
        ("thick < iron", "skin", [True, True, True]),
        ("grade < 3", "adverse_events", [True, False, None]),
        ("salt < 3", "urine", []),
    ],
)
def test_an_edit_check_is_judged_at_each_record_of_its_activity(tmp_path, text, activity, keeps):
    plan = replace(PLAN, derivations=(rule("high", "iron - 5"),))
    events = [{"participant": "P1", "term": "x", "grade": grade} for grade in ("1", "4", "UNK")]
    tables = {"blood": BLOOD, "skin": SKIN, "entry": [row("P1", "BL", height="2")], "adverse_events": events}
    study = study_of(tmp_path, tables, plan)
    assert derive_check(plan, study.snapshot, check(text, activity)).to_list() == keeps


def test_measurements_keep_every_record_and_its_comparator(tmp_path):
    blood = [row("P1", "BL", iron="<0.5"), row("P1", "M1", iron="2"), row("P2", "BL", iron="ND")]
    study = study_of(tmp_path, {"blood": blood}, PLAN)
    frame = derive_measurements(PLAN, study.snapshot, measures(PLAN, "blood.iron")[0])
    assert frame.select("participant", "value", "comparator").rows() == [
        ("P1", 0.5, "<"),
        ("P1", 2.0, None),
        ("P2", None, None),
    ]
    assert derive_measurements(PLAN, study.snapshot, measures(PLAN, "urine.salt")[0]).height == 0


def test_a_change_is_from_the_own_reference_and_a_percent_of_nothing_is_unknown(tmp_path):
    skin = [
        row("P1", "BL", "L1", thick="0"),
        row("P1", "BL", "L2", thick="4"),
        row("P1", "M1", "L1", thick="1"),
        row("P1", "M1", "L2", thick="1"),
        row("P1", "M1", "L3", thick="1"),
    ]
    study = study_of(tmp_path, {"skin": skin}, PLAN)
    frame = derive_change(derive_measurements(PLAN, study.snapshot, measures(PLAN, "skin.thick")[0]), "BL")
    found = {(each["lesion"], each["visit"]): (each["change"], each["percent"]) for each in frame.to_dicts()}
    assert found["L1", "M1"] == (1.0, None)
    assert found["L2", "M1"] == (-3.0, -75.0)
    assert found["L3", "M1"] == (None, None)


def test_a_score_with_a_part_below_quantification_is_missing(tmp_path):
    from tests.acceptance.study_of import part_of_seed

    plan = part_of_seed("E7")
    records = [
        row("P1", "BL", "L1", device="d", reading_1="<0.5"),
        row("P1", "BL", "L2", device="d", reading_1="2.0"),
    ]
    study = study_of(tmp_path, {"skin_thickness": records}, plan)
    frame = derive_measurements(plan, study.snapshot, measures(plan, "skin_thickness")[0])
    assert frame["value"].to_list() == [None, 2.0]


def test_arrays_say_what_is_missing_with_nan_and_hold_what_was_asked_for_once():
    frame = pl.DataFrame({"a": [1, None], "yes": [True, None], "word": ["x", None]})
    arrays = arrays_of(frame)
    assert np.array_equal(arrays["a"], [1.0, np.nan], equal_nan=True)
    assert np.array_equal(arrays["yes"], [1.0, np.nan], equal_nan=True)
    assert arrays["word"].tolist() == ["x", None]
    assert np.isnan(arrays["absent"]).all()
    assert ("a" in arrays, "absent" in arrays) == (True, False)
    assert arrays.get("absent", 7) == 7
    assert arrays.get("a") is arrays["a"]
