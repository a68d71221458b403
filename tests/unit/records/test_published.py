"""The published data sets come in through the mappings under `trials`, cell by cell."""

from __future__ import annotations

import json

import polars as pl
import pytest

from firstdose.protocol.reading import read_protocol
from firstdose.records.checking import check_records
from firstdose.records.study import read_study
from firstdose.values.issue import errors
from tests.shared import ROOT, shared_data

FOLDERS = {
    "ae_type2_diabetes": "ae-type2-diabetes",
    "etretin_pasi": "etretin-pasi",
    "hiscr_lesion_counts": "hiscr-lesion-counts",
    "psoriasis_pasi_response": "psoriasis-pasi-response",
    "sle_ucmsc": "sle-ucmsc-ae-listing",
    "wart_intralesional": "wart-intralesional",
}


def published(trial):
    folder = shared_data("published-trials", FOLDERS[trial])
    protocol = read_protocol(ROOT / "trials" / trial / "protocol.yaml").protocol
    reading = read_study(ROOT / "trials" / trial, protocol, folder)
    return protocol, reading, json.loads((folder / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("trial", FOLDERS)
def test_it_comes_in_without_an_error(trial):
    protocol, reading, _ = published(trial)
    assert errors([*reading.issues, *check_records(protocol, reading.snapshot)]) == []


def test_psoriasis_responses_are_counted_as_published_with_the_imputed_ones_as_gaps():
    _, reading, expected = published("psoriasis_pasi_response")
    arms = reading.snapshot.table("allocation").select("participant", "treatment")
    table = reading.snapshot.table("pasi_response").join(arms, on="participant")
    for visit, by_arm in expected["by_visit_arm"].items():
        for arm, cell in by_arm.items():
            rows = table.filter(
                (pl.col("visit") == visit.replace("Week ", "W")) & (pl.col("treatment") == f"treatment_{arm}")
            )
            assert rows.height == cell["n"]
            assert rows["pasi75"].count() == cell["n_observed"]
            assert rows["pasi75"].sum() == cell["pasi75_observed_Y"] == cell["pasi75_nri_Y"]
            assert rows["pasi90"].sum() == cell["pasi90_nri_Y"]
            assert rows["pasi100"].sum() == cell["pasi100_nri_Y"]
    gaps = reading.snapshot.gaps
    assert gaps.filter(pl.col("item") == "pasi75").height == expected["n_nri_rows"]
    assert set(gaps["detail"].str.slice(-22)) == {" (the source holds 'N')"[-22:]}


def test_every_event_of_the_diabetes_listing_arrives_and_a_missing_severity_stays_missing():
    _, reading, expected = published("ae_type2_diabetes")
    events = reading.snapshot.table("adverse_events")
    assert events.height == expected["n_events"]
    counts = dict(events["severity"].fill_null("missing").value_counts().iter_rows())
    assert {name.upper() if name != "missing" else name: n for name, n in counts.items()} == expected[
        "severity"
    ]


def test_forty_people_were_treated_in_the_lupus_trial_and_six_have_events():
    _, reading, expected = published("sle_ucmsc")
    events = reading.snapshot.table("adverse_events")
    assert len(reading.snapshot.participants) == expected["n_treated"]
    assert events["participant"].n_unique() == expected["n_patients_with_event"]
    assert events["serious"].sum() == expected["n_serious_events"]


def test_warts_are_summed_as_published():
    _, reading, expected = published("wart_intralesional")
    baseline, outcome = reading.snapshot.table("baseline"), reading.snapshot.table("outcome")
    assert outcome["response"].sum() == expected["responders"]
    for name, (mean, sd) in expected["means_sd"].items():
        assert baseline[name].mean() == pytest.approx(mean, abs=5e-7)
        assert baseline[name].std() == pytest.approx(sd, abs=5e-7)


def test_lesion_counts_stand_at_both_visits_and_responses_beside_them():
    _, reading, expected = published("hiscr_lesion_counts")
    counts = reading.snapshot.table("lesion_counts")
    assert counts.height == 2 * expected["n"]
    assert counts.row(0, named=True)["abscesses"] == 1
    assert counts.row(1, named=True)["draining_fistulae"] == 2
    responses = reading.snapshot.table("recorded_response")["hiscr_recorded"].sum()
    assert responses == expected["response_by_arm"]["ACT/Yes"] + expected["response_by_arm"]["PBO/Yes"]


def test_etretin_groups_have_their_published_sizes_and_means():
    _, reading, expected = published("etretin_pasi")
    table = reading.snapshot.table("improvement").join(
        reading.snapshot.table("allocation").select("participant", "dose_group"), on="participant"
    )
    for group, cell in expected["by_group"].items():
        values = table.filter(pl.col("dose_group") == group.lower().replace("etretin", "etretin_"))[
            "improvement"
        ]
        assert (values.len(), values.mean()) == (cell["n"], pytest.approx(cell["mean"], abs=5e-7))
