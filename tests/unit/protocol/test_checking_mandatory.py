"""Removing a mandatory element of the seed's protocol turns exactly its own checks red."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from firstdose.protocol.checking import check_protocol
from firstdose.protocol.reading import read_protocol_text
from firstdose.values.issue import Issue
from firstdose.values.window import Window
from tests.shared import ROOT
from tests.unit.protocol.a_small_trial import SMALL, changed, codes, errors, without


@cache
def seed() -> str:
    return (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text("utf-8")


def found_in(text: str) -> list[Issue]:
    reading = read_protocol_text(text)
    assert reading.protocol is not None
    return [*reading.issues, *check_protocol(reading.protocol, reading.places, reading.issues)]


def removed(pattern: str) -> str:
    """The seed's text without what the pattern matches: whole lines, exactly once."""
    text, count = re.subn(pattern, "", seed(), count=0, flags=re.MULTILINE)
    assert count == 1, f"{pattern} matches {count} times"
    return text


def section(name: str) -> str:
    """A section with everything indented below it."""
    return rf"^{name}:.*\n(?:(?:[ ]+.*)?\n)*"


def row(beginning: str) -> str:
    return rf"^  {beginning} .*\n"


def without_key(block: str, key: str) -> str:
    pattern = re.compile(rf"^(  {block}:\n(?:    .*\n)*?)    {key}:.*\n(?:      .*\n)*", re.MULTILINE)
    start = seed().index("\nestimands:" if block.startswith("EST") else "\nanalyses:")
    head, tail = seed()[:start], seed()[start:]
    text, count = pattern.subn(r"\1", tail, count=1)
    assert count == 1
    return head + text


def test_the_seed_protocol_has_no_error() -> None:
    assert [str(issue) for issue in found_in(seed()) if issue.weight == "error"] == []


def test_the_seed_protocol_is_warned_of_the_tests_that_cannot_reject() -> None:
    warned = [issue for issue in found_in(seed()) if issue.weight == "warning"]
    tests = {
        code: [issue.message.partition(" ")[0] for issue in warned if issue.code == code]
        for code in sorted({issue.code for issue in warned})
    }
    assert tests == {
        "FD-P082": ["E4", "E5_flip", "E5_rank", "E6_flip", "E6_rank", "E9_rank", "E12_rank"],
        "FD-P123": ["E1_rate", "E5_rank", "E6_rank", "E9_rank", "E12_rank"],
    }


MANDATORY = {
    "consent": (row("informed_consent"), "FD-P104"),
    "adverse events": (row("adverse_events"), "FD-P107"),
    "the day of treatment": (r"^  D0     0    0 .*\n", "FD-P042"),
    "baseline": (r"^  BL     -3   -7 .*\n", "FD-P042"),
    "administration": (row("injection"), "FD-P106"),
    "safety": (section("safety"), "FD-P109"),
    "dlt": (row("dlt:"), "FD-P110"),
    "design": (r"^  design: three_plus_three\n  variant: A\n  last_level: stop\n", "FD-P111"),
    "stopping rules": (r"^  pause_when: .*\n  stop_when: .*\n", "FD-P112"),
    "dose levels": (r"^  dose_levels: \|\n(?:    .*\n)+", "FD-P101"),
    "a dose unit": (r"(?<=1e6) cells/cm2$", "FD-P031"),
    "an analysis": (r"^  E13:\n(?:    .*\n)*", "FD-P070"),
    "an estimand": (r"^  EST3:\n(?:    .*\n)*", "FD-P074"),
    "an analysis set": (row("treated  treated"), "FD-P045"),
    "an endpoint of a family": (r"^  E6        secondary .*\n", "FD-P043"),
    "a visit": (r"^  H24    1 .*\n", "FD-P042"),
    "an activity that is measured": (row("DLQI"), None),
    "title": (r"^  title: .*\n", "FD-P012"),
}


@pytest.mark.parametrize("element", [name for name, (_, code) in MANDATORY.items() if code])
def test_removing_a_mandatory_element_turns_exactly_its_own_check_red(element) -> None:
    pattern, code = MANDATORY[element]
    red = {issue.code for issue in found_in(removed(pattern)) if issue.weight == "error"}
    assert red == {code}


@pytest.mark.parametrize(
    ("block", "key", "code"),
    [
        ("EST4", "population", "FD-P075"),
        ("EST4", "treatment", "FD-P075"),
        ("EST4", "summary", "FD-P075"),
        ("EST4", "intercurrent_events", "FD-P075"),
        ("EST4", "endpoint", "FD-P012"),
        ("E6", "set", "FD-P012"),
        ("E6", "unit", "FD-P012"),
        ("E6", "nested", "FD-P072"),
        ("E6", "missing", "FD-P078"),
        ("E6", "direction", "FD-P089"),
        ("E5", "responders_missing", "FD-P087"),
    ],
)
def test_removing_a_mandatory_key_turns_exactly_its_own_check_red(block, key, code) -> None:
    red = {issue.code for issue in found_in(without_key(block, key)) if issue.weight == "error"}
    assert red == {code}


