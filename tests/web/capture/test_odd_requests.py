"""Whatever a browser sends, the answer is a page, and nothing odd is written."""

from __future__ import annotations

import pytest

from firstdose.web.audit.models import CurrentValue, Event
from tests.web import people
from tests.web.capture.test_records import CONSENT
from tests.web.entering import address, inputs_of

ODD = [
    "\x07",
    "1_000",
    "٣٫٥",
    "\ud7ff\u202e",
    "9" * 5000,
    "<script>alert(1)</script>",
    "-0",
    "1e400",
    "{{ 7*7 }}",
    "'; DROP TABLE event; --",
]
FORMS = [
    ("SCR", "screening", ""),
    ("-", "adverse_events", "new"),
    ("BL", "lesion_map", "new"),
    ("W1", "visits", ""),
]


@pytest.fixture
def client(as_role):
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    return as_role("coordinator")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("visit", "form", "repeat"), FORMS)
def test_odd_texts_in_every_input_are_refused_in_words(client, visit, form, repeat, odd):
    at = address("P-001", visit, form, repeat)
    sent = dict.fromkeys(inputs_of(client, at).offered - {"csrfmiddlewaretoken"}, odd)
    before = Event.objects.count()
    for do in ("save", "complete"):
        answer = client.post(at, sent | {"do": do})
        assert answer.status_code == 422
        assert "<script>alert" not in answer.content.decode()
    at_preview = f"/preview{at.removeprefix('/participants')}"
    assert client.post(at_preview, sent).status_code == 200
    assert client.get(at).status_code == 200
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "at",
    ["/participants/%00/", "/participants/P-001/%00/visits/", "/participants/P-001/?visit=%00", "/calendar/?site=%00&page=-7",
     "/participants/?page=x", "/participants/P-001/BL/lesion_map/new/?site=%00&laterality=%F0", "/photographs/%0a/",
     "/photographs/P-001/..%2f..%2fsecret.key.jpg", "/strike/P-001/SCR/screening/?do=nothing"],
)  # fmt: skip
def test_odd_addresses_are_answered(client, at):
    assert client.get(at).status_code in {200, 400, 404}


def test_an_unknown_act_on_a_record_writes_nothing(client):
    people.set_values("demographics", {"age": "33"}, visit="SCR")
    before = Event.objects.count()
    assert client.get("/strike/P-001/SCR/demographics/?do=nothing").status_code == 404
    assert client.post("/strike/P-001/SCR/demographics/", {"do": "nothing", "reason": "x"}).status_code == 404
    assert Event.objects.count() == before
    assert CurrentValue.objects.filter(form="demographics").count() == 1
