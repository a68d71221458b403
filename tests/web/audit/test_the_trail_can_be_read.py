"""Pages of the trail: filter, history of a value, table, review, and what the blinded see of it (A9, A10, A11, P7)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.accounts.blinding import HIDDEN_FORMS, HIDDEN_ITEMS
from firstdose.web.audit import models, reviewing
from firstdose.web.audit.append import append
from firstdose.web.audit.study import current
from firstdose.web.audit.trail import Filters, Scope, as_csv, filters_of, found, told
from tests.web import people
from tests.web.audit.conftest import SITE, key_of, setting

BLIND = Scope(blind=True, forms=HIDDEN_FORMS, items=HIDDEN_ITEMS)
SECRET = "3.75e6"


def read(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def trail(participant, clock):
    """Two participants at two sites, a change with a reason, a dose, a query."""
    people.add_participant("P-002", "other")
    append([setting("1"), setting("2", item="bsa")], by=SITE)
    clock.later(days=1)
    append([setting("7", reason="read the wrong line")], by=SITE)
    append([setting(SECRET, item="dose_level"), setting(SECRET, form="injection")], by=SITE)
    append([NewEvent(kind="dose.given", key=key_of(), site="site", payload={"level": SECRET})], by=SITE)
    append(
        [NewEvent(kind="value.set", key=key_of(participant="P-002"), site="other", payload={"new": "5"})],
        by=Actor(who="bob"),
    )


def many(**asked) -> int:
    return found(Filters(**asked), Scope()).count()


def test_the_trail_shows_who_when_old_new_and_reason(trail, as_role):
    page = read(as_role("monitor"), "/trail/", item="pasi", participant="P-001")
    assert all(
        part in page
        for part in ("2031-03-04 09:00:00 UTC", "ann", "coordinator", "read the wrong line", ">1<", ">7<")
    )


@pytest.mark.parametrize(
    "asked, kept",
    [
        ({"participant": "P-002"}, {"P-002"}),
        ({"site": "other"}, {"P-002"}),
        ({"actor": "bob"}, {"P-002"}),
        ({"item": "bsa"}, {"P-001"}),
        ({"kind": "dose."}, {"P-001"}),
        ({"form": "injection"}, {"P-001"}),
        ({"visit": "V1", "actor": "bob"}, {"P-002"}),
        ({"since": "2031-03-04", "actor": "bob"}, {"P-002"}),
        ({"until": "2031-03-03", "kind": "value."}, {"P-001"}),
    ],
)
def test_the_trail_is_filtered_by_participant_site_person_date_and_item(trail, asked, kept):
    rows = list(found(Filters(**asked), Scope()))
    assert {row.participant for row in rows} == kept
    assert 0 < len(rows) < models.Event.objects.count()


def test_a_day_filter_includes_the_whole_day_and_no_more(trail):
    assert (
        many(since="2031-03-03", until="2031-03-03") + many(since="2031-03-04", until="2031-03-04")
        == models.Event.objects.filter(at__gte="2031").count()
    )
    assert many(until="2031-03-02", kind="value.") == 0


@pytest.mark.parametrize(
    "text", ["31.3.2025", "2025-13-01", "yesterday", "۱۴۰۴-۰۱-۰۱", "20250331", "2025-W01-1"]
)
def test_a_filter_that_is_no_date_is_left_out_in_words(trail, as_role, text):
    filters, faults = filters_of({"since": text, "until": "2031-03-03"})
    assert (filters.since, filters.until, [each.code for each in faults]) == ("", "2031-03-03", ["FD-W178"])
    assert "FD-W178" in read(as_role("monitor"), "/trail/", since=text)


def test_a_long_trail_comes_in_pages_and_prints_as_a_whole(participant, as_role):
    append([setting(str(n), item=f"i{n}") for n in range(120)], by=SITE)
    client, address, seen = as_role("data manager"), "/trail/?kind=value.set", []
    while address:
        answer = client.get(address)
        seen += [row["seq"] for row in answer.context["rows"]]
        address = (
            f"/trail/?kind=value.set&before={answer.context['older']}" if answer.context["older"] else ""
        )
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 120
    assert len(client.get("/trail/?kind=value.set&print=1").context["rows"]) == 120
    assert client.get("/trail/?before=99999999999999999999999").status_code == 200


def test_the_trail_exports_as_a_table_that_sorts_and_analyses_and_the_export_is_on_record(trail, as_role):
    answer = as_role("monitor").get("/trail/table/?kind=value.")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [
        row["new"]
        for row in rows
        if row["item"] == "pasi" and row["participant"] == "P-001" and row["form"] == "pasi"
    ] == ["1", "7"]
    assert rows[0]["at"] == "2031-03-03 09:00:00 UTC"
    last = models.Event.objects.order_by("-seq").first()
    assert last.kind == "export.made"
    assert f'"rows":{len(rows)}' in models.Payload.objects.get(seq=last.seq).text


@pytest.mark.parametrize(
    "text, cell",
    [("=1+1", "'=1+1"), ("+cmd|x", "'+cmd|x"), ("-3.5", "-3.5"), ("@x", "'@x"), ("<0.5", "<0.5")],
)
def test_a_spreadsheet_takes_no_cell_of_the_table_for_a_formula(participant, text, cell):
    append([setting(text)], by=SITE)
    content, _ = as_csv(told(found(Filters(kind="value."), Scope())))
    [row] = csv.DictReader(io.StringIO(content.decode()))
    assert row["new"] == cell


def test_the_history_of_a_value_stands_at_the_item_for_those_who_see_it(trail, as_role):
    asked = {"participant": "P-001", "visit": "V1", "form": "pasi", "item": "pasi"}
    for role in ("coordinator", "monitor", "evaluator", "data manager"):
        page = read(as_role(role), "/trail/value/", **asked)
        assert "read the wrong line" in page
        assert "<html" in page
    part = as_role("monitor").get("/trail/value/", asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.index(">7<") < part.index("value entered", part.index(">7<") + 1), "the newest stands first"


def test_what_was_never_entered_has_an_empty_history(trail, as_role):
    assert "Nothing was entered here yet" in read(
        as_role("monitor"), "/trail/value/", participant="P-001", form="pasi", item="x"
    )


# --------------------------------------------------------------------------------------------------------- blinding


def test_the_blinded_find_no_dose_in_pages_counts_filters_or_exports(trail):
    rows = list(told(found(Filters(), BLIND), blind=True))
    assert rows
    assert SECRET not in str(rows)
    assert found(Filters(item="dose_level"), BLIND).count() == 0
    assert found(Filters(form="injection"), BLIND).count() == 0
    assert found(Filters(kind="dose."), BLIND).count() == 0
    assert SECRET in str(list(told(found(Filters(), Scope()))))


@pytest.mark.parametrize(
    "hidden", [{"form": "injection", "item": "pasi"}, {"form": "pasi", "item": "dose_level"}]
)
def test_the_blinded_get_no_history_of_what_is_hidden(trail, as_role, hidden):
    asked = {"participant": "P-001", "visit": "V1", **hidden}
    assert as_role("evaluator").get("/trail/value/", asked).status_code == 404
    assert SECRET in read(as_role("coordinator"), "/trail/value/", **asked)


def test_the_trail_of_another_site_is_not_shown(trail, as_role):
    client = as_role("investigator", "site")
    page = client.get("/trail/")
    assert {row["participant"] for row in page.context["rows"]} <= {"P-001", ""}
    assert (
        client.get(
            "/trail/value/", {"participant": "P-002", "visit": "V1", "form": "pasi", "item": "pasi"}
        ).status_code
        == 404
    )
    assert "P-002" not in client.get("/trail/table/").content.decode()


@pytest.mark.parametrize("role", ["evaluator", "laboratory", "administrator", "coordinator", "statistician"])
def test_the_trail_is_closed_to_roles_without_the_right(trail, as_role, role):
    for address in ("/trail/", "/trail/table/", "/trail/review/"):
        assert as_role(role).get(address).status_code == 403
    assert as_role(role).post("/trail/review/done/", {"finding": "x"}).status_code == 403


# ----------------------------------------------------------------------------------------------------------- review


def lists(**asked) -> dict[str, list[str]]:
    return {
        each.name: [row["item"] for row in each.rows]
        for each in reviewing.lists(Filters(**asked), Scope(), current())
    }


def test_entries_outside_of_the_day_are_listed(participant, clock):
    for hour, item in ((5, "early"), (6, "six"), (19, "seven"), (20, "night")):
        clock.time = datetime(2031, 3, 4 + hour, hour, 30, tzinfo=UTC)
        append([setting("1", item=item)], by=SITE)
    assert lists()["after-hours"] == ["early", "night"]


def test_values_changed_often_are_listed(participant):
    for number in range(4):
        append([setting(str(number), reason="again")], by=SITE)
    append([setting("1", item="bsa")], by=SITE)
    assert lists()["many-changes"] == ["pasi"]


def test_late_entries_are_listed_by_the_day_of_their_record(participant, clock):
    append([setting("2031-03-01", item="date")], by=SITE)
    clock.time = datetime(2031, 3, 8, 9, 0, tzinfo=UTC)
    append([setting("1", item="in time")], by=SITE)
    clock.time = datetime(2031, 3, 9, 9, 0, tzinfo=UTC)
    append([setting("1", item="late"), setting("2", item="in time", reason="a change is not late")], by=SITE)
    assert lists()["late"] == ["late"]


def test_changes_after_verification_signature_or_unblinding_are_listed(participant):
    [value] = append([setting("1")], by=SITE)
    append([NewEvent(kind="sdv.done", key=key_of(), payload={"seq": value.seq})], by=SITE)
    append([setting("2", reason="typo")], by=SITE)
    append([NewEvent(kind="view.unblinded", payload={"reason": "emergency"})], by=SITE)
    append([setting("3", item="bsa")], by=SITE)
    assert (lists()["after-work"], lists()["after-unblinding"]) == (["pasi"], ["bsa"])


def test_a_review_is_on_record_and_the_next_one_begins_there(trail, as_role):
    client = as_role("data manager")
    page = client.get("/trail/review/")
    told = {
        "since": "2031-03-01",
        "until": "2031-03-04",
        "finding": "nothing odd",
        "idem": page.context["idem"],
    }
    for _ in range(2):
        client.post("/trail/review/done/", told)
    [event] = models.Event.objects.filter(kind="trail.reviewed")
    assert event.role == "data manager"
    assert "nothing odd" in models.Payload.objects.get(seq=event.seq).text
    assert "Last reviewed by" in client.get("/trail/review/").content.decode()


def test_a_review_without_a_finding_is_refused(trail, as_role):
    answer = as_role("monitor").post("/trail/review/done/", {"finding": "  "}, follow=True)
    assert "There is no finding" in answer.content.decode()
    assert not models.Event.objects.filter(kind="trail.reviewed").exists()


# ----------------------------------------------------------------------------------------------------------- system


def test_the_system_page_tells_the_head_and_verifies(trail, kept, as_role):
    client = as_role("administrator")
    last = models.Event.objects.order_by("-seq").first()
    page = read(client, "/system/")
    assert last.hash in page
    assert "all there" in page
    answer = client.post("/system/").content.decode()
    assert "The log is whole" in answer
    assert "No anchor confirms the log" in answer


def test_a_backup_leaves_by_the_page_for_those_who_keep_the_system(trail, kept, as_role):
    answer = as_role("administrator").post("/system/backup/")
    assert answer.content[:2] == b"PK"
    backup = models.Event.objects.get(kind="backup.made")
    assert backup.role == "administrator"
    assert as_role("monitor").post("/system/backup/").status_code == 403
    assert as_role("administrator").get("/system/backup/").status_code == 405
    assert not [path for path in kept.iterdir() if path.name.startswith(".backup")]
