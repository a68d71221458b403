"""Day 0, days of visits, who is treated, and the moment that the records speak of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from firstdose.derived.timing import (
    derive_data_cut,
    derive_day_zero,
    derive_treated,
    derive_visit_days,
    read_dates,
)
from tests.acceptance.study_of import day, one_measure, part_of_seed, study_of, visits_as_planned

PLAN = part_of_seed("E5")


def read(folder, **tables):
    return study_of(folder, tables, PLAN).snapshot


def injected(who, when, lesion="L1"):
    return {"participant": who, "visit": "D0", "lesion": lesion, "date": when}


def test_day_0_is_the_first_injection_and_else_the_visit_planned_on_it(tmp_path):
    visits = [
        {"participant": name, "visit": "D0", "date": day(2), "status": "done"} for name in ("P1", "P2", "P3")
    ]
    visits[2]["date"] = ""
    snapshot = read(tmp_path, visits=visits, injection=[injected("P1", day(5), "L2"), injected("P1", day(4))])
    zero = dict(derive_day_zero(PLAN, snapshot).iter_rows())
    assert zero == {"P1": dt.date.fromisoformat(day(4)), "P2": dt.date.fromisoformat(day(2))}


def test_visits_have_their_day_and_how_far_they_are_off(tmp_path):
    visits = [
        row for row in visits_as_planned(PLAN, ["P1"]) if row["visit"] in {"D0", "W1", "W2", "W3", "W4"}
    ]
    moved = {"W1": day(4), "W2": day(16), "W3": day(25), "W4": ""}
    visits = [row | {"date": moved.get(row["visit"], row["date"])} for row in visits]
    days = derive_visit_days(PLAN, read(tmp_path, visits=visits))
    assert days.select("visit", "planned", "day", "off").rows() == [
        ("D0", 0, 0, 0),
        ("W1", 7, 4, -1),
        ("W2", 14, 16, 0),
        ("W3", 21, 25, 2),
        ("W4", 28, None, None),
    ]


def test_a_visit_nobody_planned_has_a_day_and_no_window(tmp_path):
    visits = [
        {"participant": "P1", "visit": visit, "date": when, "status": "done"}
        for visit, when in (("D0", day(0)), ("UNS1", day(11)))
    ]
    found = derive_visit_days(PLAN, read(tmp_path, visits=visits)).filter(pl.col("visit") == "UNS1")
    assert found.select("day", "planned", "off").rows() == [(11, None, None)]


def test_without_day_0_no_visit_has_a_day(tmp_path):
    visits = [{"participant": "P1", "visit": "W1", "date": day(7), "status": "done"}]
    assert derive_visit_days(PLAN, read(tmp_path, visits=visits))["day"].to_list() == [None]


def test_treated_are_those_with_an_injection_and_all_where_none_is_planned(tmp_path):
    people = [{"participant": "P1"}, {"participant": "P2"}]
    snapshot = read(tmp_path / "a", participants=people, injection=[injected("P2", day(0))])
    assert derive_treated(PLAN, snapshot).rows() == [("P1", False), ("P2", True)]
    assert derive_treated(PLAN, read(tmp_path / "b", participants=people))["treated"].to_list() == [
        False,
        False,
    ]
    plain = one_measure(("T0",), [])
    other = study_of(tmp_path / "c", {"participants": people}, plain).snapshot
    assert derive_treated(plain, other)["treated"].to_list() == [True, True]


def test_the_data_cut_is_the_last_date_in_any_table(tmp_path):
    visits = [{"participant": "P1", "visit": "D0", "date": day(2), "status": "done"}]
    assert derive_data_cut(
        read(tmp_path, visits=visits, injection=[injected("P1", day(9))])
    ).isoformat() == day(9)
    assert derive_data_cut(read(tmp_path / "none", participants=[{"participant": "P1"}])) is None


def test_dates_known_in_part_are_unknown_and_dates_stay_dates():
    frame = pl.DataFrame({"a": ["2023-04-01", "2023-04", None], "b": [dt.date(2023, 4, 1)] * 3})
    found = read_dates(frame, ["a", "b"])
    assert found["a"].to_list() == [dt.date(2023, 4, 1), None, None]
    assert found["b"].to_list() == [dt.date(2023, 4, 1)] * 3


def test_windows_of_a_protocol_without_visits_are_nobodys(tmp_path):
    plan = replace(PLAN, visits=())
    visits = [{"participant": "P1", "visit": "UNS1", "date": day(2), "status": "done"}]
    snapshot = study_of(tmp_path, {"visits": visits}, plan).snapshot
    assert derive_visit_days(plan, snapshot)["off"].to_list() == [None]
