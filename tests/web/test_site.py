"""The site as a whole: who comes in, and where they land."""

from __future__ import annotations

import pytest

from tests.web import people


def test_somebody_who_is_not_logged_in_is_sent_to_the_login(client, study):
    answer = client.get("/calendar/")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/calendar/")


@pytest.mark.parametrize("role", ["coordinator", "monitor", "board"])
def test_the_first_page_of_the_trial_is_the_calendar(as_role, role):
    assert as_role(role).get("/").url == "/calendar/"


def test_the_health_check_says_nothing_but_ok(client, db):
    assert client.get("/health/").content == b"ok"


def test_an_event_is_appended_once_for_one_request_id(study):
    from firstdose.records.log.event import Key, NewEvent
    from firstdose.web.audit.append import append
    from firstdose.web.audit.models import Event

    new = [NewEvent(kind="participant.added", key=Key("P-001", form="participants"), site="site")]
    first = append(new, by=people.SETTER, idem="a")
    assert append(new, by=people.SETTER, idem="a")[0].hash == first[0].hash
    assert Event.objects.count() == 2
