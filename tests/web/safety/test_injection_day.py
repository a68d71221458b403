"""The day of injection: sheet, second person, record, deviation, correction."""

from __future__ import annotations

import json

from firstdose.web.audit.models import CurrentValue, Event
from tests.web import people
from tests.web.safety import trial


def value(item: str, lesion: str = "L1") -> str:
    return CurrentValue.objects.get(participant="INV-001", form="injection", repeat=lesion, item=item).text


def give(client, lesion: str = "L1", **more: str):
    assert trial.propose(client, lesion).status_code == 302
    assert trial.confirm(client).status_code == 302
    return trial.record(client, lesion, **more)


def test_the_page_shows_every_plaque_and_an_open_gate(injection_day, as_role):
    html = as_role("coordinator").get(trial.page()).content.decode()
    for lesion in trial.lesions():
        assert f"plaque {lesion}" in html.replace("Plaque", "plaque")
    assert "Every criterion is met." in html
    assert ' style="' not in html
    assert "<script>" not in html


def test_a_computed_and_confirmed_sheet_is_recorded_as_given(injection_day, as_role):
    assert give(as_role("coordinator")).status_code == 302
    assert trial.kinds("dose.") == ["dose.proposed", "dose.approved", "dose.given"]
    assert (value("dose_level"), value("volume_drawn"), value("lot")) == ("DL1", "2.64", "LOT-INV-001")
    assert value("area_cm2") == "25.64"


def test_the_record_reads_back_as_the_dose_that_was_meant(injection_day, as_role):
    from firstdose.derived.dose import derive_doses
    from firstdose.web.safety.snapshot import now_on_record

    give(as_role("coordinator"))
    now = now_on_record()
    dose = next(each for each in derive_doses(now.protocol, now.snapshot) if each.lesion == "L1")
    assert dose.given is not None
    assert dose.delivery is not None
    assert abs(float(dose.delivery) - 0.9966) < 1e-3


def test_the_sheet_is_the_volume_of_cells_over_concentration(injection_day, as_role):
    """Area 25.635 cm2 (6.4 x 5.1 cm), 1e6 cells/cm2, 10.1e6 cells/mL: 2.538 mL, 0.1 mL dead volume, 0.01 mL graduation."""
    trial.propose(as_role("coordinator"), "L1")
    told = json.loads(trial.payload("dose.proposed"))
    assert (told["area_cm2"], told["volume"], told["volume_to_prepare"]) == ("25.64", "2.54", "2.64")