def test_removing_what_nothing_stands_on_turns_nothing_red() -> None:
    assert {issue.code for issue in found_in(removed(row("DLQI"))) if issue.weight == "error"} == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"intervention": None}, "FD-P100"),
        ({"endpoints": changed(SMALL.endpoints, "E1", level="secondary")}, "FD-P108"),
        ({"schedule": without(SMALL.schedule, "adverse_events")}, "FD-P107"),
        ({"intervention": replace(SMALL.intervention, dose_levels=())}, "FD-P101"),
        ({"schedule": without(SMALL.schedule, "informed_consent")}, "FD-P104"),
        ({"schedule": without(SMALL.schedule, "injection")}, "FD-P106"),
        ({"safety": None}, "FD-P109"),
        ({"safety": replace(SMALL.safety, dlt="")}, "FD-P110"),
        ({"safety": replace(SMALL.safety, design="", keys=())}, "FD-P111"),
        ({"safety": replace(SMALL.safety, pause_when="", stop_when="")}, "FD-P112"),
        ({"analyses": without(SMALL.analyses, "E3")}, "FD-P070"),
        ({"estimands": without(SMALL.estimands, "EST1")}, "FD-P074"),
        ({"estimands": without(SMALL.estimands, "EST2")}, "FD-P074"),
    ],
)
def test_each_mandatory_element_of_a_first_trial_has_its_own_code(changes, code) -> None:
    assert errors(**changes) == {code}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trial": replace(SMALL.trial, registry="")}, "FD-P114"),
        ({"safety": replace(SMALL.safety, sentinel=None)}, "FD-P113"),
        ({"eligibility": ()}, "FD-P115"),
    ],
)
def test_what_is_only_advised_is_a_warning(changes, code) -> None:
    assert errors(**changes) == set()
    assert code in codes(**changes)


def test_a_trial_of_another_phase_is_only_warned_of_missing_consent() -> None:
    trial = replace(SMALL.trial, phase="III")
    changes = {
        "trial": trial,
        "safety": None,
        "intervention": None,
        "schedule": without(SMALL.schedule, "informed_consent"),
    }
    assert errors(**changes) == set()
    assert "FD-P104" in codes(**changes)
    assert not {"FD-P100", "FD-P109"} & codes(**changes)


@pytest.mark.parametrize("phase", ["I", "1", "I/II", "phase 1", "Ib", "Early Phase 1"])
def test_phase_one_is_known_however_it_is_written(phase) -> None:
    assert errors(trial=replace(SMALL.trial, phase=phase), safety=None) == {"FD-P109"}


@pytest.mark.parametrize("phase", ["II", "2", "III", "IV", "not applicable", ""])
def test_other_phases_need_no_dose_limiting_toxicity(phase) -> None:
    assert errors(trial=replace(SMALL.trial, phase=phase), safety=None) == set()


def test_consent_comes_first() -> None:
    assert errors(schedule=changed(SMALL.schedule, "informed_consent", at=("BL",))) == {"FD-P105"}


def test_a_misspelt_consent_is_told_once() -> None:
    text = seed().replace("informed_consent ", "informed_consnt  ")
    assert {issue.code for issue in found_in(text) if issue.weight == "error"} == {"FD-P040"}


def test_a_trial_with_one_dose_level_needs_no_design() -> None:
    intervention = replace(SMALL.intervention, dose_levels=SMALL.intervention.dose_levels[:1])
    assert errors(intervention=intervention, safety=replace(SMALL.safety, design="", keys=())) == set()


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_five_mistakes_at_once_are_told_as_five() -> None:
    edits = (
        ("DL1    1e6 cells/cm2", "DL1    1e6 cells/ml ", "FD-P032"),
        ("PASI_Fredriksson        participant", "PSAI                    participant", "FD-P040"),
        ("dlt: grade >= 3", "dlt: grad >= 3", "FD-P051"),
        ("signed_rank_pratt_exact\n  E5 ", "signed_rank_prat_exact \n  E5 ", "FD-P040"),
        ("endpoint: E4\n", "endpoint: E44\n", "FD-P043"),
    )
    text = seed()
    for good, bad, _ in edits:
        assert good in text
        text = text.replace(good, bad, 1)
    red = [issue for issue in found_in(text) if issue.weight == "error"]
    assert [(issue.place.line, issue.code) for issue in red] == [
        (line_of(text, bad), code) for _, bad, code in edits
    ]


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("activity                per          SCR", "activity                per          SRC", "FD-P042"),
        (
            "plaque_severity                   change from",
            "plaque_severity                   chnge from",
            "FD-P035",
        ),
        ("M3     90   83 .. 97 ", "M3     90   97 .. 83 ", "FD-P033"),
    ],
)
def test_what_only_follows_from_a_mistake_in_reading_is_not_told_again(good, bad, code) -> None:
    assert good in seed()
    text = seed().replace(good, bad, 1)
    red = [issue for issue in found_in(text) if issue.weight == "error"]
    assert [(issue.place.line, issue.code) for issue in red] == [(line_of(text, bad), code)]


def test_a_trial_has_a_day_of_treatment() -> None:
    visits = changed(SMALL.visits, "D0", day=1, window=Window(1, 1))
    assert errors(visits=visits) == {"FD-P102"}


def test_a_trial_that_begins_on_the_day_of_treatment_is_warned() -> None:
    schedule = tuple(
        replace(row, at=tuple(dict.fromkeys("D0" if name in {"SCR", "BL"} else name for name in row.at)))
        for row in SMALL.schedule
    )
    endpoints = changed(SMALL.endpoints, "E2", reference="D0")
    endpoints = changed(endpoints, "E3", at=("D0", "M1", "M3"))
    changes = {"visits": SMALL.visits[2:], "schedule": schedule, "endpoints": endpoints, "eligibility": ()}
    assert errors(**changes) == set()
    assert "FD-P103" in codes(**changes)


def test_a_visit_that_is_missing_is_not_told_a_second_time_as_a_missing_day_zero() -> None:
    visits = without(SMALL.visits, "D0")
    assert "FD-P102" not in codes(visits=visits)
    unused = tuple(replace(row, at=tuple(name for name in row.at if name != "D0")) for row in SMALL.schedule)
    assert "FD-P102" in codes(visits=visits, schedule=unused)
