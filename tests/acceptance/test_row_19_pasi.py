"""Row 19: PASI from its gradings in whole tenths, totals that cannot be, and the edge of 75 percent."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from firstdose.derived.measurements import derive_measurements
from firstdose.instruments.pasi import SIGNS, WEIGHTS, attainable
from firstdose.protocol.model import Activity
from firstdose.protocol.names import measures
from tests.acceptance.study_of import graded, names, part_of_seed, seed_protocol, study_of

VECTORS = {
    "72.0": {"head": (4, 4, 4, 6), "arms": (4, 4, 4, 6), "trunk": (4, 4, 4, 6), "legs": (4, 4, 4, 6)},
    "14.3": {"head": (2, 1, 1, 1), "arms": (3, 2, 2, 2), "trunk": (2, 2, 1, 1), "legs": (3, 3, 2, 3)},
    "8.0": {"arms": (3, 3, 2, 1), "legs": (3, 3, 2, 2)},
    "2.0": {"arms": (2, 1, 1, 1), "legs": (1, 1, 1, 1)},
}


def form(regions):
    return {
        f"{region}_{name}": str(value)
        for region in WEIGHTS
        for name, value in zip((*SIGNS, "area"), regions.get(region, (0, 0, 0, 0)), strict=True)
    }


def scores(study):
    variable = measures(study.protocol, "PASI_Fredriksson")[0]
    return derive_measurements(study.protocol, study.snapshot, variable)


def test_row_19_the_four_vectors_are_exact(tmp_path):
    """Fredriksson and Pettersson 1978; vectors of clinical.md, section 3.1."""
    rows = [
        {"participant": name, "visit": "BL", **form(regions)}
        for name, regions in zip(names(4), VECTORS.values(), strict=True)
    ]
    study = study_of(tmp_path, {"PASI_Fredriksson": rows})
    assert scores(study)["value"].to_list() == [float(total) for total in VECTORS]


def test_row_19_all_697_totals_come_out_of_their_gradings_to_the_tenth(tmp_path):
    totals = sorted(attainable())
    rows = [
        {"participant": f"P{place}", "visit": "BL", **graded(tenths)}
        for place, tenths in enumerate(totals, start=1)
    ]
    study = study_of(tmp_path, {"PASI_Fredriksson": rows})
    assert len(totals) == 697
    assert scores(study)["value"].to_list() == [tenths / 10 for tenths in totals]
    assert "FD-R101" not in {issue.code for issue in study.issues}


def test_row_19_of_721_typed_totals_exactly_the_24_impossible_are_refused(tmp_path):
    plan = replace(seed_protocol(), schedule=(Activity(activity="PASI_total", per="participant", at=("BL",)),), endpoints=(), analyses=(), estimands=(), eligibility=(), safety=None, sensitivity=(), families=())  # fmt: skip
    rows = [
        {"participant": f"P{tenths}", "visit": "BL", "total": f"{tenths / 10:.1f}"} for tenths in range(721)
    ]
    study = study_of(tmp_path, {"PASI_total": rows}, plan)
    refused = {issue.place.line - 2 for issue in study.issues if issue.code == "FD-R102"}
    assert refused == set(range(721)) - attainable()
    assert len(refused) == 24
    assert min(refused) == 677


def test_row_19_area_and_signs_that_contradict_each_other_are_told(tmp_path):
    contradicting = form({"arms": (2, 1, 1, 0), "legs": (0, 0, 0, 2)})
    study = study_of(tmp_path, {"PASI_Fredriksson": [{"participant": "P1", "visit": "BL", **contradicting}]})
    assert [issue.code for issue in study.issues if issue.code == "FD-R101"] == ["FD-R101"] * 2


def test_row_19_a_missing_sign_makes_a_missing_score(tmp_path):
    rows = [{"participant": "P1", "visit": "BL", **graded(80), "legs_area": "ND"}]
    study = study_of(tmp_path, {"PASI_Fredriksson": rows})
    assert scores(study).filter(pl.col("participant") == "P1")["value"].to_list() == [None]


EDGES = [
    (80, 20, [50, 75]),
    (80, 21, [50]),
    (80, 40, [50]),
    (80, 41, []),
    (80, 8, [50, 75, 90]),
    (80, 0, [50, 75, 90, 100]),
    (11, 0, [50, 75, 90, 100]),
]


@pytest.fixture(scope="module")
def responses(tmp_path_factory):
    """Each participant a group of one, so that every response can be looked at."""
    plan = part_of_seed("E5", activities=["demographics"], sensitivity=())
    plan = replace(plan, analyses=(replace(plan.analyses[0], by="ethnicity"),))
    people = names(len(EDGES))
    scored = [
        {"participant": name, "visit": visit, **graded(tenths)}
        for name, (before, after, _) in zip(people, EDGES, strict=True)
        for visit, tenths in (("BL", before), ("M6", after))
    ]
    tables = {
        "PASI_Fredriksson": scored,
        "demographics": [{"participant": name, "ethnicity": name} for name in people],
        "injection": [{"participant": name, "visit": "D0", "lesion": "L1"} for name in people],
    }
    return study_of(tmp_path_factory.mktemp("responses"), tables, plan).results


@pytest.mark.parametrize(("place", "edge"), list(enumerate(EDGES)), ids=[f"{b}-{a}" for b, a, _ in EDGES])
def test_row_19_the_edge_of_every_response_is_exact(responses, place, edge):
    label = "PASI_Fredriksson.PASI: improved by at least {} %"
    where = {"level": f"P{place + 1}", "statistic": "count"}
    cuts = (50, 75, 90, 100)
    assert [cut for cut in cuts if responses.one("E5", variable=label.format(cut), **where).value] == edge[2]
