"""A15: what is typed and not saved is kept as a draft; a long form cannot lose an hour."""

from __future__ import annotations

import re

from tests.web import people
from tests.web.entering import Inputs, fill, inputs_of
from tests.web.validation.acting import FORM, PERSON, enter, log, text


def test_every_change_of_a_box_is_kept_by_the_server_before_anybody_saves(coordinator):
    page = text(coordinator.get(FORM))
    [form] = re.findall(r'<form method="post" id="record"[^>]*>', page)
    [at] = re.findall(r'hx-post="([^"]*)"', form)
    assert 'hx-trigger="change"' in form
    before = len(log())
    text(coordinator.post(at, fill(Inputs(page), {"age": "33"}), headers={"HX-Request": "true"}))
    again = people.client_of("coordinator")  # the browser was closed, the computer is another one
    assert inputs_of(again, FORM).sent["v--age"] == "33"
    assert len(log()) == before


def test_without_javascript_a_button_keeps_what_cannot_be_saved_yet(coordinator):
    sent = fill(inputs_of(coordinator, FORM), {"age": "3,5"}) | {"do": "draft"}
    assert coordinator.post(FORM, sent).status_code == 302
    page = text(coordinator.get(FORM))
    assert "not saved yet" in page
    assert Inputs(page).sent["v--age"] == "3,5"


def test_a_page_that_is_refused_gives_back_everything_that_was_typed(coordinator):
    sent = fill(inputs_of(coordinator, FORM), PERSON | {"age": "3,5", "ethnicity": "long words"}) | {
        "do": "save"
    }
    answer = coordinator.post(FORM, sent)
    page = Inputs(answer.content.decode())
    assert answer.status_code == 422
    assert (page.sent["v--age"], page.sent["v--ethnicity"]) == ("3,5", "long words")


def test_a_draft_is_nobody_elses_and_no_record(coordinator, as_role):
    coordinator.post(FORM, fill(inputs_of(coordinator, FORM), {"age": "33"}) | {"do": "draft"})
    assert inputs_of(as_role("investigator"), FORM).sent["v--age"] == ""
    enter(coordinator, PERSON)
    assert "not saved yet" not in text(coordinator.get(FORM))
