"""Words of a planned comparison as weights over columns and groups."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from firstdose.analysis import comparisons
from firstdose.analysis.comparisons import planned_contrasts
from firstdose.catalogue import Factor, Layout
from firstdose.protocol.model import PlannedContrast
from tests.acceptance.study_of import one_measure

TIMES = ("T0", "T1", "T2")
BASIS = SimpleNamespace(protocol=one_measure(TIMES, []))
TIME = Factor(name="time", levels=TIMES)
SPOT = Factor(name="spot", levels=("low", "high"))
ARM = Factor(name="arm", levels=("A", "B"), codes=(0, 0, 1))


@pytest.fixture(autouse=True)
def orders(monkeypatch):
    """Declared levels of the factors; nobody has the middle spot."""
    order = {"spot": ("low", "middle", "high"), "arm": ("A", "B")}
    monkeypatch.setattr(comparisons, "factor_levels", lambda basis, name: SimpleNamespace(order=order[name]))


def weights(compares, *within, between=(), times=TIMES):
    layout = Layout(within=within, between=between)
    planned = (PlannedContrast(contrast="C", compares=compares),)
    found, told = planned_contrasts(BASIS, planned, layout, times)
    return (found[0].columns, found[0].groups) if found else told[0].sentence


@pytest.mark.parametrize(
    ("compares", "columns", "groups"),
    [
        ("T2 - T0", (-0.5, 0, 0.5, -0.5, 0, 0.5), ()),
        ("T2 - T0 at high", (0, 0, 0, -1, 0, 1), ()),
        ("high - low", (-1 / 3, -1 / 3, -1 / 3, 1 / 3, 1 / 3, 1 / 3), ()),
        ("high - low at T2", (0, 0, -1, 0, 0, 1), ()),
        ("trend", (-1 / 6, -1 / 6, -1 / 6, 1 / 6, 1 / 6, 1 / 6), ()),
        ("trend of spot at T1", (0, -1 / 2, 0, 0, 1 / 2, 0), ()),
        ("trend of time", (-7.5, 0, 7.5, -7.5, 0, 7.5), ()),
    ],
)
def test_a_factor_within_participants_and_time(compares, columns, groups):
    assert weights(compares, SPOT, TIME) == (pytest.approx(columns), groups)


@pytest.mark.parametrize(
    ("compares", "columns", "groups"),
    [
        ("B - A", (1 / 3, 1 / 3, 1 / 3), (-1, 1)),
        ("B - A at T2", (0, 0, 1), (-1, 1)),
        ("T1 - T0", (-1, 1, 0), ()),
        ("trend at T1", (0, 1, 0), (-1, 1)),
    ],
)
def test_groups_of_participants_and_time(compares, columns, groups):
    assert weights(compares, TIME, between=(ARM,)) == (pytest.approx(columns), groups)


def test_without_a_factor_a_trend_is_the_slope_by_month_of_thirty_days():
    assert weights("trend", TIME) == (pytest.approx((-15, 0, 15)), ())


def test_with_one_time_alone_the_time_need_not_be_named_again():
    assert weights("B - A at T2", between=(ARM,), times=("T2",)) == ((1.0,), (-1, 1))


@pytest.mark.parametrize(
    ("compares", "why"),
    [
        ("T9 - T0", "nobody analysed has T9"),
        ("T2 - high", "T2 and high are levels of different factors"),
        ("trend of arm", "this analysis has no factor arm"),
        ("middle - low", "nobody analysed has middle"),
        ("T1 - T0 at B", "nobody analysed has B"),
    ],
)
def test_what_cannot_be_compared_is_said(compares, why):
    assert weights(compares, SPOT, TIME) == f"C ({compares}) is not estimated: {why}."


def test_a_trend_over_one_level_is_none():
    only = Factor(name="spot", levels=("high",))
    assert (
        weights("trend of spot", only, TIME)
        == "C (trend of spot) is not estimated: spot has one level alone."
    )
