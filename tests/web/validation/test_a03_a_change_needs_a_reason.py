"""A3: a change after the first save needs a reason that is kept and shown; a blank one is refused."""

from __future__ import annotations

import pytest

from tests.web.entering import faults_of
from tests.web.validation.acting import PERSON, VALUE, age, enter, log, text


@pytest.fixture
def saved(coordinator):
    assert enter(coordinator, PERSON).status_code == 302
    return coordinator


@pytest.mark.parametrize("blank", ["", "   ", "\t", "\u00a0", "\u200b"])
@pytest.mark.parametrize("now", ["34", ""])
def test_a_change_or_a_deletion_without_a_reason_is_refused(saved, blank, now):
    before = len(log())
    answer = enter(saved, {"age": now}, reason=blank)
    assert answer.status_code == 422
    assert any("FD-W041" in each for each in faults_of(answer))
    assert (age().text, len(log())) == ("33", before)


def test_the_reason_is_kept_and_stands_in_the_history(saved):
    assert enter(saved, {"age": "34"}, reason="the passport says so").status_code == 302
    assert age().text == "34"
    assert "the passport says so" in text(saved.get("/trail/value/", VALUE))


@pytest.mark.parametrize("blank", ["", "  "])
def test_striking_out_without_a_reason_is_refused(saved, blank):
    assert saved.post("/strike/P-001/SCR/demographics/", {"do": "strike", "reason": blank}).status_code == 422
    assert log("repeat.struck") == []


def test_the_first_entry_needs_none(coordinator):
    assert enter(coordinator, PERSON).status_code == 302
