"""A new version of the protocol, from the file to the forms."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstdose.records.log.event import Key
from firstdose.records.log.tables import read_state
from firstdose.web.accounts.standing import Standing
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import current_state, events
from firstdose.web.audit.study import at_activation, current
from firstdose.web.review.views_of_protocol import _rows_of_map
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


# ------------------------------------------------------------------------------------------------ the map of items


def renaming() -> str:
    """Version 1.1, in which interleukin 10 is called il10_serum."""
    text = people.protocol_text().replace("version: 1.0", "version: 1.1", 1)
    return re.sub(r"\bil10\b", "il10_serum", text)


def map_of_last() -> dict:
    [*_, last] = events(kind="protocol.activated")
    return last.payload["items"]


def test_the_page_shows_what_becomes_of_the_items(as_role, records):
    page = upload(as_role("data manager"), narrowed()).content.decode()
    assert "limits: 0 .. 100000, now 0 .. 100" in page
    assert "items stay as they are" in page


def test_the_map_of_items_stands_in_the_log_and_on_the_page_of_the_protocol(as_role, records):
    manager = as_role("data manager")
    manager.post("/protocol/", {"text": narrowed(), "confirm": "1", "reason": "amendment 1"})
    told = map_of_last()
    assert told["changed"] == {"serum_cytokines.il17a": "limits: 0 .. 100000, now 0 .. 100"}
    assert (told["new"], told["retired"], told["renamed"]) == ([], [], {})
    assert "serum_cytokines.il23" in told["same"]
    assert "1 item changes" in manager.get("/protocol/").content.decode()


def test_without_a_declaration_an_item_of_another_name_is_new_and_the_old_one_retired(as_role, records):
    as_role("data manager").post("/protocol/", {"text": renaming(), "confirm": "1", "reason": "amendment 1"})
    told = map_of_last()
    assert (told["new"], told["retired"], told["renamed"]) == (
        ["serum_cytokines.il10_serum"],
        ["serum_cytokines.il10"],
        {},
    )


def test_whoever_puts_it_in_force_declares_a_new_name_and_the_impact_says_so(as_role, records):
    people.set_values("serum_cytokines", {"il10": "1.5"}, visit="BL")
    manager = as_role("data manager")
    page = upload(manager, renaming()).content.decode()
    assert 'name="renamed:serum_cytokines.il10"' in page
    assert "goes on as il10_serum" in page
    named = {"renamed:serum_cytokines.il10": "il10_serum"}
    again = manager.post("/protocol/", {"text": renaming(), "confirm": "1", "reason": " ", **named})
    assert "il10 = 1.5: asked for as il10_serum from now on" in again.content.decode()
    manager.post("/protocol/", {"text": renaming(), "confirm": "1", "reason": "amendment 1", **named})
    assert map_of_last()["renamed"] == {"serum_cytokines.il10": "serum_cytokines.il10_serum"}
    assert "serum_cytokines.il10_serum" in manager.get("/protocol/").content.decode()


@pytest.mark.parametrize("name", ["no_such_item", "il23"])
def test_a_name_that_no_new_item_bears_is_refused(as_role, records, name):
    answer = as_role("data manager").post(
        "/protocol/",
        {"text": renaming(), "confirm": "1", "reason": "why", "renamed:serum_cytokines.il10": name},
    )
    assert (answer.status_code, "FD-W090" in answer.content.decode()) == (422, True)
    assert current().protocol.trial.version == "1.0"


def test_old_values_stay_readable_under_the_protocol_of_their_time(as_role, records):
    people.set_values("serum_cytokines", {"il10": "1.5"}, visit="BL")
    first = current().seq
    manager = as_role("data manager")
    manager.post(
        "/protocol/",
        {"text": renaming(), "confirm": "1", "reason": "why", "renamed:serum_cytokines.il10": "il10_serum"},
    )
    old, state = at_activation(first), current_state()
    table = read_state(old.protocol, state).snapshot.tables["serum_cytokines"]
    assert table["il10"].to_list() == [1.5]
    assert "il10" not in read_state(current().protocol, state).snapshot.tables["serum_cytokines"].columns
    asked = {"participant": "P-001", "visit": "BL", "form": "serum_cytokines", "item": "il10"}
    assert ">1.5<" in manager.get("/trail/value/", asked).content.decode()
    row = next(event for event in events(kind="value.set") if event.key.item == "il10")
    assert row.protocol == old.identity


def test_the_blinded_find_no_hidden_item_on_the_map(as_role, records):
    text = people.protocol_text().replace("version: 1.0", "version: 1.1", 1)
    wider = re.sub(r"(\n  il17a  +serum_cytokines .*?)0 \.\. 1e5", r"\g<1>0 .. 2e5", text)
    as_role("data manager").post("/protocol/", {"text": wider, "confirm": "1", "reason": "amendment 1"})
    made = {"items": {"new": ["injection.volume_drawn"], "changed": {"lesion_map.dose_level": "DL3"}}}
    rows = _rows_of_map(made["items"], Standing(people.person_of("evaluator"), "evaluator", (), ""))
    assert rows == []
    assert "il17a" in as_role("evaluator").get("/protocol/").content.decode()
