"""Descriptions by visit and of facts: units, censored values, grades, codes."""

from __future__ import annotations

import pytest

from firstdose.analysis.summaries import describe, first_visit
from tests.acceptance.study_of import one_measure, part_of_seed, study_of

TIMES = ("T0", "T1")


def described(folder, values, *, per="participant", decimals=1, **where):
    """statistic > text at the first time, of (participant, lesion) > value."""
    rows = [
        {"participant": name, "visit": "T0", "value": text} | ({"lesion": lesion} if lesion else {})
        for (name, lesion), text in values.items()
    ]
    results = study_of(folder, {"measure": rows}, one_measure(TIMES, [], per=per, decimals=decimals)).results
    where = {"visit": "T0", "unit": "participant", **where}
    return {row.statistic: row for row in results.of("by_visit.value", **where)}


def people(*texts):
    return {(f"P{n}", ""): text for n, text in enumerate(texts, start=1)}


def test_numbers_are_described_with_divisor_n_minus_1(tmp_path):
    found = described(tmp_path, people("1.0", "2.0", "6.0"))
    assert {name: row.text for name, row in found.items()} == {
        "n": "3", "mean": "3.00", "sd": "2.646", "median": "2.00", "q1": "1.00", "q3": "6.00", "min": "1.0", "max": "6.0",
    }  # fmt: skip


def test_trap_20_below_quantification_there_are_ranks_and_no_mean(tmp_path):
    found = described(tmp_path, people("<0.5", "<0.5", "2.0", "3.0", ">9.0"))
    assert {name: row.text for name, row in found.items()} == {
        "n": "5", "n_below": "3", "mean": "NC", "sd": "NC", "min": "<0.5", "median": "2.0" + "0", "max": ">9.0",
    }  # fmt: skip
    assert found["mean"].caveats[0].startswith("FD-A201 3 of 5 values")


@pytest.mark.parametrize(
    ("texts", "median"),
    [
        (("<0.5", "<0.5", "<0.5", "3.0"), "<0.5"),
        (("<0.5", "<0.5", "3.0", "4.0"), "<1.75"),
        (("<0.5", "<0.7", "3.0"), "<0.7"),
        (("1.0", "2.0", ">9.0", ">9.0"), ">5.50"),
        (("<0.5", ">9.0"), "NC"),
        (("<0.5", "0.2", "3.0"), "NC"),
        ((">2.0", "3.0", "4.0"), "NC"),
    ],
)
def test_trap_20_a_median_beside_the_limit_says_on_which_side_it_lies(tmp_path, texts, median):
    row = described(tmp_path, people(*texts))["median"]
    assert (row.value, row.text) == (None, median)


def test_trap_20_a_change_from_below_quantification_is_not_computed(tmp_path):
    rows = [
        {"participant": name, "visit": visit, "value": text}
        for name, pair in {"P1": ("<0.5", "3.0"), "P2": ("1.0", "2.0")}.items()
        for visit, text in zip(TIMES, pair, strict=True)
    ]
    results = study_of(tmp_path, {"measure": rows}, one_measure(TIMES, [], decimals=1)).results
    found = {row.statistic: row.text for row in results.of("by_visit.change", visit="T1")}
    assert found == {
        "n": "2",
        "n_below": "1",
        "mean": "NC",
        "sd": "NC",
        "median": "NC",
        "min": "NC",
        "max": "NC",
    }


def test_trap_20_lesions_below_quantification_are_not_averaged_to_a_participant(tmp_path):
    values = {("P1", "L1"): "<0.5", ("P1", "L2"): "2.0", ("P2", "L1"): "4.0"}
    texts = {
        unit: {
            name: row.text
            for name, row in described(tmp_path / unit, values, per="lesion", unit=unit).items()
        }
        for unit in ("participant", "lesion")
    }
    assert texts["participant"]["median"] == "NC"
    assert (texts["lesion"]["median"], texts["lesion"]["min"]) == ("2.00", "<0.5")


def test_trap_7_lesions_are_described_under_their_own_unit(tmp_path):
    values = {("P1", "L1"): "1.0", ("P1", "L2"): "3.0", ("P2", "L1"): "6.0"}
    found = {
        unit: described(tmp_path / unit, values, per="lesion", unit=unit)
        for unit in ("participant", "lesion")
    }
    assert {unit: (rows["mean"].value, rows["n"].value) for unit, rows in found.items()} == {
        "participant": (4.0, 2.0),
        "lesion": (pytest.approx(10 / 3), 3.0),
    }


def test_no_value_has_no_statistic():
    import numpy as np

    assert set(describe(np.array([])).values()) == {None}


def test_changes_refer_to_the_last_visit_before_day_0_or_else_to_the_first(tmp_path):
    seed = study_of(
        tmp_path / "seed",
        {"participants": [{"participant": "P1"}]},
        part_of_seed("E5", activities=["screening"]),
    )
    assert first_visit(seed.basis, "PASI_Fredriksson") == "BL"
    assert first_visit(seed.basis, "screening") == ""
    assert first_visit(seed.basis, "nothing") == ""
    plain = study_of(tmp_path / "one", {"participants": [{"participant": "P1"}]}, one_measure(TIMES, []))
    assert first_visit(plain.basis, "measure") == "T0"


def facts(folder, rows):
    plan = part_of_seed("E5", activities=["demographics", "screening"])
    return study_of(folder, rows, plan).results


def test_facts_are_described_once_a_participant_and_codes_are_counted_with_none(tmp_path):
    people_ = [
        {"participant": "P1", "sex": "male", "age": "30"},
        {"participant": "P2", "sex": "male", "age": "35"},
    ]
    results = facts(tmp_path, {"demographics": people_})
    sexes = {row.level: row.text for row in results.of("facts", variable="demographics.sex")}
    assert sexes == {"male": "2/2 (100%)", "female": "0/2"}
    ages = {row.statistic: row.value for row in results.of("facts", variable="demographics.age")}
    assert (ages["mean"], ages["sd"], ages["sd_population"]) == (32.5, pytest.approx(3.5355339), 2.5)


def test_truths_are_counted_as_yes_and_no_and_unknown_is_in_no_denominator(tmp_path):
    rows = [
        {"participant": f"P{n}", "visit": "SCR", "diabetes": text}
        for n, text in enumerate(("yes", "no", "UNK"))
    ]
    results = facts(tmp_path, {"screening": rows})
    found = {row.level: row.text for row in results.of("facts", variable="screening.diabetes")}
    assert found == {"yes": "1/2 (50.0%)", "no": "1/2 (50.0%)"}


def test_a_fact_that_nobody_knows_is_counted_out_of_none(tmp_path):
    results = facts(tmp_path, {"screening": [{"participant": "P1", "visit": "SCR", "creatinine": "1.0"}]})
    assert {row.text for row in results.of("facts", variable="screening.plaque_type")} == {"0/0"}
    assert results.of("facts", variable="screening.screening_pasi") == ()


def test_trap_20_a_fact_below_quantification_has_no_mean(tmp_path):
    rows = [
        {"participant": f"P{n}", "visit": "SCR", "creatinine": text} for n, text in enumerate(("<0.3", "1.0"))
    ]
    found = {
        row.statistic: row
        for row in facts(tmp_path, {"screening": rows}).of("facts", variable="screening.creatinine")
    }
    assert (found["n"].text, found["n_below"].text, found["mean"].text, found["sd_population"].text) == (
        "2",
        "1",
        "NC",
        "NC",
    )
    assert found["mean"].caveats[0].startswith("FD-A201 1 of 2 values")
