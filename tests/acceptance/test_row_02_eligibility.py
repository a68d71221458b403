"""Row 2: five inclusion and eleven exclusion rules on source values with dates, three-valued, every failing rule named."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.acceptance.study_of import names, seed_protocol, study_of

PEOPLE = 300
EXAMINED = dt.date(2024, 3, 14)
TRUTHS = (
    "organ_disease", "hypertension", "pregnant", "diabetes", "viral_infection", "immunodeficiency", "malignancy",
    "disabling_disease", "infection",
)  # fmt: skip
ELIGIBLE = {
    "visit": "SCR", "screening_date": EXAMINED.isoformat(), "plaque_type": "chronic_plaque", "psoriasis_months": "60",
    "worst_severity": "4", "screening_pasi": "8.0", "standard_failed": "yes", "stable_months": "12",
    "systemic_ever": "no", "topical_ever": "no", "liver_enzymes": "1.0", "creatinine": "0.9",
    **dict.fromkeys(TRUTHS, "no"),
}  # fmt: skip


def person(rng):
    """Near every edge now and then, otherwise eligible; a value may be unknown."""
    draws = {
        "plaque_type": ["pustular", "erythrodermic", "guttate", "drug_induced"],
        "psoriasis_months": ["5", "6", "0"],
        "worst_severity": ["2", "3", "5", "0"],
        "screening_pasi": ["11.9", "12.0", "12.1", "40"],
        "standard_failed": ["no"],
        "stable_months": ["5", "6"],
        "systemic_ever": ["yes"],
        "topical_ever": ["yes"],
        "liver_enzymes": ["3.0", "3.1"],
        "creatinine": ["2.0", "2.1"],
        **{name: ["yes"] for name in TRUTHS},
    }
    row = ELIGIBLE | {name: str(rng.choice(texts)) for name, texts in draws.items() if rng.random() < 0.12}
    for kind, days in (("systemic", 28), ("topical", 14)):
        if row[f"{kind}_ever"] == "yes":
            ago = int(days + rng.integers(-2, 3))
            row[f"{kind}_last"] = (EXAMINED - dt.timedelta(days=ago)).isoformat()
    for name in draws:
        if rng.random() < 0.01:
            row[name] = "UNK"
    return row


def oracle(row):
    """Criterion > met (None: not known), in plain Python, from the registry's own sentences."""

    def number(name):
        return None if row[name] == "UNK" else float(row[name])

    def yes(name):
        return None if row[name] == "UNK" else row[name] == "yes"

    def either(*truths):
        return True if True in truths else None if None in truths else False

    def within(kind, days):
        ever = yes(f"{kind}_ever")
        if ever is False:
            return False
        last = row.get(f"{kind}_last")
        recent = None if not last else (EXAMINED - dt.date.fromisoformat(last)).days < days
        return False if recent is False else None if None in (ever, recent) else True

    def compared(value, test):
        return None if value is None else test(value)

    def kept(truth):
        return None if truth is None else not truth

    kind = None if row["plaque_type"] == "UNK" else row["plaque_type"]
    chronic = compared(kind, lambda word: word == "chronic_plaque")
    long = compared(number("psoriasis_months"), lambda months: months >= 6)
    organ = either(
        yes("organ_disease"),
        compared(number("liver_enzymes"), lambda times: times > 3),
        compared(number("creatinine"), lambda level: level > 2),
    )
    return {
        "I1": False if False in (chronic, long) else None if None in (chronic, long) else True,
        "I2": compared(number("worst_severity"), lambda grade: 3 <= grade <= 5),
        "I3": compared(number("screening_pasi"), lambda pasi: pasi < 12),
        "I4": yes("standard_failed"),
        "I5": compared(number("stable_months"), lambda months: months >= 6),
        "E1": compared(kind, lambda word: word == "chronic_plaque"),
        "E2a": kept(within("systemic", 28)),
        "E2b": kept(within("topical", 14)),
        "E3": kept(organ),
        **{f"E{place}": kept(yes(name)) for place, name in enumerate(TRUTHS[1:], start=4)},
    }


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    rng = np.random.default_rng(20240314)
    rows = [{"participant": name} | person(rng) for name in names(PEOPLE)]
    return rows, study_of(tmp_path_factory.mktemp("screened"), {"screening": rows})


def test_row_02_300_people_are_judged_as_by_hand_on_every_criterion(screened):
    rows, study = screened
    found = {(each.participant, each.criterion): each.met for each in study.verdicts}
    expected = {
        (row["participant"], criterion): met for row in rows for criterion, met in oracle(row).items()
    }
    assert found == expected
    assert len(expected) == PEOPLE * 17


def test_row_02_every_rule_fails_somebody_and_leaves_somebody_open(screened):
    _, study = screened
    failed = {each.criterion for each in study.verdicts if each.met is False}
    open_ = {each.criterion for each in study.verdicts if each.met is None}
    assert failed == {each.criterion for each in seed_protocol().eligibility}
    assert len(open_) > 10


def test_row_02_the_flow_counts_exactly_those_who_fail_a_rule(screened):
    rows, study = screened
    failing = [row["participant"] for row in rows if False in oracle(row).values()]
    assert list(study.basis.flow.ineligible) == failing
    row = study.results.one("flow", variable="fails a criterion")
    assert row.value == len(failing)


@pytest.mark.parametrize(("pasi", "met"), [("11.9", True), ("12.0", False), ("12", False), ("UNK", None)])
def test_row_02_pasi_11_9_is_in_and_12_0_is_out(tmp_path, pasi, met):
    study = study_of(tmp_path, {"screening": [{"participant": "P1"} | ELIGIBLE | {"screening_pasi": pasi}]})
    assert [each.met for each in study.verdicts if each.criterion == "I3"] == [met]
    assert study.failed("P1") == ([] if met is not False else ["I3"])


def test_row_02_the_seed_has_the_sixteen_rules_of_the_registry_with_washout_told_apart():
    rules = seed_protocol().eligibility
    assert [each.direction for each in rules].count("in") == 5
    assert len({each.criterion.rstrip("ab") for each in rules if each.direction == "out"}) == 11


def test_row_02_treating_somebody_who_fails_is_a_deviation_that_names_the_rule(tmp_path):
    screening = {"participant": "P1"} | ELIGIBLE | {"screening_pasi": "13.0", "diabetes": "UNK"}
    injection = {"participant": "P1", "visit": "D0", "lesion": "L1", "dose_level": "DL1"}
    study = study_of(tmp_path, {"screening": [screening], "injection": [injection]})
    told = [each.sentence for each in study.deviations if each.kind == "eligibility"]
    assert told == [
        "Treated although the record fails criterion I3: PASI below 12.",
        "Treated although the record leaves open criterion E6: Diabetes mellitus.",
    ]
