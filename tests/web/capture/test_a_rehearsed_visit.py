"""One rehearsed participant walks through consent, screening, baseline and a week by the real pages; the records equal."""

from __future__ import annotations

import csv

from firstdose.records.log.tables import study_tables
from firstdose.web.audit.reading import current_state
from tests.shared import ROOT
from tests.web import people
from tests.web.entering import enter_record, enter_sheet, faults_of

REHEARSED = "INV-001"
ONCE = ("informed_consent", "demographics", "screening")
RATED = ("local_tolerability_mm", "plaque_severity", "plaque_score")


def rows(form, visit=None):
    with (ROOT / "trials" / "adsc_psoriasis" / "records" / f"{form}.csv").open(encoding="utf-8") as file:
        read = [row for row in csv.DictReader(file) if row["participant"] == REHEARSED]
    return [row for row in read if visit is None or row.get("visit", visit) == visit]


def values(row):
    return {
        name: text for name, text in row.items() if name not in {"participant", "visit", "lesion"} and text
    }


def enter(client, visit, form, repeat, typed):
    answer = enter_record(client, "P-001", visit, form, repeat, typed, keep="as rehearsed")
    assert answer.status_code == 302, (form, visit, faults_of(answer))


def walk(client):
    """Consent, screening, baseline with the lesions, and the first week, as they were rehearsed."""
    people.add_participant(site="S1")
    enter(client, "SCR", "informed_consent", "", values(rows("informed_consent")[0]))
    for visit in ("SCR", "BL", "W1"):
        enter(client, visit, "visits", "", values(rows("visits", visit)[0]))
    for form in ONCE[1:]:
        enter(client, "SCR", form, "", values(rows(form)[0]))
    for row in rows("lesion_map"):
        enter(
            client,
            "BL",
            "lesion_map",
            "new",
            {name: text for name, text in values(row).items() if name != "dose_level"},
        )
    for visit in ("BL", "W1"):
        for form in RATED:
            sheet = {row["lesion"]: values(row) for row in rows(form, visit)}
            answer = enter_sheet(client, "P-001", visit, form, sheet, keep="as rehearsed")
            assert answer.status_code == 302, (form, visit, faults_of(answer))
    for row in rows("adverse_events"):
        enter(client, "", "adverse_events", "new", values(row) | {"lesion": row["lesion"]})


def test_what_was_typed_into_the_pages_equals_what_was_rehearsed(as_role):
    client = as_role("coordinator")
    walk(client)
    found = study_tables(people.current().protocol, current_state())
    for form in (*ONCE, *RATED, "adverse_events"):
        kept = [
            {name: text for name, text in row.items() if text and name != "participant"}
            for row in found[form].iter_rows(named=True)
        ]
        wanted = [
            {name: text for name, text in row.items() if text and name != "participant"}
            for row in rows(form)
            if row.get("visit", "BL") in {"SCR", "BL", "W1"}
        ]
        for each in kept:
            if "visit" not in wanted[0]:
                each.pop("visit", None)
        assert kept == wanted, form


def test_a_visit_of_four_lesions_is_one_page_of_less_than_a_hundred_kilobytes(as_role):
    client = as_role("coordinator")
    people.add_participant(site="S1")
    enter(client, "SCR", "informed_consent", "", values(rows("informed_consent")[0]))
    lesion = values(rows("lesion_map")[0])
    lesion.pop("dose_level")
    for _ in range(4):
        enter(client, "BL", "lesion_map", "new", lesion)
    for form in RATED:
        answer = client.get(f"/participants/P-001/BL/{form}/")
        assert len(answer.content) < 100_000, (form, len(answer.content))
    assert len(client.get("/participants/P-001/SCR/screening/").content) < 100_000
    assert len(client.get("/participants/P-001/BL/PASI_Fredriksson/").content) < 100_000
