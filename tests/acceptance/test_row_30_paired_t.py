"""Row 30: the paired t test as registered, with exact tests beside it, an effect with interval, and what n = 5 cannot show."""

from __future__ import annotations

import csv
import json

import pytest

from firstdose.protocol.model import Sensitivity
from tests.acceptance.study_of import endpoint, one_measure, seed_protocol, study_of
from tests.shared import shared_data

TIMES = ("T1", "T2")
REL = 1e-9
EXACT = tuple(
    Sensitivity(check=name, endpoint="E1", attacks="normality", method=name)
    for name in ("sign_flip_exact", "signed_rank_exact", "signed_rank_pratt_exact", "sign_test")
)


def results_of(folder, pairs, decimals):
    plan = one_measure(
        TIMES, [endpoint("E1", "change", "paired_t", ["T2"], "T1")], decimals=decimals, sensitivity=EXACT
    )
    rows = [
        {"participant": f"P{n}", "visit": time, "value": value}
        for n, pair in enumerate(pairs, start=1)
        for time, value in zip(TIMES, pair, strict=True)
    ]
    return study_of(folder, {"measure": rows}, plan).results


def table(case):
    with shared_data("stats", f"{case}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(case):
    return json.loads(shared_data("stats", f"{case}.json").read_text("utf-8"))["analyses"]


def sleep():
    found = {}
    for row in table("sleep"):
        found.setdefault(row["ID"], []).append(row["extra"])
    return expected("sleep")["paired"], list(found.values()), 1


def rabbits():
    found = {}
    for row in table("rabbit_n5"):
        if row["Dose"] == "100":
            found.setdefault(row["Animal"], {})[row["Treatment"]] = row["BPchange"]
    analysis = expected("rabbit_n5")["paired_dose100"]
    return analysis.get("result", analysis), [(pair["Control"], pair["MDL"]) for pair in found.values()], 2


@pytest.mark.parametrize("case", [sleep, rabbits])
def test_row_30_from_records_to_results_agrees_with_the_reference(tmp_path, case):
    """R 4.2.2: sleep (Cushny and Peebles 1905), and five of Ludbrook's rabbits at dose 100; relative 1e-9."""
    reference, pairs, decimals = case()
    results = results_of(tmp_path, pairs, decimals)
    t, sizes = reference["paired_t"], reference["effect_size"]
    wanted = {
        "estimate": t["mean_diff"], "statistic": t["t"], "df": t["df"], "p": t["p_two_sided"], "ci_low": t["ci95"][0],
        "ci_high": t["ci95"][1], "sd_difference": t["sd_diff"], "dz": sizes["dz"], "dav": sizes["dav_pooled_sd"],
        "dz_low": sizes["dz_ci95_noncentral_t"][0], "dz_high": sizes["dz_ci95_noncentral_t"][1],
    }  # fmt: skip
    found = {name: results.one("E1", statistic=name).value for name in wanted}
    assert found == {name: pytest.approx(value, rel=REL) for name, value in wanted.items()}
    exact = {
        "sign_flip_exact": "sign_flip_exact_mean",
        "signed_rank_exact": "wilcoxon_exact_zeros_dropped",
        "signed_rank_pratt_exact": "wilcoxon_exact_pratt",
        "sign_test": "sign_test",
    }
    for name, key in exact.items():
        row = results.one(name, statistic="p")
        assert row.value == pytest.approx(reference[key]["p_two_sided"], rel=REL)
        assert (row.exact, row.purpose) == (True, "sensitivity")


def test_row_30_exact_tests_of_five_say_that_they_cannot_go_below_0625(tmp_path):
    _, pairs, decimals = rabbits()
    results = results_of(tmp_path, pairs, decimals)
    for check in EXACT:
        row = results.one(check.check, statistic="p")
        assert row.value >= 0.0625
        told = [caveat for caveat in row.caveats if caveat.startswith("FD-A103")]
        assert len(told) == 1
        assert "The smallest two-sided p that this test can give here is 0.0625" in told[0]


def test_row_30_the_seed_registers_the_paired_t_with_exact_tests_beside_it():
    """Cell Journal 2023;25(6):363-371: paired t for two times."""
    seed = seed_protocol()
    paired = [each.endpoint for each in seed.endpoints if each.method == "paired_t"]
    exact = {each.endpoint for each in seed.sensitivity if each.method.endswith("_exact")}
    secondary = [
        each.endpoint for each in seed.endpoints if each.method == "paired_t" and each.level == "secondary"
    ]
    assert len(paired) >= 5
    assert set(secondary) <= exact
