import numpy as np
import pytest

from firstdose.catalogue import load
from firstdose.planning.answering import answer
from firstdose.planning.questions import questions_of
from tests.unit.planning.plans import SEED

RANDOM = np.random.default_rng(1)


def question(test):
    return next(each for each in questions_of(SEED) if each.test == test)


@pytest.mark.parametrize("test", ["E5", "E5_flip", "E6", "E6_rank", "E7", "E7_hf", "E7_rank", "E7_perm"])
def test_each_trial_is_answered_as_the_method_answers_its_complete_participants(test):
    asked = question(test)
    times = asked.times
    y = np.round(RANDOM.normal(size=(40, 6, times)), 1)
    missing = RANDOM.random(size=y.shape) < 0.1
    found = answer(asked, y, missing, np.ones(6, dtype=int))
    for i in range(40):
        whole = ~missing[i].any(axis=1)
        result = load("methods")[asked.method.name].estimate(
            y[i][whole], decimals=asked.decimals, **asked.options
        )
        assert found.participants[i] == whole.sum()
        for column, value in zip(
            found.columns, (result.p, result.estimate, result.ci_low, result.ci_high), strict=True
        ):
            assert column[i] == pytest.approx(np.nan if value is None else value, rel=1e-9, nan_ok=True)


def test_nobody_left_is_no_answer():
    asked = question("E5")
    found = answer(asked, np.ones((3, 2, 2)), np.ones((3, 2, 2), dtype=bool), np.ones(2, dtype=int))
    assert np.isnan(found.p).all()
    assert found.participants.tolist() == [0, 0, 0]


def test_what_is_not_wanted_is_not_computed():
    asked = question("E5")
    y = RANDOM.normal(size=(4, 5, 2))
    found = answer(asked, y, np.zeros(y.shape, dtype=bool), np.ones(5, dtype=int), ("p",))
    assert np.isnan(found.limits).all()
    assert not np.isnan(found.p).any()
