"""Row 11: pain, burning and itching per plaque, graded as change from before the injection, counted two ways."""

from __future__ import annotations

import pytest

from tests.acceptance.study_of import part_of_seed, study_of

PLAN = part_of_seed("E2", "E3")

SYMPTOMS = ("pain", "burning", "itching")
# A change of 1-3 points is grade 1, 4-6 grade 2, 7-10 grade 3 (clinical.md section 4, our convention).
VECTORS = [
    (5, 5, 0),
    (5, 3, 0),
    (5, 6, 1),
    (0, 3, 1),
    (0, 4, 2),
    (2, 8, 2),
    (2, 9, 3),
    (0, 10, 3),
    (10, 10, 0),
]


def record(lesion, visit, participant="P1", **said):
    zero = dict.fromkeys((*SYMPTOMS, "redness_mm", "swelling_mm"), "0")
    return {"participant": participant, "lesion": lesion, "visit": visit, "necrosis": "no", **zero, **said}


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_row_11_grades_are_of_the_change_from_before_the_injection(tmp_path, symptom):
    rows = []
    for place, (before, after, _) in enumerate(VECTORS):
        rows += [
            record(f"L{place}", "BL", **{symptom: str(before)}),
            record(f"L{place}", "W1", **{symptom: str(after)}),
        ]
    study = study_of(tmp_path, {"local_tolerability_mm": rows}, PLAN)
    counts = {
        least: study.results.one("local", variable=name, visit="W1", unit="lesion").value
        for least, name in enumerate(("grade 1 or more", "grade 2 or more", "grade 3 or more"), start=1)
    }
    assert counts == {least: sum(grade >= least for *_, grade in VECTORS) for least in (1, 2, 3)}


def test_row_11_plaques_and_participants_have_counts_and_denominators_of_their_own(tmp_path):
    rows = [
        record("L1", "BL"), record("L2", "BL"), record("L1", "W1", pain="2"), record("L2", "W1", itching="5"),
        record("L1", "BL", "P2"), record("L1", "W1", "P2"), record("L1", "W2", "P2", burning="1"),
    ]  # fmt: skip
    results = study_of(tmp_path, {"local_tolerability_mm": rows}, PLAN).results

    def texts(visit):
        return [
            results.one("local", variable="grade 1 or more", visit=visit, unit=unit).text
            for unit in ("lesion", "participant")
        ]

    assert texts("W1") == ["2/3 (66.7%)", "1/2 (50.0%)"]
    assert texts("W2") == ["1/1 (100%)", "1/1 (100%)"]
    assert texts("worst") == ["3/3 (100%)", "2/2 (100%)"]


def test_row_11_a_plaque_without_its_state_before_is_not_graded(tmp_path):
    rows = [
        record("L1", "BL", pain="UNK"),
        record("L1", "W1", pain="9"),
        record("L2", "BL"),
        record("L2", "W1"),
    ]
    results = study_of(tmp_path, {"local_tolerability_mm": rows}, PLAN).results
    assert results.one("local", variable="grade 1 or more", visit="W1", unit="lesion").text == "0/1"


def test_row_11_the_endpoint_takes_the_worst_plaque_of_each_participant(tmp_path):
    rows = [
        record("L1", "BL", pain="1"),
        record("L2", "BL"),
        record("L1", "D0", pain="4"),
        record("L2", "W3", pain="6"),
    ]
    rows += [record("L1", "BL", "P2", pain="3"), record("L1", "M6", "P2", pain="2")]
    given = [{"participant": name, "visit": "D0", "lesion": "L1"} for name in ("P1", "P2")]
    results = study_of(tmp_path, {"local_tolerability_mm": rows, "injection": given}, PLAN).results
    assert results.one("E2", statistic="max").value == 6.0
    assert results.one("E2", statistic="min").value == -1.0
    assert results.one("E2", statistic="estimate").value == 2.5
    assert results.one("E2", statistic="n").n_lesions == 3
