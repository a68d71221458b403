"""A4: time is the server's, UTC; a wrong clock of the browser changes nothing."""

from __future__ import annotations

from tests.web.entering import Inputs, fill
from tests.web.validation.acting import FORM, PERSON, VALUE, enter, log, text

FALSE = {"at": "1999-01-01T00:00:00Z", "time": "1999-01-01", "now": "1999-01-01", "date_saved": "1999-01-01"}


def test_what_the_browser_says_about_the_time_changes_nothing(coordinator, servers_clock):
    coordinator.cookies["time_zone"] = "Pacific/Kiritimati"
    page = Inputs(text(coordinator.get(FORM)))
    sent = fill(page, PERSON) | {"do": "save"} | FALSE
    headers = {"Date": "Fri, 01 Jan 1999 00:00:00 GMT", "X-Time": "1999-01-01T00:00:00Z"}
    assert coordinator.post(FORM, sent, headers=headers).status_code == 302
    assert {event.at for event in log("value.set", form="demographics")} == {"2031-03-03T09:00:00.000000Z"}


def test_the_time_is_shown_with_its_zone(coordinator, servers_clock):
    enter(coordinator, PERSON)
    assert "2031-03-03 09:00:00 UTC" in text(coordinator.get("/trail/value/", VALUE))


def test_a_server_clock_that_is_set_back_never_puts_an_event_before_an_older_one(coordinator, servers_clock):
    enter(coordinator, PERSON)
    servers_clock.later(days=-400)
    enter(coordinator, {"age": "34"}, reason="typing error")
    times = [event.at for event in log()]
    assert times == sorted(times)
