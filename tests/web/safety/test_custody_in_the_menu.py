"""The way to the lots stands in the menu of those who see doses, where the protocol has a product."""

from __future__ import annotations

from tests.unit.laboratory.product_study import PRODUCT
from tests.web import people

LINK = '<a href="/custody/"'


def test_custody_stands_in_the_menu_where_the_protocol_has_a_product(db):
    people.activate(people.protocol_text() + PRODUCT)
    assert LINK in people.client_of("laboratory").get("/calendar/").content.decode()
    assert LINK not in people.client_of("evaluator").get("/calendar/").content.decode()


def test_without_a_product_no_menu_speaks_of_custody(study, as_role):
    assert LINK not in as_role("laboratory").get("/calendar/").content.decode()
