"""Goal G14 in small: random attempts, in memory and through the real acts on a database."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from benchmarks.capture_drills import forbidden_doses

from firstdose.escalation.on_record import check_escalation
from firstdose.records.log.event import Actor
from firstdose.web.safety import actions
from firstdose.web.safety.boxes import Said
from firstdose.web.safety.dose_gate import Gate, judge
from firstdose.web.safety.on_record import overrides_of, sheets_of
from firstdose.web.safety.sheet import key_of_injection
from firstdose.web.safety.snapshot import now_on_record
from tests.web.safety import trial

NURSE, DOCTOR, BOARD = (
    Actor(who=name, role=role) for name, role in (("n", "coordinator"), ("d", "investigator"), ("b", "board"))
)


def test_no_forbidden_dose_is_recorded_in_40_simulated_escalations():
    found = forbidden_doses.drill(40)
    assert found["forbidden without override"] == 0
    assert found["never to be given, given"] == 0
    assert found["given by the rule"] > 100
    assert found["given under an override"] > 10


def test_the_drill_finds_a_gate_that_forgets_the_rule(monkeypatch):
    """A gate without its clause of the rule must not pass for a good one."""

    def forgetful(facts, level, board=()):
        found = judge(facts, level, board)
        kept = tuple(each for each in found.clauses if each.met or not each.issue.code.startswith("FD-E"))
        return Gate(participant=found.participant, day=found.day, level=found.level, clauses=kept)

    monkeypatch.setattr(forbidden_doses, "judge", forgetful)
    assert forbidden_doses.drill(8)["forbidden without override"] > 0


def test_the_drill_finds_a_gate_that_forgets_the_lot(monkeypatch):
    def forgetful(facts, level, board=()):
        found = judge(facts, level, board)
        kept = tuple(each for each in found.clauses if each.met or each.issue.code != "FD-W102")
        return Gate(participant=found.participant, day=found.day, level=found.level, clauses=kept)

    monkeypatch.setattr(forbidden_doses, "judge", forgetful)
    assert forbidden_doses.drill(8)["forbidden without override"] > 0


def attempt(participant: str, level: str, day) -> bool:
    """Sheet, confirmation and record through the acts; whether the dose came to be recorded."""
    typed = trial.SHEET | {"dose_level": level}
    actions.propose_sheet(by=NURSE, site="site", key=key_of_injection(participant, "D0", "L1"), typed=typed)
    sheet = sheets_of(participant).get("L1")
    if sheet is not None and not sheet.approved:
        actions.approve_sheets(by=DOCTOR, site="site", sheets=[sheet])
    told = {
        item: Said(text, text)
        for item, text in trial.given(participant, "L1").items()
        if item not in {*typed, "date"}
    }
    return not actions.record_injection(
        by=NURSE, site="site", participant=participant, lesion="L1", day=day, typed=told
    )


def test_a_random_walk_through_the_acts_records_nothing_that_the_cores_check_objects_to(study, monkeypatch):
    rng = np.random.default_rng(14)
    names, day, overridden = ["INV-001", "INV-002", "INV-003"], trial.ZERO, set()
    recorded, refused = [], 0
    for name in names:
        trial.prepare(name, on=day + timedelta(days=40))
    day += timedelta(days=40)
    for _ in range(14):
        trial.freeze(monkeypatch, trial.at(day))
        name, level = str(rng.choice(names)), str(rng.choice(["DL1", "DL1", "DL2"]))
        if rng.random() < 0.25:
            actions.ask_override(by=DOCTOR, site="site", participant=name, level=level, reason="r", proof="p")
            for each in [each for each in overrides_of(name) if not each.second]:
                actions.release_override(
                    by=BOARD, site="site", participant=name, asked=each.seq, reason="r", proof="p"
                )
        closed = not trial.asked(name, day, level=level).gate.open
        if attempt(name, level, day):
            recorded.append(name)
            overridden |= {name} if closed else set()
        else:
            refused += 1
        day += timedelta(days=int(rng.choice([1, 3, 7])))
    now = now_on_record()
    objected = {issue.message.partition(" ")[0] for issue in check_escalation(now.protocol, now.snapshot)}
    assert objected <= overridden
    assert recorded
    assert refused
    assert len(recorded) == len(set(recorded)) == trial.kinds().count("dose.given")
