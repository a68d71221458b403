"""The plan: units, estimands, options, families, and tests that cannot reach their level."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.protocol.checking import check_protocol
from firstdose.protocol.model import Family
from firstdose.protocol.places import Places
from firstdose.values.issue import Place
from tests.unit.protocol.a_small_trial import SMALL, changed, codes, errors, issues, without


@pytest.mark.parametrize(
    ("section", "row", "change", "code"),
    [
        ("analyses", "E3", {"nested": ""}, "FD-P072"),
        ("analyses", "E3", {"unit": "participant", "nested": ""}, "FD-P073"),
        ("analyses", "E2", {"unit": "lesion in participant"}, "FD-P073"),
        ("analyses", "E2", {"unit": "event"}, "FD-P073"),
        ("analyses", "E1", {"unit": "event"}, "FD-P072"),
        ("analyses", "E3", {"nested": "participant median"}, "FD-P035"),
        ("analyses", "E2", {"missing": ""}, "FD-P078"),
        ("analyses", "E2", {"missing": "last value carried forward"}, "FD-P035"),
        ("analyses", "E2", {"responders_missing": "noresponder"}, "FD-P035"),
        ("analyses", "E2", {"responders_missing": ""}, "FD-P087"),
        ("analyses", "E2", {"options": (("scal", "log"),)}, "FD-P079"),
        ("analyses", "E2", {"options": (("scale", "cubic"),)}, "FD-P080"),
        ("analyses", "E3", {"direction": "greater"}, "FD-P081"),
        ("analyses", "E2", {"by": "armm"}, "FD-P093"),
        ("sensitivity", "E2_flip", {"options": (("draws", "many"),)}, "FD-P080"),
        ("sensitivity", "E2_flip", {"method": "friedman_exact", "options": ()}, "FD-P086"),
        ("estimands", "EST2", {"population": ""}, "FD-P075"),
        ("estimands", "EST2", {"treatment": ""}, "FD-P075"),
        ("estimands", "EST2", {"summary": ""}, "FD-P075"),
        ("estimands", "EST2", {"intercurrent_events": ()}, "FD-P075"),
        ("estimands", "EST2", {"summary": "median change"}, "FD-P077"),
        ("estimands", "EST2", {"summary": "mean change, hazard ratio"}, "FD-P077"),
        ("endpoints", "E2", {"method": "friedman_exact"}, "FD-P061"),
        ("endpoints", "E3", {"method": "paired_t"}, "FD-P061"),
        ("endpoints", "E2", {"method": "exact_binomial"}, "FD-P061"),
        ("families", "activity", {"members": ("E2", "E1")}, "FD-P084"),
        ("families", "activity", {"alpha": Decimal(5)}, "FD-P092"),
    ],
)
def test_a_mistake_in_the_plan_has_its_code(section, row, change, code) -> None:
    rows = changed(getattr(SMALL, section), row, **change)
    assert code in errors(**{section: rows})


def test_lesions_as_if_they_were_participants_are_refused_in_a_sentence() -> None:
    """Trap 7 of the small-n statistics: units tested as participants."""
    analyses = changed(SMALL.analyses, "E3", nested="")
    found = next(issue for issue in issues(analyses=analyses) if issue.code == "FD-P072")
    assert found.message == (
        "friedman_exact counts participants, the unit of E3 is plaque in participant:"
        " plaques of one participant are not independent."
    )
    assert found.place.file == "analyses/E3/unit"


def test_the_needs_of_a_method_are_named_with_what_is_there() -> None:
    endpoints = changed(SMALL.endpoints, "E2", method="friedman_exact")
    found = next(issue for issue in issues(endpoints=endpoints) if issue.code == "FD-P061")
    assert found.message == "friedman_exact needs 3 times or more; E2 has 2 times."


def test_an_analysis_of_other_people_than_the_estimands_is_a_warning() -> None:
    found = issues(analyses=changed(SMALL.analyses, "E2", analysis_set="adults"))
    assert [issue.weight for issue in found if issue.code == "FD-P076"] == ["warning"]


def test_a_descriptive_endpoint_that_is_not_primary_needs_no_estimand() -> None:
    endpoints = changed(SMALL.endpoints, "E3", method="descriptive")
    estimands = without(SMALL.estimands, "EST3")
    analyses = changed(SMALL.analyses, "E3", direction="two sided", analysis_set="adults")
    assert errors(endpoints=endpoints, estimands=estimands, analyses=analyses) == set()


def test_a_test_is_judged_in_one_family() -> None:
    families = (
        *SMALL.families,
        Family(family="again", method="none", alpha=Decimal("0.05"), members=("E2",)),
    )
    assert errors(families=families) == {"FD-P085"}


def test_a_response_names_its_cut() -> None:
    endpoints = changed(SMALL.endpoints, "E2", kind="response", method="exact_binomial")
    assert "FD-P088" in errors(endpoints=endpoints)


@pytest.mark.parametrize(("participants", "dropouts"), [(0, 0), (5, 5), (5, -1)])
def test_participants_and_dropouts_make_sense(participants, dropouts) -> None:
    trial = replace(SMALL.trial, participants=participants, dropouts=dropouts)
    assert "FD-P090" in errors(trial=trial)


def test_one_participant_is_too_few_for_a_t_test() -> None:
    assert "FD-P061" in errors(trial=replace(SMALL.trial, participants=1, dropouts=0))


class WrittenPlaces(Places):
    """Places of a file in which some parts are not written."""

    def __init__(self, *unwritten: tuple[str, ...]) -> None:
        super().__init__("protocol.yaml")
        self.unwritten = unwritten

    def of(self, *path: str) -> Place:
        return Place("/".join(path[:-1] if path in self.unwritten else path))


@pytest.mark.parametrize(("key", "code"), [("missing", "FD-P078"), ("direction", "FD-P089")])
def test_a_default_that_nobody_wrote_is_no_declaration(key, code) -> None:
    places = WrittenPlaces(("analyses", "E2", key))
    assert {issue.code for issue in check_protocol(SMALL, places) if issue.weight == "error"} == {code}


def test_only_a_test_of_a_family_must_declare_its_direction() -> None:
    places = WrittenPlaces(("analyses", "E2", "direction"))
    found = check_protocol(replace(SMALL, families=()), places)
    assert {issue.code for issue in found if issue.weight == "error"} == set()


@pytest.mark.parametrize(
    ("participants", "dropouts", "code", "p"),
    [(5, 0, "FD-P082", "0.0625"), (6, 1, "FD-P083", "0.0625"), (4, 1, "FD-P082", "0.125")],
)
def test_a_test_that_cannot_reach_its_level_is_warned_of_once(participants, dropouts, code, p) -> None:
    """Smallest p of the sign flip: 2 / 2**n."""
    trial = replace(SMALL.trial, participants=participants, dropouts=dropouts)
    found = [issue for issue in issues(trial=trial) if issue.code in {"FD-P082", "FD-P083"}]
    assert [(issue.code, issue.weight) for issue in found] == [(code, "warning")]
    assert f"the smallest two-sided p is {p}; it cannot reject at 0.05." in found[0].message
    assert found[0].place.file == "sensitivity/E2_flip/use"


def test_a_one_sided_test_reaches_its_level_one_participant_earlier() -> None:
    trial = replace(SMALL.trial, participants=5, dropouts=0)
    analyses = changed(SMALL.analyses, "E2", direction="less")
    assert not {"FD-P082", "FD-P083"} & codes(trial=trial, analyses=analyses)


def test_a_design_that_leaves_a_choice_open_asks_for_it(monkeypatch) -> None:
    from firstdose.catalogue import EscalationDesign, Option
    from firstdose.protocol import checking_plan

    design = EscalationDesign(
        name="open", label="open", source="none", keys=(Option(name="ties", values=("lower", "higher")),)
    )
    known = checking_plan.load
    shelves = {"designs": {"open": design}}
    monkeypatch.setattr(checking_plan, "load", lambda shelf: shelves.get(shelf) or known(shelf))
    found = [
        *checking_plan.check_plan(
            replace(SMALL, safety=replace(SMALL.safety, design="open", keys=())), WrittenPlaces()
        )
    ]
    assert [(issue.code, issue.remedy) for issue in found] == [
        ("FD-P091", "Write ties under safety: lower or higher.")
    ]


def test_a_comparison_of_groups_needs_to_know_who_is_in_which() -> None:
    endpoints = changed(SMALL.endpoints, "E2", kind="value", reference="", method="kruskal_wallis")
    found = [issue for issue in issues(endpoints=endpoints) if issue.code == "FD-P061"]
    assert [issue.remedy for issue in found] == ["Write by under analyses, E2."]
