"""What is due, when, and why nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.catalogue.rule import Treat
from firstdose.escalation.conduct import UNDECIDED, conduct_of
from firstdose.escalation.deciding import decide, decide_line, decide_watched, due, forbids
from firstdose.protocol.model import PlannedStop, Sentinel
from firstdose.values.issue import UserError
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

FIRST = [given("P1", 0), given("P2", 14), given("P3", 14)]
ALL_SEEN = [seen("P1", 28), seen("P2", 42), seen("P3", 42)]


def test_a_trial_begins_with_one_at_the_lowest_level():
    decision = decide(protocol(), snapshot([], visits=[seen("P1", 0, "SCR")]))
    assert (decision.standing, decision.level, due(decision)) == (
        "treat",
        0,
        "1 participant at level 1 (DL1)",
    )


def test_the_rest_of_a_cohort_waits_for_the_first_alone():
    decision = decide(protocol(), snapshot(FIRST[:1], visits=[seen("P1", 7, "W1")]))
    assert (decision.standing, decision.level, decision.earliest) == ("treat", 0, day(14))
    assert isinstance(decision.step, Treat)
    assert decision.step.participants == 2
    assert "P1, who came first" in decision.why_then


def test_the_next_cohort_waits_until_all_are_evaluable():
    decision = decide(protocol(), snapshot(FIRST, visits=[seen("P2", 30, "W4")]))
    assert (decision.standing, decision.level) == ("wait", None)
    assert "P2 is watched to" in decision.reason
    assert "P3 is watched to" in decision.reason
    assert decision.earliest == day(14 + 28 + 1)


def test_with_overlap_the_next_cohort_begins_at_once():
    decision = decide(protocol(overlap=True), snapshot(FIRST, visits=[seen("P2", 30)]))
    assert (decision.standing, decision.level) == ("treat", 1)


def test_a_complete_cohort_leads_up():
    decision = decide(protocol(), snapshot(FIRST, visits=ALL_SEEN))
    assert (decision.standing, decision.level, decision.reason) == (
        "treat",
        1,
        "0 of 3: escalate; the first of the cohort alone",
    )


def test_a_toxicity_keeps_the_level_and_is_asked_at_once():
    decision = decide(protocol(), snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20)]))
    assert (decision.standing, decision.level) == ("treat", 0)
    two = [event("P1", 3), event("P2", 16)]
    early = decide(protocol(), snapshot(FIRST[:2], events=two))
    assert early.standing == "complete"
    assert early.selected is None


def test_who_is_not_evaluable_is_replaced():
    decision = decide(protocol(), snapshot(FIRST, visits=ALL_SEEN[:2], ends=[left("P3", 20)]))
    assert (decision.standing, decision.level) == ("treat", 0)
    assert isinstance(decision.step, Treat)
    assert decision.step.participants == 1
    assert decision.state.participants == (2, 0)


@pytest.mark.parametrize("cut", [None, day(5)])
def test_who_was_treated_on_an_unknown_day_counts_also_where_nothing_on_record_has_a_date(cut):
    decision = decide(protocol(), snapshot([given("P1", None)]), cut)
    assert (decision.standing, decision.level, decision.cut) == ("undecided", None, None)
    assert [issue.code for issue in decision.issues] == ["FD-E004"]
    assert "day on which P1 was treated" in decision.issues[0].message


def test_a_dose_limiting_toxicity_without_any_date_is_seen():
    decision = decide(protocol(), snapshot([given("P1", None)], events=[event("P1", None)]))
    assert decision.standing == "undecided"
    assert {issue.code for issue in decision.issues} == {"FD-E003", "FD-E004"}


def test_an_unknown_fact_refuses_the_decision_and_names_itself():
    decision = decide(protocol(), snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20, grade=None)]))
    assert (decision.standing, decision.level, decision.step) == ("undecided", None, None)
    assert [issue.code for issue in decision.issues] == ["FD-E003"]


def test_the_days_between_participants_count_from_the_last_one():
    decision = decide(protocol(sentinel=Sentinel(14, "cohort", 7)), snapshot(FIRST[:2]))
    assert decision.earliest == day(21)


@pytest.mark.parametrize(
    ("of", "treated", "earliest"),
    [
        ("trial", [given("P1", 0), given("P2", 14)], 14),
        ("dose level", [given("P1", 0), given("P2", 14)], 14),
        ("cohort", [given("P1", 0), given("P2", 14)], 14),
    ],
)
def test_only_the_first_is_watched_alone(of, treated, earliest):
    assert decide(protocol(sentinel=Sentinel(14, of)), snapshot(treated)).earliest == day(earliest)


@pytest.mark.parametrize(("of", "earliest"), [("trial", 50), ("dose level", 64), ("cohort", 64)])
def test_a_new_level_has_its_own_first_unless_only_the_trial_has_one(of, earliest):
    injections = [*FIRST, given("P4", 50, "DL2")]
    decision = decide(protocol(sentinel=Sentinel(14, of)), snapshot(injections, visits=ALL_SEEN))
    assert (decision.standing, decision.level, decision.earliest) == ("treat", 1, day(earliest))


@pytest.mark.parametrize(("of", "earliest"), [("dose level", 50), ("cohort", 64)])
def test_a_second_cohort_of_a_level_has_a_first_only_where_every_cohort_has(of, earliest):
    injections = [*FIRST, given("P4", 50)]
    records = snapshot(injections, visits=ALL_SEEN, events=[event("P2", 20)])
    decision = decide(protocol(sentinel=Sentinel(14, of)), records)
    assert (decision.standing, decision.level, decision.earliest) == ("treat", 0, day(earliest))


def test_who_is_treated_otherwise_is_told_by_name():
    decision = decide(protocol(), snapshot([given("P1", 0, "DL2")], visits=[seen("P1", 28)]))
    assert [(each.participant, each.done) for each in decision.departures] == [("P1", "level 2")]


def test_the_end_waits_for_the_last_outcome():
    records = snapshot(FIRST, visits=ALL_SEEN[:2])
    planned = replace(protocol(), trial=replace(protocol().trial, participants=3))
    waiting = decide(planned, records)
    assert (waiting.standing, waiting.earliest) == ("wait", day(43))
    done = decide(planned, snapshot(FIRST, visits=ALL_SEEN))
    assert (done.standing, done.selected) == ("complete", 0)


# ------------------------------------------------------------------------------------------ when dosing rests


def test_a_pause_rule_halts_until_a_review_and_only_for_what_it_knew():
    paused = protocol(pause_when="dlt >= 1")
    records = snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20)])
    halted = decide(paused, records)
    assert (halted.standing, [each.cause for each in halted.halts]) == ("halted", ["pause_when"])
    resumed = decide(paused, records, resumed_after=day(45))
    assert (resumed.standing, resumed.level, resumed.resumed_after) == ("treat", 0, day(45))
    again = snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20), event("P3", 22)])
    assert decide(paused, again, resumed_after=day(21)).standing == "halted"


def test_a_review_before_the_halt_resumes_nothing():
    paused = protocol(pause_when="dlt >= 1")
    records = snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20)])
    assert decide(paused, records, resumed_after=day(19)).standing == "halted"


def test_dosing_goes_on_after_the_day_of_the_review():
    paused = protocol(pause_when="dlt >= 1")
    records = snapshot(FIRST, visits=[*ALL_SEEN, seen("P1", 60, "M2")], events=[event("P2", 20)])
    assert decide(paused, records, resumed_after=day(59)).earliest == day(60)


def test_a_stop_of_the_trial_is_final():
    stopped = protocol(stop_when="deaths >= 1")
    records = snapshot(FIRST, visits=ALL_SEEN, ends=[left("P1", 40, "died")])
    assert decide(stopped, records).standing == "stopped"
    assert decide(stopped, records, resumed_after=day(42)).standing == "stopped"


def test_a_count_that_is_open_refuses_only_where_it_matters():
    unknown = event("P1", 41, grade=None, outcome=None)
    records = snapshot(FIRST, visits=ALL_SEEN, events=[unknown])
    decision = decide(protocol(stop_when="deaths >= 1"), records)
    assert [(issue.code, issue.message) for issue in decision.issues] == [
        ("FD-E005", "Whether stop_when holds is not known: deaths is between 0 and 1.")
    ]
    assert decide(protocol(stop_when="deaths >= 2"), records).standing == "treat"


def test_a_halt_that_is_certain_does_not_wait_for_missing_facts():
    events = [event("P1", 3), event("P2", 20), event("P3", 20, grade=None)]
    records = snapshot(FIRST, visits=ALL_SEEN, events=events)
    assert decide(protocol(pause_when="dlt >= 2"), records).standing == "halted"


def test_a_stopping_rule_looks_at_the_evaluable_alone_so_that_nobody_pending_hides_its_boundary():
    """Pocock type for 6 participants, p0 = alpha = .10: 2 of 2 to 5, 3 of 6 (statistics of the shelf)."""
    stop = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"), ("alpha", "0.10")))
    planned = protocol(stopping=(stop,), design="boin", keys=(("cohort", "6"),), sentinel=None)
    planned = replace(planned, trial=replace(planned.trial, participants=6))
    injections = [given(f"P{number}", 0) for number in range(1, 7)]
    records = snapshot(injections, events=[event("P1", 3), event("P2", 3)])
    halted = decide(planned, records)
    assert (halted.standing, halted.reason) == (
        "halted",
        "2 of 2 participants with an event; the boundary there is 2",
    )


def test_a_resumed_stopping_rule_lets_the_design_go_on():
    stop = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.05"), ("alpha", "0.10")))
    planned = protocol(stopping=(stop,), design="boin", keys=(), sentinel=None)
    injections = [given(f"P{number}", 0) for number in range(1, 4)]
    seen_all = [seen(f"P{number}", 28) for number in range(1, 4)]
    records = snapshot(injections, visits=seen_all, events=[event("P1", 3), event("P2", 3)])
    assert decide(planned, records).standing == "halted"
    resumed = decide(planned, records, resumed_after=day(28))
    assert (resumed.standing, resumed.level, len(resumed.lifted)) == ("treat", 0, 1)


# ------------------------------------------------------------------------------------------ what is refused


def forbidden(decision, level, on=None) -> str | None:
    issue = forbids(decision, level, on)
    return None if issue is None else issue.code


def test_another_level_and_an_earlier_day_are_refused_in_one_sentence():
    decision = decide(protocol(), snapshot(FIRST[:1]))
    assert forbidden(decision, 0, day(14)) is None
    assert forbidden(decision, 0, day(13)) == "FD-E022"
    assert forbidden(decision, 1, day(14)) == "FD-E021"


def test_nothing_is_given_while_outcomes_or_facts_are_awaited():
    waiting = decide(protocol(), snapshot(FIRST))
    assert forbidden(waiting, 0, day(14)) == "FD-E023"
    undecided = decide(protocol(), snapshot(FIRST, visits=ALL_SEEN, events=[event("P2", 20, grade=None)]))
    assert forbidden(undecided, 0) == "FD-E023"


def test_nothing_is_given_while_dosing_rests_or_after_the_end():
    halted = decide(protocol(pause_when="dlt >= 1"), snapshot(FIRST, events=[event("P1", 3)]))
    assert forbidden(halted, 0) == "FD-E020"
    assert forbidden(decide_line(protocol(), "1TTN"), 0) == "FD-E024"


# ------------------------------------------------------------------------------------------ typed outcomes


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "1 participant at level 1 (DL1)"),
        ("1N", "2 participants at level 1 (DL1)"),
        ("1NNN", "1 participant at level 2 (DL2)"),
        ("1NNT", "1 participant at level 1 (DL1)"),
        ("1NNT 1NNN", "1 participant at level 2 (DL2)"),
        ("1NNN 2NTT", "nobody: escalation is complete"),
    ],
)
def test_a_line_of_outcomes_is_decided_without_records(line, words):
    assert due(decide_line(protocol(), line)) == words


@pytest.mark.parametrize(
    ("line", "says"), [("1NNX", "'1NNX'"), ("3N", "levels 1 to 2"), ("NNN", "'NNN'"), ("1NE", "says E")]
)
def test_a_line_that_cannot_be_read_is_refused(line, says):
    with pytest.raises(UserError, match="FD-E006") as refusal:
        decide_line(protocol(), line)
    assert refusal.value.exit_code == UNDECIDED
    assert says in refusal.value.issues[0].message + refusal.value.issues[0].remedy


def test_a_line_asks_pause_rules_too():
    assert decide_line(protocol(pause_when="dlt >= 2"), "1NNN 2TT").standing == "halted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"design": "fixed_allocation", "keys": ()}, "FD-E001"),
        ({"design": "boin", "keys": (("low", "2"),)}, "FD-E001"),
        ({"design": "boin12", "keys": ()}, "FD-E002"),
        ({"design": "gboin", "keys": ()}, "FD-E002"),
        ({"dlt": ""}, "FD-E002"),
        ({"dlt_until": None}, "FD-E002"),
    ],
)
def test_a_protocol_that_cannot_decide_says_why(changes, code):
    with pytest.raises(UserError, match=code):
        decide(protocol(**changes), snapshot(FIRST))


def test_a_line_needs_no_watch():
    assert due(decide_line(protocol(dlt="", dlt_until=None), "1NNN")) == "1 participant at level 2 (DL2)"


def test_a_study_without_any_date_begins():
    assert decide_watched(conduct_of(protocol()), ()).level == 0


def test_a_design_that_decides_in_time_does_not_wait_for_the_window():
    records = snapshot([given(f"P{number}", 0) for number in range(1, 4)], visits=[seen("P1", 25, "W3")])
    assert decide(protocol(design="tite_crm", keys=(), sentinel=None), records).standing == "treat"
    assert decide(protocol(design="crm", keys=(), sentinel=None), records).standing == "wait"


def test_tite_boin_waits_while_most_of_a_cohort_are_pending():
    records = snapshot([given(f"P{number}", 0) for number in range(1, 4)], visits=[seen("P1", 25, "W3")])
    waiting = decide(protocol(design="tite_boin", keys=(), sentinel=None), records)
    assert (waiting.standing, waiting.earliest) == ("wait", day(29))
