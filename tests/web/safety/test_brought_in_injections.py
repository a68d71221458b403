"""An injection that came with tables is as given as one that was recorded on its day."""

from __future__ import annotations

from tests.web import people
from tests.web.entering import faults_of
from tests.web.safety import trial

WHO = "INV-001"


def test_a_brought_in_injection_is_shown_as_given_and_no_sheet_is_computed_for_it(injection_day, as_role):
    told = {**trial.given(WHO, "L1"), "date": str(trial.ZERO), "dose_level": "DL1"}
    people.set_values("injection", told, WHO, "D0", "L1")
    client = as_role("coordinator")
    page = client.get(f"/participants/{WHO}/injection-day/").content.decode()
    assert f"/injections/{WHO}/D0/L1/" in page
    assert f"/injections/{WHO}/D0/L2/" not in page
    answer = trial.propose(client, "L1")
    assert answer.status_code == 422
    assert any("FD-W" in each for each in faults_of(answer))
