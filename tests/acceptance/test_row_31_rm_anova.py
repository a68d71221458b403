"""Row 31: repeated measures at three times in closed form, with the corrections named; mixed models come later."""

from __future__ import annotations

import csv
import json

import pytest

from firstdose.protocol.model import Sensitivity
from tests.acceptance.study_of import endpoint, one_measure, seed_protocol, study_of
from tests.shared import shared_data

REL = 1e-9
CASES = {
    "selfesteem": ("oneway", "id", "time", "score", ("t1", "t2", "t3"), {}),
    "sleepstudy": ("oneway_days_0_4_9", "Subject", "Days", "Reaction", ("0", "4", "9"), {}),
    "rabbit_n5": (
        "oneway_three_doses",
        "Animal",
        "Dose",
        "BPchange",
        ("25", "50", "100"),
        {"Treatment": "MDL"},
    ),
}
CHECKS = (
    Sensitivity(check="E1_hf", endpoint="E1", attacks="covariance model", method="rm_anova", options=(("correction", "huynh_feldt"),)),
    Sensitivity(check="E1_rank", endpoint="E1", attacks="normality", method="friedman_exact"),
)  # fmt: skip


def results_of(folder, case, drop=()):
    _, who, when, what, times, where = CASES[case]
    names = {time: f"T{n}" for n, time in enumerate(times)}
    with shared_data("stats", f"{case}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[when] in times]
    rows = [row for row in rows if all(row[name] == word for name, word in where.items())]
    records = [
        {"participant": f"P{row[who].removeprefix('R')}", "visit": names[row[when]], "value": row[what]}
        for row in rows
    ]
    records = [row for row in records if (row["participant"], row["visit"]) not in drop]
    profile = endpoint("E1", "profile", "rm_anova", names.values())
    plan = one_measure(
        tuple(names.values()), [profile], sensitivity=CHECKS, options=(("correction", "greenhouse_geisser"),)
    )
    return study_of(folder, {"measure": records}, plan).results


def reference(case):
    return json.loads(shared_data("stats", f"{case}.json").read_text("utf-8"))["analyses"][CASES[case][0]]


@pytest.mark.parametrize("case", CASES)
def test_row_31_from_records_to_results_agrees_with_the_reference(tmp_path, case):
    """afex 1.2-1 and car 3.1-1: datarium::selfesteem, lme4::sleepstudy at days 0, 4, 9, five of Ludbrook's rabbits."""
    anova = next(iter(reference(case)["anova"].values()))
    results = results_of(tmp_path, case)
    wanted = {
        "statistic": anova["F"], "p": anova["p_gg"], "epsilon_gg": anova["eps_gg"], "p_uncorrected": anova["p"],
        "epsilon_hf_uncapped": anova["eps_hf_uncapped"], "df1": anova["df_gg"][0], "df2": anova["df_gg"][1],
        "mauchly_w": anova["mauchly_W"],
    }  # fmt: skip
    found = {name: results.one("E1", statistic=name).value for name in wanted}
    assert found == {name: pytest.approx(value, rel=REL) for name, value in wanted.items()}
    assert results.one("E1_hf", statistic="p").value == pytest.approx(anova["p_hf"], rel=REL)
    variants = [
        results.one(name, statistic="p").variant.lower().replace("-", " ") for name in ("E1", "E1_hf")
    ]
    assert ["greenhouse geisser" in variants[0], "huynh feldt" in variants[1]] == [True, True]


def test_row_31_friedman_beside_it_is_exact(tmp_path):
    row = results_of(tmp_path, "selfesteem").one("E1_rank", statistic="p")
    assert row.value == pytest.approx(reference("selfesteem")["friedman"]["p_exact"], rel=REL)
    assert row.exact is True


def test_row_31_one_missing_time_leaves_the_participant_out_by_name_and_both_counts_are_printed(tmp_path):
    """Trap 14: repeated measures need complete rows."""
    results = results_of(tmp_path, "selfesteem", drop={("P3", "T1")})
    row = results.one("E1", statistic="n")
    assert (row.value, row.n_participants) == (9.0, 9)
    assert row.excluded == (("P3", "no record of value at T0 and T1 and T2"),)
    counts = [results.one("by_visit.value", visit=time, statistic="n").value for time in ("T0", "T1", "T2")]
    assert counts == [10.0, 9.0, 10.0]


def test_row_31_the_seed_registers_it_for_three_times_with_its_correction():
    """Cell Journal 2023;25(6):363-371: repeated-measures ANOVA for three times."""
    seed = seed_protocol()
    profiles = [each for each in seed.endpoints if each.method == "rm_anova"]
    assert {each.at for each in profiles} == {("BL", "M3", "M6")}
    for each in profiles:
        assert dict(seed.analysis(each.endpoint).options)["correction"] == "greenhouse_geisser"
