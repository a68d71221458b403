"""Designs that count grades or responses: the same numbers by two ways, and live decisions from records."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from firstdose.catalogue import load
from firstdose.designs._kernel.monitoring import arm
from firstdose.escalation.appendix import compute_appendix
from firstdose.escalation.appendix_json import appendix_as_json
from firstdose.escalation.counted import start_of
from firstdose.escalation.counted_behaviour import characterise_counted
from firstdose.escalation.counted_paths import draw, walk
from firstdose.escalation.deciding import decide, decide_line
from firstdose.escalation.efficacy import enumerate_efficacy_paths, probability
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.graded import evaluate_graded, participant_outcomes
from firstdose.escalation.rule import Rule
from firstdose.escalation.telling import decision_as_json, tell_decision
from firstdose.escalation.truths import GradedTruth, ResponseTruth
from firstdose.protocol.model import Scenario
from firstdose.protocol.model_of_safety import GradedScenario
from firstdose.report.design_appendix import build_design_appendix
from firstdose.report.text import render_text
from firstdose.values.issue import UserError
from tests.reference.designs.escalating import design, stopping
from tests.unit.escalation.treated import day, event, given, protocol, seen, snapshot


def rates(*numbers: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


MILD = GradedScenario(
    scenario="mild",
    grade_1=rates("0.2", "0.25"),
    grade_2=rates("0.05", "0.1"),
    grade_3=rates("0", "0.02"),
    grade_4=rates("0", "0"),
    alike=Decimal("0.3"),
)
FLAT = Scenario(scenario="flat", rates=rates("0.05", "0.1"), response=rates("0.3", "0.6"))
GRADED = {
    "design": "gboin",
    "keys": (("scores", "0 0.25 0.5 1 1.5"), ("lesions", "2")),
    "graded": "related and day <= 28",
    "graded_scenarios": (MILD,),
    "sentinel": None,
}
RESPONDING = {"design": "boin12", "response": "E15", "scenarios": (FLAT,), "sentinel": None}


def responding(**changes):
    """The seed's trial with a response of half the PASI at week 4."""
    plan = protocol(**RESPONDING | changes)
    pasi = next(each for each in plan.endpoints if each.endpoint == "E5")
    own = replace(pasi, endpoint="E15", kind="response", cut=Decimal(50), at=("W4",), reference="BL")
    return replace(plan, endpoints=(*plan.endpoints, own))


# ------------------------------------------------------------------------------------------------ two ways agree


@settings(deadline=None, max_examples=8)
@drawn(
    st.integers(1, 3),
    st.sampled_from(["worst", "mean"]),
    st.lists(st.floats(0, 0.24), min_size=8, max_size=8),
    st.booleans(),
)
def test_the_walk_over_scores_is_that_of_the_oracle(lesions, worst, grades, stops):
    made = design("gboin", 2, lesions=str(lesions), of_lesions=worst, cohort="2")
    rule = Rule(design=made, most=6, stops=(stopping("pocock", 6, p0="0.1"),) if stops else ())
    levels = tuple((1 - sum(grades[i : i + 4]), *grades[i : i + 4]) for i in (0, 4))
    truth = GradedTruth("", made.scale, levels, 0.3)
    behaviour, beside = characterise_counted(rule, [truth])
    wanted = evaluate_graded(rule, [participant_outcomes(made.scale, each, 0.3) for each in levels])
    assert behaviour.exact
    assert behaviour.selected[0] == pytest.approx(wanted.selected, abs=1e-12)
    assert behaviour.participants[0] == pytest.approx(wanted.participants, abs=1e-12)
    assert behaviour.dlts[0] == pytest.approx(wanted.dlts, abs=1e-12)
    assert beside.expected[0] * made.scale.most == pytest.approx(wanted.units, abs=1e-10)


