"""The pages of work: calendar, participants, a participant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from firstdose.web.audit import clock
from tests.web import people


@pytest.fixture
def treated(study, monkeypatch):
    """Somebody injected on 6 February 2024; today is the 14th."""
    people.add_participant(site="S1")
    for visit, day in (("SCR", "2024-01-25"), ("BL", "2024-02-04"), ("D0", "2024-02-06")):
        people.set_values("visits", {"date": day, "status": "done"}, visit=visit)
    people.set_values("informed_consent", {"consent_date": "2024-01-25", "version": "1.0"}, visit="SCR")
    people.set_values("lesion_map", {"site": "elbow", "laterality": "left"}, visit="BL", repeat="L1")
    people.set_values("injection", {"date": "2024-02-06", "dose_level": "DL1"}, visit="D0", repeat="L1")
    for visit, grade in (("BL", "4"), ("W1", "2")):
        people.set_values("plaque_severity", {"plaque_severity": grade}, visit=visit, repeat="L1")
    moment = datetime(2024, 2, 14, 9, tzinfo=UTC)
    for module in ("audit.clock", "capture.schedule"):
        monkeypatch.setattr(f"firstdose.web.{module}.now", lambda: moment)
    return clock.now()


def test_the_calendar_says_what_is_due_and_overdue_by_the_window_from_day_zero(as_role, treated):
    page = as_role("coordinator").get("/calendar/").content.decode()
    overdue, due = page.index("badge overdue"), page.index("badge due")
    assert overdue < page.index("visit=H24") < due < page.index("visit=W1")
    assert "2024-02-11" in page
    assert "2024-02-15" in page


def test_the_page_of_a_participant_shows_windows_forms_lesions_and_the_course(as_role, treated):
    page = as_role("coordinator").get("/participants/P-001/?visit=W1").content.decode()
    assert "2024-02-11" in page
    assert "elbow, left" in page
    assert "<polyline" in page
    assert len(page) < 100_000


def test_a_participant_of_another_site_is_not_there(as_role, treated):
    client = as_role("coordinator", site="S2", name="Other Coordinator")
    assert client.get("/participants/P-001/").status_code == 404
    assert "P-001" not in client.get("/calendar/").content.decode()
    assert "P-001" not in client.get("/participants/").content.decode()


def test_a_participant_is_added_under_the_next_number_once_for_one_request(as_role, study):
    client = as_role("coordinator")
    first = client.post("/participants/", {"site": "S1", "idem": "one"})
    again = client.post("/participants/", {"site": "S1", "idem": "one"})
    other = client.post("/participants/", {"site": "S1", "idem": "two"})
    assert [each.url for each in (first, again, other)] == [
        "/participants/P-001/", "/participants/P-001/", "/participants/P-002/",
    ]  # fmt: skip


def test_who_may_not_enter_adds_nobody(as_role, study):
    assert as_role("monitor").post("/participants/", {"site": "S1", "idem": "one"}).status_code == 403


def test_nobody_is_added_at_a_site_that_is_not_ones_own(as_role, study):
    answer = as_role("coordinator", site="S2", name="Other Coordinator").post(
        "/participants/", {"site": "S1"}
    )
    assert answer.status_code == 422
    assert "FD-W054" in answer.content.decode()


@pytest.mark.parametrize("address", ["/calendar/", "/participants/", "/participants/P-001/?visit=D0"])
def test_the_blinded_evaluator_sees_no_dose(as_role, treated, address):
    page = as_role("evaluator").get(address).content.decode()
    assert "DL1" not in page
    assert "/injection/" not in page
