"""The published trials, each run by its own protocol file, give every number of expected.json that belongs to them."""

from __future__ import annotations

import pytest

from tests.acceptance.published import CLOSE, expected_of, results_of, value_of

WART = ("wart_intralesional", "wart-intralesional")
PASI = ("psoriasis_pasi_response", "psoriasis-pasi-response")
HISCR = ("hiscr_lesion_counts", "hiscr-lesion-counts")
ETRETIN = ("etretin_pasi", "etretin-pasi")
DIABETES = ("ae_type2_diabetes", "ae-type2-diabetes")
LUPUS = ("sle_ucmsc", "sle-ucmsc-ae-listing")


def test_warts_give_the_published_responders_in_all_and_by_type():
    """UCI Immunotherapy data set, 90 participants."""
    expected, results = expected_of(WART[1]), results_of(*WART)
    response = {"variable": "outcome.response"}
    assert value_of(results, "E1", "count", **response) == expected["responders"]
    assert value_of(results, "E1", "of", **response) == expected["n"]
    assert value_of(results, "E1", "estimate", **response) == pytest.approx(
        expected["response_rate"], abs=CLOSE
    )
    for code, level in {"1": "common", "2": "plantar", "3": "both"}.items():
        counts = [value_of(results, "E2", name, level=level, **response) for name in ("count", "of")]
        assert counts == expected["responders_by_type"][code]


def test_warts_give_the_published_means_and_sds():
    """UCI Immunotherapy data set; SD with divisor n - 1."""
    expected, results = expected_of(WART[1]), results_of(*WART)
    for name, pair in expected["means_sd"].items():
        found = [
            value_of(results, "facts", statistic, variable=f"baseline.{name}") for statistic in ("mean", "sd")
        ]
        assert found == pytest.approx(pair, abs=CLOSE)


def test_pasi_responders_agree_in_all_30_cells_observed_and_imputed():
    """VIS-SIG Wonderful Wednesdays 2020-03-11: 15 visits, two treatments."""
    expected, results = expected_of(PASI[1]), results_of(*PASI)
    cells = 0
    for visit, arms in expected["by_visit_arm"].items():
        for arm, numbers in arms.items():
            where = {"visit": visit.replace("Week ", "W"), "level": f"treatment_{arm}"}
            for endpoint, item in (("E1", "pasi75"), ("E2", "pasi90"), ("E3", "pasi100")):
                imputed = {**where, "variable": f"pasi_response.{item}"}
                count = value_of(results, f"{endpoint}.nonresponder", "count", **imputed)
                assert count == numbers[f"{item}_nri_Y"]
                assert value_of(results, f"{endpoint}.nonresponder", "of", **imputed) == numbers["n"]
            observed = {**where, "variable": "pasi_response.pasi75"}
            assert value_of(results, "E1", "count", **observed) == numbers["pasi75_observed_Y"]
            assert value_of(results, "E1", "of", **observed) == numbers["n_observed"]
            cells += 1
    assert cells == 30


def test_pasi_rows_participants_gaps_and_nesting_agree():
    """VIS-SIG Wonderful Wednesdays 2020-03-11."""
    expected, results = expected_of(PASI[1]), results_of(*PASI)
    assert value_of(results, "records", "records", variable="pasi_response") == expected["n_rows"]
    assert value_of(results, "flow", "participants", variable="enrolled") == expected["n_subjects"]
    assert value_of(results, "missing", "count", variable="pasi_response.pasi75") == expected["n_nri_rows"]
    for arm, n in expected["subjects_per_arm"].items():
        where = {"variable": "allocation.treatment", "level": f"treatment_{arm}"}
        assert value_of(results, "facts", "count", **where) == n
    broken = sum(value_of(results, "checks", "broken", variable=check) for check in ("nest_90", "nest_100"))
    assert broken == expected["monotone_violations(PASI100=>90=>75)"]


def test_hiscr_follows_from_the_counts_in_every_row_and_in_both_variants():
    """VIS-SIG Wonderful Wednesdays 2022-04-13, 400 participants."""
    expected, results = expected_of(HISCR[1]), results_of(*HISCR)
    assert value_of(results, "checks", "records", variable="same_hiscr") == expected["n"]
    broken = value_of(results, "checks", "broken", variable="same_hiscr")
    assert broken == expected["rows_where_rule_disagrees_with_column"]
    cuts = {"AN cut 25%": ("E2", "hiscr_25"), "AN cut 50%": ("E1", "hiscr"), "AN cut 75%": ("E3", "hiscr_75")}
    for name, (endpoint, variable) in cuts.items():
        for code, level in (("ACT", "active"), ("PBO", "placebo")):
            count = value_of(results, endpoint, "count", variable=variable, level=level)
            assert count == expected["variants_responders"][name][code]
    for code, level in (("ACT", "active"), ("PBO", "placebo")):
        where = {"variable": "hiscr", "level": level}
        yes, of = (value_of(results, "E1", name, **where) for name in ("count", "of"))
        arms = expected["response_by_arm"]
        assert [yes, of - yes] == [arms[f"{code}/Yes"], arms[f"{code}/No"]]


