"""What the CRM answers at its edges, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest

from firstdose.catalogue import State, Treat
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.power_model import CurveModel
from firstdose.designs.crm import Crm
from tests.reference.designs.escalating import design


def plain(*rates: float, **fields) -> Crm:
    return Crm(model=CurveModel(rates or (0.1, 0.25, 0.4)), **({"target": 0.25, "size": 3} | fields))


def test_the_class_begins_at_the_lowest_level_and_never_closes_it():
    usual = plain()
    assert (usual.start, usual.looks_back, usual.doses) == (0, True, 3)
    assert usual.eliminated(State((3, 0, 0), (3, 0, 0))) == 3


@pytest.mark.parametrize(
    ("participants", "dlts", "first_closed"),
    [
        ((3, 0, 0), (3, 0, 0), 0),
        ((2, 0, 0), (2, 0, 0), 3),
        ((3, 3, 0), (0, 3, 0), 3),
        ((3, 3, 3), (0, 0, 3), 3),
        ((0, 3, 0), (0, 3, 0), 3),
    ],
)
def test_only_the_lowest_level_ends_the_trial_and_only_after_a_cohort(participants, dlts, first_closed):
    assert plain(stop_above=0.95).eliminated(State(participants, dlts)) == first_closed


def test_the_trial_ends_above_and_not_at_the_declared_probability():
    at, state = tail(3, 2, 0.25), State((3, 0, 0), (2, 0, 0))
    assert plain(stop_above=at).eliminated(state) == 3
    assert plain(stop_above=at - 1e-12).eliminated(state) == 0


def test_the_lower_level_is_taken_on_a_tie():
    assert plain(0.2, 0.2, 0.2).nearest(State((3, 0, 0), (1, 0, 0))) == 0


def test_a_trial_begins_only_where_nobody_was_treated():
    begun = plain().move(State((1, 0, 0), (0, 0, 0)))
    assert isinstance(begun, Treat)
    assert "begins" not in begun.reason
    assert "begins" in plain().move(State((0, 0, 0), (0, 0, 0))).reason


@pytest.mark.parametrize(
    ("participants", "dlts", "dose", "recent", "to", "said"),
    [
        ((3, 0, 0), (0, 0, 0), 0, 0, 1, "no level is skipped"),
        ((9, 3, 0), (0, 0, 0), 1, 0, 2, ""),
        ((12, 3, 0), (0, 1, 0), 1, 1, 1, "no escalation after 1"),
        ((3, 3, 0), (0, 3, 0), 1, 3, 0, ""),
        ((12, 6, 0), (1, 1, 0), 1, 1, 1, ""),
    ],
)
def test_the_next_level_and_why(participants, dlts, dose, recent, to, said):
    """The last row stays where the model wants to stay: nothing is held back there."""
    crm = plain(0.02, 0.12, 0.25) if to else plain()
    crm = plain(0.1, 0.25, 0.4) if participants == (12, 6, 0) else crm
    step = crm.move(State(participants, dlts, dose, recent=recent))
    assert isinstance(step, Treat)
    assert step.dose == to
    assert (said in step.reason) if said else step.reason.endswith(f"is at level {to + 1}")


@pytest.mark.parametrize(("size", "recent", "to"), [(6, 1, 1), (6, 2, 0), (4, 1, 0), (3, 0, 1)])
def test_a_toxic_cohort_is_one_whose_share_reaches_the_target(size, recent, to):
    """Target .25: 2 of 6, and exactly 1 of 4, but not 1 of 6."""
    crm = plain(0.02, 0.1, 0.25, size=size)
    state = State((60, 0, 0), (recent, 0, 0), 0, recent=recent)
    assert crm.nearest(state) > 0
    assert crm.move(state).dose == to


def test_a_level_is_recommended_once_somebody_was_treated():
    assert plain().select(State((0, 0, 0), (0, 0, 0))) is None
    one = State((1, 0, 0), (0, 0, 0))
    assert plain().select(one) == plain().nearest(one)


@pytest.mark.parametrize(
    "words",
    [
        {"halfwidth": "0.25"},
        {"halfwidth": "0"},
        {"target": "0.75", "halfwidth": "0.25"},
        {"target": "0.8", "halfwidth": "0.3"},
        {"prior_level": "0"},
        {"prior_level": "4"},
    ],
)
def test_a_skeleton_that_cannot_be_is_refused(words):
    with pytest.raises(ValueError, match=r"^(halfwidth must|prior_level is)"):
        design("crm", 3, **words)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_prior_level_has_the_target_rate(level):
    assert design("crm", 3, prior_level=str(level)).model.skeleton[level - 1] == 0.25


def test_the_sentences_say_the_form_of_the_curve():
    for form, said in (("power", "The power model"), ("logistic", "The one-parameter logistic model")):
        assert design("crm", 3, model=form).words()[0].startswith(said)