@settings(deadline=None, max_examples=5)
@drawn(st.lists(st.floats(0.05, 0.9), min_size=4, max_size=4), st.booleans())
def test_toxicity_and_response_by_the_state_count_by_the_walk_and_by_the_oracle(shares, stops):
    rule = Rule(design=design("boin12", 2), most=9, stops=(stopping("pocock", 9, p0="0.1"),) if stops else ())
    toxicity, response = tuple(sorted(shares[:2])), tuple(shares[2:])
    truth = ResponseTruth("", toxicity, response)
    behaviour, beside = characterise_counted(rule, [truth])
    ends = walk(rule, {start_of(rule): 1.0}, [truth.one(0), truth.one(1)])
    assert ends is not None
    walked = np.zeros(3)
    for state, p in zip(ends.ends, ends.chance, strict=True):
        level = rule.select(state)
        walked[2 if level is None else level] += p
    oracle = np.zeros(3)
    for ending in enumerate_efficacy_paths(rule).endings:
        level = 2 if ending.selected is None else ending.selected
        oracle[level] += probability(ending, toxicity, response)
    assert behaviour.selected[0] == pytest.approx(oracle, abs=1e-12)
    assert walked == pytest.approx(oracle, abs=1e-12)
    assert beside.expected[0] == pytest.approx(behaviour.participants[0] * response, abs=1e-12)


def test_drawn_trials_lie_within_four_standard_errors_of_the_walk():
    made = design("gboin", 2, lesions="2")
    rule = Rule(design=made, most=12)
    truth = GradedTruth("", made.scale, ((0.5, 0.2, 0.2, 0.1, 0.0), (0.2, 0.3, 0.2, 0.2, 0.1)), 0.3)
    outcomes = [truth.one(0), truth.one(1)]
    found = []
    for ends in (
        walk(rule, {start_of(rule): 1.0}, outcomes),
        draw(rule, {start_of(rule): 1.0}, outcomes, 4000),
    ):
        assert ends is not None
        shares = np.zeros(3)
        for state, p in zip(ends.ends, ends.chance, strict=True):
            level = rule.select(state)
            shares[2 if level is None else level] += p
        found.append(shares)
    error = np.sqrt(found[0] * (1 - found[0]) / 4000)
    assert np.all(np.abs(found[0] - found[1]) <= 4 * error + 1e-9)


def test_correlation_changes_no_rate_but_is_drawn_and_says_so():
    rule = Rule(design=design("boin12", 2), most=9)
    behaviour, beside = characterise_counted(
        rule, [ResponseTruth("", (0.2, 0.3), (0.4, 0.5), 0.3)], trials=4000
    )
    assert (behaviour.exact, behaviour.trials) == (False, 4000)
    assert beside.expected[0].sum() == pytest.approx((behaviour.participants[0] * (0.4, 0.5)).sum(), abs=0.15)


# ------------------------------------------------------------------------------------------------- the appendix


@pytest.mark.parametrize(
    ("plan", "rate", "number"),
    [
        (protocol(**GRADED), "true_mean_score", "sum_of_scores"),
        (responding(), "true_response_rate", "with_response"),
    ],
    ids=["gboin", "boin12"],
)
def test_the_appendix_prints_and_writes_what_the_design_counts(plan, rate, number):
    found = compute_appendix(plan)
    [scenario] = appendix_as_json(plan, found)["scenarios"]
    assert sum(scenario["selected"]) + scenario["none"] == pytest.approx(1, abs=1e-12)
    assert sum(r * n for r, n in zip(scenario[rate], scenario["participants"], strict=True)) == pytest.approx(
        sum(scenario[number]), abs=1e-9
    )
    told = " ".join(render_text(build_design_appendix(plan, found, drawn=False)).split())
    assert rate.replace("_", " ") in told
    assert "exactly: " in told


@pytest.mark.parametrize("plan", [protocol(**GRADED | {"graded_scenarios": ()}), responding(scenarios=())])
def test_without_a_scenario_of_what_it_counts_there_is_no_appendix(plan):
    with pytest.raises(UserError) as why:
        compute_appendix(plan)
    assert why.value.issues[0].code == "FD-E030"


