"""The printed form of every kind of statistic, and rows made from numbers."""

from __future__ import annotations

import math

import pytest

from firstdose.analysis.formatting import Format, rows_of, scale_of
from firstdose.analysis.results import ResultRow

ROW = ResultRow(analysis="E1", statistic="", value=None, text="", unit="participant")


@pytest.mark.parametrize(
    ("statistic", "value", "decimals", "text"),
    [
        ("n", 5.0, 1, "5"), ("events", 12.0, None, "12"), ("n_below", 3.0, 1, "3"),
        ("min", 2.0, 1, "2.0"), ("max", 2.25, 1, "2.3"), ("sum", 7.5, 0, "8"), ("value", 7.55, 1, "7.6"),
        ("mean", 2.345, 1, "2.35"), ("median", 2.0, 0, "2.0"), ("q1", 1.25, 1, "1.25"), ("estimate", -0.5, 1, "-0.50"),
        ("ci_low", 1.0, 2, "1.000"), ("hodges_lehmann", 1.3, 1, "1.30"), ("mean_before", 4.0, 0, "4.0"),
        ("mean_2", 4.0, 0, "4.0"), ("sd", 1.2345, 1, "1.235"), ("sd_population", 8.176, 0, "8.18"), ("se", 0.5, 0, "0.50"),
        ("mean", 2.0, None, "2.000"), ("sd", 2.0, None, "2.0000"),
        ("p", 0.04, 1, "0.0400"), ("p", 0.00001, 1, "<0.0001"), ("p_gg", 0.5, 1, "0.5000"), ("mid_p", 0.5, 1, "0.5000"),
        ("df", 4.0, 1, "4"), ("df1", 1.38, 1, "1.380"), ("v_plus", 45.0, 1, "45"), ("v_plus", 45.5, 1, "45.500"),
        ("level", 0.95, 1, "95.0%"), ("upper_one_sided", 0.4507197, None, "45.1%"),
        ("n_complete", 4.0, 1, "4"), ("n_1", 3.0, 1, "3"), ("arrangements", 1296.0, 1, "1296"), ("pairs", 12.0, 1, "12"),
        ("df2", 4.0114, 1, "4.011"), ("df1", 2.0, 1, "2"), ("mauchly_p", 0.5, 1, "0.5000"), ("p_holm", 0.012, 1, "0.0120"),
        ("p_below_zero", 0.975, 1, "97.5%"), ("p_next_participant", 0.125, 1, "12.5%"), ("proportion_before", 0.4, 1, "40.0%"),
        ("improved_share", 0.6, 0, "60.0%"), ("improved", 3.0, 0, "3"), ("fewest_lesions", 2.0, 1, "2"),
        ("bf10", 17.2589, 1, "17.259"), ("bf10", 123456.0, 1, "1.23e+05"), ("bf01", 0.0001, 1, "1.00e-04"),
        ("sd_before", 1.2345, 1, "1.235"), ("tipping_delta", 2.5, 1, "2.50"), ("bca_low", 1.0, 1, "1.00"),
        ("dz", 1.2845575, 1, "1.285"), ("epsilon_gg", 0.5, 1, "0.500"), ("statistic", 2.0, 1, "2.000"),
    ],
)  # fmt: skip
def test_each_statistic_has_its_decimals(statistic, value, decimals, text):
    assert Format(decimals, "half_up").text(statistic, value) == text


@pytest.mark.parametrize(("share", "text"), [(True, "40.0%"), (False, "0.400")])
def test_an_estimate_of_a_share_is_a_percentage(share, text):
    assert Format(None, "half_up", share=share).text("estimate", 0.4) == text


@pytest.mark.parametrize("value", [None, math.nan])
def test_what_could_not_be_computed_is_nc(value):
    assert Format(1, "half_up").text("mean", value) == "NC"
    assert [(row.value, row.text) for row in rows_of(ROW, {"mean": value}, Format(1, "half_up"))] == [
        (None, "NC")
    ]


@pytest.mark.parametrize(("mode", "text"), [("half_up", "0.3"), ("half_even", "0.2")])
def test_halves_are_rounded_as_the_protocol_says(mode, text):
    assert Format(1, mode).text("min", 0.25) == text


def test_rows_keep_the_unrounded_number_and_everything_else_of_the_template():
    first, second = rows_of(ROW, {"mean": 1 / 3, "n": 3}, Format(0, "half_up"))
    assert (first.statistic, first.value, first.text) == ("mean", 1 / 3, "0.3")
    assert (second.statistic, second.value, second.text) == ("n", 3.0, "3")
    assert second.analysis == "E1"


@pytest.mark.parametrize(
    ("quantity", "scale"),
    [
        ("mean difference", "unit"), ("Hodges-Lehmann shift", "unit"), ("posterior mean of the mean change", "unit"),
        ("generalized eta squared", "plain"), ("ratio of geometric means", "plain"), ("Kendall's W", "plain"),
        ("odds ratio, second to first group", "plain"), ("intraclass correlation", "plain"),
        ("events per participant month", "plain"), ("difference of proportions", "share"), ("win probability", "share"),
        ("share of participants who improved", "share"), ("", "unit"),
    ],
)  # fmt: skip
def test_the_words_of_a_quantity_say_whether_it_has_the_unit_of_the_variable(quantity, scale):
    assert scale_of(quantity) == scale


@pytest.mark.parametrize("statistic", ["estimate", "ci_low", "se", "upper_one_sided"])
def test_a_number_without_unit_has_three_decimals_and_is_no_share(statistic):
    assert Format(1, "half_up", plain=True).text(statistic, 0.0333) == "0.033"
