"""The words about lesions in the safety section, each wrong in one way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.protocol.model import LocalScenario
from firstdose.protocol.reading import read_protocol
from firstdose.protocol.telling_conduct import tell_safety
from firstdose.protocol.writing import render_protocol
from tests.unit.protocol.a_small_trial import SMALL, codes

assert SMALL.safety is not None
assert SMALL.intervention is not None


def scenario(local=("0.1", "0.2"), systemic=("0.01", "0.02"), alike="0.3") -> LocalScenario:
    rates = [tuple(map(Decimal, each)) for each in (local, systemic)]
    return LocalScenario(scenario="true", local=rates[0], systemic=rates[1], alike=Decimal(alike))


WHOLE = replace(
    SMALL.safety,
    dlt="systemic and grade >= 3 and related and day <= 28",
    local_dlt="grade >= 2 and related and day <= 28",
    treated_lesions=(1, 3),
    local_scenarios=(scenario(),),
)
BOIN = {"design": "boin", "keys": (("target", "0.25"),)}


def told(**changes) -> set[str]:
    """Codes of this safety section that the small trial does not have by itself."""
    return codes(safety=replace(WHOLE, **changes)) - codes()


def test_local_toxicity_declared_as_a_whole_is_accepted():
    assert told() == set()
    assert told(**BOIN, design_counts="lesion", lesion_levels="descending", local_dlt_from=3) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"local_dlt": ""}, "FD-P161"),
        ({"treated_lesions": None}, "FD-P162"),
        ({"treated_lesions": (0, 3)}, "FD-P163"),
        ({"local_dlt_from": 4}, "FD-P163"),
        ({"dlt": "grade >= 3 and related and day <= 28"}, "FD-P164"),
        ({"design_counts": "lesion"}, "FD-P165"),
        ({"local_scenarios": (scenario(local=("0.1",)),)}, "FD-P153"),
        ({"local_scenarios": (scenario(systemic=("0.1", "1.2")),)}, "FD-P154"),
        ({"local_scenarios": (scenario(local=("0.2", "0.1")),)}, "FD-P155"),
    ],
)
def test_each_word_that_does_not_fit_is_told_by_one_code(changes, code):
    assert told(**changes) == {code}


@pytest.mark.parametrize(
    "changes",
    [
        {"local_dlt_from": 2},
        {"design_counts": "lesion"},
        {"treated_lesions": (1, 1)},
        {"lesion_levels": "descending"},
        {"local_scenarios": (scenario(),)},
    ],
)
def test_every_word_about_lesions_needs_a_local_rule(changes):
    assert codes(safety=replace(SMALL.safety, **changes)) - codes() == {"FD-P161"}


def test_lesions_of_a_whole_participant_are_told():
    whole = replace(SMALL.intervention, unit_of_dosing="participant")
    assert "FD-P160" in codes(safety=WHOLE, intervention=whole)
    assert "FD-P160" not in codes(intervention=whole)


def test_a_local_rule_with_an_unknown_name_is_told():
    assert told(local_dlt="grad >= 2") != set()


def test_a_rule_that_looks_at_the_lesion_itself_is_no_double_count():
    assert "FD-P164" not in told(dlt="lesion is unknown and grade >= 3 and related and day <= 28")


def test_local_toxicity_is_told_with_its_defaults():
    sentences = tell_safety(replace(SMALL, safety=WHOLE))
    assert sentences["local_dlt_from"] == (
        "From 1 plaque with a local dose-limiting toxicity on, the participant has one."
    )
    assert sentences["treated_lesions"] == "Number of plaques treated in each participant: 1 to 3."
    assert "intraclass correlation 0.3" in sentences["local_scenarios"]
    assert sentences["design_counts"].startswith("The design counts participants")
    other = replace(WHOLE, design_counts="lesion", lesion_levels="descending", treated_lesions=(2, 2))
    sentences = tell_safety(replace(SMALL, safety=other))
    assert sentences["design_counts"].startswith("The design counts each plaque")
    assert "a level lower" in sentences["lesion_levels"]
    assert sentences["treated_lesions"].endswith(": 2.")


def test_what_is_written_about_lesions_reads_back_as_the_same(tmp_path):
    safety = replace(WHOLE, **BOIN, design_counts="lesion", lesion_levels="descending", local_dlt_from=2)
    path = tmp_path / "protocol.yaml"
    path.write_text(render_protocol(replace(SMALL, safety=safety)), "utf-8")
    reading = read_protocol(path)
    assert reading.protocol is not None
    assert reading.protocol.safety == safety
