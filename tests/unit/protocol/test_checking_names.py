"""Names, rules and quantities: what each unknown word, rule and unit leads to, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.catalogue import Item
from firstdose.protocol.checking_codes import CODES, TABLE
from firstdose.protocol.model import Activity, DoseLevel, LocalItem
from firstdose.protocol.names import forms, measures, names_in_sight, resolve_activity
from firstdose.values.quantity import read_quantity
from tests.unit.protocol.a_small_trial import SMALL, changed, codes, errors, issues


def one(code: str, **changes):
    found = [issue for issue in issues(**changes) if issue.code == code]
    assert len(found) == 1, [str(issue) for issue in issues(**changes)]
    return found[0]


def test_the_small_trial_has_no_error() -> None:
    assert errors() == set()


def test_an_unknown_activity_is_named_with_the_closest_one() -> None:
    schedule = (*SMALL.schedule, Activity(activity="PSAI", per="participant", at=("BL",)))
    issue = one("FD-P040", schedule=schedule)
    assert "no activity is called 'PSAI'. Did you mean 'PASI'? Name its variant: PASI_Fredriksson" in str(
        issue
    )
    assert issue.place.file == "schedule/PSAI"


def test_an_instrument_with_variants_is_refused_without_one_and_its_variants_are_listed() -> None:
    schedule = (*SMALL.schedule, Activity(activity="PASI", per="participant", at=("BL",)))
    issue = one("FD-P041", schedule=schedule)
    assert issue.remedy == "Name one: PASI_Fredriksson, PASI_Feldman, PASI_Bozek or PASI_EMA."


def test_an_unknown_activity_is_complained_of_once_though_an_endpoint_stands_on_it() -> None:
    schedule = changed(SMALL.schedule, "cytokines", activity="cytokine")
    items = tuple(row for row in SMALL.items if row.activity != "cytokines")
    endpoints = changed(SMALL.endpoints, "E3", measure="cytokine", at=("BL", "M1", "M3"))
    changes = {"schedule": schedule, "items": items, "endpoints": endpoints, "checks": (), "derivations": ()}
    sets = tuple(row for row in SMALL.analysis_sets if row.name == "safety")
    assert errors(**changes, eligibility=(), analysis_sets=sets) == {"FD-P040"}


@pytest.mark.parametrize(
    ("section", "row", "change", "code", "place"),
    [
        ("endpoints", "E2", {"method": "paired_tt"}, "FD-P040", "endpoints/E2/analysis"),
        ("endpoints", "E2", {"reference": "SCRR"}, "FD-P042", "endpoints/E2/as"),
        ("endpoints", "E2", {"at": ("M9",)}, "FD-P042", "endpoints/E2/at/M9"),
        ("endpoints", "E2", {"objective": "O9"}, "FD-P044", "endpoints/E2/objective"),
        ("endpoints", "E2", {"measure": "PASI_Fredriksson.itch"}, "FD-P046", "endpoints/E2/measure"),
        ("estimands", "EST2", {"endpoints": ("E2", "E9")}, "FD-P043", "estimands/EST2/endpoint/E9"),
        ("estimands", "EST2", {"population": "saftey"}, "FD-P045", "estimands/EST2/population"),
        ("analyses", "E2", {"analysis_set": "saftey"}, "FD-P045", "analyses/E2/set"),
        ("sensitivity", "E2_flip", {"method": "sign_flip"}, "FD-P040", "sensitivity/E2_flip/use"),
        ("sensitivity", "E2_flip", {"endpoint": "E9"}, "FD-P043", "sensitivity/E2_flip/endpoint"),
        ("families", "activity", {"members": ("E2", "E9")}, "FD-P043", "families/activity/members/E9"),
        ("outcomes", "R1", {"measured_by": "sevrity"}, "FD-P046", "outcomes/R1/measured_by"),
        ("checks", "C1", {"rule": "il17 < 5000 pg/mL"}, "FD-P051", "checks/C1/rule"),
        ("derivations", "half_il17a", {"rule": "il17a / "}, "FD-P050", "derivations/half_il17a/rule"),
        ("analysis_sets", "safety", {"rule": "treatd"}, "FD-P051", "analysis_sets/safety/rule"),
        ("eligibility", "O1", {"rule": "pregnant and grade >= 3"}, "FD-P051", "eligibility/O1/rule"),
        ("estimands", "EST1", {"where": "grade >= 3 and relatd"}, "FD-P051", "estimands/EST1/where"),
    ],
)
def test_a_name_that_means_nothing_has_its_code_at_its_place(section, row, change, code, place) -> None:
    rows = changed(getattr(SMALL, section), row, **change)
    found = [issue for issue in issues(**{section: rows}) if issue.weight == "error"]
    assert {(issue.code, issue.place.file) for issue in found} == {(code, place)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"design": "three_plus_tree"}, "FD-P040"),
        ({"dictionary": "ctcae_v6"}, "FD-P040"),
        ({"dlt": "grad >= 3 and related"}, "FD-P051"),
        ({"pause_when": "grade >= 2"}, "FD-P051"),
        ({"stop_when": "deaths"}, "FD-P052"),
        ({"keys": (("variant", "A"), ("last_lvel", "stop"))}, "FD-P079"),
        ({"keys": (("variant", "C"), ("last_level", "stop"))}, "FD-P080"),
    ],
)
def test_a_mistake_under_safety_has_its_code(change, code) -> None:
    assert errors(safety=replace(SMALL.safety, **change)) == {code}


def test_the_message_of_an_unknown_word_says_in_which_kind_of_rule_it_stands() -> None:
    issue = one("FD-P051", safety=replace(SMALL.safety, dlt="grad >= 3 and related"))
    assert "no name 'grad' can be used in a DLT rule. Did you mean 'grade'?" in str(issue)


def test_a_strategy_outside_the_closed_list_is_refused() -> None:
    estimands = changed(SMALL.estimands, "EST2", intercurrent_events=(("death", "composit worst"),))
    issue = one("FD-P035", estimands=estimands)
    assert issue.place.file == "estimands/EST2/intercurrent_events/death"
    assert "Did you mean 'composite worst'?" in issue.remedy


def test_a_local_item_may_not_repeat_an_item_of_its_shelf_form() -> None:
    items = (*SMALL.items, LocalItem(activity="injection", item=Item(name="lot", label="lot", kind="text")))
    assert errors(items=items) == {"FD-P047"}


def test_a_derivation_may_not_bear_the_name_of_an_item() -> None:
    derivations = (*SMALL.derivations, replace(SMALL.derivations[0], variable="lot"))
    assert errors(derivations=derivations) == {"FD-P047"}


def test_a_derivation_may_not_stand_on_itself() -> None:
    derivations = changed(SMALL.derivations, "half_il17a", rule="half_il17a / 2 + il17a")
    assert errors(derivations=derivations) == {"FD-P094"}


def test_a_concentration_is_no_dose_for_a_plaque() -> None:
    levels = (DoseLevel(level="DL1", dose=read_quantity("1e6 cells/mL")), SMALL.intervention.dose_levels[1])
    issue = one("FD-P032", intervention=replace(SMALL.intervention, dose_levels=levels))
    assert str(issue).endswith(
        "'1000000 cells/mL' is a concentration, a dose per plaque needs cells per area. Write cells/cm2."
    )
    assert issue.place.file == "intervention/dose_levels/DL1/dose"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cap", "3e8 cells/cm2"),
        ("concentration_limit", "5e7 cells"),
        ("volume_per_point", "1 cm"),
        ("point_spacing", "1 mL"),
        ("dead_volume", "1 mg"),
        ("syringe_graduation", "1 cm2"),
    ],
)
def test_a_quantity_of_the_wrong_kind_is_refused(field, value) -> None:
    intervention = replace(SMALL.intervention, **{field: read_quantity(value)})
    assert one("FD-P032", intervention=intervention).place.file == f"intervention/{field}"


@pytest.mark.parametrize(
    ("unit", "dose", "is_refused"),
    [
        ("participant", "1e6 cells/kg", False),
        ("participant", "1e8 cells", False),
        ("participant", "1e6 cells/mL", True),
        ("wart", "0.3 mL", False),
        ("wart", "10 mg", False),
        ("wart", "10 mg/mL", True),
        ("wart", "1e6 cells", True),
    ],
)
def test_the_kind_of_dose_depends_on_what_is_dosed(unit, dose, is_refused) -> None:
    levels = (DoseLevel(level="DL1", dose=read_quantity(dose)),)
    intervention = replace(
        SMALL.intervention, unit_of_dosing=unit, dose_levels=levels, cap=None, concentration_limit=None
    )
    assert ("FD-P032" in codes(intervention=intervention)) is is_refused


def test_every_code_of_the_table_is_in_order_and_says_what_to_do() -> None:
    assert list(CODES) == sorted({wording.code for wording in TABLE})
    assert len(CODES) == len(TABLE)
    assert all(wording.about and wording.says and wording.remedy for wording in CODES.values())


def test_a_form_of_the_file_stands_beside_forms_of_the_shelf() -> None:
    known = forms(SMALL)
    assert [item.name for item in known["screening"].items] == ["age_at_screening", "pregnant", "plaque_type"]
    assert known["PASI_Fredriksson"].variant == "Fredriksson"
    assert (known["severity"].per, known["severity"].items[0].codes[1]) == ("lesion", ("5", "severe"))
    assert resolve_activity(SMALL, "PASI") is None


@pytest.mark.parametrize(
    ("measure", "names", "kinds"),
    [
        ("PASI_Fredriksson", ["PASI_Fredriksson.PASI"], ["number"]),
        ("severity", ["severity"], ["number"]),
        ("cytokines", ["cytokines.il17a"], ["quantity"]),
        ("il17a", ["cytokines.il17a"], ["quantity"]),
        ("screening", ["screening.age_at_screening", "screening.pregnant"], ["number", "truth"]),
        ("adult", ["adult"], ["truth"]),
        ("half_il17a", ["half_il17a"], ["number"]),
        ("injection.volume_given", ["injection.volume_given"], ["number"]),
        ("nothing", [], []),
    ],
)
def test_a_measure_stands_for_its_variables(measure, names, kinds) -> None:
    found = measures(SMALL, measure)
    assert [variable.name for variable in found] == names
    assert [variable.kind for variable in found] == kinds


def test_a_scale_gives_its_own_item_as_score() -> None:
    variable = measures(SMALL, "severity")[0]
    assert variable.score.compute({"severity": 3.0}) == 3.0


def test_a_stopping_rule_sees_counts_only_and_a_dlt_rule_the_fields_of_an_event() -> None:
    assert set(names_in_sight(SMALL, "counts")) == {
        "dlt",
        "treated",
        "evaluable",
        "deaths",
        "related_serious",
    }
    event = names_in_sight(SMALL, "dlt")
    assert {"grade", "related", "serious", "day", "systemic", "lesion"} <= set(event)
    assert "il17a" not in event


def test_eligibility_sees_what_is_recorded_before_treatment_only() -> None:
    names = names_in_sight(SMALL, "eligibility")
    assert "pregnant" in names
    assert "lot" not in names


def test_the_kind_of_a_derivation_follows_from_its_rule() -> None:
    names = names_in_sight(SMALL, "analysis_set")
    assert (names["adult"].kind, names["half_il17a"].kind, names["half_il17a"].unit) == (
        "truth",
        "number",
        "pg/mL",
    )


def test_a_safety_section_without_a_dictionary_is_not_asked_for_an_unknown_one() -> None:
    safety = replace(SMALL.safety, dictionary="")
    assert [issue for issue in issues(safety=safety) if issue.place.file == "safety/dictionary"] == []
