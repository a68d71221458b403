"""What interval designs answer at their edges, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from scipy import stats

from firstdose.catalogue import End, State, Treat
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.interval import IntervalDesign
from firstdose.designs._kernel.isotonic import isotonic_rates, nearest, pooled
from firstdose.designs.boin import Boundary
from firstdose.designs.i3_plus_3 import Around
from firstdose.designs.keyboard import Keys
from tests.reference.designs.escalating import design


def plain(**fields) -> IntervalDesign:
    """Three levels at target .30 under BOIN's boundaries."""
    usual = {
        "doses": 3,
        "size": 3,
        "target": 0.3,
        "decide": Boundary(0.236491, 0.358519),
        "sentences": ("said",),
    }
    return IntervalDesign(**(usual | fields))


# -------------------------------------------------------------------------------------------------- the shared part


def test_the_defaults_close_from_three_at_ninety_five_percent():
    """Target .30: 3 of 3 close a level, 2 of 3 and 2 of 2 do not (Liu & Yuan 2015)."""
    usual = plain()
    assert [usual.closes(*pair) for pair in [(3, 3), (3, 2), (3, 0), (2, 2)]] == [True, False, False, False]
    assert (usual.start, usual.looks_back, usual.words()) == (0, False, ("said",))


def test_a_level_is_closed_above_and_not_at_the_declared_probability():
    at = tail(3, 2, 0.3)
    assert not plain(eliminate_above=at).closes(3, 2)
    assert plain(eliminate_above=at - 1e-12).closes(3, 2)
    assert not plain(eliminate_above=at, extra_safe=0.0).ends_at_lowest(3, 2)


def test_extra_safe_ends_earlier_from_three_participants_on():
    safer = plain(extra_safe=0.05)
    assert [safer.ends_at_lowest(*pair) for pair in [(3, 2), (2, 2), (3, 1)]] == [True, False, False]
    assert not plain().ends_at_lowest(3, 2)


@pytest.mark.parametrize(
    ("participants", "dlts", "ends"),
    [((3, 0, 0), (2, 0, 0), True), ((3, 3, 0), (0, 2, 0), False), ((3, 3, 3), (0, 0, 2), False)],
)
def test_extra_safe_looks_at_the_lowest_level_alone(participants, dlts, ends):
    safer, state = plain(extra_safe=0.05), State(participants, dlts, sum(n > 0 for n in participants) - 1)
    step = safer.move(state)
    assert isinstance(step, End) is ends
    assert (safer.select(state) is None) is ends
    if isinstance(step, End):
        assert step.cause == "lowest level too toxic"


UP, STAY, DOWN, CLOSED = "escalate", "stay", "de-escalate", "closed"


@pytest.mark.parametrize(
    ("participants", "dlts", "dose", "to", "reason"),
    [
        ((0, 0, 0), (0, 0, 0), 0, 0, "begins"),
        ((1, 0, 0), (0, 0, 0), 0, 1, UP),
        ((3, 0, 0), (0, 0, 0), 0, 1, UP),
        ((3, 3, 0), (0, 0, 0), 1, 2, UP),
        ((3, 3, 3), (0, 0, 0), 2, 2, STAY),
        ((3, 3, 0), (0, 3, 0), 1, 0, CLOSED),
        ((3, 3, 3), (0, 3, 0), 2, 0, CLOSED),
        ((6, 3, 0), (0, 3, 0), 0, 0, STAY),
        ((3, 3, 3), (0, 0, 2), 2, 1, DOWN),
        ((3, 3, 0), (0, 2, 0), 1, 0, DOWN),
        ((3, 0, 0), (2, 0, 0), 0, 0, STAY),
        ((3, 6, 0), (0, 2, 0), 1, 1, STAY),
        ((3, 3, 6), (0, 0, 2), 2, 2, STAY),
    ],
)
def test_the_next_level_of_an_interval_design(participants, dlts, dose, to, reason):
    step = plain().move(State(participants, dlts, dose))
    assert isinstance(step, Treat)
    assert (step.dose, step.participants) == (to, 3)
    assert reason in step.reason


def test_the_lowest_level_closed_ends_the_trial():
    step = plain().move(State((3, 0, 0), (3, 0, 0)))
    assert isinstance(step, End)
    assert step.cause == "all levels too toxic"


