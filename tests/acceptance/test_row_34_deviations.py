"""Row 34: deviations follow from windows, attendance, consent, criteria, doses and repetition; none is missed or made up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.acceptance.study_of import day, seed_protocol, study_of
from tests.acceptance.test_row_02_eligibility import ELIGIBLE
from tests.unit.records.invented import clean_study

PARTICIPANTS, PLANTED = 125, 500
WINDOWS = {visit.visit: visit.window for visit in seed_protocol().visits if visit.day > 0}
# 8 x 5 cm at 1e6/cm2 are 31.416 million cells: 1.571 mL at 2e7 per mL.
DOSE = {
    "area_cm2": "31.42", "concentration": "2e7", "concentration_is": "viable", "viability": "90", "points": "16",
    "volume_drawn": "1.671", "residual_volume": "0.1", "dose_level": "DL1", "planned_cells": "31420000",
}  # fmt: skip


def without_deviations():
    study = clean_study(PARTICIPANTS)
    for activity, values in (
        ("screening", ELIGIBLE),
        ("injection", DOSE),
        ("lesion_map", {"dose_level": "DL1"}),
    ):
        for row in study[activity]:
            row.update(values)
    return study


def rows_of(study, activity, name):
    return [row for row in study[activity] if row["participant"] == name]


def outside_window(study, name, rng, visit):
    edge = WINDOWS[visit]
    moved = (
        edge.last + int(rng.integers(1, 3)) if rng.random() < 0.5 else edge.first - int(rng.integers(1, 3))
    )
    next(row for row in rows_of(study, "visits", name) if row["visit"] == visit)["date"] = day(moved)
    return name, "visit outside its window", visit, ""


def missed(study, name, rng, visit):
    row = next(row for row in rows_of(study, "visits", name) if row["visit"] == visit)
    row |= {"status": "missed", "date": "", "reason": "ill"}
    return name, "visit missed", visit, ""


def late_consent(study, name, rng, visit):
    rows_of(study, "informed_consent", name)[0]["consent_date"] = day(-14 + int(rng.integers(1, 9)))
    return name, "before consent", "SCR", ""


def ineligible(study, name, rng, visit):
    item, text = [
        ("diabetes", "yes"),
        ("screening_pasi", "12.0"),
        ("worst_severity", "UNK"),
        ("standard_failed", "no"),
    ][int(rng.integers(4))]
    rows_of(study, "screening", name)[0][item] = text
    return name, "eligibility", "", ""


def injected(study, name, rng):
    return rows_of(study, "injection", name)[int(rng.integers(2))]


def again(study, name, rng, visit):
    row = rows_of(study, "injection", name)[0]
    study["injection"].append(dict(row))
    return name, "given again", "", row["lesion"]


def off_dose(study, name, rng, visit):
    row = rows_of(study, "injection", name)[1]
    row["volume_drawn"] = str(rng.choice(["1.500", "1.840"]))  # 89.1 and 110.8 % of the planned cells
    return name, "dose outside tolerance", "D0", row["lesion"]


def other_level(study, name, rng, visit):
    row = rows_of(study, "injection", name)[1]
    row["dose_level"] = "DL2"
    return name, "wrong dose level", "D0", row["lesion"]


PLANTS = (missed, late_consent, ineligible, again, off_dose, other_level)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    rng = np.random.default_rng(34)
    tables = without_deviations()
    planted = []
    for number in range(1, PARTICIPANTS + 1):
        name = f"P{number}"
        visits = list(rng.choice(sorted(WINDOWS), 4, replace=False))
        planted += [outside_window(tables, name, rng, visits.pop()) for _ in range(2)]
        for kind in rng.choice(len(PLANTS), 2, replace=False):
            planted.append(PLANTS[kind](tables, name, rng, visits.pop()))
    return planted, study_of(tmp_path_factory.mktemp("planted"), tables)


def told(study):
    return Counter((each.participant, each.kind, each.visit, each.lesion) for each in study.deviations)


def test_row_34_a_study_that_follows_its_protocol_has_no_deviation(tmp_path):
    assert study_of(tmp_path, without_deviations()).deviations == ()


def test_row_34_500_planted_deviations_have_recall_and_precision_of_one(found):
    planted, study = found
    assert len(planted) == PLANTED
    assert told(study) == Counter(planted)


def test_row_34_each_kind_is_counted_by_participants_and_by_deviations(found):
    planted, study = found
    for kind in {each[1] for each in planted}:
        of_kind = [each for each in planted if each[1] == kind]
        numbers = {row.statistic: row.value for row in study.results.of("deviations", variable=kind)}
        assert numbers == {"participants": len({each[0] for each in of_kind}), "events": len(of_kind)}


def test_row_34_every_deviation_is_a_sentence_with_its_numbers(found):
    _, study = found
    assert all(each.sentence.endswith(".") for each in study.deviations)
    off = next(each.sentence for each in study.deviations if each.kind == "dose outside tolerance")
    assert off in {
        "89.1 % of the planned cells were given; 90 to 110 % are allowed.",
        "110.8 % of the planned cells were given; 90 to 110 % are allowed.",
    }
