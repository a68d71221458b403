"""Row 20: erythema, induration and desquamation 0 to 4 each, 0 to 12 per plaque, two readings, one rater."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from firstdose.catalogue import Item
from firstdose.derived.measurements import derive_measurements
from firstdose.protocol.model import Derivation, EditCheck, LocalItem
from firstdose.protocol.names import measures
from tests.acceptance.study_of import part_of_seed, study_of

READERS = tuple(
    LocalItem(activity="plaque_score", item=item)
    for item in (
        Item(name="rater", label="who rated", kind="text", required=False),
        Item(name="second_erythema", label="erythema, second reading", kind="integer", required=False),
    )
)
APART = Derivation(
    variable="apart",
    label="difference of two readings",
    rule="max(erythema, second_erythema) - min(erythema, second_erythema)",
    decimals=0,
    per="lesion",
)
SAME_RATER = EditCheck(
    check="same_rater",
    activity="plaque_score",
    rule="rater == at(rater, BL)",
    message="another rater than at baseline",
)


def plan():
    seed = part_of_seed("E6")
    return replace(seed, items=(*seed.items, *READERS), derivations=(APART,), checks=(SAME_RATER,))


def rated(lesion, visit="BL", *, signs=(2, 2, 2), **more):
    named = zip(("erythema", "induration", "desquamation"), map(str, signs), strict=True)
    return {"participant": "P1", "visit": visit, "lesion": lesion, **dict(named), **more}


def test_row_20_all_125_gradings_of_a_plaque_give_their_sum(tmp_path):
    gradings = list(product(range(5), repeat=3))
    rows = [rated(f"L{place}", signs=signs) for place, signs in enumerate(gradings, start=1)]
    study = study_of(tmp_path, {"plaque_score": rows})
    variable = measures(study.protocol, "plaque_score")[0]
    values = derive_measurements(study.protocol, study.snapshot, variable)["value"].to_list()
    assert values == [float(sum(signs)) for signs in gradings]
    assert (min(values), max(values), variable.per) == (0.0, 12.0, "lesion")


def test_row_20_a_grade_outside_0_to_4_is_refused(tmp_path):
    study = study_of(
        tmp_path, {"plaque_score": [rated("L1", signs=(5, 2, 2)), rated("L2", signs=(-1, 2, 2))]}
    )
    places = [issue.place.line for issue in study.issues if issue.code == "FD-R032"]
    assert places == [2, 3]


def test_row_20_participants_and_plaques_are_described_apart(tmp_path):
    rows = [
        rated("L1", signs=(4, 4, 4)),
        rated("L2", signs=(0, 0, 0)),
        rated("L1", signs=(1, 1, 1)) | {"participant": "P2"},
    ]
    results = study_of(tmp_path, {"plaque_score": rows}, plan()).results
    where = {"variable": "plaque_score", "visit": "BL", "statistic": "mean"}
    by_participant, by_lesion = (
        results.one("by_visit.value", unit=unit, **where) for unit in ("participant", "lesion")
    )
    assert (by_participant.value, by_participant.n_participants, by_participant.n_lesions) == (4.5, 2, 3)
    assert (by_lesion.value, by_lesion.n_lesions) == (5.0, 3)


def test_row_20_two_readings_have_their_mean_absolute_difference(tmp_path):
    pairs = [(2, 3), (4, 2), (1, 1), (0, 1)]
    rows = [rated(f"L{n}", signs=(a, 1, 1), second_erythema=str(b)) for n, (a, b) in enumerate(pairs)]
    study = study_of(tmp_path, {"plaque_score": rows}, plan())
    variable = measures(study.protocol, "apart")[0]
    values = derive_measurements(study.protocol, study.snapshot, variable)["value"]
    assert values.to_list() == [1.0, 2.0, 0.0, 1.0]
    assert values.mean() == 1.0


def test_row_20_a_change_of_rater_is_raised_and_counted(tmp_path):
    rows = [
        rated("L1", rater="A"),
        rated("L1", "W1", rater="A"),
        rated("L1", "W2", rater="B"),
        rated("L1", "W3"),
    ]
    study = study_of(tmp_path, {"plaque_score": rows}, plan())
    assert [issue.place.line for issue in study.issues if issue.code == "FD-R070"] == [4]
    counts = [
        study.results.one("checks", variable="same_rater", statistic=name).value
        for name in ("records", "broken")
    ]
    assert counts == [3.0, 1.0]
