"""A10: the trail leaves as a table that sorts and as readable print."""

from __future__ import annotations

import csv
import io

import pytest

from firstdose.web.audit.models import Event
from tests.web.validation.acting import PERSON, enter, text


@pytest.fixture
def changed(coordinator):
    enter(coordinator, PERSON | {"ethnicity": "=1+1"})
    enter(coordinator, {"age": "34"}, reason="read the wrong line")
    return coordinator


def table(client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(client.get("/trail/table/")))))


def test_the_table_has_every_event_once_and_sorts_by_number_time_person_and_item(changed, as_role):
    many = Event.objects.count()
    rows = table(as_role("monitor"))
    assert [int(row["seq"]) for row in rows] == list(range(1, many + 1))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    ages = [(row["old"], row["new"], row["reason"]) for row in rows if row["item"] == "age"]
    assert ages == [("", "33", ""), ("33", "34", "read the wrong line")]
    assert all(row["actor"] and row["kind"] for row in rows)


def test_no_cell_of_the_table_is_a_formula(changed, as_role):
    cells = [row["new"] for row in table(as_role("monitor")) if row["item"] == "ethnicity"]
    assert cells == ["'=1+1"]


def test_the_print_has_every_event_on_one_page_with_words_for_its_columns(changed, as_role):
    client = as_role("monitor")
    page = text(client.get("/trail/?print=1"))
    assert page.count("<tr>") == Event.objects.count() + 1
    for words in ("When", "Who", "What", "Old", "New", "Reason", "read the wrong line"):
        assert words in page
