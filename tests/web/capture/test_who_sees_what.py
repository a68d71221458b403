"""Rights and blinding on the pages of forms: what is hidden is on no page, in no error and in no address."""

from __future__ import annotations

import pytest

from firstdose.web.accounts.blinding import HIDDEN_ITEMS
from firstdose.web.audit.models import CurrentRecord, CurrentValue, Event
from tests.web import people
from tests.web.capture.test_records import CONSENT, LESION
from tests.web.entering import address, enter_sheet, faults_of, inputs_of

DOSE = "DL2"
INJECTION = {"date": "2024-02-06", "site": "knee", "laterality": "left", "dose_level": DOSE, "area_cm2": "25.64",
             "concentration": "10100000", "planned_cells": "77140000", "lot": "LOT-7", "points": "26"}  # fmt: skip


@pytest.fixture
def treated(study):
    people.add_participant(site="S1")
    people.set_values("informed_consent", CONSENT, visit="SCR")
    people.set_values("lesion_map", LESION | {"dose_level": DOSE}, visit="BL", repeat="L1")
    people.set_values("injection", INJECTION, visit="D0", repeat="L1")


@pytest.mark.parametrize(
    "at",
    [
        "BL/lesion_map/",
        "BL/lesion_map/L1/",
        "BL/plaque_severity/",
        "-/adverse_events/",
        "BL/PASI_Fredriksson/",
        "D0/visits/",
    ],
)
def test_no_page_shows_the_blinded_evaluator_a_dose(as_role, treated, at):
    answer = as_role("evaluator").get(f"/participants/P-001/{at}")
    page = answer.content.decode()
    assert answer.status_code == 200
    for secret in (DOSE, "10100000", "LOT-7", "77140000", "receives the injection", "dose_level"):
        assert secret not in page


@pytest.mark.parametrize("at", ["D0/injection/", "D0/injection/L1/"])
def test_a_hidden_form_is_not_there_for_the_blinded(as_role, treated, at):
    assert as_role("evaluator").get(f"/participants/P-001/{at}").status_code == 404
    assert (
        as_role("evaluator").post(f"/participants/P-001/{at}", {"v-L1-dose_level": "DL1"}).status_code == 404
    )
    assert as_role("evaluator").post(f"/preview/P-001/{at}", {"v-L1-dose_level": "DL1"}).status_code == 404


def test_hidden_items_stay_as_they_are_when_their_names_are_sent(as_role, treated):
    client = as_role("coordinator")
    before = CurrentValue.objects.get(form="lesion_map", item="dose_level").seq
    blind = as_role("evaluator")
    answer = blind.post(
        address("P-001", "BL", "lesion_map", "L1"), {"n-L1-dose_level": "0", "v-L1-dose_level": "DL1"}
    )
    assert answer.status_code == 403
    assert CurrentValue.objects.get(form="lesion_map", item="dose_level").seq == before
    assert "v-L1-dose_level" in inputs_of(client, address("P-001", "BL", "lesion_map", "L1")).offered
    assert "dose_level" in HIDDEN_ITEMS


def test_the_evaluator_rates_the_blinded_forms_and_no_others(as_role, treated):
    evaluator = as_role("evaluator")
    answer = enter_sheet(evaluator, "P-001", "BL", "plaque_severity", {"L1": {"plaque_severity": "4"}})
    assert answer.status_code == 302, faults_of(answer)
    assert Event.objects.order_by("-seq").first().role == "evaluator"
    assert evaluator.post(address("P-001", "SCR", "demographics"), {"v--age": "3"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "form", "visit", "enters"),
    [
        ("laboratory", "serum_cytokines", "BL", True),
        ("coordinator", "serum_cytokines", "BL", False),
        ("coordinator", "demographics", "SCR", True),
        ("data manager", "demographics", "SCR", False),
        ("monitor", "demographics", "SCR", False),
        ("board", "demographics", "SCR", False),
    ],
)
def test_a_form_is_entered_by_those_who_have_its_right_and_read_by_the_others(
    as_role, treated, role, form, visit, enters
):
    client, at = as_role(role), address("P-001", visit, form)
    page = client.get(at)
    assert page.status_code == 200
    assert ('name="idem"' in page.content.decode()) is enters
    if not enters:
        assert client.post(at, {"do": "save"}).status_code == 403
        assert client.post(f"/draft/P-001/{visit}/{form}/", {}).status_code == 403


def test_an_administrator_reads_no_values(as_role, treated):
    assert as_role("administrator").get(address("P-001", "SCR", "demographics")).status_code == 403


def test_the_injection_is_not_recorded_on_a_plain_form(as_role, treated):
    answer = as_role("coordinator").post(
        address("P-001", "D0", "injection", "L1"), {"v-L1-dose_level": "DL1"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "at",
    ["SCR/nothing/", "XX/demographics/", "SCR/demographics/L9/", "BL/plaque_severity/L9/", "-/demographics/",
     "SCR/participants/", "-/adverse_events/77/", "BL/lesion_map/L77/"],
)  # fmt: skip
def test_what_the_trial_does_not_have_is_not_there(as_role, treated, at):
    assert as_role("coordinator").get(f"/participants/P-001/{at}").status_code == 404


def test_a_participant_of_another_site_is_neither_read_nor_written(as_role, treated):
    client = as_role("coordinator", site="S2", name="Other Coordinator")
    at = address("P-001", "SCR", "demographics")
    assert client.get(at).status_code == 404
    assert client.post(at, {"n--age": "0", "v--age": "33", "do": "save"}).status_code == 404
    assert not CurrentRecord.objects.filter(form="demographics").exists()


def test_a_form_that_is_kept_once_leads_to_where_it_was_kept(as_role, treated):
    answer = as_role("coordinator").get("/participants/P-001/BL/informed_consent/")
    assert (answer.status_code, answer.url) == (302, "/participants/P-001/SCR/informed_consent/")
