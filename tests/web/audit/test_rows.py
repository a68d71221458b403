"""Rows written past Django's objects stand in the tables as they were meant, however many and whatever they say."""

from __future__ import annotations

import pytest

from firstdose.web.audit.models import CurrentValue
from firstdose.web.audit.rows import insert_rows, upsert_rows, write_rows

KEY = ("participant", "visit", "form", "repeat", "item")
COLUMNS = (*KEY, "site", "text", "raw", "unit", "seq", "first", "at", "actor", "reason", "verified", "signed")
ODD = (
    'it\'s "so"',
    "a\\b\\u0041\\n",
    "two\nlines\tand\ra tab",
    "50 % of %s",
    "{'a': [1]}",
    "\u06f3\u066b\u06f5 \U0001f9ea",
    " ",
)


def rows(many: int, text: str = "") -> list[tuple[str | int, ...]]:
    return [
        (f"P-{number}", "M6", "form", "", "item", "S1", text or ODD[number % len(ODD)], ODD[-number % len(ODD)], "mm",
         2**40 + number, number, "2024-02-05T09:00:00.000000Z", "ann", "", 0, 0)
        for number in range(many)
    ]  # fmt: skip


def there() -> set[tuple[str | int, ...]]:
    return set(CurrentValue.objects.values_list(*COLUMNS))


@pytest.mark.django_db
@pytest.mark.parametrize("write", [insert_rows, write_rows])
@pytest.mark.parametrize("many", [0, 1, 2100])
def test_rows_come_back_as_they_were_written(write, many):
    write("current_value", COLUMNS, rows(many))
    assert there() == set(rows(many))


@pytest.mark.django_db
def test_a_row_takes_the_place_of_the_one_that_bears_its_key():
    insert_rows("current_value", COLUMNS, rows(3, "before"))
    upsert_rows("current_value", COLUMNS, KEY, rows(2100, "after"))
    assert there() == set(rows(2100, "after"))
