"""The dose gate: each thing that is asked opens or closes it, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstdose.web.safety import actions
from firstdose.web.safety.deciding import desk_now
from firstdose.web.safety.dose_gate import FOLLOW, HALT, OTHER, RESUME, basis_of
from tests.web import people
from tests.web.safety import trial

ZERO = trial.ZERO
DAY = timedelta(days=1)
FIRST, SECOND, THIRD = "INV-001", "INV-002", "INV-003"


def codes(participant: str = FIRST, on=ZERO, **more) -> set[str]:
    return set(trial.asked(participant, on, **more).gate.codes)


def decide(decision: str, level: str = "DL2", reason: str = "looked at") -> None:
    """The board decides on what stands there now."""
    desk = desk_now()
    assert desk.decision is not None
    told = {"basis": basis_of(desk.decision), "due": desk.due, "why": "", "cut": ""}
    board = people.SETTER
    faults = actions.decide_board(
        by=board, decision=decision, level=level, reason=reason, voters=["A", "B", "C"], proof="password", told=told,
        head=desk.now.head,
    )  # fmt: skip
    assert faults == ()


def test_the_first_participant_is_due_at_the_first_level(injection_day):
    found = trial.asked()
    assert found.passes
    assert found.gate.level == "DL1"


def test_without_consent_nobody_is_treated_and_no_override_helps(study, monkeypatch):
    trial.freeze(monkeypatch, trial.at(ZERO))
    trial.prepare(leave_out="informed_consent")
    found = trial.asked().gate
    assert "FD-W100" in found.codes
    assert found.hard


def test_a_consent_dated_later_than_the_day_is_none(injection_day):
    visit = people_visit("informed_consent", "consent_date")
    people.set_values("informed_consent", {"consent_date": str(ZERO + DAY)}, FIRST, visit)
    assert "FD-W100" in codes()
    assert "FD-W100" not in codes(on=ZERO + DAY)


def people_visit(form: str, item: str) -> str:
    from firstdose.web.audit.models import CurrentValue

    return CurrentValue.objects.filter(participant=FIRST, form=form, item=item).first().visit


@pytest.mark.parametrize(
    ("item", "text"), [("diabetes", "yes"), ("screening_pasi", "12"), ("infection", "UNK: lost")]
)
def test_a_criterion_that_fails_or_is_unknown_closes_the_gate(injection_day, item, text):
    people.set_values("screening", {item: text}, FIRST, people_visit("screening", item))
    assert codes() == {"FD-W101"}


def test_another_level_than_the_due_one_is_forbidden_with_the_clause(injection_day):
    found = trial.asked(level="DL2").gate
    assert found.codes == {"FD-E021"}
    assert "level 1 (DL1) is due" in found.sentence


def test_a_level_that_the_protocol_does_not_have_is_refused_for_good(injection_day):
    assert trial.asked(level="DL9").gate.hard


def test_the_second_participant_waits_for_the_sentinel(study, monkeypatch):
    """14 days after the first participant of a dose level."""
    trial.freeze(monkeypatch, trial.at(ZERO + 20 * DAY))
    trial.treat(FIRST, ZERO, watched=False)
    trial.prepare(SECOND, on=ZERO + 14 * DAY)
    assert "FD-E022" in codes(SECOND, ZERO + 13 * DAY)
    assert codes(SECOND, ZERO + 14 * DAY) == set()


def test_after_two_of_a_level_the_third_comes_seven_days_later(study, monkeypatch):
    trial.freeze(monkeypatch, trial.at(ZERO + 30 * DAY))
    trial.treat(FIRST, ZERO, watched=False)
    trial.treat(SECOND, ZERO + 14 * DAY, watched=False)
    trial.prepare(THIRD, on=ZERO + 21 * DAY)
    assert "FD-E022" in codes(THIRD, ZERO + 20 * DAY)
    assert codes(THIRD, ZERO + 21 * DAY) == set()


def cohort_done(monkeypatch) -> None:
    """Three participants of the first level are through; the fourth is prepared."""
    trial.freeze(monkeypatch, trial.at(ZERO + 80 * DAY))
    for participant, on in ((FIRST, 0), (SECOND, 14), (THIRD, 21)):
        trial.treat(participant, ZERO + on * DAY)
    trial.prepare("INV-004", on=ZERO + 80 * DAY, level="DL2")


def test_a_new_cohort_needs_the_board(study, monkeypatch):
    cohort_done(monkeypatch)
    day = ZERO + 80 * DAY
    assert codes("INV-004", day) == {"FD-W104"}
    decide(FOLLOW)
    found = trial.asked("INV-004", day)
    assert (found.passes, found.gate.level) == (True, "DL2")
    assert "The board decided on it" in found.clause


def test_what_the_board_decided_lapses_when_an_outcome_changes(study, monkeypatch):
    cohort_done(monkeypatch)
    decide(FOLLOW)
    trial.harm(SECOND, ZERO + 20 * DAY)
    assert not trial.asked("INV-004", ZERO + 80 * DAY).passes


def test_a_board_that_decides_otherwise_closes_the_level_of_the_rule(study, monkeypatch):
    cohort_done(monkeypatch)
    decide(OTHER, "DL1")
    assert codes("INV-004", ZERO + 80 * DAY, level="DL2") == {"FD-W105"}
    assert "FD-E021" in codes("INV-004", ZERO + 80 * DAY, level="DL1")


def test_a_board_that_halts_closes_everything_until_it_resumes(injection_day):
    decide(HALT)
    assert codes() == {"FD-W105"}
    decide(RESUME, "DL1")
    assert codes() == set()


def test_a_related_serious_event_stops_the_trial(study, monkeypatch):
    """stop_when: deaths >= 1 or related_serious >= 1."""
    trial.freeze(monkeypatch, trial.at(ZERO + 20 * DAY))
    trial.treat(FIRST, ZERO, watched=False)
    trial.harm(FIRST, ZERO + 3 * DAY, serious="yes", serious_criterion="hospital stay")
    trial.prepare(SECOND, on=ZERO + 14 * DAY)
    assert "FD-E020" in codes(SECOND, ZERO + 14 * DAY)


def test_an_event_whose_relation_is_open_leaves_the_gate_undecided(study, monkeypatch):
    trial.freeze(monkeypatch, trial.at(ZERO + 20 * DAY))
    trial.treat(FIRST, ZERO, watched=False)
    trial.harm(FIRST, ZERO + 3 * DAY, related_cells="conditional")
    trial.prepare(SECOND, on=ZERO + 14 * DAY)
    assert "FD-E023" in codes(SECOND, ZERO + 14 * DAY)


def test_a_plaque_that_was_injected_is_not_injected_again(study, monkeypatch):
    trial.freeze(monkeypatch, trial.at(ZERO))
    trial.treat(FIRST, ZERO, watched=False)
    found = trial.asked(FIRST, ZERO, lesion="L1").gate
    assert "FD-W103" in found.codes
    assert found.hard


def test_more_cells_than_the_cap_are_never_approved(injection_day):
    visit = people_visit("lesion_map", "long_diameter")
    people.set_values("lesion_map", {"long_diameter": "25", "short_diameter": "22"}, FIRST, visit, "L1")
    found = trial.asked().gate
    assert "FD-R206" in found.codes
    assert found.hard


def test_the_gate_answers_in_whole_sentences_with_a_remedy(injection_day):
    for each in (*trial.asked(level="DL2").gate.issues, *trial.asked(level="DL9").gate.issues):
        assert each.message.endswith(".")
        assert each.remedy.endswith(".")
