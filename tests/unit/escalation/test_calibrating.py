"""What each level of a boundary costs, and the best boundary against every other one, written out."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.designs._kernel.boundary import characteristics
from firstdose.escalation.calibrating import MOST, best_boundary, bounds_of, calibrate, key_of
from firstdose.protocol.model import PlannedStop
from tests.unit.escalation.composed import POOLED


def every_boundary(most):
    """All boundaries that never fall; a count above the number of participants stops nowhere."""
    for counts in product(range(1, most + 2), repeat=most):
        if all(a <= b for a, b in pairwise(counts)):
            yield (None, *(b if b <= n else None for n, b in enumerate(counts, start=1)))


def test_the_level_of_ten_percent_gives_the_boundary_of_the_source():
    """Ivanova, Qaqish & Schell 2005, 12 participants at p0 = alpha = .10."""
    rows = {row.alpha: row for row in calibrate(POOLED, 12, rates=(0.1, 0.2, 0.3, 0.4, 0.5))}
    assert rows[0.10].words == "2 of 2 to 4, 3 of 5 to 10, 4 of 11 to 12"
    assert rows[0.10].stops == pytest.approx((0.098, 0.373, 0.667, 0.866, 0.961), abs=6e-4)
    assert rows[0.10].bounds == bounds_of(POOLED, 12)


@pytest.mark.parametrize(
    "planned",
    [
        POOLED,
        PlannedStop(stop="s", rule="sprt", options=(("p0", "0.1"), ("p1", "0.3"))),
        PlannedStop(stop="b", rule="beta_binomial", options=(("p0", "0.1"),)),
    ],
    ids=lambda planned: planned.rule,
)
def test_each_level_is_kept_and_a_looser_one_stops_no_less(planned):
    rows = calibrate(planned, 10, rates=(0.1, 0.4))
    assert all(row.stops[0] <= row.alpha + 1e-12 for row in rows)
    assert [row.stops[1] for row in rows] == sorted(row.stops[1] for row in rows)


def test_a_key_of_a_rule_is_its_word_or_its_default():
    assert (key_of(POOLED, "p0"), key_of(POOLED, "alpha"), key_of(POOLED, "p1")) == (0.10, 0.10, None)


@settings(max_examples=12)
@given(st.integers(1, 6), st.sampled_from([0.05, 0.1, 0.2]), st.sampled_from([0.05, 0.1, 0.3]))
def test_no_boundary_that_never_falls_is_better_than_the_best(most, acceptable, alpha):
    toxic = acceptable + 0.25
    found = [(characteristics(b, acceptable), characteristics(b, toxic)) for b in every_boundary(most)]
    kept = [(low, high) for low, high in found if low.stop <= alpha + 1e-12]
    best = best_boundary(most, acceptable, alpha, toxic)
    assert best is not None
    assert best.acceptable.stop <= alpha + 1e-12
    assert best.toxic.stop == pytest.approx(max(high.stop for _, high in kept), abs=1e-12)
    power = best.toxic.stop / 2
    quick = best_boundary(most, acceptable, alpha, toxic, power, "participants")
    assert quick is not None
    assert quick.toxic.stop >= power - 1e-12
    fewest = min(high.participants for _, high in kept if high.stop >= power - 1e-12)
    assert quick.toxic.participants == pytest.approx(fewest, abs=1e-9)


def test_boundaries_that_differ_in_what_they_do_are_counted_once():
    """Every row of yes and no: 2^6 where nothing is ruled out."""
    best = best_boundary(6, 0.1, 1 - 1e-9, 0.3)
    assert best is not None
    assert best.considered == 2**6
    done = {characteristics(b, 0.37) for b in every_boundary(6)}
    assert len(done) == 2**6


def test_there_is_none_where_the_power_cannot_be_reached():
    assert best_boundary(4, 0.1, 0.05, 0.2, power=0.9) is None


@pytest.mark.parametrize("asked", [(MOST + 1, 0.1, 0.1, 0.3), (6, 0.3, 0.1, 0.1), (0, 0.1, 0.1, 0.3)])
def test_what_cannot_be_searched_is_refused(asked):
    with pytest.raises(ValueError, match="participants and rates"):
        best_boundary(*asked)
