"""What was declared beforehand for a model that cannot be fitted, and that the report says when it was used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.analysis.plan import plans
from firstdose.protocol.model import Fallback
from tests.acceptance.study_of import endpoint, one_measure
from tests.unit.analysis.probing import probe_on_shelf
from tests.unit.analysis.test_designs import TIMES, results_of, rows

VALUES = rows({f"P{n}": (f"{n}.0", f"{n * n}.0", f"{3 * n}.5") for n in range(1, 5)})
LADDER = Fallback(case="not converged", use=("cs_h", "cs"))
RANK = Fallback(case="rank below times", use=("rm_anova",))
COVARIANCE = {"covariance": {"values": ("unstructured", "cs_h", "cs"), "default": "unstructured"}}
LADDERED = {**COVARIANCE, "fallback": {"values": ("cs_h", "cs"), "kind": "words"}}


def declared(*fallback, **words):
    plan = [endpoint("E1", "profile", "probe", TIMES)]
    return one_measure(TIMES, plan, decimals=1, fallback=fallback, **words)


def too_many_times(n, times, groups, options):
    covariance = options.get("covariance", "unstructured")
    return f"{n} participants cannot carry {times} times." if covariance == "unstructured" else ""


def test_a_method_that_goes_down_its_ladder_is_told_the_steps(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal", options=LADDERED)
    results_of(tmp_path, declared(LADDER), VALUES)
    assert probe.given["fallback"] == "cs_h cs"


def test_a_model_without_the_rank_gives_way_to_the_method_declared_for_that(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal", cannot=too_many_times)
    row = results_of(tmp_path, declared(RANK), VALUES).one("E1", statistic="p")
    assert (row.method, probe.calls) == ("rm_anova", [])
    assert row.caveats[0] == (
        "FD-A204 The probe could not be carried out: 4 participants cannot carry 3 times."
        " As declared beforehand, Repeated-measures analysis of variance stands in its place."
    )


def test_a_model_without_the_rank_may_give_way_to_a_simpler_covariance(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal", options=COVARIANCE, cannot=too_many_times)
    plan = declared(replace(RANK, use=("unstructured", "cs_h", "rm_anova")))
    row = results_of(tmp_path, plan, VALUES).one("E1", statistic="p")
    assert (row.method, probe.given["covariance"], len(probe.calls)) == ("probe", "cs_h", 1)
    assert "The probe (cs h) stands in its place" in row.caveats[0]


def test_a_model_that_could_be_fitted_keeps_its_place_and_says_nothing(tmp_path, monkeypatch):
    probe_on_shelf(monkeypatch, "longitudinal")
    row = results_of(tmp_path, declared(RANK, replace(LADDER, use=("rm_anova",))), VALUES).one("E1", statistic="p")  # fmt: skip
    assert (row.method, row.caveats) == ("probe", ())


def test_without_an_answer_the_next_declared_is_taken(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal", estimate=None, ci_low=None, ci_high=None, p=None, estimate_name="")  # fmt: skip
    row = results_of(tmp_path, declared(replace(LADDER, use=("rm_anova",))), VALUES).one("E1", statistic="p")
    assert (row.method, len(probe.calls)) == ("rm_anova", 1)
    assert "it gives no answer on these records" in row.caveats[0]


def test_where_nothing_was_declared_the_method_says_itself_why_it_has_no_answer(tmp_path, monkeypatch):
    told = (("FD-A101", "Too few."),)
    probe_on_shelf(monkeypatch, "longitudinal", estimate=None, ci_low=None, ci_high=None, p=None, estimate_name="", caveats=told, cannot=too_many_times)  # fmt: skip
    row = results_of(tmp_path, declared(), VALUES).one("E1", statistic="p")
    assert (row.value, row.caveats) == (None, ("FD-A101 Too few.",))


@pytest.mark.parametrize(
    ("words", "option", "given"),
    [
        ({"exposure": "participant month"}, {"per": {"values": ("participant", "participant_month")}}, {"per": "participant_month"}),
        ({"exposure": "lesion"}, {"per": {"values": ("participant",)}}, {}),
        ({"exposure": "lesion", "options": (("per", "participant"),)}, {"per": {"values": ("participant", "lesion")}}, {"per": "participant"}),
    ],
)  # fmt: skip
def test_a_method_with_a_word_for_it_is_told_what_another_part_of_the_plan_says(
    monkeypatch, words, option, given
):
    from firstdose.analysis.estimating import options_of

    probe_on_shelf(monkeypatch, "longitudinal", options=option)
    plan = declared(**words)
    assert options_of(next(plans(plan, plan.endpoints[0]))) == given
