"""A9: the trail shows at the item in the form, and can be filtered."""

from __future__ import annotations

import re
from html import unescape

import pytest

from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.web.audit.append import append
from tests.web import people
from tests.web.validation.acting import FORM, PERSON, enter, text


@pytest.fixture
def changed(coordinator, servers_clock):
    enter(coordinator, PERSON)
    servers_clock.later(days=1)
    enter(coordinator, {"age": "34"}, reason="read the wrong line")
    return coordinator


@pytest.mark.parametrize("role", ["coordinator", "monitor", "data manager"])
def test_the_form_leads_at_the_item_to_everything_that_happened_to_it(changed, as_role, role):
    page = text(as_role(role).get(FORM))
    links = [unescape(link) for link in re.findall(r'href="(/trail/value/[^"]*)"', page)]
    [link] = [link for link in links if link.endswith("item=age")]
    history = text(as_role(role).get(link))
    for part in ("33", "34", "read the wrong line", "coordinator-invented", "2031-03-04 09:00:00 UTC"):
        assert part in history


def test_the_form_says_which_items_were_changed(changed, as_role):
    page = text(as_role("monitor").get(FORM))
    assert page.count('<span class="badge">changed</span>') == 1


@pytest.fixture
def elsewhere(changed):
    people.add_participant("P-009", "elsewhere")
    key = Key("P-009", "BL", "PASI_Fredriksson", "", "head_area")
    append([NewEvent(kind="value.set", key=key, site="elsewhere", payload={"new": "1"})], by=Actor(who="bob"))


@pytest.mark.parametrize(
    ("asked", "many"),
    [
        ({"participant": "P-009"}, 2),
        ({"site": "elsewhere", "kind": "value.set"}, 1),
        ({"actor": "bob"}, 1),
        ({"item": "age"}, 2),
        ({"item": "age", "since": "2031-03-04"}, 1),
        ({"item": "age", "until": "2031-03-03"}, 1),
        ({"form": "demographics", "item": "sex"}, 1),
        ({"actor": "nobody"}, 0),
    ],
)
def test_the_trail_is_filtered_by_participant_site_person_item_and_day(elsewhere, as_role, asked, many):
    assert len(as_role("monitor").get("/trail/", asked | {"print": "1"}).context["rows"]) == many
