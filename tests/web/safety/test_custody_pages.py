"""Custody pages: lot to all plaques, plaque to donor, and what keeps a lot back."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tests.unit.laboratory.product_study import LINKS, PRODUCT, release_table
from tests.web import people
from tests.web.safety import trial

PARTICIPANTS = ("P1", "P2")


def enter(form: str, rows: list[dict[str, str]]) -> None:
    for number, row in enumerate(rows, start=1):
        people.set_values(form, {name: text for name, text in row.items() if text}, "", "", str(number))


@pytest.fixture
def product(db, monkeypatch):
    """The seed trial with a product section, two lots and the chain to the plaques."""
    trial.freeze(monkeypatch, trial.at(date(2024, 3, 4)))
    study = people.activate(people.protocol_text() + PRODUCT)
    for participant in PARTICIPANTS:
        people.add_participant(participant)
    enter("product_release", list(csv.DictReader(io.StringIO(release_table()))))
    enter("custody", list(csv.DictReader(io.StringIO(LINKS))))
    return study


@pytest.fixture
def client(product):
    return people.client_of("laboratory")


def test_a_lot_leads_to_all_its_plaques(client):
    html = client.get("/custody/A17/").content.decode()
    assert all(f">{each}<" in html for each in ("G1", "G2", "S1", "S2"))
    assert ">G3<" not in html


def test_a_plaque_leads_back_to_its_donor(client):
    html = client.get("/custody/G3/").content.decode()
    assert all(f">{each}<" in html for each in ("D3", "B3", "A18", "V18", "T18", "S3"))
    assert ">A17<" not in html


def test_the_list_tells_which_lots_are_released(client):
    html = client.get("/custody/").content.decode()
    assert html.count("badge done") == 2


def test_a_released_lot_opens_and_an_unknown_or_expired_one_closes_the_gate(product):
    on = date(2024, 3, 4)
    assert "FD-W102" not in trial.asked("P1", on, lesion="L1", lot="A17").gate.codes
    assert "FD-W102" in trial.asked("P1", on, lesion="L1", lot="A99").gate.codes
    assert "FD-W102" in trial.asked("P1", on, lesion="L1").gate.codes
    assert "FD-W102" in trial.asked("P1", date(2024, 3, 6), lesion="L1", lot="A17").gate.codes


def test_a_lot_whose_sterility_failed_closes_the_gate(product):
    people.set_values("product_release", {"result": "growth"}, "", "", "3")
    assert "FD-W102" in trial.asked("P1", date(2024, 3, 4), lesion="L1", lot="A17").gate.codes


def test_an_unknown_id_and_a_protocol_without_product_are_not_found(client, product):
    assert client.get("/custody/NOBODY/").status_code == 404


def test_without_a_product_section_there_is_no_custody(study, as_role):
    assert as_role("laboratory").get("/custody/").status_code == 404


def test_the_blinded_do_not_see_it_and_other_sites_see_no_participants(product):
    assert people.client_of("evaluator").get("/custody/A17/").status_code == 403
    other = people.client_of("coordinator", site="elsewhere", name="Coordinator Elsewhere")
    html = other.get("/custody/A17/").content.decode()
    assert "V17" in html
    assert "P1" not in html
