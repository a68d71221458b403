"""What goes on record is English in whatever language somebody works; a page says it in its reader's."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings

from firstdose.web.audit.models import CurrentQuery
from tests.web import people
from tests.web.capture.test_checks_of_the_protocol import CALM, CHECKS
from tests.web.capture.test_records import CONSENT, LESION
from tests.web.capture.test_two_people import EVENT
from tests.web.entering import Inputs, address, enter_record, enter_sheet, faults_of, fill, inputs_of
from tests.web.safety import trial

PERSIAN = re.compile("[\u0600-\u06ff]")


def persian(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fa"
    return client


@pytest.fixture
def rated(db):
    people.activate(people.protocol_text() + CHECKS)
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    people.set_values("lesion_map", LESION, visit="BL", repeat="L1")


def test_a_query_of_a_check_is_kept_in_english_and_read_in_persian(rated):
    client = persian(people.client_of("coordinator"))
    typed = {"L1": CALM | {"erythema": "4"}}
    told = enter_sheet(client, "P-001", "BL", "plaque_score", typed)
    assert any("آن را در منبع بررسی کنید" in each for each in faults_of(told))
    assert enter_sheet(client, "P-001", "BL", "plaque_score", typed, keep="seen twice").status_code == 302
    query = CurrentQuery.objects.get()
    assert query.text.startswith("Check C1: Erythema above 3 is rare here. Check it at the source;")
    manager, reader = people.client_of("data manager"), persian(people.client_of("data manager"))
    for path in ("/queries/", f"/queries/{query.query}/", "/participants/P-001/?visit=BL"):
        assert "Check it at the source" in manager.get(path).content.decode()
        assert "آن را در منبع بررسی کنید" in reader.get(path).content.decode()


def test_an_answer_that_is_kept_though_not_asked_is_kept_in_english(rated):
    client = persian(people.client_of("coordinator"))
    enter_record(client, "P-001", "", "adverse_events", "new", EVENT)
    at = address("P-001", "", "adverse_events", "1")
    changed = fill(inputs_of(client, at), {"ongoing": "yes", "outcome": "recovering"}, "1")
    sent = changed | {"reason_for_all": "still there", "same": "yes", "do": "save"}
    told = client.post(at, sent)
    assert any("با پاسخ‌های بالا این پرسیده نمی‌شود" in each for each in faults_of(told))
    page = Inputs(client.post(at, sent | {"c-1-end": "keep"}).content.decode())
    kept = {name: "came back" for name in page.offered if name.startswith("k-")}
    answer = client.post(at, page.sent | kept | {"do": "save", "same": "yes"})
    assert answer.status_code == 302, faults_of(answer)
    text = CurrentQuery.objects.get(item="end", code="FD-R074").text
    assert text.startswith("By the answers above this is not asked")


def test_the_words_of_the_dose_gate_are_kept_in_english(injection_day, as_role):
    client = persian(as_role("investigator"))
    proof = {"password": people.PASSWORD, "reason": "no other lot"}
    path = "/participants/INV-001/override/"
    assert PERSIAN.search(client.get(f"{path}?level=DL2").content.decode())
    assert client.post(path, {"act": "ask", "level": "DL2", **proof}).status_code == 302
    assert not PERSIAN.search(trial.payload("dose.proposed"))
    assert "may not be given" in json.loads(trial.payload("dose.proposed"))["text"]
    client = persian(as_role("coordinator"))
    assert trial.propose(client, "L1").status_code == 302
    assert trial.confirm(client).status_code == 302
    clause = json.loads(trial.payload("dose.approved"))["clause"]
    assert "Every criterion is met." in clause
    assert not PERSIAN.search(clause)
