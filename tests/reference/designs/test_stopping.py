"""Stopping boundaries and their exact characteristics; Ivanova, Qaqish & Schell 2005 and Thall & Simon 1994."""

from __future__ import annotations

import pytest

from firstdose.catalogue import State, load
from firstdose.designs._kernel.boundary import characteristics, told
from tests.reference.designs.escalating import stopping

RATES = (0.1, 0.2, 0.3, 0.4, 0.5)


@pytest.mark.parametrize(
    ("most", "words", "stops"),
    [
        (6, "2 of 2 to 5, 3 of 6", (0.081, 0.263, 0.472, 0.663, 0.8125)),
        (12, "2 of 2 to 4, 3 of 5 to 10, 4 of 11 to 12", (0.098, 0.373, 0.667, 0.866, 0.961)),
        (18, "2 of 2 to 4, 3 of 5 to 8, 4 of 9 to 14, 5 of 15 to 18", (0.0953,)),
        (24, "2 of 2 to 3, 3 of 4 to 8, 4 of 9 to 14, 5 of 15 to 21, 6 of 22 to 24", (0.0991,)),
    ],
)
def test_the_pocock_type_boundary_at_ten_percent(most, words, stops):
    bounds = stopping("pocock", most, p0="0.10").bounds
    assert told(bounds) == words
    assert [characteristics(bounds, rate).stop for rate in RATES[: len(stops)]] == pytest.approx(
        stops, abs=6e-4
    )


@pytest.mark.parametrize(
    ("prior", "words", "stop"),
    [
        ({}, "1 of 1, 2 of 2 to 5, 3 of 6 to 8, 4 of 9 to 12", 0.418),
        ({"a": "0.2", "b": "0.8"}, "2 of 2 to 3, 3 of 4 to 6, 4 of 7 to 10, 5 of 11 to 12", 0.2006),
    ],
)
def test_a_flat_prior_is_not_weak_in_five_participants(prior, words, stop):
    bounds = stopping("beta_binomial", 12, p0="0.2", tau="0.9", **prior).bounds
    assert told(bounds) == words
    assert characteristics(bounds, 0.2).stop == pytest.approx(stop, abs=5e-4)


@pytest.mark.parametrize("name", sorted(load("designs.stopping")))
def test_every_calibrated_boundary_keeps_its_level_and_never_falls(name):
    words = {"p0": "0.1", "alpha": "0.1"} | ({"p1": "0.3"} if name == "sprt" else {})
    bounds = stopping(name, 20, **words).bounds
    assert 0 < characteristics(bounds, 0.1).stop <= 0.1
    known = [b for b in bounds if b is not None]
    assert known == sorted(known)
    assert all(b is None or b <= n for n, b in enumerate(bounds))


def test_the_characteristics_of_a_boundary_agree_with_every_path():
    bounds = stopping("pocock", 8, p0="0.15").bounds
    for rate in (0.1, 0.4):
        stop = treated = events = 0.0
        for path in range(2**8):
            seen = [path >> i & 1 for i in range(8)]
            p = rate ** sum(seen) * (1 - rate) ** (8 - sum(seen))
            n = next((n for n in range(1, 9) if bounds[n] is not None and sum(seen[:n]) >= bounds[n]), None)
            stop += p * (n is not None)
            treated += p * (n or 8)
            events += p * sum(seen[: n or 8])
        found = characteristics(bounds, rate)
        assert (found.stop, found.participants, found.events) == pytest.approx(
            (stop, treated, events), abs=1e-12
        )


def test_a_boundary_at_each_level_looks_at_each_level_alone():
    each = stopping("pocock", 12, p0="0.10", counts="each")
    pooled = stopping("pocock", 12, p0="0.10")
    state = State((3, 3), (1, 2), dose=1)
    assert each.holds(state)
    assert not each.holds(State((3, 3), (1, 1), dose=1))
    assert pooled.holds(State((3, 3), (1, 2), dose=1))
    assert "boundary" in pooled.words()[0]


@pytest.mark.parametrize("name", sorted(load("designs.stopping")))
def test_rates_outside_zero_and_one_are_refused(name):
    words = {"p0": "1.5", "alpha": "0.1"} | ({"p1": "0.3"} if name == "sprt" else {})
    with pytest.raises(ValueError, match="between 0 and 1"):
        stopping(name, 10, **words)
