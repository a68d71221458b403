"""A2: the old value stays readable after any number of changes."""

from __future__ import annotations

from tests.web.validation.acting import PERSON, VALUE, age, enter, text


def test_every_older_value_is_on_the_page_of_the_history_after_twelve_changes(coordinator):
    enter(coordinator, PERSON)
    for number in range(40, 52):
        assert enter(coordinator, {"age": str(number)}, reason=f"reading {number}").status_code == 302
    page = text(coordinator.get("/trail/value/", VALUE))
    assert age().text == "51"
    for number in (33, *range(40, 52)):
        assert f"<td>{number}" in page, number


def test_a_struck_record_keeps_its_values_readable(coordinator):
    enter(coordinator, PERSON)
    coordinator.post("/strike/P-001/SCR/demographics/", {"do": "strike", "reason": "entered twice"})
    assert "<td>33" in text(coordinator.get("/trail/value/", VALUE))
