"""Clocks of serious reactions (ICH E2A; 536/2014 art. 42), rules between the fields, and CTCAE 5.0 terms."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.instruments.adverse_events import ENTRY, RELATED, due_dates

DAY = date.fromisoformat


@pytest.mark.parametrize(
    "aware, report, follow_up",
    [
        ("2024-02-22", "2024-02-29", "2024-03-08"),
        ("2024-02-23", "2024-03-01", "2024-03-09"),
        ("2023-02-22", "2023-03-01", "2023-03-09"),
        ("2024-04-30", "2024-05-07", "2024-05-15"),
        ("2025-12-28", "2026-01-04", "2026-01-12"),
    ],
)
def test_a_fatal_reaction_is_due_after_7_days_and_its_follow_up_8_later(
    aware: str, report: str, follow_up: str
) -> None:
    due = due_dates(DAY(aware), fatal=True)
    assert (due.report, due.follow_up) == (DAY(report), DAY(follow_up))


@pytest.mark.parametrize(
    "aware, report",
    [
        ("2024-02-14", "2024-02-29"),
        ("2024-02-15", "2024-03-01"),
        ("2023-02-14", "2023-03-01"),
        ("2024-02-29", "2024-03-15"),
        ("2025-12-20", "2026-01-04"),
    ],
)
def test_any_other_is_due_after_15_days(aware: str, report: str) -> None:
    due = due_dates(DAY(aware), fatal=False)
    assert (due.report, due.follow_up) == (DAY(report), None)


def test_the_follow_up_counts_from_the_report_where_it_was_earlier() -> None:
    due = due_dates(DAY("2024-02-22"), fatal=True, reported=DAY("2024-02-24"))
    assert due.follow_up == DAY("2024-03-03")


def test_the_alarm_is_24_hours_later_and_from_midnight_where_the_hour_is_unknown() -> None:
    moment = datetime.fromisoformat("2024-02-28T22:15")
    assert due_dates(moment, fatal=True).alarm == datetime.fromisoformat("2024-02-29T22:15")
    assert due_dates(moment, fatal=True).report == DAY("2024-03-06")
    assert due_dates(DAY("2024-02-29"), fatal=True).alarm == datetime.fromisoformat("2024-03-01T00:00")


def test_related_means_certain_probable_or_possible() -> None:
    causality = ENTRY.item("related_cells")
    assert causality
    assert set(causality.code_names) - RELATED == {"unlikely", "conditional", "unassessable"}
    assert all(
        ENTRY.item(f"related_{part}").codes == causality.codes for part in ("procedure", "biopsy", "disease")
    )


def codes(**fields: object) -> list[str]:
    usual = {"grade": 1.0, "serious": 0.0, "ongoing": 0.0, "outcome": "recovered", "serious_criterion": None}
    text = ("outcome", "serious_criterion")
    record = {
        name: np.array([value], dtype=object if name in text else float)
        for name, value in (usual | fields).items()
    }
    return [rule.code for rule in ENTRY.integrity if rule.broken(record)[0]]


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({}, []),
        ({"grade": 5, "outcome": "fatal", "serious": 1, "serious_criterion": "death"}, []),
        ({"grade": 3, "outcome": "fatal", "serious": 1}, ["FD-R117"]),
        ({"grade": 5, "outcome": "recovering", "serious": 1}, ["FD-R117"]),
        ({"grade": 5, "outcome": "unknown", "serious": 0}, ["FD-R118"]),
        ({"serious_criterion": "hospital stay"}, ["FD-R118"]),
        ({"grade": 4, "outcome": "recovered", "serious": 0}, []),
        ({"ongoing": 1}, ["FD-R119"]),
        ({"ongoing": 1, "outcome": "recovering"}, []),
    ],
)
def test_fields_that_contradict_each_other_are_found(fields: dict, expected: list[str]) -> None:
    assert codes(**fields) == expected


def test_rules_are_silent_where_code_columns_are_absent() -> None:
    numbers = {"grade": np.array([1.0, 5.0]), "serious": np.zeros(2), "ongoing": np.ones(2)}
    assert [rule.broken(numbers).tolist() for rule in ENTRY.integrity] == [
        [False, False],
        [False, True],
        [False, False],
    ]


CTCAE = load("instruments.dictionaries")["ctcae_v5"]
TERMS = {term.name: term for term in CTCAE.terms}


def test_terms_of_ctcae_are_named_once_and_have_no_code() -> None:
    assert CTCAE.version == "5.0"
    assert len(TERMS) == len(CTCAE.terms)
    assert not any(character.isdigit() for name in TERMS for character in name)


@pytest.mark.parametrize(
    "name, soc, grades",
    [
        ("Injection site reaction", "General disorders and administration site conditions", "12345"),
        ("Fever", "General disorders and administration site conditions", "12345"),
        ("Pruritus", "Skin and subcutaneous tissue disorders", "123"),
        ("Skin infection", "Infections and infestations", "12345"),
        ("Allergic reaction", "Immune system disorders", "12345"),
        ("Anaphylaxis", "Immune system disorders", "345"),
        ("Alanine aminotransferase increased", "Investigations", "1234"),
        ("Creatinine increased", "Investigations", "1234"),
        ("Bruising", "Injury, poisoning and procedural complications", "12"),
        ("Skin hyperpigmentation", "Skin and subcutaneous tissue disorders", "12"),
    ],
)
def test_a_term_has_its_class_and_the_grades_that_exist(name: str, soc: str, grades: str) -> None:
    term = TERMS[name]
    assert term.soc == soc
    assert "".join(str(place) for place, text in enumerate(term.grades, start=1) if text) == grades


def test_every_class_with_other_specify_grades_it_from_1_to_5() -> None:
    others = [term for term in CTCAE.terms if term.name.endswith("Other, specify")]
    assert others
    assert all(term.name == f"{term.soc} - Other, specify" and all(term.grades) for term in others)


def test_as_reported_holds_no_term() -> None:
    assert load("instruments.dictionaries")["as_reported"].terms == ()
