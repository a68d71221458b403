"""From runs of numbers to what is missing, moved or repeated."""

from __future__ import annotations

import pytest

from firstdose.records.log import ordering
from firstdose.records.log.ordering import Run, misplaced


def told(*runs):
    return [(each.what, each.first, each.last, each.line) for each in misplaced([Run(*run) for run in runs])]


@pytest.mark.parametrize("runs", [(), ((1, 9, 2),)])
def test_one_run_from_1_is_in_order(runs):
    assert told(*runs) == []


def test_events_between_two_runs_are_missing():
    assert told((1, 4, 2), (7, 9, 6)) == [("missing", 5, 6, 6)]
    assert told((3, 9, 2)) == [("missing", 1, 2, 2)]


def test_an_event_that_stands_twice_is_repeated_where_it_does_not_belong():
    assert told((1, 5, 2), (5, 9, 7)) == [("repeated", 5, 5, 6)]
    assert told((1, 20, 2), (5, 9, 22), (21, 30, 27)) == [("repeated", 5, 9, 22)]


def test_two_that_changed_places_are_moved_and_nothing_is_missing():
    assert told((1, 3, 2), (7, 7, 5), (5, 6, 6), (4, 4, 8), (8, 9, 9)) == [
        ("moved", 7, 7, 5),
        ("moved", 4, 4, 8),
    ]


def test_of_two_runs_the_shorter_one_is_moved():
    assert told((6, 9, 2), (1, 5, 6)) == [("moved", 6, 9, 2)]


def test_very_many_pieces_are_judged_one_after_the_other(monkeypatch):
    monkeypatch.setattr(ordering, "MOST", 3)
    assert told((1, 2, 2), (9, 9, 4), (3, 3, 5), (5, 5, 6)) == [
        ("moved", 3, 3, 5), ("moved", 5, 5, 6), ("missing", 4, 4, 4), ("missing", 6, 8, 4),
    ]  # fmt: skip