# -------------------------------------------------------------------------------------------------- live decisions

LESIONS = [given(f"P{who}", 0, "DL1", f"L{which}") for who in (1, 2, 3) for which in (1, 2)]


def graded(*events, **changes):
    return decide(
        protocol(**GRADED | changes), snapshot(LESIONS, visits=[seen("P9", 60, "M2")], events=events)
    )


def test_the_worst_grade_of_each_participant_is_scored():
    """Scores 0 .25 .5 1 1.5 over 1.5; grades 2 and 1: .5 and .25 of three participants, mean 1/6."""
    found = graded(
        event("P1", 3, 2, lesion="L1"), event("P1", 4, 1, lesion="L2"), event("P2", 3, 1, lesion="L2")
    )
    assert found.state.scores == (2 + 1, 0)
    assert found.conduct.rule.design.total(found.state, 0) / 3 == pytest.approx((0.5 + 0.25) / 1.5 / 3)
    assert found.level == 1
    row = decision_as_json(found, foresee(found))["participants_watched"][0]
    assert row["grades"] == {"L1": 2, "L2": 1}
    assert [each["grade"] for each in row["graded"]] == [2, 1]
    assert "worst grade L1 2, L2 1" in " ".join(tell_decision(found, foresee(found)))


def test_worse_grades_keep_the_level():
    assert graded(*(event(f"P{who}", 3, 2, lesion="L1") for who in (1, 2, 3))).level == 0


def test_an_event_that_the_rule_leaves_out_scores_nothing():
    late = event("P1", 30, 3, lesion="L1")
    unrelated = event("P2", 3, 3, lesion="L1", related_cells="unlikely")
    assert graded(late, unrelated, dlt="grade >= 4 and related").state.scores == (0, 0)


def test_a_grade_that_is_not_known_leaves_the_dose_undecided():
    found = graded(event("P1", None, 2, lesion="L1"))
    assert found.standing == "undecided"


def test_a_grade_that_nobody_wrote_down_is_not_grade_0():
    """Whether it is dose-limiting is known: not serious. The dose rests on its grade all the same."""
    found = graded(event("P1", 3, None, lesion="L1"), dlt="serious and related")
    assert (found.standing, found.level) == ("undecided", None)
    assert [
        (issue.code, "What the design counts of 'pain' of P1" in issue.message) for issue in found.issues
    ] == [("FD-E003", True)]
    assert "worst grade at least L1 0, L2 0" in " ".join(tell_decision(found, foresee(found)))


def test_a_reaction_at_a_lesion_that_was_not_treated_is_told_and_not_scored():
    found = graded(event("P1", 3, 2, lesion="L9"))
    assert found.state.scores == (0, 0)
    assert "L9, which was not treated" in found.watched[0].notes[0]


def answered(answers, cut=None, dlts=()):
    """Three participants; `answers`: name > day and whether they responded, asked through the course itself."""
    from firstdose.escalation.conduct import live_conduct_of
    from firstdose.escalation.courses import Response
    from firstdose.escalation.deciding import decide_watched
    from firstdose.escalation.evaluable import derive_courses, watched_at

    plan = responding()
    records = snapshot([given(f"P{who}", 0) for who in (1, 2, 3)], visits=[seen("P9", 60, "M2")], events=dlts)
    none = (None, None)
    courses = []
    for each in derive_courses(plan, records):
        on, answer = answers.get(each.participant, none)
        courses.append(replace(each, response=Response(day=on, due=30, answer=answer)))
    at = cut or day(60)
    return decide_watched(live_conduct_of(plan), watched_at(courses, at), at)


def test_responses_are_counted_beside_toxicities():
    found = answered({"P1": (28, True), "P2": (28, True), "P3": (28, False)}, dlts=[event("P3", 3)])
    assert (found.state.participants, found.state.dlts, found.state.responses) == ((3, 0), (1, 0), (2, 0))