@pytest.mark.parametrize(
    ("enough", "n", "ends"), [(6, 3, False), (6, 6, True), (6, 9, True), (None, 9, False)]
)
def test_enough_at_one_level_ends_only_where_it_is_declared(enough, n, ends):
    step = plain(enough_at_one=enough).move(State((3, n, 0), (0, n // 3, 0), 1))
    assert isinstance(step, End) is ends


def test_there_is_enough_at_one_level_only_above_zero():
    assert design("boin", 3).enough_at_one is None
    assert design("boin", 3, enough_at_one="9").enough_at_one == 9


# -------------------------------------------------------------------------------------------------------- decisions


def test_on_a_whole_number_boin_asks_for_one_toxicity_more():
    at = Boundary(0.2, 0.4)
    assert [at(5, y) for y in range(6)] == ["up", "up", "stay", "down", "down", "down"]
    assert [at(10, y) for y in range(2, 6)] == ["up", "stay", "stay", "down"]
    assert [at(3, y) for y in range(4)] == ["up", "stay", "down", "down"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("boin", {"low": "0"}),
        ("boin", {"low": "1"}),
        ("boin", {"high": "1"}),
        ("boin", {"target": "0.5", "high": "2"}),
        ("keyboard", {"below": "0.30"}),
        ("keyboard", {"below": "0"}),
        ("keyboard", {"above": "0"}),
        ("keyboard", {"above": "0.7"}),
        ("i3_plus_3", {"below": "0.30"}),
        ("i3_plus_3", {"above": "0.70"}),
    ],
)
def test_an_interval_that_leaves_no_room_is_refused(name, words):
    with pytest.raises(ValueError, match=r"\.$"):
        design(name, 3, **words)


def test_i3_plus_3_takes_an_interval_of_one_point():
    at = design("i3_plus_3", 3, below="0", above="0").decide
    assert [at(10, y) for y in (2, 3, 4)] == ["up", "stay", "down"]


def test_i3_plus_3_deescalates_where_one_fewer_would_lie_on_the_interval():
    at = Around(Fraction(1, 4), Fraction(7, 20))
    assert [at(4, y) for y in range(5)] == ["up", "stay", "down", "down", "down"]
    assert [at(3, y) for y in range(4)] == ["up", "stay", "down", "down"]


# -------------------------------------------------------------------------------------------- isotonic selection


def test_a_level_with_one_participant_has_a_rate_and_one_with_none_has_not():
    assert list(isotonic_rates((1, 3, 0), (0, 1, 0))) == [0, 1]


def test_violators_are_pooled_by_the_inverse_variance_of_their_beta_posteriors():
    """(y + .05) / (n + .1), the weights those of Beta(y + .05, n - y + .05): by scipy's variance."""
    beta = [stats.beta(2.05, 1.05), stats.beta(1.05, 5.05)]
    weights = [1 / each.var() for each in beta]
    mean = sum(w * each.mean() for w, each in zip(weights, beta, strict=True)) / sum(weights)
    found = isotonic_rates((3, 6, 3), (2, 1, 3))
    assert [found[0], found[1]] == pytest.approx([mean, mean], rel=1e-12)
    assert found[2] == pytest.approx(3.05 / 3.1, rel=1e-12)


def test_three_blocks_are_pooled_from_the_last_violator_back():
    assert pooled([0.1, 0.5, 0.4, 0.3], [1, 1, 2, 3]) == pytest.approx(
        [0.1, *[(0.5 + 0.8 + 0.9) / 6] * 3], rel=1e-12
    )
    assert pooled([0.5, 0.4, 0.3, 0.9], [1, 2, 1, 5]) == pytest.approx([0.4, 0.4, 0.4, 0.9], rel=1e-12)
    assert pooled([0.1, 0.2, 0.3], [1, 1, 1]) == [0.1, 0.2, 0.3]


def test_the_nearest_level_may_lie_at_the_limit_and_not_above():
    at = isotonic_rates((3, 3), (0, 1))
    assert nearest((3, 3), (0, 1), 0.3) == 1
    assert nearest((3, 3), (0, 1), 0.3, at_most=at[1] + 1e-9) == 1
    assert nearest((3, 3), (0, 1), 0.3, at_most=at[1]) == 1
    assert nearest((3, 3), (0, 1), 0.3, at_most=at[1] - 1e-9) == 0
    assert nearest((3,), (3,), 0.3, at_most=0.5) is None
    assert nearest((3,), (3,), 0.3) == 0


def test_of_two_levels_as_far_from_the_target_the_lower_one_is_recommended():
    """Each rate is raised by 1e-10 times its rank, from 1, so that the lower of the two lies nearer."""
    middle = (0.05 + 1.05) / (2 * 3.1)
    assert nearest((3, 3), (0, 1), middle) == 0
    assert nearest((3, 3), (0, 1), middle + 1e-9) == 1
    assert nearest((3, 3), (1, 1), 1.05 / 3.1) == 0


# -------------------------------------------------------------------------------------------------------- Keyboard


@pytest.mark.parametrize(
    ("low", "high", "n", "y", "way"),
    [
        (0.03, 0.07, 3, 0, "up"),  # the short interval below is the densest, not the heaviest
        (0.85, 0.95, 3, 3, "down"),  # so is the one above, which ends at 1
        (
            0.40,
            0.50,
            2,
            1,
            "down",
        ),  # a posterior symmetric about .5: two intervals tie, the higher one is taken
        (0.50, 0.60, 2, 1, "stay"),
        (0.25, 0.35, 3, 1, "stay"),
    ],
)
def test_the_densest_interval_decides_and_the_higher_one_on_a_tie(low, high, n, y, way):
    assert Keys(low, high)(n, y) == way


def test_the_intervals_fill_the_whole_range():
    keys = Keys(0.25, 0.35).intervals()
    assert (keys[0][0], keys[-1][1]) == (0.0, 1.0)
    assert all(one[1] == other[0] for one, other in pairwise(keys))
    assert [round(high - low, 12) for low, high in keys] == [0.05, *[0.1] * 9, 0.05]
