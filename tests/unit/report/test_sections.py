"""The sections of small studies: what is said where records, tests or participants are few or many."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from firstdose.protocol.model import EditCheck, Family, Outcome, Published
from firstdose.report.content import drawings, exposure, reactions
from firstdose.report.content.activity import activity_section
from firstdose.report.content.building import build_report
from firstdose.report.content.exposure import exposure_section
from firstdose.report.content.front import assumptions_section, synopsis_section
from firstdose.report.content.listings import export_listings
from firstdose.report.content.people import people_section
from firstdose.report.content.safety import safety_section
from firstdose.report.content.scrutiny import consistency_section, feasibility_section, records_section
from firstdose.report.tree import Figure, Table, walk
from tests.acceptance.study_of import (
    endpoint,
    names,
    one_measure,
    part_of_seed,
    seed_protocol,
    study_of,
    visits_as_planned,
    words_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.report.tree import Section
    from tests.acceptance.study_of import Study

CHANGE = endpoint("E1", "change", "paired_t", ["V1"], "V0")
AGAIN = endpoint("E2", "change", "paired_t", ["V1"], "V0")
FAMILY = Family(family="F", method="holm", alpha=Decimal("0.05"), members=("E1", "E2"))


def measured(folder: Path, values: dict[str, list[str]], **words: object) -> Study:
    """Participant > the measure at V0, V1; two endpoints ask for its change."""
    rows = [
        {"participant": name, "visit": f"V{place}", "value": value}
        for name, course in values.items()
        for place, value in enumerate(course)
    ]
    people = [{"participant": name} for name in values]
    plan = one_measure(("V0", "V1"), [CHANGE, AGAIN], decimals=1, **words)  # type: ignore[arg-type]
    return study_of(folder, {"participants": people, "measure": rows}, plan)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Study:
    courses = {"P1": ["5", "3"], "P2": ["6", "2"], "P3": ["7", "6"]}
    return measured(tmp_path_factory.mktemp("three"), courses, families=(FAMILY,))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return measured(tmp_path_factory.mktemp("alone"), {"P1": ["5", "3"]}, families=(FAMILY,))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return measured(tmp_path_factory.mktemp("empty"), {})


def ids(section: Section | None) -> list[str]:
    found = walk((section,) if section else ())
    return [block.id for block in found if isinstance(block, (Table, Figure))]


def test_a_measure_that_two_endpoints_share_is_tabulated_once(three: Study) -> None:
    found = ids(activity_section(three.material))
    assert len(found) == len(set(found))
    assert {"t-tests-E1", "t-tests-E2"} <= set(found)


def test_a_family_of_tests_shows_each_adjusted_p(three: Study) -> None:
    assert "Family F: p adjusted by holm, level 0.05" in words_of(activity_section(three.material))


def test_a_family_of_members_without_a_p_says_so(three: Study) -> None:
    family = replace(FAMILY, family="G")
    plan = replace(three.protocol, families=(family,))
    assert "not judged: a member has no p" in words_of(activity_section(under(three, plan)))


def test_without_a_participant_no_course_is_drawn_and_no_change_is_told(empty: Study) -> None:
    assert not [name for name in ids(activity_section(empty.material)) if name.startswith("f-")]
    assert "change from" not in words_of(synopsis_section(empty.material))


def test_without_a_participant_there_is_no_table_of_visits(empty: Study) -> None:
    assert "t-attendance" not in ids(people_section(empty.material))


def test_an_endpoint_of_shares_alone_has_no_table_of_tests(tmp_path: Path) -> None:
    rows = [
        {"participant": name, "visit": f"V{place}", "value": value}
        for name, course in {"P1": ("5", "2"), "P2": ("6", "5")}.items()
        for place, value in enumerate(course)
    ]
    share = endpoint("E1", "change", "exact_binomial", ["V1"], "V0")
    plan = one_measure(("V0", "V1"), [share], decimals=1, responders=(Decimal(50),))
    tables = {"participants": [{"participant": name} for name in ("P1", "P2")], "measure": rows}
    found = ids(activity_section(study_of(tmp_path, tables, plan).material))
    assert "t-tests-E1" not in found
    assert [name for name in found if "E1" in name]


def test_a_change_without_an_interval_is_told_without_one(alone: Study) -> None:
    assert "no interval of the declared level exists at this n" in words_of(synopsis_section(alone.material))


def test_a_protocol_without_measured_endpoints_has_no_section_of_activity(three: Study) -> None:
    plan = replace(three.protocol, endpoints=(), analyses=(), families=())
    assert activity_section(under(three, plan)) is None


def under(study: Study, plan: object):
    material = study.material
    return replace(material, basis=replace(material.basis, protocol=plan))


def test_the_report_of_a_trial_without_doses_events_and_assumptions_leaves_their_sections_out(
    three: Study,
) -> None:
    report = build_report(three.basis, three.results, three.issues)
    found = {section.id for section in report.blocks}
    assert exposure_section(three.material) is None
    assert assumptions_section(three.material) is None
    assert safety_section(three.material) is None
    assert {"exposure", "assumptions", "safety"}.isdisjoint(found)
    assert {"synopsis", "activity", "records"} <= found


def test_a_study_without_forms_kept_once_says_so(three: Study) -> None:
    assert "No baseline form is kept once per participant." in words_of(people_section(three.material))


def test_records_without_a_gap_and_without_an_issue_say_so(three: Study) -> None:
    words = words_of(records_section(replace(three.material, issues=())))
    assert "No value is missing." in words
    assert "The records gave no Issue." in words


def test_listings_hold_no_table_of_events_where_none_are_kept(three: Study, tmp_path: Path) -> None:
    written = {path.stem for path in export_listings(three.basis, three.issues, tmp_path)}
    assert "measure" in written
    assert "adverse_events" not in written


def test_more_courses_than_can_be_told_apart_are_not_drawn(
    three: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [name for name in ids(activity_section(three.material)) if name.startswith("f-measure")]
    monkeypatch.setattr(drawings, "MOST_LINES", 2)
    left = [name for name in ids(activity_section(three.material)) if name.startswith("f-measure")]
    assert (len(drawn), left) == (1, [])


def test_a_measure_seen_at_one_visit_alone_has_no_course(tmp_path: Path) -> None:
    study = measured(tmp_path, {"P1": ["5"], "P2": ["6"]})
    assert not [name for name in ids(activity_section(study.material)) if name.startswith("f-")]


# ---------------------------------------------------------------------------------------------- doses and events


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> Study:
    people = [{"participant": name} for name in names(3)]
    spots = [person | {"lesion": "L1"} for person in people]
    size = {
        "visit": "BL",
        "long_diameter": "8",
        "short_diameter": "5",
        "dose_level": "DL1",
        "role": "treated",
    }
    given = {
        "visit": "D0", "site": "knee", "dose_level": "DL1", "area_cm2": "31.42", "concentration": "20000000",
        "concentration_is": "total", "viability": "90", "planned_cells": "31400000", "volume_drawn": "1.85",
        "residual_volume": "0.1", "points": "32",
    }  # fmt: skip
    event = {
        "participant": "P1", "term": "fever", "onset": "2023-03-02", "grade": "3", "serious": "no",
        "related_cells": "possible", "ongoing": "no", "outcome": "recovered",
    }  # fmt: skip
    plan = part_of_seed("E1", activities=["lesion_map", "adverse_events"])
    tables = {
        "participants": people,
        "lesion_map": [spot | size for spot in spots],
        "injection": [spot | given for spot in spots],
        "adverse_events": [event],
        "visits": visits_as_planned(plan, names(3)),
    }
    return study_of(tmp_path_factory.mktemp("treated"), tables, plan)


def test_the_synopsis_tells_an_event_with_its_interval(treated: Study) -> None:
    words = " ".join(words_of(synopsis_section(treated.material)).split())
    assert "interval" in words
    assert treated.results.one("E1", statistic="count", level="").value == 1


def test_more_lesions_than_bars_fit_are_tabulated_and_not_drawn(
    treated: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = ids(exposure_section(treated.material))
    monkeypatch.setattr(exposure, "MOST_BARS", 2)
    left = ids(exposure_section(treated.material))
    assert [name for name in drawn if name.startswith("f-")]
    assert not [name for name in left if name.startswith("f-")]
    assert "t-dose-levels" in left


def test_more_lesions_than_a_page_can_show_have_no_map_of_grades(
    treated: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "MOST_ROWS", 0)
    assert list(reactions.local_figures(treated.material)) == []


def test_events_of_a_trial_that_treats_no_lesion_have_no_column_of_lesions(tmp_path: Path) -> None:
    people = [{"participant": name} for name in names(2)]
    event = {"participant": "P1", "term": "fever", "onset": "2023-03-02", "grade": "1", "serious": "no"}
    plan = part_of_seed("E1", activities=["adverse_events"])
    plan = replace(plan, intervention=None)
    study = study_of(tmp_path, {"participants": people, "adverse_events": [event]}, plan)
    section = safety_section(study.material)
    assert section is not None
    (table,) = [
        block for block in walk((section,)) if isinstance(block, Table) and block.id == "t-events-overall"
    ]
    assert "plaques" not in {column.title for column in table.columns}


def test_participants_outside_a_set_are_named(tmp_path: Path) -> None:
    people = [{"participant": name} for name in names(3)]
    injection = {"participant": "P1", "visit": "D0", "lesion": "L1"}
    tables = {"participants": people, "injection": [injection], "adverse_events": []}
    study = study_of(tmp_path, tables, part_of_seed("E1"))
    (table,) = [
        block
        for block in walk((people_section(study.material),))
        if isinstance(block, Table) and block.id == "t-sets"
    ]
    assert "Not in the set 'treated': P2, P3." in table.footnotes


# ------------------------------------------------------------------------------------------------------- scrutiny


def test_an_outcome_is_an_endpoint_or_described_or_not_measured(three: Study) -> None:
    outcomes = tuple(
        Outcome(row=name, source="paper", level="primary", outcome=name, measured_by=where)
        for name, where in (
            ("asked", "measure.value"),
            ("beside", "measure.other"),
            ("gone", "elsewhere.value"),
        )
    )
    plan = replace(three.protocol, outcomes=outcomes)
    words = words_of(consistency_section(under(three, plan)))
    assert "endpoint of this protocol" in words
    assert "recorded and described, no endpoint" in words
    assert "not measured" in words


def test_a_published_mean_that_no_whole_numbers_give_is_called_impossible(three: Study) -> None:
    published = next(each for each in seed_protocol().published)
    assert isinstance(published, Published)
    plan = replace(three.protocol, published=(published,))
    assert "Published summaries checked" in words_of(consistency_section(under(three, plan)))


def test_edit_checks_of_the_protocol_are_counted_in_the_report(tmp_path: Path) -> None:
    rows = [
        {"participant": "P1", "visit": "V0", "value": "5"},
        {"participant": "P1", "visit": "V1", "value": "-1"},
    ]
    check = EditCheck(check="K1", activity="measure", rule="value >= 0", message="no value is negative")
    plan = replace(one_measure(("V0", "V1"), [CHANGE], decimals=1), checks=(check,))
    study = study_of(tmp_path, {"participants": [{"participant": "P1"}], "measure": rows}, plan)
    words = words_of(consistency_section(study.material))
    assert "Edit checks of the protocol" in words
    assert "no value is negative" in words


def test_a_protocol_without_tests_shows_bounds_and_no_reach(three: Study) -> None:
    plan = replace(three.protocol, endpoints=(), analyses=(), families=())
    found = ids(feasibility_section(under(three, plan)))
    assert "t-zero-events" in found
    assert "t-reach" not in found
