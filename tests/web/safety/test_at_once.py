"""Goal G9 for doses: many at once want the one place that the sentinel leaves; exactly one has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from firstdose.records.log.event import Actor
from firstdose.web.safety import actions
from firstdose.web.safety.boxes import Said
from firstdose.web.safety.on_record import sheets_of
from firstdose.web.safety.sheet import key_of_injection
from tests.web import people
from tests.web.safety import trial

NAMES = ("INV-001", "INV-002", "INV-003", "INV-004", "INV-005")


def give(name: str) -> bool:
    try:
        told = {
            item: Said(text, text)
            for item, text in trial.given(name, "L1").items()
            if item not in {*trial.SHEET, "date", "dose_level"}
        }
        by = Actor(who="n", role="coordinator")
        return not actions.record_injection(
            by=by, site="site", participant=name, lesion="L1", day=trial.ZERO, typed=told
        )
    finally:
        connections.close_all()


def test_of_many_participants_at_once_exactly_one_is_the_sentinel(shared, monkeypatch):
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    people.activate()
    for name in NAMES:
        trial.prepare(name, on=trial.ZERO)
        typed = trial.SHEET | {"dose_level": "DL1"}
        first, second = Actor(who="n", role="coordinator"), Actor(who="d", role="investigator")
        faults, _ = actions.propose_sheet(
            by=first, site="site", key=key_of_injection(name, "D0", "L1"), typed=typed
        )
        assert faults == ()
        assert actions.approve_sheets(by=second, site="site", sheets=[sheets_of(name)["L1"]]) == ()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(give, NAMES * 2))
    assert sum(answers) == 1
    assert trial.kinds().count("dose.given") == 1