def test_etretin_groups_anova_rank_test_and_trend_agree():
    """R package CTP, data set pasi; expected values computed with scipy, J by counting pairs."""
    expected, results = expected_of(ETRETIN[1]), results_of(*ETRETIN)
    for name, numbers in expected["by_group"].items():
        where = {"level": ETRETIN_LEVELS[name], "variable": "improvement"}
        assert value_of(results, "E2", "n", **where) == numbers["n"]
        found = {"mean": value_of(results, "E2", "estimate", **where)}
        found |= {statistic: value_of(results, "E2", statistic, **where) for statistic in ("sd", "median")}
        assert found == pytest.approx({key: numbers[key] for key in found}, abs=CLOSE)
    assert value_of(results, "E1", "statistic") == pytest.approx(expected["anova"]["F"], abs=CLOSE)
    assert value_of(results, "E1", "p") == pytest.approx(expected["anova"]["p"], rel=1e-9)
    assert value_of(results, "E1_rank", "statistic") == pytest.approx(expected["kruskal"]["H"], abs=CLOSE)
    assert value_of(results, "E1_rank", "p") == pytest.approx(expected["kruskal"]["p"], rel=1e-9)
    assert value_of(results, "E1_trend", "statistic") == expected["jonckheere_J"]
    assert value_of(results, "E1_trend", "j_mean") == expected["jonckheere_mean_under_H0"]


ETRETIN_LEVELS = {
    "Placebo": "placebo",
    "Etretin10mg": "etretin_10mg",
    "Etretin25mg": "etretin_25mg",
    "Etretin50mg": "etretin_50mg",
}


def test_etretin_responders_agree_at_every_cut():
    """R package CTP, data set pasi: PASI50, 75, 90 and 100."""
    expected, results = expected_of(ETRETIN[1]), results_of(*ETRETIN)
    for name, counts in expected["pasi50_75_90_100_by_group"].items():
        found = [
            value_of(
                results,
                "E2",
                "count",
                level=ETRETIN_LEVELS[name],
                variable=f"improvement: improved by at least {cut} %",
            )
            for cut in (50, 75, 90, 100)
        ]
        assert found == counts


def test_diabetes_events_agree_by_treatment_class_severity_and_term():
    """VIS-SIG Wonderful Wednesdays 2020-09-09; its authors declare the data invented."""
    expected, results = expected_of(DIABETES[1]), results_of(*DIABETES)

    def both(analysis: str, variable: str, level: str = "") -> list[float]:
        where = {"variable": variable, "level": level}
        return [value_of(results, analysis, name, **where) for name in ("participants", "events")]

    assert both("events.overall", "any event") == [expected["n_subjects_with_event"], expected["n_events"]]
    for arm, level in (("Treatment A", "treatment_a"), ("Treatment B", "treatment_b")):
        counts = [expected["subjects_by_arm"][arm], expected["events_by_arm"][arm]]
        assert both("events.overall", "any event", level) == counts
        for soc, arms in expected["soc"].items():
            assert both("events.soc", soc, level) == arms[arm]
    for term, pair in expected["top_terms_subjects_events"].items():
        assert both("events.term", term) == pair
    for severity, count in expected["severity"].items():
        assert both("events.severity", severity.lower())[1] == count
    assert (
        value_of(results, "events.overall", "count", variable="different terms", level="")
        == expected["n_terms"]
    )
    assert both("events.overall", "ends before it starts")[1] == expected["end_before_start"]


def test_a_fact_that_the_listing_lacks_is_not_counted_as_absent():
    """The diabetes listing does not say what is serious: no `0 of 148`, no bound."""
    expected_of(DIABETES[1])
    row = results_of(*DIABETES).one("events.overall", variable="serious", level="", statistic="participants")
    assert (row.value, row.text) == (None, "NC")


def test_lupus_listing_gives_events_deaths_days_and_the_bound_for_none():
    """Arthritis Research & Therapy 2014;16:R79, table 2: 40 treated, seven events."""
    expected, results = expected_of(LUPUS[1]), results_of(*LUPUS)

    def overall(kind: str) -> list[float]:
        return [
            value_of(results, "events.overall", name, variable=kind) for name in ("participants", "events")
        ]

    assert value_of(results, "flow", "participants", variable="enrolled") == expected["n_treated"]
    assert overall("any event") == [expected["n_patients_with_event"], expected["n_events"]]
    assert overall("serious")[1] == expected["n_serious_events"]
    assert overall("fatal")[1] == expected["n_deaths"]
    assert overall("related to the intervention")[1] == expected["related_events"]
    herpes = [
        value_of(results, "events.term", name, variable="Herpesvirus infection")
        for name in ("participants", "events")
    ]
    assert herpes == [expected["herpes_patients"], expected["herpes_events"]]
    by_day = [value_of(results, endpoint, "count") for endpoint in ("E2", "E3", "E4")]
    assert by_day == [expected[key] for key in ("patients_with_event_by_day_30", "by_day_182", "by_day_365")]
    bound = value_of(results, "E1", "upper_one_sided")
    assert bound == pytest.approx(expected["upper_95_one_sided_bound_related_SAE_0_of_40"], abs=CLOSE)
