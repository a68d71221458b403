"""Edit checks of the protocol at entry: told beside the record, kept with a reason, silent where they would unblind."""

from __future__ import annotations

import pytest

from firstdose.web.audit.models import CurrentQuery, CurrentRecord
from tests.web import people
from tests.web.capture.test_records import CONSENT, LESION
from tests.web.entering import address, enter_record, enter_sheet, faults_of

CHECKS = """
checks: |
  check  activity         rule                                    message
  C1     plaque_score     erythema <= 3                           Erythema above 3 is rare here
  C2     plaque_score     planned_cells < 3e7 cells or induration < 2   Induration is not expected here
"""
CALM = {"erythema": "3", "induration": "1", "desquamation": "2"}


@pytest.fixture
def rated(db):
    people.activate(people.protocol_text() + CHECKS)
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    people.set_values("lesion_map", LESION, visit="BL", repeat="L1")
    people.set_values(
        "injection", {"planned_cells": "77140000", "dose_level": "DL2"}, visit="D0", repeat="L1"
    )


def test_a_check_of_the_protocol_is_told_at_its_item_and_kept_with_a_reason(rated):
    client = people.client_of("coordinator")
    typed = {"L1": CALM | {"erythema": "4"}}
    answer = enter_sheet(client, "P-001", "BL", "plaque_score", typed)
    assert any("Check C1: Erythema above 3 is rare here." in each for each in faults_of(answer))
    assert enter_sheet(client, "P-001", "BL", "plaque_score", typed, keep="seen twice").status_code == 302
    query = CurrentQuery.objects.get()
    assert (query.item, query.repeat, query.code) == ("erythema", "L1", "FD-R070")


def test_all_that_is_wrong_is_told_at_once(rated):
    client = people.client_of("coordinator")
    told = faults_of(enter_sheet(client, "P-001", "BL", "plaque_score", {"L1": {"erythema": "4"}}))
    assert any("FD-R070" in each for each in told)
    assert sum("FD-W042" in each for each in told) == 2


def test_a_check_that_looks_at_the_dose_is_told_to_those_who_know_it_only(rated):
    typed = {"L1": CALM | {"induration": "3"}}
    told = faults_of(enter_sheet(people.client_of("coordinator"), "P-001", "BL", "plaque_score", typed))
    assert any("C2" in each for each in told)
    answer = enter_sheet(people.client_of("evaluator"), "P-001", "BL", "plaque_score", typed)
    assert answer.status_code == 302, faults_of(answer)


def test_a_known_fault_is_not_asked_about_again(rated):
    client = people.client_of("coordinator")
    enter_sheet(client, "P-001", "BL", "plaque_score", {"L1": CALM | {"erythema": "4"}}, keep="seen twice")
    answer = enter_record(
        client, "P-001", "BL", "plaque_score", "L1", {"desquamation": "1"}, reason="misread"
    )
    assert answer.status_code == 302, faults_of(answer)
    assert CurrentQuery.objects.count() == 1


def test_a_struck_lesion_leaves_the_forms_and_can_come_back(rated):
    client = people.client_of("coordinator")
    assert (
        client.post("/strike/P-001/BL/lesion_map/L1/", {"do": "strike", "reason": "same plaque"}).status_code
        == 302
    )
    assert (
        "No lesion is on the map yet" in client.get(address("P-001", "BL", "plaque_score")).content.decode()
    )
    assert "<del>L1</del>" in client.get(address("P-001", "BL", "lesion_map")).content.decode()
    enter_record(client, "P-001", "BL", "lesion_map", "new", LESION)
    assert CurrentRecord.objects.filter(form="lesion_map", repeat="L2").exists()
    assert (
        client.post("/strike/P-001/BL/lesion_map/L1/", {"do": "restore", "reason": "it was not"}).status_code
        == 302
    )
    assert not CurrentRecord.objects.get(form="lesion_map", repeat="L1").struck


def test_a_complete_form_is_opened_again_with_a_reason(rated):
    client = people.client_of("coordinator")
    assert client.get("/strike/P-001/SCR/informed_consent/?do=reopen").status_code == 200
    enter_record(client, "P-001", "SCR", "informed_consent", "", {})
    assert CurrentRecord.objects.get(form="informed_consent").completed
    answer = client.post("/strike/P-001/SCR/informed_consent/", {"do": "reopen", "reason": "wrong version"})
    assert answer.status_code == 302
    assert not CurrentRecord.objects.get(form="informed_consent").completed


def test_consent_is_kept_once(rated):
    client = people.client_of("coordinator")
    client.post(
        address("P-001", "BL", "informed_consent"), {"n--version": "0", "v--version": "2", "do": "save"}
    )
    assert [row.visit for row in CurrentRecord.objects.filter(form="informed_consent")] == ["SCR"]
