"""Printed summaries held against arithmetic: GRIM, GRIMMER, shares and totals (row 38, row 13)."""

from __future__ import annotations

import csv
import json
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.consistency import (
    check_published,
    check_shares,
    check_totals,
    count_sets,
    possible_square_sums,
    possible_sums,
)
from firstdose.protocol.model import Published
from firstdose.values.rounding import printed
from tests.shared import shared_data


def published(statistic, value, n=5, *, whole=True):
    return Published(
        result=statistic, source="paper", variable="age", statistic=statistic, value=value, n=n, whole=whole
    )


def test_row_38_the_seed_ages_must_add_up_to_164():
    """Cell Journal 2023;25(6):363-371, abstract: mean age 32.8 of five."""
    facts = json.loads(shared_data("published-trials", "seed-trial", "paper_facts.json").read_text())
    assert list(possible_sums("32.8", 5)) == [facts["sums_that_follow"]["sum_of_ages"]]


def test_row_38_the_seed_sd_is_impossible_with_n_minus_1_and_possible_with_n():
    """Cell Journal 2023;25(6):363-371, abstract: SD 8.18."""
    assert possible_square_sums("8.18", 164, 5, 4) == ()
    assert possible_square_sums("8.18", 164, 5, 5) == (5714,)
    assert count_sets(164, 5714, 5, 18, 65) == 30


def test_row_38_both_divisors_are_told_in_the_verdict():
    mean, sd = check_published([published("mean", "32.8"), published("sd", "8.18")])
    assert mean.possible is True
    assert sd.possible is False
    assert "impossible with divisor n - 1" in sd.sentence
    assert "possible with divisor n (sum of squares 5714)" in sd.sentence


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_the_summary_of_real_whole_numbers_is_always_possible(values):
    n, total = len(values), sum(values)
    mean = printed(total / n, 2)
    variance = sum((value - total / n) ** 2 for value in values) / (n - 1)
    verdicts = check_published([published("mean", mean, n), published("sd", printed(variance**0.5, 2), n)])
    assert [verdict.possible for verdict in verdicts] == [True, True]


@given(st.integers(1, 4), st.integers(0, 20), st.integers(0, 120))
def test_counting_sets_agrees_with_trying_them_all(n, total, squares):
    brute = sum(
        sum(each) == total and sum(x * x for x in each) == squares
        for each in combinations_with_replacement(range(9), n)
    )
    assert count_sets(total, squares, n, 0, 8) == brute


def test_an_impossible_mean_and_percentage_are_named():
    mean, percent = check_published([published("mean", "32.7"), published("percent", "47.3", n=17)])
    assert (mean.possible, percent.possible) == (False, False)
    assert "47.3 %" in percent.sentence


def test_values_not_declared_whole_are_not_judged():
    assert check_published([published("mean", "32.7", whole=False)])[0].possible is None


def test_row_13_the_published_total_of_15_is_found_to_add_up_to_14():
    """Stem Cells International 2021:9886877, table 2: rows of systems add up to one event less than printed."""
    with shared_data("published-trials", "msa-dose-escalation", "table2_ae_by_cohort.csv").open() as file:
        rows = list(csv.DictReader(file))
    expected = json.loads(shared_data("published-trials", "msa-dose-escalation", "expected.json").read_text())
    terms = [row for row in rows if row["level"] in ("term", "pt")]
    total = next(row for row in rows if row["level"] == "total")
    cohorts = ("low", "medium", "high")
    columns = {
        cohort: (int(total[f"{cohort}_events"]), [int(row[f"{cohort}_events"]) for row in terms])
        for cohort in cohorts
    }
    columns["all"] = (sum(pair[0] for pair in columns.values()), [sum(pair[1]) for pair in columns.values()])
    found = {wrong.column: (wrong.printed, wrong.added) for wrong in check_totals(columns)}
    printed_totals, added = expected["published_total_events"], expected["sum_of_term_events"]
    assert found == {name: (printed_totals[name], added[name]) for name in ("low", "all")}


def test_row_13_every_percentage_of_the_ulcer_table_is_the_rounded_share():
    """Stem Cell Research & Therapy 2022;13, table 3: 23 treated."""
    with shared_data("published-trials", "dfu-abcb5-ae", "table3_ae.csv").open() as file:
        rows = [
            (row["term"] or row["soc"], int(row["patients"]), 23, row["percent_published"])
            for row in csv.DictReader(file)
        ]
    assert len(rows) > 5
    assert check_shares(rows) == ()


def test_a_wrong_percentage_is_named():
    assert check_shares([("fever", 2, 23, "8")]) == ("fever: 2 of 23 is 9 %, printed as 8 %.",)


@pytest.mark.parametrize(
    ("mean", "n", "sums"), [("3.5", 2, [7]), ("0.33", 3, [1]), ("0.5", 30, [14, 15, 16])]
)
def test_sums_behind_a_printed_mean(mean, n, sums):
    assert [total for total in possible_sums(mean, n) if total in sums] == sums


def test_a_count_contradicts_nothing_and_a_percentage_says_which_count_it_is():
    count, percent = check_published([published("count", "3"), published("percent", "60", n=5)])
    assert (count.possible, percent.possible) == (True, True)
    assert percent.sentence == "Possible: 3 of 5."


def test_an_sd_without_its_mean_is_not_judged():
    verdict = check_published([published("sd", "8.18")])[0]
    assert (verdict.possible, verdict.sentence) == (None, "Not judged: the mean is not given.")


def test_a_mean_that_several_sums_could_give_names_their_range():
    assert "the sum lies between 14 and 16" in check_published([published("mean", "0.5", n=30)])[0].sentence


def test_row_13_a_total_that_does_not_add_up_is_told_in_a_sentence():
    assert [wrong.sentence for wrong in check_totals({"all": (15, [7, 7]), "low": (5, [2, 3])})] == [
        "all: the printed total is 15, the rows add up to 14."
    ]


def test_sets_of_no_number_are_none():
    assert count_sets(0, 0, 2, 0, 0) == 1
    assert count_sets(5, 25, 2, 6, 9) == 0
