"""Row 16: dose levels and sentinel of the trial, from a line of outcomes and from records."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from firstdose.escalation.characteristics import characterise
from firstdose.escalation.conduct import live_conduct_of
from firstdose.escalation.deciding import decide, decide_line, due, forbids
from firstdose.escalation.on_record import check_escalation
from firstdose.escalation.simulate import simulate
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.rehearsal import rehearse, write_study
from tests.shared import ROOT

TRIAL = ROOT / "trials" / "adsc_psoriasis"
PROTOCOL = read_protocol(TRIAL / "protocol.yaml").protocol
assert PROTOCOL is not None


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        ("", "1 participant at level 1 (DL1)"),
        ("1N", "2 participants at level 1 (DL1)"),
        ("1NNN", "1 participant at level 2 (DL2)"),
        ("1NNT", "2 participants at level 1 (DL1)"),
        ("1NTT", "nobody: dosing rests until a review"),
        ("1NNN 2N", "1 participant at level 2 (DL2)"),
        ("1NNN 2NN", "nobody: escalation is complete"),
    ],
)
def test_row_16_the_next_step_is_that_of_three_plus_three(outcomes, says):
    """Storer 1989, Biometrics 45:925, variant A, with at most five participants and the first of a level alone."""
    assert due(decide_line(PROTOCOL, outcomes)) == says


def test_row_16_the_records_keep_to_the_rule_and_the_sentinel_is_waited_for():
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    assert check_escalation(PROTOCOL, snapshot) == []
    first = date(2024, 2, 6)
    decision = decide(PROTOCOL, snapshot, first)
    assert decision.earliest == first + timedelta(days=14)
    early, other = forbids(decision, 0, first + timedelta(days=13)), forbids(decision, 1, decision.earliest)
    assert early is not None
    assert other is not None
    assert forbids(decision, 0, decision.earliest) is None


def test_row_16_exact_characteristics_lie_within_the_error_of_drawn_trials():
    """Shares that end with each level at rates of 0.30 and 0.50: four standard errors of 5,000 trials."""
    rule, rates, trials = live_conduct_of(PROTOCOL).rule, (0.3, 0.5), 5_000
    exact = characterise(rule, [rates])
    assert exact.exact
    drawn = simulate(rule, rates, trials, 5).selected
    for level, share in enumerate(exact.selected[0][:-1]):
        assert abs(np.mean(drawn == level) - share) < 4 * (share * (1 - share) / trials) ** 0.5


def test_row_16_the_rehearsed_trial_of_any_seed_keeps_to_the_rule(tmp_path):
    for seed in range(10):
        study = tmp_path / str(seed)
        rehearsed = rehearse(PROTOCOL, 5, seed)
        write_study(rehearsed, None, study)
        assert check_escalation(PROTOCOL, read_study(study, PROTOCOL).snapshot) == []
