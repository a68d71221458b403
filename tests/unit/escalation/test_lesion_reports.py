"""Lesions in the design appendix and in the board's packet: every number printed is one of the engine's."""

from __future__ import annotations

import pytest

from firstdose.escalation.appendix import compute_appendix
from firstdose.escalation.appendix_json import appendix_as_json
from firstdose.escalation.deciding import decide
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.lesion_behaviour import lesion_behaviour
from firstdose.escalation.lesions import beta_binomial
from firstdose.escalation.lesions_on_record import evaluable_lesions
from firstdose.escalation.telling import lesions_seen_as_json
from firstdose.report.board import build_board_packet
from firstdose.report.design_appendix import build_design_appendix
from firstdose.report.text import render_text
from firstdose.values.rounding import printed
from tests.unit.escalation.test_lesions_on_record import LOCAL
from tests.unit.escalation.test_local_decision import BY_LESION, people
from tests.unit.escalation.treated import day, event, left, protocol, seen, snapshot

TWO = {"treated_lesions": (2, 2)}


def rows(told: str, title: str) -> list[list[str]]:
    """Words of the lines of a table, until the next empty line."""
    begin = told.index(title)
    return [line.split() for line in told[begin : told.index("\n\n", begin)].splitlines()]


@pytest.mark.parametrize(
    "plan", [LOCAL | TWO, BY_LESION | TWO | {"sentinel": None}], ids=["people", "lesions"]
)
def test_the_appendix_prints_the_beta_binomial_with_its_correlation(plan):
    plan = protocol(**plan)
    told = render_text(build_design_appendix(plan, compute_appendix(plan), drawn=False))
    table = rows(told, "How many plaques of one participant")
    assert ["alike,", "intraclass", "correlation", "0.5"] in table
    wanted = [printed(100 * p, 1) for p in beta_binomial(2, 0.1, 0.5)]
    assert ["DL1", *wanted] in table
    assert "no random number" in " ".join(told.split())


def test_the_numbers_of_the_json_are_those_of_the_behaviour():
    plan = protocol(**BY_LESION | TWO | {"sentinel": None})
    written = appendix_as_json(plan, compute_appendix(plan))
    behaviour = lesion_behaviour(plan)
    [scenario] = written["lesions"]["scenarios"]
    assert scenario["selected"] == pytest.approx(behaviour.people.selected[0, :-1].tolist())
    assert scenario["lesions"] == pytest.approx(behaviour.lesions[0].tolist())
    assert scenario["participant"]["dose_limiting"] == pytest.approx(behaviour.rates[0].either.tolist())
    [main] = written["scenarios"]
    assert main["rates"] == pytest.approx(scenario["participant"]["dose_limiting"])


def test_too_many_states_are_drawn_and_said_to_be(monkeypatch):
    from firstdose.escalation import lesion_rule

    plan = protocol(**BY_LESION | {"sentinel": None})
    few = lesion_rule.characterise_lesions
    monkeypatch.setattr(
        "firstdose.escalation.lesion_behaviour.characterise_lesions",
        lambda *words, **more: few(*words, **more, most=10),
    )
    told = render_text(build_design_appendix(plan, compute_appendix(plan, trials=200), drawn=False))
    assert "200 trials a scenario with the stated correlation" in " ".join(told.split())


def test_the_board_sees_each_lesion_each_density_and_who_is_not_evaluable():
    plan = protocol(**LOCAL | {"sentinel": None})
    records = snapshot(
        people(3),
        visits=[seen("P9", 60, "M2")],
        events=[event("P1", 3, 2, lesion="L1"), event("P2", 3, 2, lesion="L7")],
        ends=[left("P3", 10)],
    )
    decision = decide(plan, records, day(60))
    told = render_text(build_board_packet(plan, records, decision, foresee(decision)))
    assert ["DL1", "6", "4", "1", "1", "2", "1", "2.7", "2.0"] in rows(told, "Local toxicity by dose level")
    each = rows(told, "Each treated plaque")
    assert [line[:2] for line in each if line and line[0].startswith("P")][:2] == [["P1", "L1"], ["P1", "L2"]]
    assert "before the end of the watch" in " ".join(" ".join(line) for line in each)
    assert "at a plaque that was not treated" in told
    written = lesions_seen_as_json(evaluable_lesions(plan, records, day(60)))
    assert written["densities"][0]["evaluable"] == 4
    assert [each["dlt"] for each in written["lesions"]].count("not evaluable") == 2


def test_a_packet_without_a_local_rule_has_no_section_of_lesions():
    plan = protocol(sentinel=None)
    records = snapshot(people(1), visits=[seen("P9", 60, "M2")])
    decision = decide(plan, records)
    told = render_text(build_board_packet(plan, records, decision, foresee(decision)))
    assert "Local toxicity of the plaques" not in told
