"""The lists of the review are found by the database: the same rows as by plain reading, and few of them however long the log."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol.model_of_capture import Site
from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.audit import hours, reviewing, trail
from firstdose.web.audit.append import append
from firstdose.web.audit.clock import read_stamp
from firstdose.web.audit.reading import events
from firstdose.web.audit.trail import Filters, Scope
from tests.web.audit.conftest import SITE, key_of, setting

ZONES = {"teheran": "Asia/Tehran", "new_york": "America/New_York", "lord_howe": "Australia/Lord_Howe"}
STUDY = SimpleNamespace(sites=[Site(site=name, label=name, time_zone=zone) for name, zone in ZONES.items()])
PLACES = [(visit, form, item) for visit in ("V1", "V2") for form in ("pasi", "blood") for item in ("a", "b")]


def lists(filters: Filters, study=STUDY) -> dict[str, list[int]]:
    found = reviewing.lists(filters, Scope(), study)
    return {each.name: [row["seq"] for row in each.rows] for each in found}


def one_of(rng: np.random.Generator, many):
    return many[int(rng.integers(len(many)))]


def record_at_random(rng: np.random.Generator, clock, many: int) -> None:
    """Entries at any time of two years, at sites in three zones and one in none, days of records, and looks at the dose."""
    for _ in range(many):
        clock.time = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(minutes=int(rng.integers(60 * 24 * 730)))
        visit, form, item = one_of(rng, PLACES)
        by = Actor(who=one_of(rng, ["ann", "bob"]), role=one_of(rng, ["coordinator", "evaluator"]))
        if rng.random() < 0.1:
            item = "date"
        text = (
            str(clock.time.date() - timedelta(days=int(rng.integers(20))))
            if item == "date"
            else str(rng.random())
        )
        if rng.random() < 0.02:
            idem = one_of(rng, ["", f"look {rng.random()}"])
            append([NewEvent(kind="view.unblinded", payload={"reason": "x"})], by=by, idem=idem)
        told = {"old": "", "new": text, "raw": text, "unit": "", "reason": "tried by a test"}
        key = key_of(item=item, visit=visit, form=form)
        append(
            [NewEvent(kind="value.set", key=key, site=one_of(rng, [*ZONES, "nowhere"]), payload=told)], by=by
        )


def plainly(filters: Filters) -> dict[str, list[int]]:
    """Every list by reading the whole log."""
    log = list(events())
    kept = [event for event in log if not filters.actor or event.actor == filters.actor]
    entries = [event for event in kept if event.kind == "value.set"]
    first, days, last = {}, {}, {}
    for event in log:
        if event.kind == "value.set":
            first.setdefault(event.key, event.seq)
            days |= {event.key.record: event.payload["new"]} if event.key.item == "date" else {}
    times = Counter(event.key for event in entries)
    last = {event.key: event.seq for event in entries}
    often = sorted(
        (key for key, many in times.items() if many > reviewing.MANY),
        key=lambda key: (-times[key], last[key]),
    )
    return {
        "after-hours": [event.seq for event in entries if not 6 <= there(event).hour < 20],
        "many-changes": [last[key] for key in often],
        "late": [event.seq for event in entries if first[event.key] == event.seq and late(event, days)],
        "after-work": [],
        "after-unblinding": [event.seq for event in entries if unblinded(event, log)],
    }


def there(event) -> datetime:
    return read_stamp(event.at).astimezone(ZoneInfo(ZONES.get(event.site, "UTC")))


def late(event, days) -> bool:
    day = days.get(event.key.record)
    return bool(day) and (read_stamp(event.at).date() - date.fromisoformat(day)).days > reviewing.LATE


def unblinded(entry, log) -> bool:
    looks = [
        each
        for each in log
        if each.kind == "view.unblinded" and each.actor == entry.actor and each.seq < entry.seq
    ]
    return any(each.role != entry.role or not each.idem.startswith("look ") for each in looks)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("actor", ["", "ann"])
def test_the_lists_are_those_of_plain_reading(participant, clock, seed, actor):
    record_at_random(np.random.default_rng(seed), clock, 120)
    filters = Filters(actor=actor)
    expected = plainly(filters)
    assert lists(filters) == expected
    assert expected["after-hours"]
    assert expected["many-changes"]


@given(
    zone=st.sampled_from([*ZONES.values(), "Europe/Berlin", "UTC", "Pacific/Apia"]),
    minute=st.integers(0, 60 * 24 * 365 * 24),
    days=st.integers(0, 900),
    share=st.floats(0, 1),
)
def test_the_clock_of_a_site_is_known_at_every_moment(zone, minute, days, share):
    begin = datetime(2009, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    end = begin + timedelta(days=days)
    at = begin + (end - begin) * share
    [ahead] = [
        ahead for since, until, ahead in hours._offsets(ZoneInfo(zone), begin, end) if since <= at < until
    ]
    assert ahead == at.astimezone(ZoneInfo(zone)).utcoffset()


def a_long_log(many: int) -> None:
    """Entries that stand on several lists at once."""
    append([setting("2031-01-01", item="date")], by=SITE)
    append([NewEvent(kind="view.unblinded", payload={"reason": "emergency"})], by=SITE)
    for again in range(5):
        append([setting(str(again), item=f"i{n}") for n in range(many)], by=SITE)


def cost(monkeypatch, look) -> tuple[int, int]:
    """(queries, events that were read with what they say) of a look."""
    read = []
    plain = trail.event_of
    monkeypatch.setattr(trail, "event_of", lambda *given: read.append(1) or plain(*given))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        look()
    monkeypatch.setattr(trail, "event_of", plain)
    return len(asked), len(read)


def test_a_longer_log_costs_the_review_no_more_queries_and_no_more_events(participant, clock, monkeypatch):
    clock.time = datetime(2031, 3, 3, 3, 0, tzinfo=UTC)
    a_long_log(reviewing.MOST + 50)
    short = cost(monkeypatch, lambda: lists(Filters()))
    a_long_log(reviewing.MOST + 450)
    assert cost(monkeypatch, lambda: lists(Filters())) == short
    assert short[1] <= 5 * (reviewing.MOST + 1)


def test_a_list_that_is_longer_says_so_and_is_cut(participant, clock, as_role):
    clock.time = datetime(2031, 3, 3, 3, 0, tzinfo=UTC)
    a_long_log(reviewing.MOST + 50)
    page = as_role("data manager").get("/trail/review/")
    told = {each.name: (len(each.rows), each.more) for each in page.context["lists"]}
    assert told["late"] == told["after-hours"] == told["many-changes"] == (reviewing.MOST, True)
    assert told["after-work"] == (0, False)
    assert "Only the first 200 are shown." in page.content.decode()


def test_a_page_of_the_trail_reads_a_hundred_events_however_long_it_is(participant, monkeypatch, as_role):
    client = as_role("data manager")
    client.get("/trail/")
    append([setting("1", item=f"i{n}") for n in range(150)], by=SITE)
    short = cost(monkeypatch, lambda: client.get("/trail/"))
    append([setting("1", item=f"j{n}") for n in range(600)], by=SITE)
    assert cost(monkeypatch, lambda: client.get("/trail/")) == short
    assert short[1] == 100
