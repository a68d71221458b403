"""The words of the safety section, each wrong in one way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.protocol.model import PlannedStop, Scenario, Sentinel
from tests.unit.protocol.a_small_trial import SMALL, codes, issues

assert SMALL.safety is not None
STOP = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"),))


def told(**changes) -> set[str]:
    """Codes of this safety section that the small trial does not have by itself."""
    return codes(safety=replace(SMALL.safety, **changes)) - codes()


def scenario(*rates: str) -> tuple[Scenario, ...]:
    return (Scenario(scenario="true", rates=tuple(map(Decimal, rates))),)


def test_a_stopping_rule_of_the_shelf_is_accepted():
    assert told(stopping=(STOP,)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rule": "pocok"}, "FD-P040"),
        ({"options": (("p0", "0.10"), ("alfa", "0.1"))}, "FD-P150"),
        ({"options": (("p0", "ten"),)}, "FD-P150"),
        ({"options": (("p0", "0.10"), ("counts", "some"))}, "FD-P150"),
        ({"options": ()}, "FD-P151"),
        ({"options": (("p0", "1.5"),)}, "FD-P152"),
    ],
)
def test_a_stopping_rule_that_cannot_be_made_is_told_once(changes, code):
    assert told(stopping=(replace(STOP, **changes),)) == {code}


def test_a_misspelt_word_of_a_stopping_rule_is_guessed():
    found = issues(safety=replace(SMALL.safety, stopping=(replace(STOP, options=(("p", "0.1"),)),)))
    [issue] = [each for each in found if each.code == "FD-P150"]
    assert "It knows p0, alpha and counts." in issue.remedy


@pytest.mark.parametrize(
    ("design", "keys"),
    [
        ("boin", (("low", "2"),)),
        ("boin", (("cohort", "0"),)),
        ("crm", (("prior_level", "9"),)),
    ],
)
def test_words_of_a_design_that_do_not_go_together_are_told(design, keys):
    assert "FD-P152" in told(design=design, keys=keys)


def test_a_design_with_a_word_that_is_no_number_is_told_for_that_alone():
    assert told(design="boin", keys=(("low", "much"),)) == {"FD-P080"}


@pytest.mark.parametrize(
    ("rates", "found"),
    [
        (("0.1", "0.2"), set()),
        (("0", "1"), set()),
        (("0.2", "0.2"), set()),
        (("0.1",), {"FD-P153"}),
        (("0.1", "0.2", "0.3"), {"FD-P153"}),
        (("0.1", "1.2"), {"FD-P154"}),
        (("-0.1", "0.2"), {"FD-P154"}),
        (("0.2", "0.1"), {"FD-P155"}),
    ],
)
def test_a_scenario_has_a_rising_rate_for_each_level(rates, found):
    assert told(scenarios=scenario(*rates)) == found


@pytest.mark.parametrize(
    ("dlt", "is_late"),
    [
        ("grade >= 3 and related and day <= 28", False),
        ("grade >= 3 and related and day < 29", False),
        ("grade >= 3 and related and 28 >= day", False),
        ("grade >= 3 and 0 <= day <= 28 and related", False),
        ("grade >= 3 and related and day <= 29", True),
        ("grade >= 3 and related and 0 <= day < 30", True),
        ("(grade >= 3 and day <= 28) or (serious and day <= 42)", True),
        ("grade >= 3 and related", False),
        ("grade >= 3 and related and day >= 40", False),
    ],
)
def test_events_after_the_watch_are_told(dlt, is_late):
    assert told(dlt=dlt) == ({"FD-P156"} if is_late else set())


def test_a_design_that_escalates_needs_an_end_of_the_watch():
    assert told(dlt_until=None) == {"FD-P157"}
    assert told(dlt_until=None, design="fixed_allocation", keys=()) == set()


def test_a_sentinel_may_not_wait_longer_than_the_watch():
    assert told(sentinel=Sentinel(28, "cohort")) == set()
    assert told(sentinel=Sentinel(29, "cohort")) == {"FD-P158"}


@pytest.mark.parametrize(("until", "found"), [(90, set()), (91, {"FD-P159"})])
def test_somebody_is_seen_at_the_end_of_the_watch(until, found):
    assert told(dlt_until=until, dlt="grade >= 3 and related") == found
