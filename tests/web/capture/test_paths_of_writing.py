"""Every path of writing leaves the right events, for every kind of item (G5); many at once lose nothing (G9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from firstdose.records.log.event import Key
from firstdose.web.audit.models import CurrentRecord, CurrentValue, Event
from firstdose.web.audit.reading import events
from tests.web import people
from tests.web.capture.test_records import CONSENT, DEMOGRAPHICS
from tests.web.entering import address, enter_record, faults_of, fill, inputs_of

# kind of item -> (form, visit, item, a value, another)
KINDS = {
    "date": ("screening", "SCR", "screening_date", "2024-01-25", "2024-01-26"),
    "code": ("screening", "SCR", "plaque_type", "chronic_plaque", "guttate"),
    "quantity": ("screening", "SCR", "liver_enzymes", "0.5", "0.6"),
    "ordinal": ("screening", "SCR", "worst_severity", "4", "3"),
    "number": ("screening", "SCR", "screening_pasi", "8.4", "8.5"),
    "truth": ("screening", "SCR", "organ_disease", "no", "yes"),
    "text": ("demographics", "SCR", "ethnicity", "not told", "told"),
    "integer": ("DLQI", "BL", "item_1", "1", "2"),
}


@pytest.fixture
def client(as_role):
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    return as_role("coordinator")


def said(form, item):
    return [(each.kind, each.payload) for each in events(form=form, item=item)]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_entering_changing_blanking_and_missing_each_leave_one_event_with_old_new_and_reason(client, kind):
    form, visit, item, first, second = KINDS[kind]
    steps = [(first, ""), (second, "misread"), ("ND: not asked", "not asked at all"), ("", "by mistake")]
    for text, reason in steps:
        answer = enter_record(
            client, "P-001", visit, form, "", {item: text}, do="save", reason=reason, keep="seen"
        )
        assert answer.status_code == 302, faults_of(answer)
    told = said(form, item)
    told = [(each, payload) for each, payload in told if each.startswith("value.")]
    assert [each for each, _ in told] == ["value.set", "value.set", "value.set", "value.cleared"]
    assert [payload["old"] for _, payload in told] == ["", first, second, "ND: not asked"]
    assert [payload.get("new", "") for _, payload in told] == [first, second, "ND: not asked", ""]
    assert [payload["reason"] for _, payload in told] == [reason for _, reason in steps]


def test_an_event_names_who_in_which_role_at_which_site(client):
    enter_record(client, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    event = next(events(form="demographics", item="age"))
    assert (event.actor, event.role, event.site) == ("coordinator-invented", "coordinator", "S1")
    assert event.key == Key("P-001", "SCR", "demographics", "", "age")


def test_saving_nothing_new_writes_nothing(client):
    enter_record(client, "P-001", "SCR", "demographics", "", DEMOGRAPHICS)
    before = Event.objects.count()
    assert enter_record(client, "P-001", "SCR", "demographics", "", {}).status_code == 302
    assert Event.objects.count() == before


def _at_once(tasks):
    def closing(task):
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(closing, task) for task in tasks]]


@pytest.fixture
def apart(shared):
    """The seed trial in a database that several threads see."""
    people.activate()
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")


def test_twenty_people_who_add_a_participant_at_once_get_twenty_numbers(apart):
    clients = [people.client_of("coordinator", name=f"Coordinator {number}") for number in range(20)]
    tasks = [
        lambda client=client, number=number: (
            client.post("/participants/", {"site": "S1", "idem": str(number)}).url
        )
        for number, client in enumerate(clients)
    ]
    found = _at_once(tasks)
    assert sorted(found) == [f"/participants/P-{number:03d}/" for number in range(2, 22)]
    assert CurrentRecord.objects.filter(form="participants").count() == 21


def test_one_page_that_is_sent_ten_times_at_once_is_saved_once(apart):
    client = people.client_of("coordinator")
    at = address("P-001", "", "adverse_events", "new")
    sent = fill(inputs_of(client, at), {"term": "headache"}, "new") | {"do": "save"}
    codes = _at_once([lambda: client.post(at, sent).status_code for _ in range(10)])
    assert set(codes) <= {302, 409, 422}
    assert 302 in codes
    assert CurrentRecord.objects.filter(form="adverse_events").count() == 1
    assert CurrentValue.objects.filter(form="adverse_events", item="term").count() == 1
    assert len([each for each in events(form="adverse_events") if each.kind == "value.set"]) == 1


def test_of_ten_who_change_one_value_at_once_exactly_one_is_heard(apart):
    clients = [people.client_of("coordinator", name=f"Coordinator {number}") for number in range(10)]
    at = address("P-001", "SCR", "demographics")
    sheets = [
        fill(inputs_of(client, at), {"sex": "male", "age": str(30 + n)}) for n, client in enumerate(clients)
    ]
    codes = _at_once(
        [
            lambda c=c, s=s: c.post(at, s | {"do": "save"}).status_code
            for c, s in zip(clients, sheets, strict=True)
        ]
    )
    assert min(codes) == 302
    assert codes.count(302) == 1
    assert len([each for each in events(form="demographics", item="age") if each.kind == "value.set"]) == 1