def test_a_response_still_due_is_awaited_and_one_that_never_came_is_none():
    early = answered({"P1": (28, True), "P2": (28, True)}, cut=day(29))
    assert (early.standing, early.earliest) == ("wait", day(31))
    assert "the response of P3 is due" in early.reason
    later = answered({"P1": (28, True), "P2": (28, True)})
    assert later.state.responses == (2, 0)
    assert "the response was not assessed and counts as none" in later.watched[2].notes


def test_what_can_follow_names_toxicity_and_response():
    steps = foresee(answered({"P1": (28, True), "P2": (28, True)}, cut=day(29))).next_steps
    assert [each.words for each in steps] == ["0 of 1 with toxicity, 0 to 1 of 1 with response"] or len(
        steps
    ) > 1
    [forecast] = foresee(answered({"P1": (28, True)}, cut=day(29))).forecasts
    assert sum(forecast.selected.values()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("plan", "line", "state"),
    [
        (responding(), "1NEB", ((3, 0), (1, 0), (2, 0))),
        (protocol(**GRADED), "1:023", ((3, 0), (1, 0), (0 + 2 + 4, 0))),
    ],
)
def test_typed_outcomes_say_responses_and_grades(plan, line, state):
    found = decide_line(plan, line)
    more = getattr(found.state, "responses", ()) or getattr(found.state, "scores", ())
    assert (found.state.participants, found.state.dlts, more) == state


@pytest.mark.parametrize(
    ("plan", "line"), [(responding(), "1:012"), (protocol(**GRADED), "1NNN"), (protocol(), "1NNB")]
)
def test_outcomes_that_the_design_does_not_count_are_refused(plan, line):
    with pytest.raises(UserError) as why:
        decide_line(plan, line)
    assert why.value.issues[0].code == "FD-E006"


def test_every_design_of_the_shelf_that_escalates_decides_from_nothing():
    for name, entry in sorted(load("designs").items()):
        if entry.make is not None:
            more = {"gboin": protocol(**GRADED), "boin12": responding(), "bop2": responding(design="bop2")}
            plan = more.get(name, protocol(design=name, keys=()))
            assert decide(plan, snapshot([])).level is not None


def test_the_expansion_is_judged_by_the_recursion_over_its_looks():
    """BOP2: what the walk of the rule says is what the arm alone says, toxicity or not."""
    rule = Rule(design=design("bop2", 2, looks="5 10 15", alternative="0.5"), most=15)
    truth = ResponseTruth("", (0.1, 0.3), (0.2, 0.5))
    behaviour, _ = characterise_counted(rule, [truth])
    wanted = arm(rule.design.monitoring, (0.5,))
    assert behaviour.exact
    assert behaviour.selected[0, 1] == pytest.approx(wanted.promising, abs=1e-12)
    assert behaviour.participants[0].tolist() == pytest.approx([0, wanted.participants], abs=1e-12)


def test_the_expansion_goes_on_to_the_next_look_and_ends_where_it_no_longer_promises():
    plan = responding(design="bop2", keys=(("looks", "3 6"), ("alternative", "0.6"), ("level", "1")))
    assert decide_line(plan, "").step.participants == 3
    assert decide_line(plan, "1EEE").step.participants == 3
    ended = decide_line(plan, "1NNN")
    assert (ended.standing, ended.step.cause, ended.selected) == ("complete", "not promising", None)
    assert decide_line(plan, "1EEE 1EEE").selected == 0


def test_the_first_of_an_expansion_may_be_watched_alone():
    rule = Rule(design=design("bop2", 1, looks="4 6"), most=6, alone=1)
    assert [decide_by(rule, n) for n in (0, 1, 4)] == [1, 3, 1]


def decide_by(rule, n):
    begun = start_of(rule)
    return rule.decide(begun if not n else begun.after(0, n, 0, n % 4).responded(0, n)).participants
