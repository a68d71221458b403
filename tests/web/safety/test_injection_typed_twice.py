"""The day of injection under a protocol that wants its numbers typed twice."""

from __future__ import annotations

from datetime import date

import pytest

from firstdose.web.audit.models import CurrentValue
from firstdose.web.audit.reading import events
from tests.web import people
from tests.web.safety import trial

AGAIN = {"again-volume_drawn": "2.64", "again-residual_volume": "0.11"}
TWICE = "  idle: 30\n  twice: injection.volume_drawn injection.residual_volume injection.concentration\n"


@pytest.fixture
def clerk(db, monkeypatch, as_role):
    trial.freeze(monkeypatch, trial.at(date(2024, 1, 2)))
    people.activate(people.protocol_text().replace("  idle: 30\n", TWICE))
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    trial.prepare()
    return as_role("coordinator")


@pytest.fixture
def confirmed(clerk):
    assert trial.propose(clerk, "L1", **{"again-concentration": "10100000"}).status_code == 302
    assert trial.confirm(clerk).status_code == 302
    return clerk


def on_record(item: str) -> list[str]:
    return list(CurrentValue.objects.filter(form="injection", item=item).values_list("text", flat=True))


def test_a_second_box_stands_beside_what_is_typed_twice_and_only_there(confirmed):
    html = confirmed.get(trial.page()).content.decode()
    asked = {
        name
        for name in ("volume_drawn", "residual_volume", "points", "start_time")
        if f'name="again-{name}"' in html
    }
    assert asked == {"volume_drawn", "residual_volume"}


def test_a_sheet_is_withheld_until_the_concentration_was_typed_twice_the_same(clerk):
    for again in ("", "11000000"):
        assert trial.propose(clerk, "L1", **{"again-concentration": again}).status_code == 422
    assert trial.kinds("dose.") == []


def test_what_a_sheet_before_said_is_not_typed_again(clerk):
    trial.propose(clerk, "L1", **{"again-concentration": "10100000"})
    assert trial.propose(clerk, "L2").status_code == 302


def test_two_typings_that_differ_record_nothing_and_empty_the_second_box(confirmed):
    answer = trial.record(confirmed, "L1", **AGAIN | {"again-volume_drawn": "2.46"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "first 2.64, then 2.46" in html
    assert 'name="again-volume_drawn" value=""' in html
    assert 'name="again-residual_volume" value="0.11"' in html
    assert on_record("volume_drawn") == []


def test_an_injection_typed_twice_is_stored_once_and_the_log_says_so(confirmed):
    assert trial.record(confirmed, "L1", **AGAIN).status_code == 302
    assert on_record("volume_drawn") == ["2.64"]
    told = {
        each.key.item: (each.payload or {}).get("twice", "")
        for each in events(kind="value.set", form="injection")
    }
    assert (told["volume_drawn"], told["residual_volume"], told["points"]) == ("yes", "yes", "")


def test_a_correction_types_twice_what_it_changes(confirmed):
    trial.record(confirmed, "L1", **AGAIN)
    at = "/injections/INV-001/D0/L1/"
    there = {each.item: each for each in CurrentValue.objects.filter(form="injection")}
    told = {name: each.text for name, each in there.items()} | {
        f"seen-{name}": str(each.seq) for name, each in there.items()
    }
    told |= {"residual_volume": "0.12", "reason": "misread"}
    assert confirmed.post(at, told).status_code == 422
    assert confirmed.post(at, told | {"again-residual_volume": "0.12"}).status_code == 302
    assert on_record("residual_volume") == ["0.12"]