def test_who_computed_the_sheet_cannot_confirm_it(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    answer = trial.confirm(client, by="coordinator")
    assert answer.status_code == 422
    assert "FD-W109" in answer.content.decode()
    assert "dose.approved" not in trial.kinds()


def test_a_wrong_password_of_the_second_person_confirms_nothing(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    assert trial.confirm(client, second_password="wrong").status_code == 422
    assert trial.kinds("dose.") == ["dose.proposed"]
    assert "login.failed" in trial.kinds()


def test_an_unknown_second_person_and_a_role_without_the_right_confirm_nothing(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    assert "FD-W122" in trial.confirm(client, second_email="nobody@example.org").content.decode()
    assert "FD-W110" in trial.confirm(client, by="monitor").content.decode()
    assert trial.kinds("dose.") == ["dose.proposed"]


def test_without_a_confirmed_sheet_nothing_is_recorded(injection_day, as_role):
    client = as_role("coordinator")
    assert "FD-W113" in trial.record(client, "L1").content.decode()
    trial.propose(client, "L1")
    assert "FD-W113" in trial.record(client, "L1").content.decode()
    assert not CurrentValue.objects.filter(form="injection").exists()


def test_a_sheet_whose_area_changed_is_not_confirmed(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    visit = CurrentValue.objects.get(form="lesion_map", repeat="L1", item="long_diameter").visit
    people.set_values("lesion_map", {"long_diameter": "7.4"}, "INV-001", visit, "L1")
    assert "FD-W112" in trial.confirm(client).content.decode()


def test_a_concentration_typed_a_factor_ten_too_high_withholds_the_sheet(injection_day, as_role):
    answer = trial.propose(as_role("coordinator"), "L1", concentration="101000000")
    assert answer.status_code == 422
    assert "FD-R204" in answer.content.decode()
    assert trial.kinds("dose.") == []


def test_a_delivery_outside_the_tolerance_is_recorded_and_proposed_as_deviation(injection_day, as_role):
    assert give(as_role("coordinator"), volume_drawn="2.00").status_code == 302
    told = json.loads(trial.payload("deviation.proposed"))
    assert told["what"] == "dose outside tolerance"
    assert "90 to 110 %" in told["text"]


def test_the_same_plaque_is_not_recorded_twice(injection_day, as_role):
    client = as_role("coordinator")
    give(client)
    assert "FD-W120" in trial.record(client, "L1").content.decode()
    assert "FD-W120" in trial.propose(client, "L1").content.decode()
    assert trial.kinds("dose.").count("dose.given") == 1


def test_both_plaques_of_a_day_are_given_under_one_gate(injection_day, as_role):
    client = as_role("coordinator")
    for lesion in trial.lesions():
        assert give(client, lesion).status_code == 302
    assert trial.kinds().count("dose.given") == len(trial.lesions())


def test_a_record_dated_before_its_sheet_was_confirmed_is_refused(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    trial.confirm(client)
    answer = trial.record(client, "L1", date="2024-02-05")
    assert "FD-W115" in answer.content.decode()


def test_unreadable_numbers_are_shown_beside_their_box_and_nothing_is_kept(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    trial.confirm(client)
    answer = trial.record(client, "L1", volume_drawn="2,64")
    assert answer.status_code == 422
    assert 'value="2,64"' in answer.content.decode()
    assert not CurrentValue.objects.filter(form="injection").exists()


def test_a_correction_needs_a_reason_and_keeps_the_old_value(injection_day, as_role):
    client = as_role("coordinator")
    give(client)
    path = "/injections/INV-001/D0/L1/"
    rows = {row.item: row for row in CurrentValue.objects.filter(form="injection", repeat="L1")}
    told = {item: row.text for item, row in rows.items()} | {
        f"seen-{item}": str(row.seq) for item, row in rows.items()
    }
    told["points"] = "25"
    assert "FD-W111" in client.post(path, told).content.decode()
    assert client.post(path, told | {"reason": "counted again"}).status_code == 302
    assert value("points") == "25"
    last = json.loads(trial.payload("value.set"))
    assert (last["old"], last["new"], last["reason"]) == ("26", "25", "counted again")


def test_a_correction_from_a_page_that_is_out_of_date_is_refused(injection_day, as_role):
    client = as_role("coordinator")
    give(client)
    rows = {row.item: row for row in CurrentValue.objects.filter(form="injection", repeat="L1")}
    told = {item: row.text for item, row in rows.items()} | {
        f"seen-{item}": str(row.seq) for item, row in rows.items()
    }
    people.set_values("injection", {"points": "24"}, "INV-001", "D0", "L1")
    answer = client.post("/injections/INV-001/D0/L1/", told | {"points": "25", "reason": "counted again"})
    assert "FD-W123" in answer.content.decode()
    assert value("points") == "24"


def test_the_blinded_and_those_without_the_right_never_reach_the_page(injection_day, as_role):
    for role in ("evaluator", "monitor", "data manager", "board", "administrator", "laboratory"):
        for path in (trial.page(), "/injections/INV-001/D0/L1/"):
            assert as_role(role).get(path).status_code == 403
    assert Event.objects.filter(kind__startswith="dose.").count() == 0


def test_a_participant_of_another_site_is_not_found(injection_day):
    client = people.client_of("coordinator", site="elsewhere", name="Coordinator Elsewhere")
    assert client.get(trial.page()).status_code == 404


def test_the_second_person_sees_what_is_to_be_asked_of_a_sheet(injection_day, as_role):
    """Area 32.04 cm2 by 5.1 and 8 cm beside 25 cm2 as measured elsewhere: 28 % apart."""
    visit = CurrentValue.objects.get(form="lesion_map", repeat="L1", item="long_diameter").visit
    people.set_values("lesion_map", {"long_diameter": "8", "area_given": "25"}, "INV-001", visit, "L1")
    client = as_role("coordinator")
    assert trial.propose(client, "L1").status_code == 302
    assert "FD-R201" in client.get(trial.page()).content.decode()


def test_odd_numbers_and_keys_are_no_server_error(injection_day, as_role):
    client = as_role("coordinator")
    give(client)
    for odd in ("²", "\u200b", "9" * 40):
        told = {"seen-points": odd, "points": odd, "reason": odd, "idem": odd}
        assert client.post("/injections/INV-001/D0/L1/", told).status_code == 422
        assert trial.propose(client, "L2", idem=odd, lot=odd).status_code in {302, 422}
        assert trial.confirm(client, second_email=odd).status_code == 422
