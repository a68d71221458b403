"""BOP2 (Zhou, Lee & Yuan 2017): boundaries, exact characteristics, calibration."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from firstdose.catalogue import load
from firstdose.designs._kernel.monitoring import Endpoint, Monitoring, arm, calibrate
from firstdose.designs.bop2 import monitor

LOOKS = (10, 15, 20, 25, 30, 35, 40)
RESPONSES = Endpoint(name="responses", null=0.2)


def words(**said: str) -> dict[str, str]:
    return {key.name: key.default for key in load("designs")["bop2"].keys} | said


@pytest.mark.parametrize(
    ("endpoint", "cutoff", "edges"),
    [
        (RESPONSES, (0.909, 1.0), (1, 2, 3, 5, 7, 9, 11)),
        (Endpoint(name="complete responses", null=0.15), (0.95, 1.0), (0, 1, 3, 4, 5, 7, 10)),
        (Endpoint(name="responses", null=0.30), (0.95, 1.0), (2, 3, 6, 8, 10, 13, 17)),
        (Endpoint(name="responses", null=0.10), (0.95, 1.0), (0, 1, 2, 3, 4, 5, 7)),
        (Endpoint(name="six months", null=0.20), (0.95, 1.0), (1, 2, 4, 5, 7, 9, 12)),
        (Endpoint(name="responses", null=0.45), (0.70, 1.0), (3, 5, 8, 10, 13, 16, 19)),
        (Endpoint(name="toxicities", null=0.30, fewer=True), (0.70, 1.0), (5, 6, 7, 8, 9, 10, 11)),
    ],
)
def test_the_futility_boundaries_are_those_of_the_published_software(endpoint, cutoff, edges):
    """As printed by the R package BOP2FE (examples of its introduction: binary, nested, co-primary, joint endpoints)."""
    monitoring = Monitoring(endpoints=(endpoint,), looks=LOOKS, cutoff=cutoff)
    assert monitoring.boundary(endpoint) == edges


def by_hand(monitoring: Monitoring, cells) -> tuple[float, float, float]:
    """P(promising), P(early stop) and E(participants), every sequence of outcomes by itself."""
    pairs = [(1, 1), (1, 0), (0, 1), (0, 0)]
    outcomes = (
        dict(zip(pairs, cells, strict=True)) if len(cells) == 4 else {(1,): cells[0], (0,): 1 - cells[0]}
    )
    promising = early = participants = 0.0
    for path in product(outcomes, repeat=monitoring.most):
        p = prod(outcomes[each] for each in path)
        last = next(
            (
                n
                for n in monitoring.looks
                if monitoring.stops([sum(c) for c in zip(*path[:n], strict=True)], n)
            ),
            None,
        )
        promising += p * (last is None)
        early += p * (last is not None and last < monitoring.most)
        participants += p * (last or monitoring.most)
    return promising, early, participants


def test_one_endpoint_is_exact():
    monitoring = Monitoring(endpoints=(RESPONSES,), looks=(4, 7, 12), cutoff=(0.9, 0.8))
    found = arm(monitoring, (0.35,))
    assert (found.promising, found.early, found.participants) == pytest.approx(
        by_hand(monitoring, (0.35,)), abs=1e-12
    )
    assert found.promising + sum(found.stopped) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("any_stops", [False, True])
def test_two_endpoints_are_exact(any_stops):
    endpoints = (Endpoint(name="responses", null=0.4), Endpoint(name="toxicities", null=0.3, fewer=True))
    monitoring = Monitoring(endpoints=endpoints, looks=(3, 6), cutoff=(0.7, 1.0), any_stops=any_stops)
    cells = (0.15, 0.35, 0.2, 0.3)
    found = arm(monitoring, cells)
    assert (found.promising, found.early, found.participants) == pytest.approx(
        by_hand(monitoring, cells), abs=1e-12
    )


def test_calibration_keeps_the_error_and_no_pair_of_the_grid_has_more_power():
    rates, powers = (0.7, 0.8, 0.9), (0.2, 0.6, 1.0)
    looks = (10, 20, 30)
    best = calibrate((RESPONSES,), looks, (0.2,), (0.4,), 0.10, rates=rates, powers=powers)
    assert best is not None
    assert best.error <= 0.10
    for cutoff in product(rates, powers):
        other = Monitoring(endpoints=(RESPONSES,), looks=looks, cutoff=cutoff)
        if arm(other, (0.2,)).promising <= 0.10:
            assert arm(other, (0.4,)).promising <= best.power + 1e-12


def test_an_error_that_no_boundary_keeps_is_refused():
    assert calibrate((RESPONSES,), (2,), (0.2,), (0.4,), 0.01, rates=(0.5,), powers=(1.0,)) is None
    with pytest.raises(ValueError, match="no boundary of the grid"):
        monitor(words(looks="1", alpha="0.001"))


def test_the_words_give_the_calibrated_monitoring_and_its_table():
    monitoring = monitor(words(looks="10 20 30"))
    assert arm(monitoring, (0.2,)).promising <= 0.10
    edge = monitoring.boundary(monitoring.endpoints[0])[0]
    assert f"at most {edge} of 10" in monitoring.words()[1]
    assert monitoring.stops([edge], 10)
    assert monitoring.stops([edge + 1], 10) == ""
    assert monitoring.stops([0], 11) == ""


def test_a_nested_endpoint_stops_only_where_both_fail():
    monitoring = monitor(
        words(
            endpoint="nested",
            null="0.15 0 0.15 0.70",
            alternative="0.25 0 0.25 0.50",
            looks="10 20",
            cutoff="0.95 1",
        )
    )
    complete, responses = (monitoring.boundary(each)[0] for each in monitoring.endpoints)
    assert monitoring.stops([complete, responses], 10)
    assert monitoring.stops([complete, responses + 1], 10) == ""


def test_response_and_toxicity_stop_where_either_fails():
    monitoring = monitor(
        words(
            endpoint="response and toxicity",
            null="0.15 0.30 0.15 0.40",
            alternative="0.18 0.42 0.02 0.38",
            looks="10 20",
            cutoff="0.7 1",
        )
    )
    few, many = (monitoring.boundary(each)[0] for each in monitoring.endpoints)
    assert "responses" in monitoring.stops([few, 0], 10)
    assert "toxicities" in monitoring.stops([10, many], 10)
    assert monitoring.stops([few + 1, many - 1], 10) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"looks": "20 10"}, "looks are rising"),
        ({"null": "0.1 0.2"}, "one rate for response"),
        ({"cutoff": "0.9"}, "cutoff is blank"),
        ({"endpoint": "coprimary", "null": "0.1 0.1 0.1 0.1", "alternative": "0.2 0.2 0.2 0.4"}, "the sum 1"),
        ({"endpoint": "nested", "null": "0.1 0.1 0.1 0.7", "alternative": "0.2 0 0.2 0.6"}, "is a response"),
    ],
)
def test_words_that_do_not_go_together_are_refused(said, why):
    with pytest.raises(ValueError, match=why):
        monitor(words(**said))
