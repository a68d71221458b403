"""A new version of the protocol, from the file to the forms."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstdose.records.log.event import Key
from firstdose.web.audit.models import Event
from firstdose.web.audit.study import current
from tests.web import people


@pytest.fixture
def records(study):
    people.add_participant()
    people.set_values("visits", {"date": "2024-02-04", "status": "done"}, visit="BL")
    people.set_values("serum_cytokines", {"il17a": "120.5", "il23": "3.0"}, visit="BL")


def narrowed() -> str:
    text = people.protocol_text().replace("version: 1.0", "version: 1.1", 1)
    row = "  il17a                 serum_cytokines    interleukin 17A                            quantity  pg/mL        0 .. 1e5 "
    assert row in text
    return text.replace(row, row.replace("0 .. 1e5 ", "0 .. 100 "))


def upload(client, text: str, **more: str):
    return client.post("/protocol/", {"file": SimpleUploadedFile("protocol.yaml", text.encode()), **more})


def test_the_impact_list_names_the_value_that_the_new_limits_exclude(as_role, records):
    page = upload(as_role("data manager"), narrowed()).content.decode()
    assert "il17a = 120.5" in page
    assert "What it touches on record: 1" in page
    assert current().protocol.trial.version == "1.0"


def test_a_new_version_is_in_force_after_it_was_confirmed_with_a_reason(as_role, records):
    manager = as_role("data manager")
    assert manager.post("/protocol/", {"text": narrowed(), "confirm": "1", "reason": " "}).status_code == 422
    manager.post("/protocol/", {"text": narrowed(), "confirm": "1", "reason": "amendment 1"})
    assert current().protocol.trial.version == "1.1"
    people.set_values("serum_cytokines", {"il10": "1.0"}, visit="BL")
    assert Event.objects.order_by("-seq").first().protocol == current().identity


def test_what_was_recorded_under_the_old_version_stays_as_it_was(as_role, records):
    from firstdose.web.audit.reading import current_state

    as_role("data manager").post("/protocol/", {"text": narrowed(), "confirm": "1", "reason": "amendment 1"})
    assert current_state().values[Key("P-001", "BL", "serum_cytokines", "", "il17a")].text == "120.5"


def test_a_protocol_file_with_a_mistake_is_refused_with_its_line(as_role, records):
    answer = upload(as_role("data manager"), people.protocol_text().replace("visits: |", "vists: |", 1))
    assert (answer.status_code, b"FD-P" in answer.content) == (422, True)


def test_the_protocol_of_another_trial_is_refused(as_role, records):
    answer = upload(as_role("data manager"), people.protocol_text().replace("ADSC-PSO-01", "OTHER-01"))
    assert b"FD-W087" in answer.content


def test_a_coordinator_reads_the_protocol_and_cannot_put_one_in_force(as_role, records):
    coordinator = as_role("coordinator")
    assert coordinator.get("/protocol/").status_code == 200
    assert upload(coordinator, narrowed()).status_code == 403


def test_the_protocol_in_force_can_be_read_in_sentences_but_not_by_the_blinded(as_role, records):
    assert "Identity" in as_role("monitor").get("/protocol/text/").content.decode()
    assert as_role("evaluator").get("/protocol/text/").status_code == 403
